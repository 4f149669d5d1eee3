"""Fourier features: a sum of cosines, at key frequencies, of a linear function of the inputs."""
