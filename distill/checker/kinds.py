"""The kinds of mechanism that are known."""

from collections.abc import Mapping

from . import automaton, comparison, fourier, recurrence
from .kind import Kind

KINDS: Mapping[str, Kind] = {
    "fourier": fourier,
    "comparison": comparison,
    "automaton": automaton,
    "recurrence": recurrence,
}
