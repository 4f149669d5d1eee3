"""The kinds as they are held against each other: without their networks, and so without torch.

A kind that is not here is found in the list of all kinds, which takes its time.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from distill.kinds.attention.compare import AttentionCompared
from distill.kinds.automaton.compare import AutomatonCompared
from distill.kinds.closed_form.compare import ClosedFormCompared
from distill.kinds.comparison.compare import ComparisonCompared
from distill.kinds.difference import Compared, Mechanism
from distill.kinds.formula.compare import FormulaCompared
from distill.kinds.fourier.compare import FourierCompared
from distill.kinds.group.compare import GroupCompared
from distill.kinds.recurrence.compare import RecurrenceCompared
from distill.records.refusal import Refusal
from distill.runs.record import read_part

KINDS: tuple[Compared[Any], ...] = (
    FourierCompared(),
    ComparisonCompared(),
    ClosedFormCompared(),
    GroupCompared(),
    AutomatonCompared(),
    RecurrenceCompared(),
    AttentionCompared(),
    FormulaCompared(),
)
"""In the order of `distill.kinds.known`."""

NAMES = frozenset((*(kind.name for kind in KINDS), "refused"))
MECHANISMS: Any = Annotated[
    reduce(or_, (*(kind.mechanism for kind in KINDS), Refusal)), Field(discriminator="kind")
]


def kinds_of(names: Iterable[str]) -> tuple[Compared[Any], ...]:
    """The kinds, in their order, among which are all of these."""
    if NAMES.issuperset(names):
        return KINDS
    from distill.kinds import known

    return known.KINDS


def kind_named(name: str) -> Compared[Any]:
    """The kind of a name, as `kind` says it."""
    return next(kind for kind in kinds_of([name]) if kind.name == name)


def read_mechanism(folder: Path) -> Mechanism | Refusal:
    """What a run found.

    Raises:
        RunFolderError: `mechanism.json` is missing, truncated, or of another format version.
    """
    kind = read_part(folder, "mechanism.json", dict[str, Any]).get("kind")
    if kind in NAMES or not isinstance(kind, str):
        return read_part(folder, "mechanism.json", MECHANISMS)
    from distill.kinds.known import mechanism_json

    return read_part(folder, "mechanism.json", mechanism_json())
