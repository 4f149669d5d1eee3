"""Registers that are written together: the last inputs, and a count for each value.

A few remembered inputs are shifted at once, `previous2, previous = previous, x`; many are a list,
the latest first, `recent = [x, *recent[:-1]]`. Counts of every value are a list, too, in which a
step is `counts[x] += 1`. In expressions the registers become places of the list, and a sum, a
maximum or an arg max over all of them is said as one: `sum(recent)`, `counts.index(max(counts))`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import source

MOST_NAMED = 3
"""Remembered inputs up to which each has a name of its own, if it is not for their sum."""

FEWEST_LISTED = 3
"""Registers from which on they are a list."""

MAX_ORDERS = 50_000
"""Values of some registers that are tried to see which of them an expression picks."""

Updates = Mapping[str, Expression]


@dataclass(frozen=True)
class KeptList:
    """Registers that are kept in one list.

    Attributes:
        name: of the list.
        registers: in the order of the list.
        channel: the input that is kept or counted.
        low: the value that the first place counts; null where the list has the last inputs.
    """

    name: str
    registers: tuple[str, ...]
    channel: str
    low: int | None = None

    @property
    def step(self) -> str:
        """The line that brings the list up to date."""
        if self.low is None:
            return f"{self.name} = [{self.channel}, *{self.name}[:-1]]"
        place = source(ex.add([(1, Name(self.channel))], -self.low))
        return f"{self.name}[{place}] += 1"

    def read_in(self, expression: Expression) -> Expression:
        """The expression with places of the list for the registers."""
        chosen = self._chosen(expression)
        if chosen is not None:
            return chosen
        expression = self._taken_together(expression)
        for number, register in enumerate(self.registers):
            last = self.low is None and number == len(self.registers) - 1
            place = Name(f"{self.name}[{-1 if last else number}]")
            expression = ex.replace(expression, Name(register), place)
        return expression

    def _taken_together(self, expression: Expression) -> Expression:
        """Sums, maxima and minima over all registers, as one."""
        match expression:
            case Operation("+" | "-") if is_sum_of(expression, self.registers):
                terms, offset = ex.terms_of(expression)
                mine = [(factor, term) for factor, term in terms if self._is_mine(term)]
                rest = [pair for pair in terms if pair not in mine]
                return ex.add([*rest, (mine[0][0], Name(f"sum({self.name})"))], offset)
            case Operation("max" | "min" as which, operands):
                parts = ex.conjuncts(which, operands)
                if set(self.registers) <= {part.name for part in parts if isinstance(part, Name)}:
                    rest = [part for part in parts if not self._is_mine(part)]
                    whole: Expression = Name(f"{which}({self.name})")
                    return reduce(lambda a, b: Operation(which, (a, b)), rest, whole)
        match expression:
            case Operation(operator, operands):
                return Operation(operator, tuple(map(self._taken_together, operands)))
        return expression

    def _is_mine(self, term: Expression) -> bool:
        return isinstance(term, Name) and term.name in self.registers

    def _chosen(self, expression: Expression) -> Expression | None:
        """The place of the largest or the smallest register, if that is what an expression is."""
        found = picked(expression, self.registers)
        if found is None:
            return None
        which, offset = found
        return ex.add([(1, Name(f"{self.name}.index({which}({self.name}))"))], offset)


@dataclass(frozen=True)
class Together:
    """The registers of a loop that are written together.

    Attributes:
        lists: of registers.
        shifts: names of remembered inputs, the latest first, with the channel that they are of.
    """

    lists: tuple[KeptList, ...]
    shifts: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def registers(self) -> set[str]:
        """All that are written here."""
        listed = (register for one in self.lists for register in one.registers)
        return {*listed, *(name for _, names in self.shifts for name in names)}

    @property
    def lines(self) -> list[str]:
        """What sets them, after everything that reads what they were."""
        shifted = [
            f"{', '.join(reversed(names))} = {', '.join([*reversed(names[:-1]), channel])}"
            for channel, names in self.shifts
        ]
        return [*shifted, *(one.step for one in self.lists)]

    def read_in(self, expression: Expression) -> Expression:
        """The expression with places of lists for their registers."""
        for one in self.lists:
            expression = one.read_in(expression)
        return expression

    def start(self, first: Mapping[str, int]) -> dict[str, int | tuple[int, ...]]:
        """First values, where the first of a list's registers stands those of the list."""
        begins: dict[str, int | tuple[int, ...]] = {}
        of_list = {register: one for one in self.lists for register in one.registers}
        for name, value in first.items():
            one = of_list.get(name)
            if one is None:
                begins[name] = value
            else:
                begins.setdefault(one.name, tuple(first[register] for register in one.registers))
        return begins


