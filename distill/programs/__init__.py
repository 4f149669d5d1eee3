"""Text of programs: loops, branches, names and titles that say what is so."""
