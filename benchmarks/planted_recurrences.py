"""Networks that hold a random integer recurrence, by construction and without training.

The recurrence is s' = A s + B x + c over 1 to 4 registers with small coefficients, and an answer of
its next registers: their sum with factors, whether such a sum reaches a threshold, a running
maximum of one beside the other registers, or all of it modulo m. It is put into a network of the
kind that is trained on such tasks, and hidden there: in a random basis, among units that hold
nothing or what another one holds, with noise on every weight.

A ReLU network holds a number of either sign as a pair, relu(z) and relu(-z), of which any basis of
the registers will do; the units that compare are scaled, and all are permuted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from planted_machine import planted_network

from distill.domains.sequences import Channels
from distill.kinds.automaton.machine import Machine
from distill.kinds.recurrence.linear.lattice import independent
from distill.networks.architecture import IntegerRecurrent, StepArchitecture
from distill.networks.stored import Model

KINDS = "plain", "threshold, choice", "threshold, relu", "maximum", "modulus"

LENGTH = 10
"""Steps of the sequences that a network can be trusted on."""

TIMES = 5
"""Of these steps, up to which answers are held against each other."""

LARGEST = 1e8
"""Answers of `TIMES` as many steps stay below: float64 holds them with digits to spare."""

MAX_STATES = 64
"""Of a machine: m^n states for n registers modulo m."""

Sequences = Int[ndarray, "n length channels"]


@dataclass(frozen=True)
class Registers:
    """s' = A s + B x + c from s = start: Python's integers as arrays of int64.

    Attributes:
        modulus: that every register is taken by after a step, or null.
    """

    A: Int[ndarray, "n n"]
    B: Int[ndarray, "n channels"]
    c: Int[ndarray, " n"]
    start: Int[ndarray, " n"]
    modulus: int | None = None

    def along(self, sequences: Sequences) -> Int[ndarray, "n length registers"]:
        """The registers after every step."""
        state = np.tile(self.start, (len(sequences), 1))
        held = np.empty((*sequences.shape[:2], len(self.start)), dtype=np.int64)
        for t in range(sequences.shape[1]):
            state = state @ self.A.T + sequences[:, t] @ self.B.T + self.c
            if self.modulus is not None:
                state = state % self.modulus
            held[:, t] = state
        return held


@dataclass(frozen=True)
class PlantedRecurrence:
    """A network, what it reads, and what was put in."""

    network: Model[StepArchitecture]
    channels: Channels
    answers: Callable[[Sequences], Int[ndarray, "n length outputs"]]


def plant(kind: str, dimension: int, seed: int) -> PlantedRecurrence:
    """Draw a recurrence and hide it in a network.

    Args:
        kind: one of `KINDS`.
        dimension: registers, 1 to 4; of "maximum", one of them is the maximum.
        seed: of everything that is drawn.
    """
    rng = np.random.default_rng([seed, KINDS.index(kind), dimension])
    return {
        "plain": _plain,
        "threshold, choice": _threshold_choice,
        "threshold, relu": _threshold_relu,
        "maximum": _maximum,
        "modulus": _modulus,
    }[kind](rng, dimension)


def noisy(planted: PlantedRecurrence, noise: float, seed: int) -> PlantedRecurrence:
    """The same with normal noise on every weight.

    Args:
        planted: the network.
        noise: standard deviation, as a part of the root mean square of each weight matrix.
        seed: of the noise.
    """
    rng = np.random.default_rng([seed, 7])
    parameters = {}
    for name, weights in planted.network.parameters.items():
        exact = weights.double().numpy()
        size = noise * float(np.sqrt(np.square(exact).mean())) if exact.size else 0.0
        parameters[name] = torch.from_numpy(exact + size * rng.normal(size=exact.shape))
    return replace(planted, network=replace(planted.network, parameters=parameters))


def _small(rng: np.random.Generator, *shape: int) -> Int[ndarray, "..."]:
    """Integers from -2 to 2, small ones more often."""
    return rng.choice([-2, -1, 0, 1, 2], shape, p=[0.08, 0.22, 0.4, 0.22, 0.08])


def _ranges(rng: np.random.Generator, channels: int) -> tuple[range, ...]:
    lows = rng.integers(-4, 1, channels)
    return tuple(range(int(low), int(low) + int(rng.integers(3, 9))) for low in lows)


def _registers(
    rng: np.random.Generator, n: int, channels: int, C: Int[ndarray, "outputs n"]
) -> Registers | None:
    """A system that the inputs reach and C shows, and that does not grow out of hand; or null."""
    A, B = _small(rng, n, n), _small(rng, n, channels)
    drift, first = rng.random(2) < 0.3
    made = Registers(A, B, _small(rng, n) * drift, _small(rng, n) * first)
    if not (C @ A @ B).any():
        return None  # a function of the input of the same step
    reached, told = [B], [C]
    for _ in range(TIMES * LENGTH):
        reached.append(A @ reached[-1])
        told.append(told[-1] @ A)
        if max(np.abs(reached[-1]).max(), np.abs(told[-1]).max()) > LARGEST:
            return None
    for part in (np.hstack(reached[:n]).T, np.vstack(told[:n])):
        if len(independent([[int(v) for v in row] for row in part])) < n:
            return None
    return made


def _drawn_registers(
    rng: np.random.Generator, n: int, channels: int, outputs: int
) -> tuple[Registers, Int[ndarray, "outputs n"]]:
    while True:
        C = _small(rng, outputs, n)
        if (made := _registers(rng, n, channels, C)) is not None:
            return made, C


def _uniform(rng: np.random.Generator, channels: Channels, count: int = 400) -> Sequences:
    return np.stack(
        [rng.integers(v.start, v.stop, (count, LENGTH)) for v in channels.inputs], axis=-1
    )


def _basis(rng: np.random.Generator, n: int) -> Float[ndarray, "n n"]:
    """A random basis with a condition of 16 at most."""
    left, right = (np.linalg.qr(rng.normal(size=(n, n)))[0] for _ in range(2))
    return left @ np.diag(rng.uniform(0.5, 2, n)) @ right


def _plain(rng: np.random.Generator, n: int) -> PlantedRecurrence:
    """Y = C s' + D x + d, of a linear network."""
    k, outputs = (int(rng.integers(1, 3)) for _ in range(2))
    held, C = _drawn_registers(rng, n, k, outputs)
    D = _small(rng, outputs, k) * (rng.random() < 0.5)
    d = rng.integers(-5, 6, outputs)
    channels = Channels(_ranges(rng, k), outputs)
    network = _linear_network(rng, held, C, D, d)

    def answers(sequences: Sequences) -> Int[ndarray, "n length outputs"]:
        return held.along(sequences) @ C.T + sequences @ D.T + d

    return PlantedRecurrence(network, channels, answers)


