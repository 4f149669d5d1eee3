"""Tasks as a user writes them: over finite domains, over sequences, in files."""
