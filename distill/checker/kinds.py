"""The kinds of mechanism that are known."""

from collections.abc import Mapping

from . import automaton, fourier, recurrence
from .kind import Kind

KINDS: Mapping[str, Kind] = {
    "fourier": fourier,
    "automaton": automaton,
    "recurrence": recurrence,
}