def _linear_network(
    rng: np.random.Generator,
    held: Registers,
    C: Float[ndarray, "outputs n"],
    D: Float[ndarray, "outputs channels"],
    d: Float[ndarray, " outputs"],
) -> Model[IntegerRecurrent]:
    """Registers, the last input where an answer needs it, and surplus units, in a random basis."""
    (n, k), surplus = held.B.shape, int(rng.integers(0, 3))
    inputs = k if D.any() else 0
    size = n + inputs + surplus
    A, B, b, start = np.zeros((size, size)), np.zeros((size, k)), np.zeros(size), np.zeros(size)
    A[:n, :n], B[:n], b[:n], start[:n] = held.A, held.B, held.c, held.start
    B[n : n + inputs] = np.eye(k)[:inputs]
    for unit in range(n + inputs, size):
        if rng.random() < 0.5:  # what a register holds, once more
            copied = int(rng.integers(n))
            A[unit, :n], B[unit], b[unit], start[unit] = (
                held.A[copied], held.B[copied], held.c[copied], held.start[copied]
            )  # fmt: skip
        else:  # what fades, and no answer shows
            A[unit, unit], B[unit] = rng.uniform(-0.8, 0.8), rng.normal(size=k)
    shown = np.zeros((len(C), size))
    shown[:, :n] = C
    shown[:, n : n + inputs] = D[:, :inputs]
    turn = _basis(rng, size)
    back = np.linalg.inv(turn)
    weights = {"A": turn @ A @ back, "B": turn @ B, "b": turn @ b, "h_0": turn @ start}
    weights |= {"C": shown @ back, "d": np.asarray(d, dtype=float)}
    shape = IntegerRecurrent(n_channels=k, d_hidden=size, n_outputs=len(C))
    return Model(shape, {name: torch.from_numpy(v) for name, v in weights.items()})


