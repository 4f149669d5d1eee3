"""Integer registers in a recurrent network: a short loop that answers as it does.

What can be carried along a sequence in a simple way is listed by a grammar: sums, counts, extremes,
delays, how long ago something was true, and the same of one another. Registers that are read well
from the network's hidden state by a linear map come first, since those it seems to hold. The answer
is then looked for as an expression of few registers and the input. What fits the probes is run on
fresh sequences, uniform ones and ones that uniform draws almost never contain; where it fails, the
sequence joins the probes, and the simplest program that never fails is the result.

The network is asked and never looked into: any function that gives answers and hidden states will
do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker import draws
from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.expressions.expression import Constant
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.search import grammar, levels
from distill.kinds.recurrence.search.assemble import assemble, merged, program_cost
from distill.kinds.recurrence.search.bank import Bank
from distill.kinds.recurrence.search.families import of_families
from distill.kinds.recurrence.search.grammar import HELD, op
from distill.kinds.recurrence.search.joins import Candidate, Shelf, cheapest, numbers
from distill.kinds.recurrence.search.states import of_input, of_states, of_window
from distill.kinds.recurrence.search.truths import choices, conditions
from distill.records.attempts import shown_part
from distill.records.refusal import Refusal
from distill.waits import tell

Ask = Callable[
    [Int[ndarray, "n length channels"]],
    tuple[Int[ndarray, "n length outputs"], Float[ndarray, "n length d"]],
]
"""A network: integers at every step of sequences, and its hidden state after the step."""

Pair = tuple[Recurrence, Recurrence]
"""A program written in two ways: of registers after the step, and before it."""

PROBE_ROWS = 960
"""Steps of probe sequences to begin with."""

FRESH = 1500, 600
"""Uniform and stress sequences that a program is tried on."""

TRIED = 60
"""Candidates of a stage that are tried."""

LEARNED = 24
"""Counterexamples that join the probes at a time."""

ROUNDS = 6
"""How often counterexamples are learned from before a stage is given up."""

VALUES = 1_000_000_000
"""Values after which nothing further is begun: those of every column, once as it is computed and
once more for every answer that is looked for in it, and those of candidates on fresh sequences.

A count and no clock, so that what is found does not depend on the machine. A processor goes through
10 to 20 million a second; what is found takes 30 million at most in the tasks of the benchmark, and
answers that are no function of anything take 30 to 500 million.
"""

STAGES = "the input", "the last inputs", "registers", "sets of registers", "registers of registers"
"""What an answer is looked for in, in this order."""

INPUT, WINDOW, FIRST, SETS, SECOND = range(len(STAGES))


@dataclass(frozen=True)
class Probes:
    """Sequences with the network's answers and hidden states."""

    sequences: Int[ndarray, "n length channels"]
    answers: Int[ndarray, "n length outputs"]
    hidden: Float[ndarray, "n length d"]

    @classmethod
    def of(cls, ask: Ask, sequences: Int[ndarray, "n length channels"]) -> Probes:
        """Ask the network."""
        return cls(sequences, *ask(sequences))

    def joined(self, other: Probes) -> Probes:
        """These and others."""
        return Probes(
            np.concatenate([self.sequences, other.sequences]),
            np.concatenate([self.answers, other.answers]),
            np.concatenate([self.hidden, other.hidden]),
        )


def find_registers(
    ask: Ask, channels: Channels, length: int, n_outputs: int, values: int = VALUES
) -> Recurrence | Refusal:
    """The simplest program with registers that answers as a network does, or why there is none.

    Args:
        ask: the network: sequences to (answers, hidden states).
        channels: the values that the inputs have.
        length: of the sequences that the network can be trusted on.
        n_outputs: how many numbers an answer has.
        values: that may be gone through before nothing further is begun.
    """
    search = _Search(ask, channels, length, values)
    found: dict[int, Pair] = {}
    for stage in range(len(STAGES)):
        if search.spent:
            break
        for _ in range(ROUNDS):
            done = min(1.0, search.seen / search.values)
            tell(done, f"recurrences of {STAGES[stage]}, step {stage + 1} of at most {len(STAGES)}")
            bank = search.bank(stage)
            failures: list[Int[ndarray, "length channels"]] = []
            for output in range(n_outputs):
                if output not in found and not search.spent:
                    program, wrong = search.solve(stage, bank, output)
                    failures += wrong
                    if program is not None:
                        found[output] = program
            if len(found) == n_outputs:
                return merged([found[output] for output in range(n_outputs)])
            if not failures or search.spent:
                break
            search.learn(failures)
    return search.refusal([output for output in range(n_outputs) if output not in found])


