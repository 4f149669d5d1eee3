"""Linear networks: an integer state space from what they respond to an input of 1."""