def _threshold(
    rng: np.random.Generator, n: int
) -> tuple[Registers, Int[ndarray, "1 n"], int, Channels]:
    """Registers, a sum of them, and a number that it reaches in about half of all cases."""
    while True:
        held, C = _drawn_registers(rng, n, 1, 1)
        channels = Channels(_ranges(rng, 1))
        reached = held.along(_uniform(rng, channels)) @ C[0]
        t = int(np.median(reached))
        if 0.2 < (reached >= t).mean() < 0.8:
            return held, C, t, channels


def _threshold_choice(rng: np.random.Generator, n: int) -> PlantedRecurrence:
    """Y = whether C s' >= t, of a linear network that chooses; it reads one-hot vectors."""
    held, C, t, channels = _threshold(rng, n)
    scale = rng.uniform(0.5, 2)
    common = rng.normal(size=(1, n))  # what both answers are told, no choice depends on
    logits = np.concatenate([common, common + scale * C])
    offsets = np.array([0.0, scale * (0.5 - t)]) + rng.normal()
    linear = _linear_network(rng, held, logits, np.zeros((2, 1)), offsets)
    weights, values = dict(linear.parameters), np.array(channels.inputs[0], dtype=float)
    weights["B"] = weights["B"] * torch.from_numpy(values)
    shape = replace(
        linear.architecture, readout="choice", one_hot=True, n_symbols=len(values)
    )  # fmt: skip
    network = Model(shape, weights, answers=(0, 1))

    def answers(sequences: Sequences) -> Int[ndarray, "n length outputs"]:
        return (held.along(sequences) @ C.T >= t).astype(np.int64)

    return PlantedRecurrence(network, channels, answers)


def _threshold_relu(rng: np.random.Generator, n: int) -> PlantedRecurrence:
    """Y = whether C s' >= t = relu(C s' - t + 1) - relu(C s' - t)."""
    held, C, t, channels = _threshold(rng, n)
    step = C @ held.A
    compared = _Compared(
        z=step.repeat(2, axis=0),
        x=(C @ held.B).repeat(2, axis=0),
        own=np.zeros((2, 2)),
        offset=(C @ held.c).repeat(2) - t + np.array([1, 0]),
    )
    network = _relu_network(
        rng, held, compared, np.zeros((n, 2)), np.zeros((1, n)), np.array([[1.0, -1.0]])
    )

    def answers(sequences: Sequences) -> Int[ndarray, "n length outputs"]:
        return (held.along(sequences) @ C.T >= t).astype(np.int64)

    return PlantedRecurrence(network, channels, answers)


def _maximum(rng: np.random.Generator, dimension: int) -> PlantedRecurrence:
    """A running maximum that is passed at some steps, and at others not."""
    while True:
        made, passed = _drawn_maximum(rng, dimension)
        if 0.1 < passed < 0.9:
            return made


