"""Answers that compare: a threshold, or a running extreme, of integer sums that a network holds.

Where a network is not linear itself, it may still hold registers that are (`held_forms`), and use
what else it can do at the end: say whether a sum of them reaches a number, or keep the largest
value that one has had. Such sums have small factors in a basis that reads well, so they are gone
through in turn, the plainest first, and what answers as the network does on a few hundred sequences
is tried on others.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker import draws
from distill.checker.linear_bound import IntegerSystem
from distill.domains.sequences import Channels
from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.kinds.recurrence.held.excluded import answers_differ, moves_at_rest
from distill.kinds.recurrence.held.held_forms import HeldForms, held_forms, scaled_forms
from distill.kinds.recurrence.linear.drives import Drive
from distill.kinds.recurrence.linear.linear_forms import written_forms
from distill.kinds.recurrence.linear.realisation import Assignment, recurrence_of
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model, model_of
from distill.records.attempts import shown_part
from distill.records.refusal import Refusal

PROBES = 400, 200
"""Uniform and stress sequences that a sum is looked for on."""

FRESH = 3000, 1000
"""Uniform and stress sequences that what was found is tried on."""

FACTORS = {1: 12, 2: 12, 3: 7, 4: 4, 5: 3}
"""Size of the factors that are gone through, by how many registers and inputs are summed."""

ROWS = 300
"""Answers that the factors of a running extreme are fitted to."""

TOP = 0.5, 0.1
"""Part of the values that an extreme has, the largest ones, at which these are taken."""

Sequences = Int[ndarray, "n length channels"]
Answers = Int[ndarray, "n length"]


@dataclass(frozen=True)
class Comparison:
    """A recurrence, all registers at once, and the same one after another."""

    recurrence: Recurrence
    assignments: tuple[Assignment, ...]


def compared(network: SequenceNetwork, length: int) -> Comparison | Refusal:
    """A threshold or a running extreme of linear registers that answers as a network does.

    Args:
        network: of integers, with one number as its answer.
        length: of the sequences that it can be trusted on.
    """
    model, channels = model_of(network.model, IntegerRecurrent), network.channels
    if model is None or channels.outputs > 1:
        return Refusal(("held sums: the network does not read integers for one answer",), {})
    ranges = channels.inputs
    probes, fresh = (
        np.concatenate(
            [
                draws.uniform(ranges, some, length, seed),
                draws.stress(ranges, more, length, seed + 1),
            ]
        )
        for (some, more), seed in ((PROBES, 31), (FRESH, 41))
    )
    said, wanted = network.run(probes)[..., 0], network.run(fresh)[..., 0]
    agree, registers = 0.0, 0
    for system, every in _systems(model, network, probes):
        search = _Search(system, channels, probes, said, every)
        registers = max(registers, len(system.A))
        for make in (search.threshold, search.extreme):
            made = make()
            if made is None:
                continue
            share = float((made.recurrence.run(fresh)[..., 0] == wanted).mean())
            if share == 1:
                return made
            agree = max(agree, share)
    held = f"{registers} linear registers" if registers else "no linear registers"
    close = f"; what came closest is right on {shown_part(agree)} of the steps" if agree else ""
    return Refusal(
        (
            f"held sums: the hidden state holds {held} of integers, and the answer is no threshold "
            f"or running extreme of a sum of them with small factors{close}",
        ),
        {"held": registers},
    )


def _systems(
    model: Model[IntegerRecurrent], network: SequenceNetwork, probes: Sequences
) -> Iterator[tuple[IntegerSystem, bool]]:
    """Registers that the network holds, and whether every sum of them is to be looked at.

    Of what it compares, for one thing, its own sum is enough.
    """
    hidden = network.hidden(probes)
    for form in scaled_forms(_compares(model, network, hidden, probes), probes):
        if (system := _plainest(form)) is not None:
            yield system, False
    forms = held_forms(hidden, probes)
    none = ((0,) * probes.shape[2],)
    empty = IntegerSystem((), (), (), (), ((),), none, (0,), after=False)
    system = None if forms is None else _plainest(forms)
    yield (empty if system is None else system), True


def _plainest(forms: HeldForms) -> IntegerSystem | None:
    written = written_forms(forms.M, forms.z)
    best = min(written, key=lambda form: (not form.system.after, form.cost), default=None)
    return None if best is None else best.system


def _compares(
    model: Model[IntegerRecurrent],
    network: SequenceNetwork,
    hidden: Float[ndarray, "n length d"],
    probes: Sequences,
) -> Float[ndarray, "n length numbers"]:
    """The numbers that a network compares: answers with the first one, or units with 0."""
    if model.architecture.readout == "choice":
        logits = hidden @ model.weights["C"].T
        return logits[..., 1:] - logits[..., :1]
    first = np.broadcast_to(model.start, (len(hidden), 1, hidden.shape[2]))
    before = np.concatenate([first, hidden[:, :-1]], axis=1)
    A, B, b = (model.weights[name] for name in ("A", "B", "b"))
    if network.reads_symbols:
        return before @ A.T + B.T[draws.numbers(probes, network.channels.inputs)] + b
    return before @ A.T + probes @ B.T + b


class _Search:
    """Linear registers beside a network's answers on some sequences.

    Sums are of the registers as an answer of theirs would read them, and of the inputs.
    """

    def __init__(
        self,
        system: IntegerSystem,
        channels: Channels,
        probes: Sequences,
        said: Answers,
        every: bool,
    ) -> None:
        self.system, self.channels, self.said, self.every = system, channels, said, every
        self.count, self.lags = len(system.A), probes.shape[1]
        self.columns = np.concatenate([_registers(system, probes), probes], axis=2)

    def threshold(self) -> Comparison | None:
        """Whether a sum reaches a number."""
        values = np.unique(self.said)
        if len(values) != 2:
            return None
        low, high = (int(value) for value in values)
        above = self.said == high
        if answers_differ(self.columns, self.said):
            return None
        for factors in self._sums():
            taken = self.columns @ factors
            least = int(taken[above].min())
            if least > int(taken[~above].max()):
                recurrence, assignments = self._written([factors])
                terms, offset = ex.terms_of(recurrence.outputs[0])
                answer = _reaches(terms, least - offset)
                if (low, high) != (0, 1):
                    answer = Operation("if", (answer, Constant(high), Constant(low)))
                return Comparison(replace(recurrence, outputs=(answer,)), assignments)
        return None

    def extreme(self) -> Comparison | None:
        """The largest value so far of a sum, times a factor, and a sum beside it."""
        if len(np.unique(self.said)) < 2:
            return None
        flat = self.columns.reshape(-1, self.columns.shape[2]).astype(float)
        beside, said = np.ones((len(flat), 1)), self.said.reshape(-1).astype(float)
        moved = np.diff(self.said, axis=1)
        both_ways = bool(moved.min() < 0 < moved.max())  # an extreme alone goes one way
        if moves_at_rest(self.columns, self.said, both_ways):
            return None
        if both_ways:
            beside = np.concatenate([flat, beside], axis=1)
        for factors, top in itertools.product(self._sums(), TOP):
            best = np.maximum.accumulate(self.columns @ factors, axis=1)
            # a register begins with a value that is passed sooner or later: the top is free of it
            taken = np.unique(best)
            count = max(2, int(len(taken) * top))  # one value says nothing of the factor
            rows = np.flatnonzero(best >= taken[-count:][0])
            rows = rows[np.argsort(best.reshape(-1)[rows], kind="stable")]
            rows = rows[:: max(1, len(rows) // ROWS)]
            design = np.concatenate([best.reshape(-1, 1)[rows].astype(float), beside[rows]], axis=1)
            whole = np.rint(np.linalg.lstsq(design, said[rows], rcond=None)[0]).astype(int)
            if whole[0] and (design @ whole == said[rows]).all():
                others = [0] * flat.shape[1] if beside.shape[1] == 1 else whole[1:-1].tolist()
                made = self._kept(factors, int(whole[0]), others, int(whole[-1]))
                if made is not None:
                    return made
        return None

    def _sums(self) -> Iterator[Int[ndarray, " factors"]]:
        """What the system answers, and sums with small factors, the plainest first."""
        for row, given in zip(self.system.C, self.system.D, strict=True):
            if any(row) or any(given):
                yield np.array((*row, *given), dtype=np.int64)
        if not self.every:
            return
        size = self.columns.shape[2]
        most = FACTORS.get(size, 1)
        rows = np.array(list(itertools.product(range(-most, most + 1), repeat=size)))
        rows = rows[np.gcd.reduce(rows, axis=1) == 1]
        yield from rows[np.lexsort((*(-rows.T), np.abs(rows).sum(axis=1)))]

    def _kept(
        self, factors: Int[ndarray, " factors"], times: int, beside: list[int], rest: int
    ) -> Comparison | None:
        """A register for the extreme, its first value from where the answers show it."""
        left = self.said - self.columns @ np.array(beside) - rest
        if (left % times).any():  # the first value is no multiple: the sum itself is one
            factors, times = factors * abs(times), 1 if times > 0 else -1
        kept, best = left // times, np.maximum.accumulate(self.columns @ factors, axis=1)
        hidden = kept > best
        first = int(kept[hidden].max()) if hidden.any() else int(kept.min())
        if not (kept == np.maximum(best, first)).all():
            return None
        wanted = [factors, np.array(beside)] if any(beside) else [factors]
        recurrence, assignments = self._written(wanted)
        (terms, offset), *others = map(ex.terms_of, recurrence.outputs)
        sign = 1 if times > 0 else -1
        summed = ex.add([(sign * factor, term) for factor, term in terms])
        name = "highest" if times > 0 else "lowest"
        operator = "max" if times > 0 else "min"
        following = Operation(operator, (Name(name), summed))
        held = Name(name) if recurrence.after else following
        shown = [pair for more, _ in others for pair in more]
        answer = ex.add(
            [(abs(times), held), *shown], rest + times * offset + sum(o for _, o in others)
        )
        line = ((name, following),)
        in_turn = (*assignments, line) if recurrence.after else (line, *assignments)
        if recurrence.after:
            following = Operation(operator, (Name(name), _before(summed, recurrence)))
        whole_loop = Recurrence(
            recurrence.inputs,
            (*recurrence.registers, name),
            (*recurrence.start, sign * (first - offset)),
            (*recurrence.updates, following),
            (answer,),
            recurrence.after,
        )
        return Comparison(whole_loop, in_turn)

    def _written(
        self, rows: list[Int[ndarray, " factors"]]
    ) -> tuple[Recurrence, tuple[Assignment, ...]]:
        """The least registers that give these sums, in the basis that reads best."""
        sums = [tuple(int(v) for v in row) for row in rows]
        system = replace(
            self.system,
            C=tuple(row[: self.count] for row in sums),
            D=tuple(row[self.count :] for row in sums),
            offset=(0,) * len(sums),
        )
        lags = max(self.lags, 2 * self.count + 3)
        forms = written_forms(system.markov(lags), system.drift(lags))
        best = min(forms, key=lambda form: form.cost)
        return recurrence_of(best, Drive(self.channels))


def _reaches(terms: list[tuple[int, Expression]], least: int) -> Expression:
    """That a sum is at least a number, with as few signs as there may be."""
    if 2 * sum(factor < 0 for factor, _ in terms) > len(terms):
        turned = [(-factor, term) for factor, term in terms]
        return Operation("<=", (ex.add(turned), Constant(-least)))
    return Operation(">=", (ex.add(terms), Constant(least)))


def _before(summed: Expression, recurrence: Recurrence) -> Expression:
    """A sum of next values, of those before the step."""
    updates = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    terms, offset = ex.terms_of(summed)
    return ex.add(
        [
            (factor, updates.get(term.name, term) if isinstance(term, Name) else term)
            for factor, term in terms
        ],
        offset,
    )


def _registers(system: IntegerSystem, sequences: Sequences) -> Int[ndarray, "n length registers"]:
    """The registers that an answer reads: after the step, or before it."""
    n = len(system.A)
    A, B = np.array(system.A, dtype=np.int64).reshape(n, n), np.array(system.B, dtype=np.int64)
    B = B.reshape(n, sequences.shape[2])
    state = np.tile(np.array(system.start, dtype=np.int64), (len(sequences), 1))
    found = np.empty((*sequences.shape[:2], n), dtype=np.int64)
    for t in range(sequences.shape[1]):
        after = state @ A.T + sequences[:, t] @ B.T + np.array(system.constant, dtype=np.int64)
        found[:, t] = after if system.after else state
        state = after
    return found
