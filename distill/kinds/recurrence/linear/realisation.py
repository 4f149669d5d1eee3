"""From a linear network to a recurrence over integers, or to a refusal.

What a linear network computes is its impulse response, the Markov parameters C A^j B, and its
answers to no input. If these are integers but for a small error, they are rounded; the smallest
integer state space that has them (`lattice`), in the basis that reads best
(`readable`), is the program. A response that ends is written as a delay line and
one sum. The choice between answers before and after the step is one of what reads best, too.

Responses may also be multiples of 1/q for a small q, as of a mean: y = n/q + θ with integers n, and
rounded that is (n + o) // q, where o is the whole part of q (θ + 1/2). Where nothing is left of
that beside o, answers lie half-way between two integers, and rounding says nothing of them.

Where a network holds a state that no input reaches or that no output shows, rounding drops it: the
state space is of the least order, so each of its registers is a linear function of the network's
hidden state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy import ndarray

from distill.checker.draws import numbers
from distill.checker.linear_bound import IntegerSystem
from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.expressions import expression as ex
from distill.expressions.expression import Expression
from distill.kinds.recurrence.linear.drives import Drive, symbol_drive
from distill.kinds.recurrence.linear.linear_forms import MAX_ORDER, LinearForm, written_forms
from distill.kinds.recurrence.linear.readable import Line
from distill.kinds.recurrence.linear.register_names import register_names
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.stored import Model
from distill.records.refusal import Refusal

TOLERANCE = 0.05
"""How far from an integer a Markov parameter may be: of random ones, one in ten is that near."""

MOST_PARTS = 12
"""Of 1, that the responses may be multiples of."""

CHECKED = 2000
"""Fresh sequences on which network and recurrence are compared."""

CHECK_SEED = 20_402

Assignment = tuple[tuple[str, Expression], ...]
"""Registers that are set at once, with what they are set to."""

Integers = Shaped[ndarray, "..."]


@dataclass(frozen=True)
class Responses:
    """Markov parameters and answers to no input as integers, in parts of 1/q of every output.

    Attributes:
        M: the responses to an input of 1 at the first step, as Python integers; with one-hot
            inputs, to a symbol instead of symbol 0.
        z: the answers to no input.
        parts: q by the output.
        deviation: the largest distance that was rounded away.
    """

    M: Shaped[ndarray, "lags outputs channels"]
    z: Shaped[ndarray, "lags outputs"]
    parts: tuple[int, ...]
    deviation: float


@dataclass(frozen=True)
class Realisation:
    """A linear network as a recurrence over integers.

    Attributes:
        recurrence: all registers at once, of old values.
        assignments: the same one after another: a name stands for the new value once it was set.
        system: the same as matrices, for `distill.checker.linear_bound`; B and D have a column
            for every input of the network: a channel, or a symbol.
        lags: Markov parameters that were rounded.
        deviation: the largest distance of one of them, or of an answer to no input, to an integer,
            where they are in q-th parts that of q times each.
    """

    recurrence: Recurrence
    assignments: tuple[Assignment, ...]
    system: IntegerSystem
    lags: int
    deviation: float


def realise(
    network: Model[IntegerRecurrent], channels: Channels, length: int
) -> Realisation | Refusal:
    """Read a linear network as a recurrence over integers.

    Args:
        network: with linear activation and a "value" as its readout.
        channels: what it reads; one-hot vectors are of their symbols.
        length: of the sequences that it can be trusted on.
    """
    a = network.architecture
    if a.activation != "linear" or a.readout != "value":
        return Refusal(("integer realisation: the network is not linear",), {})
    if a.n_inputs != (channels.size if a.one_hot else len(channels.inputs)):
        return Refusal((f"integer realisation: the network does not read {channels}",), {})
    read = _in_integers(network, length)
    if isinstance(read, Refusal):
        return read
    found = of_responses(read, channels, a.one_hot)
    if isinstance(found, Refusal):
        return found
    agree = _agreement(network, found.recurrence, channels, length)
    if agree < 1:
        return Refusal(
            (
                f"integer realisation: the recurrence answers {agree:.2%} of {CHECKED} sequences "
                "as the network does",
            ),
            {"deviation": read.deviation, "lags": len(read.M), "agreement": agree},
        )
    return found


def of_responses(read: Responses, channels: Channels, one_hot: bool) -> Realisation | Refusal:
    """The recurrence that answers so, of those that were found the one that reads best.

    Args:
        read: what a network answers to single inputs.
        channels: what it reads.
        one_hot: whether its inputs are symbols, and not the integers of the channels.
    """
    M, drive = read.M, Drive(channels)
    if one_hot:
        drive, M = symbol_drive(M, channels)
    forms = list(written_forms(M, read.z))
    if not forms:
        return Refusal(
            (
                f"integer realisation: {many(len(read.M), 'step')} do not determine what the "
                "network's "
                f"response goes on with, in at most {MAX_ORDER} registers",
            ),
            {"deviation": read.deviation, "lags": len(read.M)},
        )
    best = min(forms, key=lambda form: form.cost)
    return _realisation(best, drive, read)


def matrices(recurrence: Recurrence) -> IntegerSystem | None:
    """The matrices of a recurrence, or null where an expression of it is not linear."""
    names = (*recurrence.registers, *recurrence.inputs)
    n = len(recurrence.registers)

    def row(expression: Expression) -> tuple[int, ...] | None:
        terms, offset = ex.terms_of(expression)
        factors = dict.fromkeys(names, 0)
        for factor, term in terms:
            if not isinstance(term, ex.Name):
                return None
            factors[term.name] += factor
        return (*factors.values(), offset)

    rows = [row(expression) for expression in (*recurrence.updates, *recurrence.outputs)]
    known = [found for found in rows if found is not None]
    if len(known) < len(rows):
        return None
    updates, outputs = known[:n], known[n:]
    return IntegerSystem(
        A=tuple(found[:n] for found in updates),
        B=tuple(found[n:-1] for found in updates),
        constant=tuple(found[-1] for found in updates),
        start=recurrence.start,
        C=tuple(found[:n] for found in outputs),
        D=tuple(found[n:-1] for found in outputs),
        offset=tuple(found[-1] for found in outputs),
        after=recurrence.after,
    )


def _in_integers(network: Model[IntegerRecurrent], length: int) -> Responses | Refusal:
    """The response in integers, or in as few parts of them as it takes."""
    markov, drift = _responses(network, max(length, 2 * network.architecture.d_hidden + 3))
    whole = max(_off(markov[:length]), _off(drift[:length]))
    if whole <= TOLERANCE:
        off = np.maximum(_off_at(markov), _off_at(drift))
        lags = _near(off, length)
        M, z = _rounded(markov[:lags]), _rounded(drift[:lags])
        return Responses(M, z, (1,) * drift.shape[1], float(off[:lags].max()))
    refusal = Refusal(
        (
            "integer realisation: the network is linear, but its response to an input of 1 is "
            f"{whole:.2f} from integers within {many(length, 'step')} (at most {TOLERANCE} is "
            "taken), and "
            f"from all multiples of 1/2 to 1/{MOST_PARTS} too",
        ),
        {"deviation": whole},
    )
    parts: list[int] = []
    for o in range(drift.shape[1]):
        tried = range(1, MOST_PARTS + 1)
        found = next((q for q in tried if _off(q * markov[:length, o]) <= TOLERANCE), None)
        if found is None:
            return refusal
        parts.append(found)
    q = np.array(parts, dtype=float)
    # what is left beside the whole part may differ from step to step: no answer depends on it
    raised = q * (drift + 0.5)
    if not (np.abs(raised[:length]) < 2.0**53).all():
        return refusal
    near = np.array([_off(row) for row in raised])
    tie = float(np.abs(raised[:length] - np.rint(raised[:length])).min())
    if tie < TOLERANCE:
        return Refusal(
            (
                f"integer realisation: the network answers in parts of 1/{max(parts)}, and some of "
                f"them are half-way between two integers but for {tie / max(parts):.2g}: how they "
                "are rounded is no rule",
            ),
            {"deviation": whole, "tie": tie},
        )
    unclear = np.array([np.abs(row - np.rint(row)).min() < TOLERANCE for row in raised])
    off = np.where(unclear | np.isinf(near), np.inf, _off_at(q[:, None] * markov))
    lags = _near(off, length)
    M, z = _rounded((q[:, None] * markov)[:lags]), _rounded(np.floor(raised[:lags]))
    return Responses(M, z, tuple(parts), float(off[:lags].max()))


def _responses(
    network: Model[IntegerRecurrent], most: int
) -> tuple[Float[ndarray, "lags outputs channels"], Float[ndarray, "lags outputs"]]:
    """Markov parameters and answers to no input.

    Of one-hot inputs no input is symbol 0, and responses are differences to it.
    """
    A, B, b, C, d = (network.weights[name] for name in ("A", "B", "b", "C", "d"))
    if network.architecture.one_hot:
        B, b = B - B[:, :1], b + B[:, 0]
    markov, drift = np.empty((most, len(C), B.shape[1])), np.empty((most, len(C)))
    state, hidden = B, network.start
    for j in range(most):
        markov[j], state = C @ state, A @ state
        hidden = A @ hidden + b
        drift[j] = C @ hidden + d
    return markov, drift


def _near(off: Float[ndarray, " most"], length: int) -> int:
    """Lags that are near integers: `length`, and more where that tells how the response goes on."""
    beyond = np.flatnonzero(off[length:] > TOLERANCE)
    return length + int(beyond[0]) if len(beyond) else len(off)


def recurrence_of(form: LinearForm, drive: Drive) -> tuple[Recurrence, tuple[Assignment, ...]]:
    """A form with names: all registers at once, and the same one after another."""
    system, n, inputs = form.system, len(form.system.A), drive.names
    lines = sorted((line for group in form.groups for line in group), key=lambda one: one.register)
    names = register_names(lines, inputs)

    def total(factors: tuple[int, ...], driven: tuple[int, ...], constant: int) -> Expression:
        terms, offset = drive.terms(driven, constant)
        return ex.add([(v, ex.Name(name)) for v, name in zip(factors, names, strict=True)] + terms,
                      offset)  # fmt: skip

    def answer(o: int) -> Expression:
        terms, offset = drive.terms(system.D[o], system.offset[o])
        held = zip(system.C[o], names, strict=True)
        return ex.add([*terms, *((v, ex.Name(name)) for v, name in held)], offset)

    def line_source(line: Line) -> Expression:
        terms, offset = drive.terms(line.columns[: len(inputs)], sum(line.columns[len(inputs) :]))
        i, named = line.register, [ex.Name(name) for name in names]
        own = [(line.old[i], named[i])]
        fresh = list(zip(line.fresh, named, strict=True))
        others = [(v, named[k]) for k, v in enumerate(line.old) if k != i]
        return ex.add([*own, *fresh, *others, *terms], offset)

    recurrence = Recurrence(
        inputs=drive.channels.names,
        registers=names,
        start=system.start,
        updates=tuple(total(system.A[i], system.B[i], system.constant[i]) for i in range(n)),
        outputs=tuple(answer(o) for o in range(len(system.C))),
        after=system.after,
    )
    assignments = tuple(
        tuple((names[line.register], line_source(line)) for line in group) for group in form.groups
    )
    return recurrence, assignments


def _realisation(form: LinearForm, drive: Drive, read: Responses) -> Realisation:
    recurrence, assignments = recurrence_of(form, drive)
    system = form.system
    divisors = read.parts if max(read.parts) > 1 else ()
    whole = replace(
        system,
        B=tuple(drive.columns(row) for row in system.B),
        D=tuple(drive.columns(row) for row in system.D),
        divisors=divisors,
    )
    answers = tuple(
        ex.Operation("//", (answer, ex.Constant(q))) if q > 1 else answer
        for answer, q in zip(recurrence.outputs, read.parts, strict=True)
    )
    recurrence = replace(recurrence, outputs=answers)
    return Realisation(recurrence, assignments, whole, len(read.M), read.deviation)


def _agreement(
    network: Model[IntegerRecurrent], recurrence: Recurrence, channels: Channels, length: int
) -> float:
    """Part of fresh sequences on which network and recurrence answer alike at every step."""
    rng = np.random.default_rng(CHECK_SEED)
    drawn = [
        rng.integers(v.start, v.stop - 1, (CHECKED, length), endpoint=True) for v in channels.inputs
    ]
    sequences: Int[ndarray, "n length channels"] = np.stack(drawn, axis=-1)
    sequences[0] = [v.start for v in channels.inputs]
    sequences[1] = [v.stop - 1 for v in channels.inputs]
    read = sequences
    if network.architecture.one_hot:
        read = numbers(sequences, channels.inputs)[:, :, None]
    same = network.run(read) == recurrence.run(sequences)
    return float(same.all(axis=(1, 2)).mean())


def _off(values: Float[ndarray, "..."]) -> float:
    """The largest distance to an integer; infinite where one is not a number of 2^53 at most."""
    if not (np.abs(values) < 2.0**53).all():
        return float("inf")
    return float(np.abs(values - np.rint(values)).max(initial=0.0))


def _off_at(values: Float[ndarray, "lags ..."]) -> Float[ndarray, " lags"]:
    return np.array([_off(part) for part in values])


def _rounded(values: Float[ndarray, "..."]) -> Integers:
    found = np.empty(values.size, dtype=object)
    found[:] = [int(v) for v in np.rint(values).ravel()]
    return found.reshape(values.shape)
