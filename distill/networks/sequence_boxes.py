"""Black boxes over sequences: callables in memory, of which nothing is known but what they answer.

A network over sequences may be handed over as three callables, which start, step and answer, or as
one callable from whole sequences to answers. Neither can be stored, so that a run over one ends at
best in `tested`. What three callables remember is a hidden state as any other where it is made of
numbers with a point; of one callable nothing is seen, and what is stepped is the sequence so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.draws import symbols
from distill.domains.sequences import Channels
from distill.errors import DistillError, quoted, shown
from distill.networks.network import HasSteps

MAX_STEPS = 2_000
"""Of the longest sequences that a callable over whole sequences is asked about."""

EXACT = 1 << 53
"""Integers up to this size are kept exactly."""

MAX_KNOWN = 500_000
"""Steps and answers of callables that are kept, so that each is asked for once."""

REPEATED, REPEATED_STEPS = 64, 12
"""Sequences, and their steps, along which callables are asked twice."""

AT_ONCE = 4_096
"""Sequences that a callable is given together."""


@dataclass(frozen=True)
class SequenceBox(HasSteps):
    """What both sorts have: they read the numbers of symbols, and choose among answers.

    Attributes:
        channels: what the symbols stand for.
    """

    channels: Channels

    readout = "choice"
    reads_symbols = True
    step_shape = ()
    reached = False
    """Whether what is stepped is a hidden state, that can be looked at and moved."""

    @property
    def n_inputs(self) -> int:
        """How many symbols there are."""
        return self.channels.size

    def _read(self, numbers: Int[ndarray, " n"]) -> list[Any]:
        """Symbols as a callable takes them: a value, or a tuple of one for every channel."""
        values = symbols(numbers, self.channels.inputs).tolist()
        return (
            [row[0] for row in values]
            if len(self.channels.inputs) == 1
            else list(map(tuple, values))
        )


@dataclass(frozen=True)
class Stepped(SequenceBox):
    """Three callables: a state, a step of it, and what it answers.

    Attributes:
        first: the state before the first symbol: numbers, arrays and tensors, in tuples or lists.
        advance: from a state and a symbol to the next state.
        answer: from a state to an integer, a tuple of them, or logits of the answers.
        values: that answers have; null for any integers, and for logits 0, 1, 2, ...
    """

    first: Any
    advance: Callable[[Any, Any], Any]
    answer: Callable[[Any], Any]
    values: range | None = None
    _known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def reached(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether all that is remembered are numbers with a point, which can be moved a little."""
        return all(np.asarray(leaf).dtype.kind == "f" for leaf in _leaves(self.first))

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The state before the first symbol, as one vector."""
        return self._vector(self.first)

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, " n"], /
    ) -> Float[ndarray, "n d"]:
        """The states after one more symbol each: what is the same is asked once."""
        moved, known = np.empty_like(hidden), self._known
        with torch.no_grad():
            for row, (state, number) in enumerate(zip(hidden, inputs.tolist(), strict=True)):
                key = state.tobytes(), number
                if key not in known:
                    self._make_room()
                    (symbol,) = self._read(np.array([number]))
                    known[key] = self._vector(self._asked(self.advance, self._state(state), symbol))
                moved[row] = known[key]
        return moved

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, "n *answers"]:
        """The answers at states."""
        said, known = [], self._known
        with torch.no_grad():
            for state in hidden:
                key = state.tobytes(), -1
                if key not in known:
                    self._make_room()
                    known[key] = self._said(self._asked(self.answer, self._state(state)))
                said.append(known[key])
        shape = () if self.channels.outputs == 1 else (self.channels.outputs,)
        return np.array(said, dtype=np.int64).reshape(len(hidden), *shape)

    def _make_room(self) -> None:
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()

    def _asked(self, function: Callable[..., Any], *given: Any) -> Any:
        try:
            return function(*given)
        except Exception as error:
            raise DistillError(
                f"{_called(function)}({', '.join(shown(part) for part in given)}) raised "
                f"{quoted(error)}; it must answer for every state and symbol"
            ) from error

    def _said(self, answer: Any) -> int | list[int]:
        """An answer as integers; the place of the largest of logits."""
        outputs = self.channels.outputs
        if isinstance(answer, Tensor):
            answer = answer.detach().to("cpu", torch.float64).numpy()
        found = np.asarray(answer)
        whole = found.dtype.kind in "biu"
        if whole and found.shape == (() if outputs == 1 else (outputs,)):
            if self.values is not None:
                check_among(found, self.values)
            return found.astype(np.int64).tolist()
        if found.dtype.kind == "f" and outputs == 1 and found.ndim == 1 and len(found) > 1:
            if not np.isfinite(found).all():
                raise DistillError(f"{_called(self.answer)} gave logits that are not finite")
            values = range(len(found)) if self.values is None else self.values
            if len(values) != len(found):
                raise DistillError(
                    f"{_called(self.answer)} gave {len(found)} logits, and outputs={values} are "
                    f"{len(values)} answers: expected as many"
                )
            return values[int(found.argmax())]
        expected = "an integer" if outputs == 1 else f"a tuple of {outputs} integers"
        raise DistillError(
            f"{_called(self.answer)} gave {shown(answer)}: expected {expected}"
            + (", or the logits of two answers or more" if outputs == 1 else "")
        )

    def _vector(self, state: Any) -> Float[ndarray, " d"]:
        """A state as one vector.

        Raises:
            DistillError: it is not made of numbers, or of others than the first.
        """
        leaves, firsts, parts = _leaves(state), _leaves(self.first), list[ndarray]()
        if len(leaves) != len(firsts):
            raise DistillError(
                f"a state has {len(leaves)} parts, {shown(state)}, and the first has "
                f"{len(firsts)}, {shown(self.first)}: expected as many"
            )
        for leaf, first in zip(leaves, firsts, strict=True):
            if isinstance(leaf, Tensor):
                leaf = leaf.detach().to("cpu", torch.float64).numpy()
            values = np.asarray(leaf)
            if values.dtype.kind not in "biuf":
                raise DistillError(
                    f"a state holds a {type(leaf).__name__}, {shown(leaf)}: expected numbers, "
                    "arrays or tensors, in tuples or lists"
                )
            if values.shape != tuple(np.shape(first)):
                raise DistillError(
                    f"a state holds {shown(leaf)} where the first holds {shown(first)}: expected "
                    "numbers, arrays or tensors of one shape"
                )
            if values.dtype.kind in "iu" and np.abs(values.astype(np.float64)).max() > EXACT:
                raise DistillError(
                    f"a state holds {shown(leaf)}: expected integers up to {EXACT:,} in size"
                )
            parts.append(values.astype(np.float64).reshape(-1))
        return np.concatenate(parts) if parts else np.zeros(0)

    def _state(self, vector: Float[ndarray, " d"]) -> Any:
        """A vector as a state of the first one's make."""
        return _built(self.first, iter(vector))


