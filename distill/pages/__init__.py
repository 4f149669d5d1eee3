"""Reporters: they render the numbers of a report and compute none of their own."""
