"""The kinds of mechanism that are known."""

from collections.abc import Mapping

from . import attention, automaton, closed_form, comparison, formula, fourier, group, recurrence
from .kind import Kind

KINDS: Mapping[str, Kind] = {
    "fourier": fourier,
    "comparison": comparison,
    "closed_form": closed_form,
    "group": group,
    "automaton": automaton,
    "recurrence": recurrence,
    "attention": attention,
    "formula": formula,
}