@dataclass(frozen=True)
class Whole(SequenceBox):
    """One callable from sequences of symbols to their answers; a state is the sequence so far.

    Attributes:
        ask: from numbers of symbols [n, length] to the answers at every step [n, length], or at
            the last one alone [n].
        at_the_end: whether it answers at the end of a sequence alone.
        most: steps that are asked about at most.
    """

    ask: Callable[[Int[ndarray, "n length"]], Int[ndarray, "n *length"]]
    at_the_end: bool
    most: int = MAX_STEPS

    @property
    def start(self) -> Float[ndarray, " d"]:
        """No symbol yet: first their count, then the symbols."""
        return np.zeros(self.most + 1)

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, " n"], /
    ) -> Float[ndarray, "n d"]:
        """The sequences with one more symbol each."""
        longer, count = hidden.copy(), hidden[:, 0].astype(np.int64)
        if len(count) and count.max() >= self.most:
            raise DistillError(
                f"a sequence of more than {self.most:,} steps: give a smaller length"
            )
        longer[np.arange(len(count)), count + 1] = inputs
        longer[:, 0] = count + 1
        return longer

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, " n"]:
        """The answers at the ends of sequences; of none there is no answer, and 0 stands there."""
        counts = hidden[:, 0].astype(np.int64)
        said = np.zeros(len(hidden), dtype=np.int64)
        for count in np.unique(counts[counts > 0]):
            here = np.flatnonzero(counts == count)
            words, place = np.unique(
                hidden[here, 1 : count + 1].astype(np.int64), axis=0, return_inverse=True
            )
            said[here] = self._last(words)[place.reshape(-1)]
        return said

    def run(self, inputs: Int[ndarray, "n length"], /) -> Int[ndarray, "n length"]:
        """The answers after every step."""
        if not self.at_the_end:
            return np.concatenate([self.ask(part) for part in _parts(inputs)])
        ends = [self._last(inputs[:, : t + 1]) for t in range(inputs.shape[1])]
        return np.stack(ends, axis=1)

    def _last(self, words: Int[ndarray, "n length"]) -> Int[ndarray, " n"]:
        said = np.concatenate([self.ask(part) for part in _parts(words)])
        return said if self.at_the_end else said[:, -1]


