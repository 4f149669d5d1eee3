"""A mechanism of selections: a straight line of variables, each with a value at every position.

After RASP (Weiss, Goldberg and Yahav, arXiv 2106.06981): a selection is a truth for every pair of
positions, an aggregation says what is taken from those selected, and a map is a function of values
at one position. Every selection is a head's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from distill.checker.selections import ANSWERS, LAST
from distill.kinds.attention.made import made
from distill.kinds.attention.titles import said
from distill.programs.names import free_name

Number = int | float


@dataclass(frozen=True)
class Step:
    """One variable, or one selection (`distill.checker.selections` has its line).

    Attributes:
        of: variables that are read at the position itself; for a selection, at the query.
        keys: variables that are read at the positions looked at.
        by: the condition of a selection, what an aggregation takes, or what a map gives.
        chosen: the selection of an aggregation.
        otherwise: what an aggregation of values is where nothing is chosen.
        head: layer and head that a selection was read from.
        also: other heads that look where it does.
        start: whether that head looks at the token before the text beside what is chosen.
        spread: of heads whose attention is soft, one by one: what a position that is not chosen
            weighs there, and what the token before the text does, beside 1 for one that is chosen;
            of a head that weighs tokens, what a position for itself does then, every token as that
            of the query, and as that of the key, and what is not chosen for each as the query's.
        exchanged: whether what is counted of it is held to be in what its heads write, which is
            exchanged for that along another text in place of where they look. Heads for which all
            positions weigh 1 look at everything alike: the count is in what they take.
        by_pair: of such heads, one by one, what a position weighs by the token of the query and its
            own, for every token as the query's those of all as the key's; none where all weigh 1.
    """

    name: str
    op: Literal[
        "select",
        "map",
        "width",
        "mean",
        "copy",
        "copy_first",
        "least",
        "greatest",
        "vote",
        "vote_last",
        "vote_least",
        "last",
    ]
    of: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    by: str = ""
    chosen: str = ""
    otherwise: int = 0
    head: tuple[int, int] | None = None
    also: tuple[tuple[int, int], ...] = ()
    start: bool = False
    spread: tuple[tuple[float, ...], ...] = ()
    exchanged: bool = False
    by_pair: tuple[tuple[float, ...], ...] = ()

    @property
    def heads(self) -> tuple[tuple[int, int], ...]:
        """All heads that a selection was read from."""
        return () if self.head is None else (self.head, *self.also)


def at_the_end(steps: Sequence[Step]) -> list[Step]:
    """The same steps, of whose answers the one at the end of the text is given."""
    *before, last = steps
    found = free_name("found", {step.name for step in before})
    return [*before, replace(last, name=found), Step(ANSWERS, LAST, (found,))]


@dataclass(frozen=True)
class Table:
    """Values that no expression was found for: a constant of the program.

    Attributes:
        keys: values of one variable, or tuples of those of several.
    """

    name: str
    keys: tuple[Number | tuple[Number, ...], ...]
    values: tuple[Number, ...]


@dataclass(frozen=True)
class AttentionMechanism:
    """A program of selections.

    Attributes:
        tokens: first and last value of a token.
        longest: tokens of the longest text.
        steps: the last of them gives the answers.
        none: what is answered where the network's largest output does not lead, so that it gives no
            answer; null where it always gives one.
    """

    tokens: tuple[int, int]
    longest: int
    steps: tuple[Step, ...]
    tables: tuple[Table, ...] = ()
    none: int | None = None
    kind: Literal["attention"] = "attention"
    format_version: int = 1

    @property
    def name(self) -> str:
        """What its program computes, where a line says it; what it is made of elsewhere."""
        told = said(self.data, range(self.tokens[0], self.tokens[1] + 1))
        return made(self.data) if told is None else told

    @property
    def remembered(self) -> tuple[str, ...]:
        """Its selections: what heads that compute so look at."""
        return tuple(step.name for step in self.steps if step.op == "select")

    @property
    def cells(self) -> int:
        """Values that are listed in tables."""
        return sum(len(table.values) for table in self.tables)

    @property
    def data(self) -> list[dict[str, Any]]:
        """The steps as `distill.checker.selections` takes them."""
        return [asdict(step) for step in self.steps]
