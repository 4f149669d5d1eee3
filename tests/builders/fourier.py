"""Mechanisms of waves, as extraction would give them."""

from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.mechanism import Fit, FourierMechanism, Wave

FIT = Fit(seed=1, inputs=4, fitted=2, r2=1.0, heldout_r2=1.0, constant_share=0.0)


def mechanism(p, waves, coordinate=None, exceptions=()):
    """A mechanism with these (frequency, amplitude, phase), and a pizza's size after them."""
    coordinate = coordinate or Coordinate((1, 1), 0, p)
    shares = tuple(Wave(k, size, phase, 0.1, *pizza) for k, size, phase, *pizza in sorted(waves))
    return FourierMechanism(coordinate, shares, exceptions, 1.0, FIT, (), None)


def square(p, first_output=0):
    return Domain((range(p), range(p)), range(first_output, first_output + p))