class _Search:
    """What is known of the network so far."""

    def __init__(self, ask: Ask, channels: Channels, length: int, values: int) -> None:
        self.ask, self.channels, self.values = ask, channels, values
        self.seen = 0
        self.length = length
        count = max(24, PROBE_ROWS // length)
        ranges = channels.inputs
        self.probes = Probes.of(
            ask,
            np.concatenate(
                [
                    draws.uniform(ranges, 2 * count // 3, length, 1),
                    draws.stress(ranges, count // 3, length, 2),
                ]
            ),
        )
        self.draws = 0
        self.fresh = self._drawn()
        self.agreement: dict[int, float] = {}
        self.registers = 0
        self.reached = 0

    @property
    def spent(self) -> bool:
        """Whether as many values were gone through as may be."""
        return self.seen >= self.values

    def bank(self, stage: int) -> Bank:
        """The columns that a stage looks at, over the probes."""
        ranges = self.channels.inputs
        bank = Bank(self.probes.sequences, self.channels.names)
        grammar.add_inputs(bank, ranges)
        if stage >= WINDOW:
            grammar.add_delays(bank, ranges)
        if stage >= FIRST:
            answers = range(int(self.probes.answers.min()), int(self.probes.answers.max()) + 1)
            levels.add_first_level(bank, ranges, answers, self.probes.hidden)
            if stage >= SECOND:
                levels.add_second_level(bank, bank.decoded(self.probes.hidden), answers)
        self.reached = max(self.reached, stage)
        self.seen += len(bank.columns) * bank.count * bank.length
        self.registers = max(self.registers, len(bank.registers))
        return bank

    def solve(
        self, stage: int, bank: Bank, output: int
    ) -> tuple[Pair | None, list[Int[ndarray, "length channels"]]]:
        """The simplest program of a stage that never fails, and sequences on which others do."""
        answer = np.ascontiguousarray(self.probes.answers[:, :, output]).reshape(-1)
        self.seen += len(bank.columns) * len(answer)
        ranked: list[tuple[float, Pair]] = []
        for candidate in cheapest(self._candidates(stage, bank, output, answer), TRIED):
            pair = assemble(bank, candidate.expression)
            # a loop may use what it has just computed, or not: what is read is in between
            ranked.append((candidate.cost + min(map(program_cost, pair)), pair))
        ranked.sort(key=lambda entry: entry[0])
        failures = []
        wanted = self.fresh.answers[:, :, output]
        for _, pair in ranked:
            right = pair[0].run(self.fresh.sequences)[:, :, 0] == wanted
            self.seen += right.size * (1 + len(pair[0].registers))
            share = float(right.mean())
            self.agreement[output] = max(self.agreement.get(output, 0.0), share)
            if share == 1:
                return pair, []
            if len(failures) < LEARNED:
                wrong = np.flatnonzero(~right.all(axis=1))
                failures.append(self.fresh.sequences[wrong[len(failures) % len(wrong)]])
        return None, failures

    def _candidates(
        self, stage: int, bank: Bank, output: int, answer: Int[ndarray, " rows"]
    ) -> Iterator[Candidate]:
        """Expressions over a bank that give the answer on the probes."""
        if stage == INPUT:
            yield from of_input(bank, answer)
            return
        if stage == WINDOW:
            yield from of_window(bank, answer)
        shelf, decoded = self._shelf(bank)
        if stage == SETS:
            yield from of_states(bank, answer, decoded)
            return
        low, high = int(answer.min()), int(answer.max())
        truths = len(np.unique(answer)) == 2
        if truths:
            for candidate in conditions(shelf, answer == high):
                if (low, high) == (0, 1):
                    yield candidate
                else:
                    whole = op("if", candidate.expression, Constant(high), Constant(low))
                    yield Candidate(whole, candidate.cost + 5)
        near = float((shelf.values == answer).mean(axis=1).max())
        self.agreement[output] = max(self.agreement.get(output, 0.0), near)
        yield from numbers(shelf, answer)
        yield from cheapest(choices(shelf, answer))
        yield from of_families(bank, self.channels.inputs, answer)

    def _shelf(self, bank: Bank) -> tuple[Shelf, Float[ndarray, " registers"]]:
        """The columns of a bank, those first that are cheap and that the network holds."""
        decoded = bank.decoded(self.probes.hidden)
        scores = np.array(
            [
                column.cost - HELD * min((float(decoded[n]) for n in column.needs), default=0.0)
                for column in bank.columns
            ]
        )
        order = np.argsort(scores, kind="stable").tolist()
        columns = [bank.columns[place] for place in order]
        keys = np.array([bank.keys[place] for place in order])
        return Shelf(bank, columns, bank.values(order), keys), decoded

    def learn(self, failures: list[Int[ndarray, "length channels"]]) -> None:
        """Let counterexamples join the probes, and draw other fresh sequences."""
        chosen = np.unique(np.stack(failures), axis=0)[:LEARNED]
        self.probes = self.probes.joined(Probes.of(self.ask, chosen))
        self.fresh = self._drawn()

    def _drawn(self) -> Probes:
        """Sequences that were not drawn before."""
        self.draws += 1
        ranges, seed = self.channels.inputs, 2 * self.draws + 1
        some = draws.stress(ranges, FRESH[1], self.length, seed)
        more = draws.uniform(ranges, FRESH[0], self.length, seed + 1)
        return Probes.of(self.ask, np.concatenate([some, more]))

    def refusal(self, missing: list[int]) -> Refusal:
        """What was tried, and how far it got."""
        best = {output: self.agreement.get(output, 0.0) for output in missing}
        where = ", ".join(STAGES[: self.reached + 1])
        ended = (
            f"; the search ended there, its budget of {self.values:,} values being used up"
            if self.spent
            else ""
        )
        numbers = f"outputs {missing}" if len(missing) > 1 else "the answer"
        return Refusal(
            (
                f"no expression gives {numbers} on fresh sequences: looked for in {where}; "
                f"{many(self.registers, 'register')} were tried, and what came closest is right on "
                f"{shown_part(min(best.values()))} of the steps{ended}",
            ),
            {
                "registers": self.registers,
                "agreement": min(best.values()),
                "values": self.seen,
            },
        )
