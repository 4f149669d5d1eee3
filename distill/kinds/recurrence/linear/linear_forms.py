"""The ways to write an integer impulse response as a recurrence.

An answer may be of the registers after the step or before it; what is answered to no input may be
an offset of the answer, a constant added at every step, or first values of the registers; and a
response that ends is a delay line and one sum, however few registers another basis needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

from distill.checker.linear_bound import IntegerSystem
from distill.kinds.recurrence.linear.lattice import StateSpace, integer_state_space
from distill.kinds.recurrence.linear.readable import Line, readable, tokens

MAX_ORDER = 12
"""Registers of a recurrence: beyond, no basis is searched for."""

Integers = Shaped[ndarray, "..."]


@dataclass(frozen=True)
class LinearForm:
    """A way to write the response: matrices, lines, and what it costs to read."""

    system: IntegerSystem
    groups: tuple[tuple[Line, ...], ...]
    cost: float


def written_forms(
    M: Shaped[ndarray, "lags outputs channels"], z: Shaped[ndarray, "lags outputs"]
) -> Iterator[LinearForm]:
    """The ways to write these responses that were found."""
    delay_line, longest = _delay_line(M, z), _last_lag(M)
    if delay_line is not None and len(M) > 2 * longest:
        yield delay_line
        return
    found: list[tuple[StateSpace, tuple[int, ...], int, bool]] = []
    for columns, offset, starts, after in _candidates(M, z):
        space = integer_state_space(columns)
        if space is not None and len(space.A) <= MAX_ORDER:
            found.append((space, offset, starts, after))
    least = min((len(space.A) for space, *_ in found), default=MAX_ORDER)
    if delay_line is not None and longest <= least:
        # fewer zeros than lags follow: a response that pauses would have fewer registers
        yield delay_line
        return
    direct = tuple(tuple(int(v) for v in row) for row in M[0])
    for space, offset, starts, after in found:
        if len(space.A) > least:
            continue
        form = _form(space, direct, offset, starts, after)
        if (form.system.markov(len(M)) == M).all() and (form.system.drift(len(z)) == z).all():
            yield form


def _candidates(
    M: Shaped[ndarray, "lags outputs channels"], z: Shaped[ndarray, "lags outputs"]
) -> Iterator[tuple[Integers, tuple[int, ...], int, bool]]:
    """Responses of a state space: to inputs, to a constant 1, or of the first values; the offset.

    What the network answers to no input may come from an offset of the answer, from a constant
    that is added at every step, or from first values that are not 0.
    """
    offset = _ints(z[0])
    if (z == z[0]).all():
        yield M, offset, 0, True
        yield M[1:], offset, 0, False
        return
    steps = z[1:] - z[:-1]
    firsts = [z[0]]
    if z.shape[1] == 1:
        firsts += [z[0] * 0 + step for step in range(-2, 3)]
    for first in firsts:
        constant = np.concatenate([first[None], steps])
        yield _beside(M, constant), _ints(z[0] - first), 0, True
    yield _beside(M[1:], steps), offset, 0, False
    yield _beside(M[1:], z[:-1]), tuple(0 for _ in offset), 1, False


def _beside(M: Integers, column: Shaped[ndarray, "lags outputs"]) -> Integers:
    return np.concatenate([M, column[:, :, None]], axis=2)


def _form(
    space: StateSpace,
    direct: tuple[tuple[int, ...], ...],
    offset: tuple[int, ...],
    starts: int,
    after: bool,
) -> LinearForm:
    """The state space in its best basis, its registers in the order in which they are set."""
    channels = len(direct[0])
    written = readable(space, starts)
    order = [line.register for group in written.groups for line in group]
    new = {register: place for place, register in enumerate(order)}
    A = written.space.A[np.ix_(order, order)]
    B, C = written.space.B[order], written.space.C[:, order]
    groups = tuple(tuple(_renumbered(line, order, new) for line in g) for g in written.groups)
    n = len(order)
    constant = tuple(0 for _ in range(n))
    start, rest = constant, B[:, channels:]
    if rest.shape[1] and starts:
        start = _ints(rest[:, 0])
    elif rest.shape[1]:
        constant = _ints(rest[:, 0])
    held = None if any(start) else _held(A, C, offset)
    if any(offset) and held is not None:
        start, offset = held, tuple(0 for _ in offset)
    D = tuple(tuple(0 for _ in row) for row in direct) if after else direct
    system = IntegerSystem(
        _rows(A), _rows(B[:, :channels]), constant, start, _rows(C), D, offset, after
    )
    cost = written.cost + sum(map(tokens, D)) + tokens(offset) + tokens(start) * (not starts)
    return LinearForm(system, groups, cost + REGISTER * n)


REGISTER = 0.3
"""What a register costs a reader, beside its line."""


def _held(A: Integers, C: Integers, offset: tuple[int, ...]) -> tuple[int, ...] | None:
    """First values of one register that an offset of the answers may be instead."""
    for i in range(len(A)):
        kept = all(A[k, i] == (k == i) for k in range(len(A)))
        if kept and any(C[:, i]):
            place = next(o for o in range(len(C)) if C[o, i])
            value, left = divmod(offset[place], int(C[place, i]))
            if not left and all(C[o, i] * value == offset[o] for o in range(len(C))):
                return tuple(value * (k == i) for k in range(len(A)))
    return None


def _renumbered(line: Line, order: list[int], new: dict[int, int]) -> Line:
    return Line(
        new[line.register],
        tuple(line.fresh[k] for k in order),
        tuple(line.old[k] for k in order),
        line.columns,
    )


def _delay_line(
    M: Shaped[ndarray, "lags outputs channels"], z: Shaped[ndarray, "lags outputs"]
) -> LinearForm | None:
    """A response that ends, as a sum of the last few inputs; null for one that does not."""
    lags, outputs, channels = M.shape
    ends = [max((j for j in range(lags) if any(M[j, :, c])), default=0) for c in range(channels)]
    if max(ends) == lags - 1 or not (z[max(ends) :] == z[-1]).all():
        return None
    held = [(c, lag) for c in range(channels) for lag in range(1, ends[c] + 1)]
    n = len(held)
    before = [next((k for k in range(n) if held[k] == (c, lag - 1)), None) for c, lag in held]
    A = tuple(tuple(int(k == before[i]) for k in range(n)) for i in range(n))
    B = tuple(tuple(int(lag == 1 and c == k) for k in range(channels)) for c, lag in held)
    C = tuple(tuple(int(M[lag, o, c]) for c, lag in held) for o in range(outputs))
    D, none = _rows(M[0]), tuple(0 for _ in range(n))
    start = none if (z == z[-1]).all() else _past(M[:, 0, 0], z[:, 0]) if M[0].size == 1 else None
    if start is None:
        return None
    system = IntegerSystem(A, B, none, start, C, D, _ints(z[-1]), False)
    lines = [Line(i, none, A[i], B[i]) for i in range(n)]
    groups = tuple((line,) for line in sorted(lines, key=lambda one: -held[one.register][1]))
    return LinearForm(system, groups, 0.0)


def _last_lag(M: Shaped[ndarray, "lags outputs channels"]) -> int:
    """The last lag at which an input is still answered."""
    return max((j for j in range(len(M)) if M[j].any()), default=0)


def _past(M: Shaped[ndarray, " lags"], z: Shaped[ndarray, " lags"]) -> tuple[int, ...] | None:
    """Inputs 1, 2, ... steps before the first one that answer z where no others come."""
    last = max(j for j in range(len(M)) if M[j])
    found: list[int] = []
    for t in range(last - 1, -1, -1):  # z[t] sums M[t + i] over the input i steps before the first
        rest = z[t] - z[-1] - sum(M[t + i] * v for i, v in enumerate(found, 1))
        value, left = divmod(int(rest), int(M[last]))
        if left:
            return None
        found.append(value)
    return tuple(found)


def _ints(values: Shaped[ndarray, " n"]) -> tuple[int, ...]:
    return tuple(int(v) for v in values)


def _rows(matrix: Shaped[ndarray, "rows columns"]) -> tuple[tuple[int, ...], ...]:
    return tuple(_ints(row) for row in matrix)
