"""The same three extractors, of a network that is asked and not looked into: a control.

What does looking inside buy? Here a network is a function from sequences to its rounded answers,
and every use that extraction makes of hidden states and weights is replaced by questions:

- a state of a machine is the sequence that leads to it, read again for every continuation. So the
  extractor of machines becomes a learner from queries (Angluin, Information and Computation 75,
  1987, with the counterexamples of Rivest and Schapire), its limits unchanged;
- the response to an impulse is the difference of the answers with it and without it, an integer as
  it is (Ho and Kalman, 1966). That the answers to several inputs are the sum of those to each is
  tried on sequences, since it does not follow from an architecture;
- registers are looked for in the order of their cost alone: hidden states that never change say
  nothing of what is held.

What a network is cannot be known from outside, so that everything is tried on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy import ndarray

from distill.checker import draws
from distill.domains.sequences import Channels
from distill.kinds.automaton.extract import extract_machine
from distill.kinds.automaton.kind import MAX_SYMBOLS
from distill.kinds.automaton.mechanism import AutomatonMechanism, automaton_of
from distill.kinds.kind import Mechanism
from distill.kinds.recurrence.extract import Reading, named
from distill.kinds.recurrence.linear.linear_forms import MAX_ORDER
from distill.kinds.recurrence.linear.realisation import (
    CHECKED,
    Realisation,
    Responses,
    of_responses,
)
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.search.registers import find_registers
from distill.networks.network import HasSteps
from distill.records.refusal import Refusal

LAGS = 2 * MAX_ORDER + 3
"""Steps for which an impulse is followed at most: enough for `MAX_ORDER` registers."""

CHECK_SEEDS = 3, 4
"""Of the uniform and of the stress sequences on which answers are added up."""

NONE = -1.0
"""Behind the end of a word."""


class OutputsOnly:
    """A network's answers along chosen sequences, and nothing else of it.

    Attributes:
        channels: what it reads.
        steps: of which answers were asked for so far.
    """

    __slots__ = ("_answers", "channels", "steps")

    def __init__(
        self,
        answers: Callable[[Int[ndarray, "n length channels"]], Int[ndarray, "n length outputs"]],
        channels: Channels,
    ) -> None:
        # a function of its own: a bound method would lead back to the network
        self._answers = lambda sequences: answers(sequences)
        self.channels = channels
        self.steps = 0

    def run(self, sequences: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length outputs"]:
        """The answers along sequences."""
        self.steps += sequences.shape[0] * sequences.shape[1]
        return self._answers(sequences)


def read_answers(
    network: OutputsOnly, length: int
) -> tuple[tuple[Mechanism, ...], tuple[Refusal, ...]]:
    """What every extractor finds by asking alone, and what those that find nothing say.

    Args:
        network: which answers.
        length: of the sequences that it can be trusted on.
    """
    readings, refusals = list[Mechanism](), list[Refusal]()
    for extract in (learn_machine, learn_system, learn_registers):
        found = extract(network, length)
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            readings.append(found)
    return tuple(readings), tuple(refusals)


@dataclass(frozen=True)
class _Words(HasSteps):
    """What `extract_machine` steps: a state is the word read so far, filled up with `NONE`."""

    network: OutputsOnly
    longest: int

    @property
    def start(self) -> Float[ndarray, " d"]:
        return np.full(self.longest, NONE)

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, " n"], /
    ) -> Float[ndarray, "n d"]:
        longer = hidden.copy()
        longer[np.arange(len(hidden)), _lengths(hidden)] = inputs
        return longer

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, " n"]:
        lengths = _lengths(hidden)
        said = np.empty(len(hidden), dtype=np.int64)
        for length in np.unique(lengths).tolist():
            here = lengths == length
            said[here] = self.run(hidden[here, :length].astype(np.int64))[:, -1]
        return said

    def run(self, inputs: Int[ndarray, "n length"], /) -> Int[ndarray, "n length"]:
        return self.network.run(draws.symbols(inputs, self.network.channels.inputs))[..., 0]


def _lengths(words: Float[ndarray, "n d"]) -> Int[ndarray, " n"]:
    return (words != NONE).sum(axis=1)


def learn_machine(network: OutputsOnly, length: int) -> AutomatonMechanism | Refusal:
    """A finite-state machine, its states told apart by the answers after continuations."""
    channels = network.channels
    if channels.outputs > 1 or channels.size > MAX_SYMBOLS:
        return Refusal(
            (
                f"machine: {channels.size:,} symbols and answers of {channels.outputs} numbers; "
                f"at most {MAX_SYMBOLS} and 1 are taken",
            ),
            {"symbols": channels.size},
        )
    symbols = tuple(tuple(int(value) for value in row) for row in channels.alphabet)
    # a way to a state and one symbol more, and behind them a continuation
    words = _Words(network, 2 * length + 2)
    found = extract_machine(words, symbols, length)
    if isinstance(found, Refusal):
        return found
    return automaton_of(found.machine.minimise(), found.machine.states, found.rounds)


def learn_system(network: OutputsOnly, length: int) -> RecurrenceMechanism | Refusal:
    """An integer system, of the answers to impulses; of integers, or else of symbols."""
    channels, shares = network.channels, list[float]()
    for one_hot in (False, True) if channels.size <= MAX_SYMBOLS else (False,):
        markov, drift = _responses(network, max(LAGS, length), one_hot)
        shares.append(_additive(network, markov, drift, length, one_hot))
        if shares[-1] < 1:
            continue
        # beyond the training length a network may drift: no further than it takes
        for lags in range(length, len(markov) + 1):
            whole = (1,) * drift.shape[1]
            read = Responses(_exact(markov[:lags]), _exact(drift[:lags]), whole, 0.0)
            found = of_responses(read, channels, one_hot)
            if isinstance(found, Realisation):
                return named(
                    Reading(found.recurrence, found.assignments, None, network.channels.inputs)
                )
        return Refusal(
            (
                f"integer realisation: the answers to impulses within {len(markov)} steps do not "
                f"determine how they go on, in at most {MAX_ORDER} registers",
            ),
            {"lags": len(markov)},
        )
    return Refusal(
        (
            "integer realisation: the answers to several inputs are the sum of those to each on "
            f"{max(shares):.1%} of sequences",
        ),
        {"additive": max(shares)},
    )


def learn_registers(network: OutputsOnly, length: int) -> RecurrenceMechanism | Refusal:
    """Registers, with hidden states that say nothing."""

    def ask(
        sequences: Int[ndarray, "n length channels"],
    ) -> tuple[Int[ndarray, "n length outputs"], Float[ndarray, "n length d"]]:
        return network.run(sequences), np.zeros((*sequences.shape[:2], 1))

    found = find_registers(ask, network.channels, length, network.channels.outputs)
    return (
        found
        if isinstance(found, Refusal)
        else named(Reading(found, None, None, network.channels.inputs))
    )


def _responses(
    network: OutputsOnly, lags: int, one_hot: bool
) -> tuple[Int[ndarray, "lags outputs inputs"], Int[ndarray, "lags outputs"]]:
    """Differences of answers with an input of 1 at the first step and without; answers to 0.

    With `one_hot` the inputs are symbols, and symbol 0 is none.
    """
    ranges = network.channels.inputs
    if one_hot:
        first = np.arange(network.channels.size)
        words = np.zeros((len(first), lags), dtype=np.int64)
        words[:, 0] = first
        said = network.run(draws.symbols(words, ranges))
        return np.moveaxis(said - said[0], 0, -1), said[0]
    rest = np.array([0 if 0 in values else values.start for values in ranges])
    ways = [1 if value + 1 in values else -1 for value, values in zip(rest, ranges, strict=True)]
    sequences = np.tile(rest, (1 + len(ranges), lags, 1))
    for place, way in enumerate(ways):
        sequences[1 + place, 0, place] += way
    said = network.run(sequences)
    markov = np.moveaxis((said[1:] - said[0]) * np.array(ways)[:, None, None], 0, -1)
    return markov, said[0] - np.cumsum(markov @ rest, axis=0)


def _additive(
    network: OutputsOnly,
    markov: Int[ndarray, "lags outputs inputs"],
    drift: Int[ndarray, "lags outputs"],
    length: int,
    one_hot: bool,
) -> float:
    """Part of fresh sequences whose answers are the sum of those to every input."""
    ranges = network.channels.inputs
    sequences = np.concatenate(
        [
            draws.uniform(ranges, CHECKED, length, CHECK_SEEDS[0]),
            draws.stress(ranges, CHECKED, length, CHECK_SEEDS[1]),
        ]
    )
    numbered = draws.numbers(sequences, ranges)
    summed = np.tile(drift[:length], (len(sequences), 1, 1))
    for step, lag in _lags(length):
        if one_hot:
            summed[:, step] += markov[lag].T[numbered[:, step - lag]]
        else:
            summed[:, step] += sequences[:, step - lag] @ markov[lag].T
    return float((summed == network.run(sequences)).all(axis=(1, 2)).mean())


def _lags(length: int) -> Iterator[tuple[int, int]]:
    """Every step with every earlier one, by how long ago that was."""
    return ((step, lag) for step in range(length) for lag in range(step + 1))


def _exact(values: Int[ndarray, "*shape"]) -> Shaped[ndarray, "*shape"]:
    """As Python integers."""
    return values.astype(object)