def _drawn_maximum(rng: np.random.Generator, dimension: int) -> tuple[PlantedRecurrence, float]:
    """Y = m' + C s', where m' = max(m, e s' + f x) = m + relu(e s' + f x - m).

    And the part of steps at which the maximum is passed.
    """
    n = dimension - 1
    if n:
        held, e = _drawn_registers(rng, n, 1, 1)
        f = _small(rng, 1, 1) * (rng.random() < 0.5)
    else:
        none = np.zeros((0, 1), dtype=np.int64)
        held, e = Registers(none[:, :0], none, none[:, 0], none[:, 0]), none.T
        f = rng.choice([-2, -1, 1, 2], (1, 1))
    C = _small(rng, 1, n) * (rng.random() < 0.5)
    first = int(rng.integers(-3, 4))
    channels = Channels(_ranges(rng, 1))
    # z = (s, m before the step); the unit that compares is relu(e s' + f x - m)
    A = np.zeros((dimension, dimension), dtype=np.int64)
    A[:n, :n], A[n, n] = held.A, 1
    whole = Registers(
        A,
        np.concatenate([held.B, np.zeros((1, 1), dtype=np.int64)]),
        np.append(held.c, 0),
        np.append(held.start, first),
    )
    compared = _Compared(
        z=np.concatenate([e @ held.A, [[-1]]], axis=1),
        x=e @ held.B + f,
        own=np.array([[-1.0]]),
        offset=e @ held.c,
    )
    lifted = np.zeros((dimension, 1))
    lifted[n] = 1
    network = _relu_network(
        rng, whole, compared, lifted, np.append(C, [[1]], axis=1), np.array([[1.0]])
    )

    def maximum(sequences: Sequences) -> Int[ndarray, "n length 1"]:
        most = held.along(sequences) @ e.T + sequences @ f.T
        return np.maximum(np.maximum.accumulate(most, axis=1), first)

    def answers(sequences: Sequences) -> Int[ndarray, "n length outputs"]:
        return maximum(sequences) + held.along(sequences) @ C.T

    passed = float((np.diff(maximum(_uniform(rng, channels)), axis=1) > 0).mean())
    return PlantedRecurrence(network, channels, answers), passed


@dataclass(frozen=True)
class _Compared:
    """Units r' = relu(z-part z + x-part x + own r + offset) beside registers z."""

    z: Float[ndarray, "units n"]
    x: Float[ndarray, "units channels"]
    own: Float[ndarray, "units units"]
    offset: Float[ndarray, " units"]


def _relu_network(
    rng: np.random.Generator,
    held: Registers,
    compared: _Compared,
    lifted: Float[ndarray, "n units"],
    C: Float[ndarray, "outputs n"],
    E: Float[ndarray, "outputs units"],
) -> Model[IntegerRecurrent]:
    """Z' = A z + lifted r + B x + c in pairs of units, and y = C z' + E r'.

    The pairs are relu(v z) and relu(-v z) for the rows v of a random basis.
    """
    n, units = C.shape[1], len(compared.offset)
    turn = _basis(rng, n)
    # of the hidden state (relu(v z), relu(-v z), r): z, and what is z and r beside each other
    back = np.linalg.inv(turn)
    z_of = np.concatenate([back, -back, np.zeros((n, units))], axis=1)
    r_of = np.concatenate([np.zeros((units, 2 * n)), np.eye(units)], axis=1)
    moved = turn @ (held.A @ z_of + lifted @ r_of)
    weights = {
        "A": np.concatenate([moved, -moved, compared.z @ z_of + compared.own @ r_of]),
        "B": np.concatenate([turn @ held.B, -turn @ held.B, compared.x]),
        "b": np.concatenate([turn @ held.c, -turn @ held.c, compared.offset]),
        "h_0": np.concatenate(
            [np.maximum(turn @ held.start, 0), np.maximum(-turn @ held.start, 0), np.zeros(units)]
        ),
        "C": C @ z_of + E @ r_of,
        "d": np.zeros(len(C)),
    }
    weights = _hidden_units(rng, {name: v.astype(float) for name, v in weights.items()})
    shape = IntegerRecurrent(
        n_channels=held.B.shape[1],
        d_hidden=len(weights["b"]),
        n_outputs=len(C),
        activation="relu",
    )
    return Model(shape, {name: torch.from_numpy(v) for name, v in weights.items()})


