"""A sequence task: what the steps of a sequence are, and the answer that is due at each of them.

    from itertools import accumulate
    from distill import SequenceTask, task

    @task
    def alternating_sum(length: int = 10) -> SequenceTask:
        "Sum of the inputs so far, with every second sign reversed."
        return SequenceTask(
            inputs={"x": range(10)},
            reference=lambda xs: list(accumulate((-1) ** t * x for t, x in enumerate(xs))),
            length=length,
        )

The reference is given a whole sequence and returns as many answers, of which answer t may depend
on inputs up to t only. Two helpers write most of them: `scan` for a state that is updated at every
step, `windows` for a function of the last few inputs. One name for several settings (`prev1` to
`prev5`) is a preset of one function: see `distill.tasks.family`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.errors import TaskError, TooLargeTaskError, quoted_with_line, shown, with_article
from distill.tasks.finite import Setting

MAX_LENGTH = 1000
"""Steps of a training sequence: recurrent networks are trained on ten or twenty."""

PROBES = 8
"""Sequences on which causality is tested, and cuts of each: one reference in sixteen would do."""

SHOWN = 40
"""Inputs of a sequence that an error message shows."""

State = TypeVar("State")
Sampler = Callable[[np.random.Generator, int, int], Int[ndarray, "n length channels"]]


@dataclass(frozen=True)
class SequenceTask:
    """A causal function from sequences to sequences, and what a network is trained on.

    Attributes:
        inputs: the values of every channel, by the channel's name: contiguous ranges.
        reference: the function to learn. Takes the list of the inputs, integers for one channel
            and tuples of integers for several, and returns a list of as many outputs, integers or
            tuples of `outputs` integers. Output t may depend on inputs up to t only.
        outputs: how many numbers an output has.
        length: steps of a training sequence.
        sampler: draws the training sequences from (generator, count, length); null draws every
            value uniformly from its range.
        symbols: a character for each value of a channel, for people to read: with {"x": "()"},
            0 is an opening bracket and 1 a closing one.
        name: names the folder of the runs; nothing else depends on it.
        settings: the settings that the task was built with.
        about: what is to be learned, in a sentence for people: nothing but a page says it.

    Raises:
        TaskError: a range, the length or the symbols cannot be used, or the reference or the
            sampler fails on a few sequences that are drawn to try them; the message says which.
    """

    over: ClassVar[str] = "sequences"
    """What it is a function of, in a word or two."""

    inputs: Mapping[str, range]
    reference: Callable[[list[Any]], list[Any]]
    outputs: int = 1
    length: int = 10
    sampler: Sampler | None = None
    symbols: Mapping[str, str] | None = None
    name: str = "task"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    about: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.inputs, Mapping) or not callable(self.reference):
            raise TaskError(
                "a sequence task takes inputs={'name': range(...), ...} and reference=a function "
                "from a list of inputs to a list of outputs"
            )
        length = self.length
        whole = isinstance(length, int) and not isinstance(length, bool)
        if not whole or not 1 <= length <= MAX_LENGTH:
            raise TaskError(
                f"the length of the training sequences is {self.length!r}: expected 1 to "
                f"{MAX_LENGTH:,} steps"
            )
        ranges = dict(zip(self.inputs, self.channels.inputs, strict=True))
        if not isinstance(self.symbols or {}, Mapping):
            raise TaskError(
                f"symbols are {self.symbols!r}: expected the characters of each channel, for "
                "example {'x': '()'}"
            )
        for name, characters in (self.symbols or {}).items():
            if name not in self.inputs:
                known = ", ".join(self.inputs)
                raise TaskError(f"symbols name a channel '{name}'; the channels are: {known}")
            values = ranges[name].stop - ranges[name].start
            if not isinstance(characters, str) or not (
                len(set(characters)) == len(characters) == values
            ):
                raise TaskError(
                    f"symbols of channel '{name}' are {characters!r}: expected a different "
                    f"character for each of its {many(values, 'value')}"
                )
        self.labels(self.sample(np.random.default_rng(0), PROBES))

    @property
    def channels(self) -> Channels:
        """The inputs and outputs under neutral names: all of the task that extraction sees."""
        return Channels(tuple(self.inputs.values()), self.outputs)

    @property
    def alphabet(self) -> Int[ndarray, "symbols channels"]:
        """Every symbol that a step can be, in row-major order.

        Raises:
            TaskError: there are too many to list.
        """
        return self.channels.alphabet

    def sample(
        self, rng: np.random.Generator, count: int, length: int | None = None
    ) -> Int[ndarray, "count length channels"]:
        """Sequences as they are trained on, of another length where one is given.

        Raises:
            TaskError: the length is below 1, or the sampler failed or drew something else.
        """
        length = self._length(length)
        if self.sampler is None:
            return self._uniform(rng, count, length)
        try:
            drawn = self.sampler(rng, count, length)
        except (Exception, SystemExit) as error:
            raise TaskError(
                f"the sampler raised {quoted_with_line(error)}, when asked for "
                f"{many(count, 'sequence')} of length {length}"
            ) from error
        shape = (count, length, len(self.inputs))
        if not isinstance(drawn, ndarray) or not np.issubdtype(drawn.dtype, np.integer):
            found = f"an array of {drawn.dtype}" if isinstance(drawn, ndarray) else shown(drawn)
            raise TaskError(
                f"the sampler drew {found}: expected an array of integers {list(shape)}"
            )
        if drawn.shape != shape:
            raise TaskError(
                f"the sampler drew an array {list(drawn.shape)}: expected "
                f"[count, length, channels] = {list(shape)}"
            )
        if not self.channels.hold(drawn):
            raise TaskError(
                f"the sampler drew values from {drawn.min()} to "
                f"{drawn.max()}: expected those of {dict(self.inputs)}"
            )
        return drawn.astype(np.int64)

    def labels(self, inputs: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length outputs"]:
        """The reference's answers at every step.

        Raises:
            TaskError: the reference failed, answered something else than it should, answered
                beyond 64-bit integers, or looked ahead on one of the first sequences.
        """
        sequences = self._sequences(inputs)
        answers = [self._answers(sequence) for sequence in sequences]
        for sequence, answer in zip(sequences[:PROBES], answers, strict=False):
            self._check_causal(sequence, answer)
        try:
            labels = np.array(answers, dtype=np.int64)
        except OverflowError:
            raise TooLargeTaskError(
                f"the reference answers beyond 64-bit integers within "
                f"{many(inputs.shape[1], 'step')}: "
                "ask for shorter sequences, or choose smaller ranges"
            ) from None
        return labels.reshape(*inputs.shape[:2], self.outputs)

    def spell(self, sequence: list[Any]) -> str:
        """A sequence as people write it: in the characters of `symbols` where there are any.

        Several channels are written one after another.
        """
        columns = [sequence] if len(self.inputs) == 1 else list(zip(*sequence, strict=True))
        written = []
        for (name, values), column in zip(self.inputs.items(), columns, strict=True):
            characters = (self.symbols or {}).get(name)
            if characters is None:
                written.append(" ".join(map(str, column)))
            else:
                written.append("".join(characters[value - values.start] for value in column))
        return ", ".join(written)

    def _length(self, length: int | None) -> int:
        if length is None:
            return self.length
        if length < 1:
            raise TaskError(f"sequences of length {length}: expected at least 1 step")
        return length

    def _uniform(
        self, rng: np.random.Generator, count: int, length: int
    ) -> Int[ndarray, "count length channels"]:
        ranges = self.channels.inputs
        drawn = [rng.integers(v.start, v.stop - 1, (count, length), endpoint=True) for v in ranges]
        return np.stack(drawn, axis=-1)

    def _sequences(self, inputs: Int[ndarray, "n length channels"]) -> list[list[Any]]:
        """As the reference takes them."""
        if inputs.shape[2] == 1:
            return inputs[:, :, 0].tolist()
        return [[tuple(symbol) for symbol in sequence] for sequence in inputs.tolist()]

    def _answers(self, sequence: list[Any]) -> list[Any]:
        """What the reference answers to a sequence, as far as shape and type go."""
        try:
            answers = self.reference(list(sequence))
        except (Exception, SystemExit) as error:
            raise TaskError(
                f"{self._call(sequence)} raised {quoted_with_line(error)}; it must answer "
                "for every sequence"
            ) from error
        expected = "an integer" if self.outputs == 1 else f"a tuple of {self.outputs} integers"
        if not isinstance(answers, list) or len(answers) != len(sequence):
            count = f" of {len(answers)}" if isinstance(answers, list) else ""
            raise TaskError(
                f"{self._call(sequence)} is {with_article(type(answers).__name__)}{count}: "
                f"expected a list of {len(sequence)}, {expected} for every input"
            )
        for t, answer in enumerate(answers):
            numbers = (answer,) if self.outputs == 1 else answer
            if (
                not isinstance(numbers, tuple)
                or len(numbers) != self.outputs
                or not all(isinstance(number, int | np.integer) for number in numbers)
            ):
                raise TaskError(
                    f"{self._call(sequence)} is {shown(answer)} at step {t}: expected {expected}"
                    f"{_how_many(answer)}"
                )
        return answers

    def _check_causal(self, sequence: list[Any], answers: list[Any]) -> None:
        """The start of a sequence must be answered alike, whatever comes after it."""
        if (again := self._answers(sequence)) != answers:
            t = next(t for t in range(len(answers)) if again[t] != answers[t])
            raise TaskError(
                f"{self._call(sequence)} answers {answers[t]} at step {t}, and {again[t]} when it "
                "is asked again: expected the same answers whenever it is asked"
            )
        whole = len(sequence)
        for cut in sorted({whole * part // PROBES for part in range(1, PROBES)} - {0}):
            alone = self._answers(sequence[:cut])
            if alone != answers[:cut]:
                t = next(t for t in range(cut) if alone[t] != answers[t])
                raise TaskError(
                    f"{self._call(sequence)} answers {answers[t]} at step {t}, and {alone[t]} if "
                    f"the sequence ends after {many(cut, 'step')}: output t may depend on "
                    "inputs up to t only"
                )

    def _call(self, sequence: list[Any]) -> str:
        """A call of the reference, for messages."""
        shown = ", ".join(map(str, sequence[:SHOWN]))
        if len(sequence) > SHOWN:
            shown += f", ... ({len(sequence)} in all)"
        read = f", the sequence {self.spell(sequence[:SHOWN])}," if self.symbols else ""
        return f"reference([{shown}]){read}"


def scan(
    step: Callable[[State, Any], tuple[State, Any]], start: State
) -> Callable[[list[Any]], list[Any]]:
    """The reference that carries a state along: `step(state, x)` is the next state and the output.

    Binary addition, for example, is `scan(lambda carry, x: divmod(carry + sum(x), 2), 0)`.
    """

    def reference(xs: list[Any]) -> list[Any]:
        state, outputs = start, []
        for x in xs:
            state, output = step(state, x)
            outputs.append(output)
        return outputs

    return reference


def windows(xs: list[Any], count: int) -> Iterator[list[Any]]:
    """For every step the last `count` inputs, the oldest first; before the start is 0.

    Raises:
        TaskError: the count is below 1.
    """
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_LENGTH:
        raise TaskError(f"a window of the last {count!r} inputs: expected 1 to {MAX_LENGTH:,}")
    padded = [0] * (count - 1) + xs
    return (padded[t : t + count] for t in range(len(xs)))


def _how_many(answer: Any) -> str:
    """How a task says that its answers are tuples, where one was met."""
    if not isinstance(answer, tuple):
        return ""
    count = len(answer)
    return f"; answers that are tuples of {count} are those of SequenceTask(..., outputs={count})"
