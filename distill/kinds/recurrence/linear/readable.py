"""The basis in which an integer state space reads best, and the order in which it is written.

All bases of one lattice are reached from each other by adding a multiple of one register to
another. A beam search over such moves looks for few terms with factors of 1; the best of what it
saw is then weighed as it would be written: register by register, each of the new values of those
before it and of the old values of the others, so that `position += velocity` may stand after
`velocity += force`. Registers that need each other's old values are written together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.kinds.recurrence.linear.lattice import StateSpace, independent, inverse, product

BEAM = 40
ROUNDS = 25
PATIENCE = 4
"""Rounds without a better basis after which the search ends."""

WEIGHED = {1: 8, 2: 300, 3: 200, 4: 120}
"""Bases, by their order, that are weighed as written; `FEW` beyond."""
FEW = 24

LARGEST = 64
"""Bases with larger entries are not followed."""


@dataclass(frozen=True)
class Line:
    """What one register is set to: sum of `fresh` new values, `old` values, inputs, a constant.

    Factors are by register, fresh ones only of registers that were set before.
    """

    register: int
    fresh: tuple[int, ...]
    old: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True)
class Written:
    """A state space as it is written: groups of lines, each set at once, one after another."""

    space: StateSpace
    groups: tuple[tuple[Line, ...], ...]
    cost: float


def readable(space: StateSpace, starts: int = 0) -> Written:
    """The basis of the state space's lattice that reads best, and how it is written.

    Args:
        space: columns of B are what is added at every step: a factor for every input, and one for
            the constant 1.
        starts: how many of the last columns are not that, but first values of the registers.
    """
    n = len(space.A)
    if n == 0:
        return Written(space, (), _read_cost(space))
    seen: dict[tuple[int, ...], tuple[float, StateSpace]] = {}
    for start in _starts(space):
        seen |= _beam(start)
    order = sorted(seen.values(), key=lambda entry: entry[0])
    written = [_write(basis, starts) for _, basis in order[: WEIGHED.get(n, FEW)]]
    return _climbed(min(written, key=lambda one: one.cost), starts)


def tokens(factors: tuple[int, ...]) -> float:
    """What a sum with these factors costs a reader."""
    cost = 0.0
    for factor in factors:
        if factor:
            cost += 1 + 0.1 * (factor < 0) + (1.2 + 0.05 * abs(factor)) * (abs(factor) > 1)
    return cost


def _climbed(written: Written, starts: int) -> Written:
    """Moves on, as long as one of them reads better as written."""
    moves, backs = (batch.astype(object) for batch in _moves(len(written.space.A)))
    while True:
        near = [
            _write(_changed(written.space, move, back), starts)
            for move, back in zip(moves, backs, strict=True)
        ]
        best = min(near, key=lambda one: one.cost)
        if best.cost > written.cost - 1e-9:
            return written
        written = best


def _starts(space: StateSpace) -> Iterator[StateSpace]:
    """The given basis, and those of the first independent inputs' and outputs' shifts."""
    yield space
    n = len(space.A)
    reached, told = [space.B], [space.C]
    for _ in range(n - 1):
        reached.append(product(space.A, reached[-1]))
        told.append(product(told[-1], space.A))
    columns = np.hstack(reached)
    places = independent([[int(v) for v in column] for column in columns.T])
    if len(places) == n and (back := inverse(columns[:, places])) is not None:
        yield _changed(space, back, columns[:, places])
    rows = np.vstack(told)
    places = independent([[int(v) for v in row] for row in rows])
    if len(places) == n and (back := inverse(rows[places])) is not None:
        yield _changed(space, rows[places], back)


def _changed(space: StateSpace, basis: ndarray, back: ndarray) -> StateSpace:
    """The state space of registers `basis` times the old ones."""
    return StateSpace(
        product(product(basis, space.A), back), product(basis, space.B), product(space.C, back)
    )


def _beam(start: StateSpace) -> dict[tuple[int, ...], tuple[float, StateSpace]]:
    """Bases that were seen, with a cost that looks at their matrices only."""
    n, columns = start.B.shape
    if max(abs(int(v)) for part in (start.A, start.B, start.C) for v in part.ravel()) > LARGEST:
        return {(): (np.inf, start)}
    moves, backs = _moves(n)
    G = np.hstack([start.A, start.B]).astype(np.int64)[None]
    C = start.C.astype(np.int64)[None]
    seen: dict[tuple[int, ...], tuple[float, StateSpace]] = {}
    best, waited = np.inf, 0
    for round_ in range(ROUNDS):
        if round_:
            G = np.einsum("mab,kbc->kmac", moves, G).reshape(-1, n, n + columns)
            C = np.einsum("kob,mbc->kmoc", C, backs).reshape(-1, len(start.C), n)
            again = np.tile(backs, (len(G) // len(backs), 1, 1))
            G = np.concatenate([G[:, :, :n] @ again, G[:, :, n:]], axis=2)
        costs = _costs(G, C)
        kept = []
        for i in np.argsort(costs, kind="stable"):
            if len(kept) == BEAM or not np.isfinite(costs[i]):
                break
            key = _key(G[i], C[i], n)
            if key not in seen:
                seen[key] = (float(costs[i]), _space(G[i], C[i], n))
                kept.append(i)
        if not kept:
            break
        waited = 0 if costs[kept[0]] < best - 1e-9 else waited + 1
        best = min(best, float(costs[kept[0]]))
        if waited > PATIENCE:
            break
        G, C = G[kept], C[kept]
    return seen


def _moves(n: int) -> tuple[Int[ndarray, "m n n"], Int[ndarray, "m n n"]]:
    """Adding or subtracting one register to or from another, changing a sign; and the inverses."""
    one = np.eye(n, dtype=np.int64)
    moves, backs = [], []
    for i in range(n):
        for j in range(n):
            for sign in (1, -1):
                if i == j and sign == 1:
                    continue
                move, back = one.copy(), one.copy()
                move[i, j] = sign
                back[i, j] = -sign if i != j else sign
                moves.append(move)
                backs.append(back)
    return np.array(moves), np.array(backs)


def _costs(G: Int[ndarray, "k n c"], C: Int[ndarray, "k o n"]) -> Float[ndarray, " k"]:
    n = G.shape[1]
    cost = _token_costs(G).sum(axis=(1, 2)) + _token_costs(C).sum(axis=(1, 2))
    cost -= 0.5 * (np.diagonal(G[:, :, :n], axis1=1, axis2=2) == 1).sum(axis=1)
    large = np.maximum(np.abs(G).max(axis=(1, 2)), np.abs(C).max(axis=(1, 2))) > LARGEST
    return np.where(large, np.inf, cost)


def _token_costs(values: Int[ndarray, "..."]) -> Float[ndarray, "..."]:
    """`tokens`, entry by entry."""
    size = np.abs(values)
    return (size > 0) + 0.1 * (values < 0) + np.where(size > 1, 1.2 + 0.05 * size, 0.0)


def _key(G: Int[ndarray, "n c"], C: Int[ndarray, "o n"], n: int) -> tuple[int, ...]:
    """The same for bases that differ in the order of their registers only, in most cases."""
    rows, outputs = G.tolist(), C.T.tolist()
    columns = G[:, :n].T.tolist()
    marks = [
        [*rows[i][n:], *outputs[i], rows[i][i], *sorted(rows[i][:n]), *sorted(columns[i])]
        for i in range(n)
    ]
    order = sorted(range(n), key=marks.__getitem__)
    return tuple(
        value for i in order for value in (*(rows[i][j] for j in order), *rows[i][n:], *outputs[i])
    )


def _space(G: Int[ndarray, "n c"], C: Int[ndarray, "o n"], n: int) -> StateSpace:
    return StateSpace(G[:, :n].astype(object), G[:, n:].astype(object), C.astype(object))


def _read_cost(space: StateSpace) -> float:
    return sum(tokens(tuple(int(v) for v in row)) for row in space.C)


def _write(space: StateSpace, starts: int) -> Written:
    """The cheapest order of the registers, by dynamic programming over sets of those written."""
    n, driven = len(space.A), space.B.shape[1] - starts
    A = [tuple(int(v) for v in row) for row in space.A]
    B = [tuple(int(v) for v in row) for row in space.B[:, :driven]]
    first = sum(tokens(tuple(int(v) for v in column)) for column in space.B[:, driven:].T)

    @cache
    def line(register: int, done: frozenset[int]) -> tuple[float, Line] | None:
        options = []
        for fresh in _combinations(n, tuple(sorted(done))):
            old = _minus(A[register], fresh, A)
            if any(old[i] for i in done):
                continue
            made = Line(register, fresh, old, _minus(B[register], fresh, B))
            options.append((line_cost(made), made))
        return min(options, key=lambda option: option[0], default=None)

    best: dict[frozenset[int], tuple[float, tuple[tuple[Line, ...], ...]]] = {
        frozenset(): (0.0, ())
    }
    for size in range(n):
        for done in [key for key in best if len(key) == size]:
            cost, groups = best[done]
            left = [i for i in range(n) if i not in done]
            for count in {1, 2, len(left)}:
                for group in combinations(left, count):
                    lines = [line(i, done) for i in group]
                    if any(found is None for found in lines):
                        continue
                    made = [found for found in lines if found is not None]
                    total = cost + sum(c for c, _ in made) + TOGETHER * (count > 1)
                    key = done | set(group)
                    if key not in best or total < best[key][0] - 1e-9:
                        best[key] = (total, (*groups, tuple(one for _, one in made)))
    cost, groups = best[frozenset(range(n))]
    return Written(space, groups, cost + first + _read_cost(space))


TOGETHER = 1.0
"""What it costs a reader that registers are set at once, and not one after another."""


def line_cost(line: Line) -> float:
    """What a line costs a reader; `r += ...` less than `s = r + ...`."""
    cost = tokens(line.fresh) + tokens(line.old) + tokens(line.columns)
    return cost - 0.5 * (line.old[line.register] == 1) if cost else 1.0


def _combinations(n: int, done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Factors of new values that a line may have: few and small ones."""
    yield (0,) * n
    for i in done:
        for factor in (1, -1, 2, -2):
            yield tuple(factor * (k == i) for k in range(n))
    for i, j in combinations(done, 2):
        for one in (1, -1):
            for other in (1, -1):
                yield tuple(one * (k == i) + other * (k == j) for k in range(n))


def _minus(
    row: tuple[int, ...], factors: tuple[int, ...], rows: list[tuple[int, ...]]
) -> tuple[int, ...]:
    """The row without these multiples of others."""
    left = list(row)
    for factor, other in zip(factors, rows, strict=True):
        if factor:
            left = [v - factor * w for v, w in zip(left, other, strict=True)]
    return tuple(left)