def _hidden_units(rng: np.random.Generator, weights: dict[str, ndarray]) -> dict[str, ndarray]:
    """The same network with some units split in two, others that are off, scaled and permuted."""
    into = np.concatenate(
        [weights["A"], weights["B"], weights["b"][:, None], weights["h_0"][:, None]], axis=1
    )
    d, out = len(weights["b"]), np.concatenate([weights["A"], weights["C"]])
    source, shares = list(range(d)), np.ones(d)
    for _ in range(int(rng.integers(0, 3))):
        unit, part = int(rng.integers(d)), rng.uniform(0.2, 0.8)
        source.append(unit)
        shares = np.append(shares, 1 - part)
        shares[unit], shares[-1] = shares[unit] * part, shares[unit] * (1 - part)
    order = rng.permutation(len(source))
    scale = rng.uniform(0.5, 2, len(source))
    rows = np.array(source)[order]
    made = into[rows] * scale[:, None]
    given = out[:, rows] * (shares[order] / scale)
    return {
        "A": given[:d][rows] * scale[:, None],
        "B": made[:, d:-2],
        "b": made[:, -2],
        "h_0": made[:, -1],
        "C": given[d:],
        "d": weights["d"],
    }


def _modulus(rng: np.random.Generator, n: int) -> PlantedRecurrence:
    """Y = C s' modulo m, of registers modulo m: a machine, in a second-order network."""
    most = max(m for m in range(2, 14) if m**n <= MAX_STATES)
    while True:
        m = int(rng.integers(2, most + 1))
        A, B, c, start = (rng.integers(0, m, shape) for shape in ((n, n), (n, 1), n, n))
        C, channels = rng.integers(0, m, (1, n)), Channels(_ranges(rng, 1))
        machine = _machine(Registers(A, B, c, start, m), C, channels)
        if len(machine.minimise().transitions) >= min(m**n, 2 ** (n + 1)) // 2:
            break
    held = Registers(A, B, c, start, m)
    network = planted_network(machine.minimise(), seed=int(rng.integers(2**32)))
    signs = torch.from_numpy(rng.choice([-1.0, 1.0], network.architecture.d_hidden))
    p = network.parameters
    turned = {
        "W": p["W"] * signs[:, None] * signs,
        "b": p["b"] * signs,
        "h_0": p["h_0"] * signs,
        "W_out": p["W_out"] * signs,
        "b_out": p["b_out"],
    }

    def answers(sequences: Sequences) -> Int[ndarray, "n length outputs"]:
        return held.along(sequences) @ C.T % m

    return PlantedRecurrence(replace(network, parameters=turned), channels, answers)


def _machine(held: Registers, C: Int[ndarray, "1 n"], channels: Channels) -> Machine:
    """The machine of registers modulo m, of the states that the inputs reach."""
    first = tuple(int(v) for v in held.start)
    places, waiting, transitions, outputs = {first: 0}, [first], [], []
    symbols = tuple((int(x),) for x in channels.inputs[0])
    for state in waiting:
        row, said = [], []
        for (x,) in symbols:
            after = (held.A @ np.array(state) + held.B[:, 0] * x + held.c) % held.modulus
            key = tuple(int(v) for v in after)
            if key not in places:
                places[key] = len(places)
                waiting.append(key)
            row.append(places[key])
            said.append(int((C @ after)[0] % held.modulus))
        transitions.append(tuple(row))
        outputs.append(tuple(said))
    return Machine(tuple(transitions), tuple(outputs), symbols)