def written_together(
    updates: Updates,
    inputs: Sequence[str],
    outputs: Collection[Expression],
    *,
    apart: Collection[str] = (),
    ranges: Sequence[range] = (),
    ordered: bool = True,
) -> Together:
    """The registers that a loop reads better with if they are written together.

    Args:
        updates: the next value of every register, all of values before the step.
        inputs: names of the channels.
        outputs: what the loop answers.
        apart: registers that must be set where they are.
        ranges: the values that every channel has; none where that is not known.
        ordered: whether registers have to stand side by side and in the order of a list already,
            since the program's variables are compared with them in their order.
    """
    taken = {*updates, *inputs}
    lists, shifts = list[KeptList](), list[tuple[str, tuple[str, ...]]]()
    for channel, names in delays(updates, inputs):
        if len(names) < 2 or set(names) & set(apart):
            continue
        summed = any(
            is_sum_of(part, names) for whole in outputs for part in ex.subexpressions(whole)
        )
        many = len(names) > (FEWEST_LISTED - 1 if summed else MOST_NAMED)
        if many and (not ordered or _in_order(names, updates)):
            lists.append(KeptList("recent", names, channel))
        else:
            shifts.append((channel, names))
    for channel, names, low in _counts(updates, inputs, ranges):
        if not set(names) & set(apart):
            lists.append(KeptList("counts", names, channel, low))
    named = list[KeptList]()
    for one in lists:
        alike = sum(other.name == one.name for other in lists)
        name = f"{one.name}_{one.channel}" if alike > 1 else one.name
        while name in taken:
            name += "_"
        taken.add(name)
        named.append(replace(one, name=name))
    return Together(tuple(named), tuple(shifts))


def delays(updates: Updates, inputs: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Chains of registers, each of which takes over the one before, the first of them an input."""
    used = set[str]()
    for channel in inputs:
        names, last = list[str](), channel
        while True:
            after = [n for n, update in updates.items() if update == Name(last) and n not in used]
            if not after:
                break
            last = after[0]
            used.add(last)
            names.append(last)
        if names:
            yield channel, tuple(names)


def _in_order(names: tuple[str, ...], updates: Updates) -> bool:
    """Whether registers stand side by side, as they would in a list."""
    order = list(updates)
    first = order.index(names[0])
    return tuple(order[first : first + len(names)]) == names


def _counts(
    updates: Updates, inputs: Sequence[str], ranges: Sequence[range]
) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """Counts of each value that a channel has, side by side and in order."""
    for channel, values in zip(inputs, ranges, strict=False):
        counting = {
            name: counted
            for name, update in updates.items()
            if (counted := _counted(name, update, channel)) is not None
        }
        names = tuple(counting)
        if len(names) < FEWEST_LISTED or list(counting.values()) != list(values):
            continue
        if _in_order(names, updates):
            yield channel, names, values.start


def _counted(name: str, update: Expression, channel: str) -> int | None:
    """The value of a channel that a register counts."""
    match ex.terms_of(update):
        case [(1, Name(own)), (1, Operation("==", (Name(read), Constant(value))))], 0 if (
            own == name and read == channel
        ):
            return value
    return None


def is_sum_of(expression: Expression, names: Collection[str]) -> bool:
    """Whether all of some registers are added up, or all of them taken away, perhaps with more."""
    terms, _ = ex.terms_of(expression)
    factors = [factor for factor, term in terms if isinstance(term, Name) and term.name in names]
    return len(factors) == len(names) and len(set(factors)) == 1


def picked(expression: Expression, registers: Sequence[str]) -> tuple[str, int] | None:
    """Whether an expression is the place of the largest ("max") or smallest of some registers.

    The first of equals counts. An expression that only compares registers with one another depends
    on nothing but their order, and n numbers from 0 to n - 1 have all the orders that there are.

    Returns:
        Which of the two, and what is added to the place.
    """
    count = len(registers)
    if count < 2 or count**count > MAX_ORDERS or not _compares(expression, registers):
        return None
    values = np.array(list(product(range(count), repeat=count)), dtype=np.int64)
    said = ex.evaluate(expression, dict(zip(registers, values.T, strict=True)))
    for which, best in (("max", values.argmax(axis=1)), ("min", values.argmin(axis=1))):
        offset = int(said[0] - best[0])
        if (said == best + offset).all():
            return which, offset
    return None


def _compares(expression: Expression, registers: Collection[str]) -> bool:
    """Whether an expression chooses between constants by comparing registers with one another."""
    match expression:
        case Constant():
            return True
        case Operation("if" | "and" | "or" | "not", operands):
            return all(_compares(operand, registers) for operand in operands)
        case Operation("<" | "<=" | ">" | ">=" | "==" | "!=", operands):
            return all(isinstance(o, Name) and o.name in registers for o in operands)
    return False
