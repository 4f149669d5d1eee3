"""The kinds of mechanisms there are: one tuple. A new kind is a folder, and a line here."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any

from jaxtyping import Float, Int
from numpy import ndarray
from pydantic import Field

from distill.errors import MachineError
from distill.kinds.attention.kind import AttentionKind
from distill.kinds.automaton.kind import AutomatonKind
from distill.kinds.closed_form.kind import ClosedFormKind
from distill.kinds.comparison.kind import ComparisonKind
from distill.kinds.formula.kind import FormulaKind
from distill.kinds.fourier.kind import FourierKind
from distill.kinds.group.kind import GroupKind
from distill.kinds.kind import Kind, Mechanism, Written
from distill.kinds.notation import Notation, has_no, was_refused
from distill.kinds.recurrence.kind import RecurrenceKind
from distill.kinds.refused import kind as refused
from distill.networks.trace import SequenceTrace, View
from distill.programs.guarded import guarded
from distill.programs.program import Program
from distill.records.refusal import Refusal

KINDS: tuple[Kind[Any], ...] = (
    FourierKind(),
    ComparisonKind(),
    ClosedFormKind(),
    GroupKind(),
    AutomatonKind(),
    RecurrenceKind(),
    AttentionKind(),
    FormulaKind(),
)


def check_engine(name: str) -> None:
    """Raise DistillError where no engine of this name is on this machine."""
    from distill.kinds.formula.engines.known import engines_for

    engines_for(name)


def kind_of(mechanism: Mechanism) -> Kind[Any]:
    """The kind that a mechanism is of."""
    return kind_named(mechanism.kind)


def kind_named(name: str) -> Kind[Any]:
    """The kind of a name, as `kind` says it."""
    return next(kind for kind in KINDS if kind.name == name)


def mechanism_json() -> Any:
    """What `mechanism.json` holds, for `distill.serialise`."""
    return _told_apart((*(kind.mechanism for kind in KINDS), Refusal))


def exhibits_json() -> Any:
    """What `exhibits.json` holds."""
    return _told_apart((*(kind.exhibits for kind in KINDS), *refused.EXHIBITS))


@cache
def _told_apart(types: tuple[type, ...]) -> Any:
    """One of several types, by their field `kind`."""
    return Annotated[reduce(or_, types), Field(discriminator="kind")]


def read(view: View) -> tuple[tuple[Mechanism, ...], tuple[Refusal, ...]]:
    """What every kind finds in a network, and what those that find nothing say.

    Which of several mechanisms is taken is decided where they are written as programs, by fidelity
    first and then by length.

    Args:
        view: all that may be looked at: nothing of a task is seen here.
    """
    found: list[Mechanism | Refusal] = []
    for kind in KINDS:
        said = list(kind.read(view))
        found += said
        if _is_settled(view, said):
            break
    if not found:
        found.append(Refusal(("no kind of mechanism that is known reads such a network",), {}))
    mechanisms = tuple(each for each in found if not isinstance(each, Refusal))
    return mechanisms, tuple(each for each in found if isinstance(each, Refusal))


def _is_settled(view: View, said: list[Mechanism | Refusal]) -> bool:
    """Whether no other kind is asked: one read all of a network that somebody else trained.

    Such a network is nothing that was made to be read by one kind or another, and of two programs
    that answer alike on the sequences that it is trusted on, the one that the others fall short of
    is not known to be wrong. The kinds stand from the plainest on.
    """
    given = isinstance(view, SequenceTrace) and view.given
    return given and bool(said) and not any(isinstance(each, Refusal) for each in said)


def structure_score(logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"]) -> float:
    """How structured logits at these inputs are, for the kind that finds most in them."""
    return max(kind.structure(logits, tokens) for kind in KINDS)


def write(mechanism: Mechanism) -> Written | Refusal:
    """The program of a mechanism, which states its domain, or the reason why there is none."""
    kind = kind_of(mechanism)
    written = kind.write(mechanism)
    taken = kind.takes(mechanism)
    if isinstance(written, Refusal) or not taken:
        return written
    return replace(written, program=guarded(written.program, taken, kind.longest(mechanism)))


def write_again(mechanism: Mechanism) -> Program:
    """The program of a stored mechanism: the same text, whenever and by whom it is written.

    Raises:
        DistillError: it was stored without its domain, or by a version that wrote other
            expressions.
    """
    written = write(mechanism)
    if isinstance(written, Refusal):
        raise MachineError(f"the mechanism has no program: {written.reasons[0]}")
    return written.program


def show(mechanism: Mechanism | Refusal, view: View) -> Any:
    """What the pictures of a run show, taken from its network once (`exhibits.json`).

    Nothing here is evidence: what counts was measured by `distill.verify`.
    """
    if isinstance(mechanism, Refusal):
        return refused.show(view)
    return kind_of(mechanism).show(mechanism, view)


def spectrum(mechanism: Mechanism | Refusal, exhibits: Any) -> tuple[float, ...]:
    """Amplitudes of the logits by frequency, where the pictures of a run show them."""
    if exhibits is None:
        return ()
    if isinstance(mechanism, Refusal):
        return refused.spectrum(exhibits)
    return kind_of(mechanism).spectrum(exhibits)


def listed(mechanism: Mechanism | Refusal) -> tuple[tuple[int, ...], ...]:
    """Inputs that a program answers from a list, as values, each with its answer last."""
    return () if isinstance(mechanism, Refusal) else kind_of(mechanism).listed(mechanism)


def notation(mechanism: Mechanism | Refusal, form: Notation) -> str:
    """A mechanism in another notation: a formula for LaTeX or sympy, a graph for Graphviz.

    Raises:
        DistillError: it has no such form.
    """
    if isinstance(mechanism, Refusal):
        raise was_refused(form)
    has = kind_of(mechanism).notations
    if form in has:
        return kind_of(mechanism).notation(mechanism, form)
    raise has_no(mechanism.kind, form, has)
