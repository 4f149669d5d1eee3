"""Variables of a loop as they are recognised, and what they are recognised as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property

from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Expression
from distill.programs.recognition.rows import Rows


class VariableRole(Enum):
    """What a variable is for: the roles of variables (Sajaniemi, 2002), and finer ones.

    His gatherers are sums and counters here, most-wanted holders extremes, followers delays,
    one-way flags latches, walkers walks, and steppers whatever changes by a rule of its own.
    """

    DELAY = auto()
    """An earlier input."""
    SUM = auto()
    """All inputs added up, or an expression of them."""
    COUNT = auto()
    """The steps at which something holds."""
    STEPS = auto()
    """All steps."""
    COUNTER = auto()
    """A sum modulo a number."""
    SATURATING = auto()
    """A sum that is kept between bounds."""
    AFFINE = auto()
    """A number that is multiplied and added to, modulo another."""
    ALTERNATION = auto()
    """A bit that changes at every step."""
    PARITY = auto()
    """A bit that changes where something holds."""
    MAXIMUM = auto()
    """The largest so far."""
    MINIMUM = auto()
    """The smallest so far."""
    BITWISE = auto()
    """Digits in base 2, each combined with those of the inputs."""
    LATCH = auto()
    """A bit that changes once."""
    SWITCH = auto()
    """A bit that some inputs set and others clear."""
    RUN = auto()
    """For how many steps in a row something has held."""
    WALK = auto()
    """A number that goes up and down until it leaves its bounds."""
    STAGE = auto()
    """A number that goes up by one where something holds, and never back."""
    POWER = auto()
    """A constant to the number of steps."""
    NUMBER = auto()
    """The inputs as digits of a number, the first of them first."""
    REVERSED = auto()
    """The inputs as digits of a number, the last of them first."""
    POSITION = auto()
    """A sum of a running sum."""
    VELOCITY = auto()
    """A running sum that another variable adds up."""
    TABLE = auto()
    """A state whose successors are listed."""
    RULES = auto()
    """None of these."""

    @property
    def is_extreme(self) -> bool:
        """Whether it is the largest or the smallest so far."""
        return self in {VariableRole.MAXIMUM, VariableRole.MINIMUM}


@dataclass(frozen=True)
class Loop:
    """A loop over inputs, as far as its variables are recognised by it.

    Attributes:
        inputs: names of the channels.
        start: the first value of every variable.
        updates: the next value of every variable.
        answers: the numbers of an answer.
        after: whether they are of the variables' next values.
        values: of every input, and of variables, the values that they can have, in order; of those
            only that are known.
    """

    inputs: tuple[str, ...]
    start: Mapping[str, int]
    updates: Mapping[str, Expression]
    answers: tuple[Expression, ...]
    after: bool
    values: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Variable:
    """A variable of a loop.

    Attributes:
        name: that it has.
        update: its next value.
        loop: in which it is.
    """

    name: str
    update: Expression
    loop: Loop

    @property
    def start(self) -> int:
        """Its first value."""
        return self.loop.start[self.name]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the channels of its loop."""
        return self.loop.inputs


@dataclass(frozen=True)
class FiniteVariable(Variable):
    """A variable with finitely many values.

    Attributes:
        rows: every step that its loop can take.
        divided: whether a sum that it is a part of has a name of its own, for its quotient.
    """

    rows: Rows
    divided: bool

    @cached_property
    def values(self) -> list[int]:
        """All that it can have, in order."""
        return [*self.loop.values[self.name]]

    @property
    def is_bit(self) -> bool:
        """Whether it is 0 and 1, and never anything else."""
        return self.values == [0, 1]

    @property
    def before(self) -> Int[ndarray, " rows"]:
        """Its values before every step."""
        return self.rows.before[self.name]

    @property
    def after(self) -> Int[ndarray, " rows"]:
        """Its values after every step."""
        return self.rows.after[self.name]

    def becomes(self, value: Int[ndarray, " rows"]) -> bool:
        """Whether that is what it is after every step."""
        return bool((self.after == value).all())


@dataclass(frozen=True)
class Recognition:
    """What a variable is.

    Attributes:
        role: what it is for.
        title: in words, such as "counter mod 113" or "running sum", without an article.
        does: what it does: a sentence, or what is read after its name.
        why: why that is enough to remember; empty where it says nothing alone.
        name: what to call the variable, by its role; empty where no name is better.
        full: the title where nothing beside it says what it is of; empty where that is the same.
        base: of a number that is read, or of a power.
        of: the expression that it adds up, counts, or is the largest or smallest of.
    """

    role: VariableRole
    title: str
    does: str
    why: str = ""
    name: str = ""
    full: str = ""
    base: int = 0
    of: Expression | None = None

    @property
    def whole(self) -> str:
        """The title where nothing stands beside it."""
        return self.full or self.title
