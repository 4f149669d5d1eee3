"""How a callable over whole sequences wants to be called, and what it gives: found out by calling.

A callable may take positions of values as integers [n, length] (with an axis of channels where
there are several), the values as floats [n, length, channels], or one-hot vectors; sequences may
stand in the first axis or in the second; it may answer at every step or at the end. Which of these
it is shows in what it does: sequences that are called together must be answered as each alone, and
the beginning of a sequence as the whole sequence begins. A plain function is asked first with one
sequence at a time, as a list of numbers, and with tensors only where that is not taken: what it
does to both may part on a few sequences, which no trial finds. What was found stands in the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.draws import symbols
from distill.domains.sequences import Channels
from distill.errors import DistillError, quoted

ROWS, STEPS = 13, 11
"""Of the sequences that are tried: no axis of another size is taken for theirs."""

MANY = 16
"""Times so many are asked at once, too: what reads a list of sequences as one sequence may answer a
short list as it should.
"""

SAME = 2e-5
"""What outputs of single precision may differ by, as a part of the largest."""

SEED = 11

ENCODINGS = ("integers", "values", "one-hot vectors")

LISTS = "lists of values, one sequence at a time"
"""The encoding of a function of a list of Python's integers, or of its tuples."""


@dataclass(frozen=True)
class Convention:
    """How a callable is called.

    Attributes:
        encoding: what it is given of every symbol.
        time_first: whether the first axis is of steps.
        answers_time_first: the same of what it gives; not at the end.
        at_the_end: whether it answers at the last step alone.
        columns: outputs of an answer; null where there is no axis of them.
        labels: whether what it gives are integers, to be taken as they are.
    """

    encoding: str
    time_first: bool
    answers_time_first: bool
    at_the_end: bool
    columns: int | None
    labels: bool

    def __str__(self) -> str:
        axes = " [steps, sequences]" if self.time_first else " [sequences, steps]"
        axes = "" if self.encoding == LISTS else axes
        when = "at the end" if self.at_the_end else "at every step"
        gives = "labels" if self.labels else f"{self.columns or 1} output"
        many = "s" if not self.labels and (self.columns or 1) > 1 else ""
        return f"called with {self.encoding}{axes}, and gives {gives}{many} {when}"


def encoded(
    numbers: Int[ndarray, "n length"], channels: Channels, convention: Convention, dtype: Any
) -> Tensor:
    """Numbers of symbols as the callable takes them."""
    several = len(channels.inputs) > 1
    values = symbols(numbers.reshape(-1), channels.inputs).reshape(*numbers.shape, -1)
    places = torch.from_numpy(values - np.array([v.start for v in channels.inputs]))
    if convention.encoding == "integers":
        given = places if several else places[..., 0]
    elif convention.encoding == "values":
        given = torch.from_numpy(values).to(dtype)
    else:
        sizes = [len(v) for v in channels.inputs]
        hot = [torch.nn.functional.one_hot(places[..., i], n) for i, n in enumerate(sizes)]
        given = torch.cat(hot, dim=-1).to(dtype)
    return given.transpose(0, 1).contiguous() if convention.time_first else given


def call(
    function: Callable[[Tensor], Any],
    numbers: Int[ndarray, "n length"],
    channels: Channels,
    convention: Convention,
) -> Tensor:
    """Outputs [n, length, columns], or [n, columns] of a callable that answers at the end."""
    said = _said(function, numbers, channels, convention)
    wanted = 1 if convention.at_the_end else 2
    if convention.answers_time_first:
        said = said.transpose(0, 1)
    said = said[..., None] if said.ndim == wanted else said
    if said.ndim != wanted + 1 or tuple(said.shape[:wanted]) != numbers.shape[:wanted]:
        raise DistillError(
            f"the network answered with shape {list(said.shape)} for sequences "
            f"{list(numbers.shape)}: expected as many answers as there are sequences"
            + ("" if convention.at_the_end else ", and steps")
        )
    if said.is_floating_point() and not bool(torch.isfinite(said).all()):
        raise DistillError("the network answered with numbers that are not finite")
    return said.to("cpu")


