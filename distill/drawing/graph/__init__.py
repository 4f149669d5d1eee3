"""Graphs of states and steps: where nodes, arrows and words go."""
