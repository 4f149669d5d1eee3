"""Closed formulas: networks over boxes of reals that compute an expression of their inputs."""
