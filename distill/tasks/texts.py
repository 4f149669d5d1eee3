"""A task over texts: lists that are read at once, and the answers that are due at their positions.

    from distill import TextTask, task

    @task
    def ranks(size: int = 6, length: int = 6) -> TextTask:
        "How many tokens of the text are smaller."
        return TextTask(
            inputs={"x": range(size)},
            outputs=range(length),
            reference=lambda xs: [sum(y < x for y in xs) for x in xs],
            length=length,
        )

A `SequenceTask` is read step by step: answer t may depend on inputs up to t only, and a recurrent
network learns it. A `TextTask` is read at once: every answer may depend on the whole text, and a
transformer learns it, on texts of every length up to one. With `causal=True` answer t may depend
on inputs up to t only here too, and the transformer sees no later ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.finite import check_range
from distill.domains.texts import LENGTHS, Texts
from distill.errors import TaskError, quoted_with_line, shown, with_article
from distill.tasks.finite import Setting

PROBES = 8
"""Texts on which a reference is tried, and cuts of each where it is to be causal."""
TextSampler = Callable[[np.random.Generator, int, int], Int[ndarray, "n length"]]
NETWORK: Mapping[str, type] = {
    **dict.fromkeys(("n_layers", "n_heads", "d_model", "d_mlp"), int),
    **{"layer_norm": bool, "activation": str},
}
"""What may be said of the transformer that learns a task over texts."""
ACTIVATIONS = ("relu", "gelu")


@dataclass(frozen=True)
class TextTask:
    """A function from lists to lists, and what a transformer is trained on.

    Attributes:
        inputs: the values of a token, by a name: one contiguous range.
        outputs: the values of an answer, a contiguous range.
        reference: the function to learn: from the list of all tokens to a list of as many answers;
            of a single one where `reads` is "last".
        length: tokens of the longest text; shorter ones are learned too.
        reads: whether every position is answered, or the last one alone.
        causal: whether answer t may depend on tokens up to t only.
        sampler: draws half of the training texts from (generator, count, length); null draws every
            token uniformly. The others are uniform and structured ones.
        network: fields of the transformer that are not as usual (`{"n_layers": 1}`).
        name: names the folder of the runs; nothing else depends on it.
        settings: the settings that the task was built with.
        about: what is to be learned, in a sentence for people.

    Raises:
        TaskError: a range or the length cannot be used, or the reference or the sampler fails on a
            few texts that are drawn to try them; the message says which.
    """

    over: ClassVar[str] = "texts"
    """What it is a function of, in a word or two."""

    inputs: Mapping[str, range]
    outputs: range
    reference: Callable[[list[int]], list[int]]
    length: int = 8
    reads: Literal["every", "last"] = "every"
    causal: bool = False
    sampler: TextSampler | None = None
    network: Mapping[str, int | bool | str] = field(default_factory=dict)
    name: str = "task"
    settings: Mapping[str, Setting] = field(default_factory=dict)
    about: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.inputs, Mapping) or len(self.inputs) != 1:
            raise TaskError(
                f"a task over texts takes inputs={{'x': range(...)}}, one range, and was given "
                f"{shown(self.inputs)}"
            )
        if not callable(self.reference):
            raise TaskError("a task over texts takes reference=a function from a list to a list")
        check_range("outputs", self.outputs)
        if isinstance(self.length, bool) or self.length not in LENGTHS:
            raise TaskError(
                f"the length of the longest text is {shown(self.length)}: expected 1 to "
                f"{LENGTHS[-1]} tokens"
            )
        for name, value in self.network.items():
            check_network_field(name, value)
        if self.reads not in ("every", "last"):
            raise TaskError(f"reads = {self.reads!r}: expected 'every' or 'last'")
        rng = np.random.default_rng(0)
        for length in sorted({1, self.texts.longest}):
            rows = self.sample(rng, PROBES, length)
            answers = self.labels(rows)
            self._check_settled(rows, answers)
            if self.causal and self.reads == "every":
                self._check_causal(rows, answers)

    @property
    def tokens(self) -> range:
        """The values of a token."""
        return next(iter(self.inputs.values()))

    @property
    def texts(self) -> Texts:
        """What texts are made of, under neutral names: all of the task that extraction sees."""
        return Texts(self.tokens, self.length)

    def sample(self, rng: np.random.Generator, count: int, length: int) -> Int[ndarray, "n length"]:
        """Texts of one length, of the task's own sampler where it has one.

        Raises:
            TaskError: the sampler failed, or drew something else.
        """
        tokens = self.tokens
        if self.sampler is None:
            return rng.integers(tokens.start, tokens.stop, (count, length))
        try:
            drawn = np.asarray(self.sampler(rng, count, length))
        except (Exception, SystemExit) as error:
            raise TaskError(
                f"the sampler raised {quoted_with_line(error)}, when asked for {count} texts of "
                f"{length} tokens"
            ) from error
        fits = drawn.shape == (count, length) and np.issubdtype(drawn.dtype, np.integer)
        if not fits or drawn.min() < tokens.start or drawn.max() >= tokens.stop:
            raise TaskError(
                f"the sampler drew an array {list(drawn.shape)} of {drawn.dtype}: expected "
                f"integers [{count}, {length}] of {tokens}"
            )
        return drawn.astype(np.int64)

    def labels(self, texts: Int[ndarray, "n length"]) -> Int[ndarray, "n answers"]:
        """The reference's answers.

        Raises:
            TaskError: it failed, or answered something else than it should.
        """
        return np.array([self._answers(text) for text in texts.tolist()], dtype=np.int64)

    def _answers(self, text: list[int]) -> list[int]:
        call = f"reference([{', '.join(map(str, text[:40]))}])"
        try:
            found = self.reference(list(text))
        except (Exception, SystemExit) as error:
            raise TaskError(
                f"{call} raised {quoted_with_line(error)}; it must answer for every text"
            ) from error
        count = len(text) if self.reads == "every" else 1
        if not isinstance(found, list) or len(found) != count:
            many = f" of {len(found)}" if isinstance(found, list) else ""
            each = "one for every token" if self.reads == "every" else "the answer at the end"
            raise TaskError(
                f"{call} is {with_article(type(found).__name__)}{many}: expected a list of "
                f"{count}, {each}"
            )
        for answer in found:
            if not isinstance(answer, int | np.integer) or answer not in self.outputs:
                raise TaskError(f"{call} has {shown(answer)}: expected answers of {self.outputs}")
        return [int(answer) for answer in found]

    def _check_settled(self, rows: Int[ndarray, "n length"], answers: ndarray) -> None:
        again = self.labels(rows)
        if (again != answers).any():
            row = int((again != answers).any(axis=1).argmax())
            raise TaskError(
                f"the reference answers {answers[row].tolist()} to {rows[row].tolist()}, and "
                f"{again[row].tolist()} when it is asked again: expected the same answers whenever "
                "it is asked"
            )

    def _check_causal(self, rows: Int[ndarray, "n length"], answers: ndarray) -> None:
        for cut in sorted({rows.shape[1] * part // PROBES for part in range(1, PROBES)} - {0}):
            alone = self.labels(rows[:, :cut])
            if (alone != answers[:, :cut]).any():
                row = int((alone != answers[:, :cut]).any(axis=1).argmax())
                raise TaskError(
                    f"the reference answers {answers[row].tolist()} to {rows[row].tolist()}, and "
                    f"{alone[row].tolist()} to its first {many(cut, 'token')}: expected the same "
                    "beginning with causal=True; leave it out where answers depend on later tokens"
                )


def check_network_field(name: str, value: object) -> None:
    """Raise TaskError where there is no such field of the transformer, or it cannot be that."""
    kind = NETWORK.get(name)
    match value:
        case bool():
            fits = kind is bool
        case int():
            fits = kind is int and value >= int(name != "d_mlp")
        case _:
            fits = kind is str and value in ACTIVATIONS
    if not fits:
        raise TaskError(
            f"network = {{{name!r}: {shown(value)}}}: expected {', '.join(NETWORK)}: counts above "
            f"0 (d_mlp may be 0), layer_norm True or False, activation {' or '.join(ACTIVATIONS)}"
        )


def wanted_network(task: TextTask) -> dict[str, Any]:
    """Fields of the transformer that a task is learned by: small, with a token before the text."""
    usual = {"n_layers": 2, "n_heads": 4, "d_model": 64, "d_mlp": 128, "layer_norm": False}
    return {**usual, **task.network}
