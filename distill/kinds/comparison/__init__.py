"""Comparisons: which of two answers is given depends on which side of a line the inputs are."""