def convention_of(function: Callable[[Tensor], Any], channels: Channels) -> Convention:
    """How a callable is called.

    Raises:
        DistillError: it failed in every way, or answers of one sequence depend on others, or on
            inputs that come later.
    """
    rng, failures, odd = np.random.default_rng(SEED), list[str](), list[str]()
    numbers = rng.integers(0, channels.size, (ROWS, STEPS))
    module = isinstance(function, torch.nn.Module)
    listed = None if module else _of_lists(function, numbers, channels)
    for encoding in ENCODINGS if listed is None else (LISTS, *ENCODINGS):
        fitting = list[Convention]()
        for time_first in (False,) if encoding == LISTS else (False, True):
            tried = Convention(encoding, time_first, False, False, None, False)
            try:
                said = _said(function, numbers, channels, tried)
                forms = list(_forms(tried, said))
                if not forms:
                    failures.append(f"answers of shape {list(said.shape)} to {list(numbers.shape)}")
                for found in forms:
                    try:
                        why = _odd(function, numbers, channels, found)
                    except DistillError as error:
                        why = str(error)
                    fitting += [] if why else [found]
                    odd += [why] if why else []
            except Exception as error:  # whatever code of somebody else raises
                failures.append(f"{encoding}: {quoted(error)}")
        if listed is not None and encoding != LISTS:
            fitting = [
                each for each in fitting if _gives(function, numbers, channels, each, listed)
            ]
        if fitting:
            own = [each for each in fitting if each.time_first == _steps_come_first(function)]
            return (own or fitting)[0]
        if odd and (listed is None or encoding == LISTS):
            break
    if odd:
        raise DistillError(f"the network is no function of sequences as they come: {odd[0]}")
    raise DistillError(
        f"the network could not be called with sequences of {channels}: {failures[0]}; expected "
        "a callable from integers [sequences, steps] to answers or logits at every step, or at "
        "the end; or three, (start, step, answer)"
    )


def _of_lists(
    function: Callable[[Any], Any], numbers: Int[ndarray, "n length"], channels: Channels
) -> Tensor | None:
    """What a plain function gives to lists of numbers; null where it takes none.

    One that answers every number with a row of its own takes a list for as many sequences.
    """
    try:
        said = _said(
            function, numbers, channels, Convention(LISTS, False, False, False, None, True)
        )
    except Exception:  # whatever code of somebody else raises
        return None
    return None if said.ndim == 3 and said.shape[2] == 1 else said


def _gives(
    function: Callable[[Any], Any],
    numbers: Int[ndarray, "n length"],
    channels: Channels,
    convention: Convention,
    listed: Tensor,
) -> bool:
    """Whether a function of lists answers the same when it is called otherwise, which is faster.

    Called with all sequences at once, a loop may change what it appended before, and one over
    values that do not begin at 0 is given their positions.
    """
    said = call(function, numbers, channels, convention)
    return _same(said.reshape(-1), listed.reshape(-1))


def _said(
    function: Callable[[Any], Any],
    numbers: Int[ndarray, "n length"],
    channels: Channels,
    convention: Convention,
) -> Tensor:
    """What a callable gives to sequences in one way of calling it, in the shape that it has."""
    with evaluated(function), torch.no_grad():
        if convention.encoding != LISTS:
            return first_of(function(encoded(numbers, channels, convention, dtype_of(function))))
        values = symbols(numbers.reshape(-1), channels.inputs).reshape(*numbers.shape, -1).tolist()
        if len(channels.inputs) == 1:
            sequences = [[symbol for (symbol,) in sequence] for sequence in values]
        else:
            sequences = [[tuple(symbol) for symbol in sequence] for sequence in values]
        answers = [function(sequence) for sequence in sequences]
        return torch.as_tensor(np.array(answers) if isinstance(answers[0], ndarray) else answers)


