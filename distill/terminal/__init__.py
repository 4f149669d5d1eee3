"""The same numbers on a terminal."""