def _parts(words: Int[ndarray, "n length"]) -> Iterator[Int[ndarray, "m length"]]:
    for first in range(0, max(1, len(words)), AT_ONCE):
        yield words[first : first + AT_ONCE]


def check_among(said: Int[ndarray, "*shape"], values: range) -> None:
    """Raise DistillError where an answer is none of the values that were said."""
    others = said[~np.isin(said, np.array(values))]
    if len(others):
        raise DistillError(
            f"the network answered {others[0]}: expected labels that are among outputs={values}"
        )


def stepped(given: Sequence[Any], channels: Channels, outputs: range | None = None) -> Stepped:
    """Three callables as a network, after a few steps that show whether they fit together.

    Args:
        given: (start, step, answer); the start is a state, or a callable that gives it.
        channels: what is read.
        outputs: the values that answers have; null for any.

    Raises:
        DistillError: they are not three, one of them failed, or a state is not made of numbers.
    """
    if len(given) != 3 or not all(map(callable, given[1:])):
        raise DistillError(
            f"{len(given)} callables: expected three, (start, step, answer): the state before the "
            "first symbol or a function that gives it, step(state, symbol), and answer(state)"
        )
    start, advance, answer = given
    try:
        first = start() if callable(start) and not isinstance(start, ndarray | Tensor) else start
    except Exception as error:
        raise DistillError(f"{_called(start)}() raised {quoted(error)}") from error
    box = Stepped(channels, first, advance, answer, outputs)
    numbers = np.arange(min(channels.size, 2), dtype=np.int64)
    hidden = box.step(np.repeat(box.start[None], len(numbers), axis=0), numbers)
    box.outputs(box.step(hidden, numbers))
    _check_repeats(box, Stepped(channels, first, advance, answer, outputs))
    return box


def _check_repeats(box: Stepped, again: Stepped) -> None:
    """What is remembered of a step must be what it gives: chance, or a count of calls, is not."""
    rng = np.random.default_rng(0)
    hidden = other = np.repeat(box.start[None], REPEATED, axis=0)
    for _ in range(REPEATED_STEPS):
        symbols = rng.integers(0, box.channels.size, REPEATED)
        hidden, other = box.step(hidden, symbols), again.step(other, symbols)
        if not (
            np.array_equal(hidden, other, equal_nan=True)
            and np.array_equal(box.outputs(hidden), again.outputs(other))
        ):
            raise DistillError(
                "the callables give something else when they are asked again: expected a step and "
                "an answer that depend on their arguments alone"
            )


def _leaves(state: Any) -> list[Any]:
    """Numbers, arrays and tensors of a state, from left to right."""
    if isinstance(state, tuple | list):
        return [leaf for part in state for leaf in _leaves(part)]
    return [state]


def _built(like: Any, numbers: Iterator[float]) -> Any:
    """A state of the same make, of other numbers."""
    if isinstance(like, tuple | list):
        parts = [_built(part, numbers) for part in like]
        return type(like)(*parts) if hasattr(like, "_fields") else type(like)(parts)
    if isinstance(like, Tensor):
        values = torch.tensor([next(numbers) for _ in range(like.numel())], dtype=torch.float64)
        return values.reshape(like.shape).to(like.device, like.dtype)
    values = np.array([next(numbers) for _ in range(int(np.size(like)))]).reshape(np.shape(like))
    if isinstance(like, ndarray):
        return values.astype(like.dtype)
    return type(like)(values.item())


def _called(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__))