def _forms(tried: Convention, said: Tensor) -> Iterator[Convention]:
    """What an answer of this shape may be."""
    shape, labels = tuple(said.shape), not said.is_floating_point()
    for time_first in (False, True):
        leading = (STEPS, ROWS) if time_first else (ROWS, STEPS)
        if shape[:2] == leading and len(shape) <= 3:
            columns = shape[2] if len(shape) == 3 else None
            yield Convention(tried.encoding, tried.time_first, time_first, False, columns, labels)
    if shape[:1] == (ROWS,) and len(shape) <= 2 and shape != (ROWS, STEPS):
        columns = shape[1] if len(shape) == 2 else None
        yield Convention(tried.encoding, tried.time_first, False, True, columns, labels)
    if shape == (ROWS, STEPS):  # as many outputs at the end as there are steps
        yield Convention(tried.encoding, tried.time_first, False, True, STEPS, labels)


def _odd(
    function: Callable[[Tensor], Any],
    numbers: Int[ndarray, "n length"],
    channels: Channels,
    found: Convention,
) -> str | None:
    """Why answers are not those of a causal function of each sequence; null where they are."""
    whole = call(function, numbers, channels, found)
    if not torch.equal(whole, call(function, numbers, channels, found)):
        return "it answers otherwise when it is asked the same again"
    alone = torch.cat([call(function, row[None], channels, found) for row in numbers])
    if not _same(whole, alone):
        return "what it answers to one sequence depends on the others that are called with it"
    several = call(function, np.tile(numbers, (MANY, 1)), channels, found)
    if not _same(several, whole.repeat(MANY, *[1] * (whole.ndim - 1))):
        return "what it answers depends on how many sequences it is called with"
    shorter = call(function, numbers[:, :-1], channels, found)
    if not found.at_the_end and not _same(whole[:, :-1], shorter):
        return "what it answers at a step depends on inputs that come later"
    return None


def _same(one: Tensor, other: Tensor) -> bool:
    if one.shape != other.shape:
        return False
    one, other = one.double(), other.double()
    return bool(((one - other).abs() <= SAME * (1e-6 + one.abs().max())).all())


def _steps_come_first(function: object) -> bool:
    """What the library's layers in a module say of the order of axes."""
    modules = function.modules() if isinstance(function, torch.nn.Module) else ()
    layers = [each for each in modules if isinstance(each, torch.nn.RNNBase)]
    return bool(layers) and not layers[0].batch_first


def first_of(said: Any) -> Tensor:
    """What a callable gives: the first part of a tuple, as the library's own layers give one.

    A list is no such tuple: what it holds are answers, one beside the other.
    """
    while isinstance(said, tuple) and said:
        said = said[0]
    if isinstance(said, list):
        parts = [torch.as_tensor(each) for each in said]
        if len({each.shape for each in parts}) > 1:
            shapes = " and ".join(dict.fromkeys(str(list(each.shape)) for each in parts))
            raise DistillError(
                f"the network gave a list of tensors of shapes {shapes}: expected one shape; a "
                "function of one list of numbers says so by taking nothing else"
            )
        return torch.stack(parts)
    return torch.as_tensor(said)


def dtype_of(function: object) -> torch.dtype:
    """The precision that a module calculates in."""
    weights = function.parameters() if isinstance(function, torch.nn.Module) else ()
    return next((each.dtype for each in weights if each.is_floating_point()), torch.float32)


@contextmanager
def evaluated(function: object) -> Iterator[None]:
    """In evaluation mode, and as it was afterwards."""
    module = function if isinstance(function, torch.nn.Module) else None
    was = {} if module is None else {each: each.training for each in module.modules()}
    if module is not None:
        module.eval()
    try:
        yield
    finally:
        for each, training in was.items():
            each.training = training


def answers_of(said: Tensor, readout: str) -> Int[ndarray, "n *length"]:
    """Integers that outputs [..., columns] stand for.

    Args:
        said: as `call` gives them.
        readout: "labels" as they are, "choice" for the place of the largest, "sign" for 1 where
            the only one is above 0, "value" for the nearest integer.
    """
    if readout == "labels":
        return said[..., 0].to(torch.int64).numpy()
    values: Float[ndarray, "..."] = said.to(torch.float64).numpy()
    if readout == "choice":
        return values.argmax(axis=-1)
    only = values[..., 0]
    return (only > 0).astype(np.int64) if readout == "sign" else np.rint(only).astype(np.int64)
