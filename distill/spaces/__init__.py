"""What networks are functions of: one class, and one file, a space."""
