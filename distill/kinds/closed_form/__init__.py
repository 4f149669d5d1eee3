"""Closed forms: the answer is a short integer expression of the inputs."""
