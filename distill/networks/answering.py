"""Callables that answer in other ways than with logits of a batch of tokens.

A function of two numbers, a batch of labels, a fitted estimator: each is made a callable from
tokens to logits, with a sentence about it. A label counts as a logit of 1 beside zeros.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.errors import DistillError, quoted


@runtime_checkable
class Fitted(Protocol):
    """An estimator in the manner of scikit-learn: it predicts classes of rows."""

    def predict(self, rows: Any, /) -> Any:
        """The class of every row."""
        ...


def as_logits(network: Any, domain: Domain) -> tuple[Callable[[Tensor], Tensor], str]:
    """A callable from tokens to logits, and what was made of it; empty where nothing was.

    Args:
        network: a callable of tokens [n, k], of k columns of values, or of k numbers; or `Fitted`.
        domain: its inputs and outputs. Columns and numbers are values of the inputs, and labels are
            values of the output.

    Raises:
        DistillError: it is nothing that can be called, takes another number of arguments, fails on
            values of the inputs, or answers with a label that is no value of the output.
    """
    called: Callable[..., Any]
    if isinstance(network, torch.nn.Module):
        called, how = network, ""
    elif not callable(network) and not isinstance(network, Fitted):
        raise DistillError(
            f"a {type(network).__name__} is no network: expected a module, a function of the "
            "inputs, an estimator that predicts, or a distill.Model"
        )
    elif not callable(network):
        called, how = _predicting(network, domain), "the classes that it predicts for rows"
    elif _takes_values(network, domain):
        called, how = _by_values(network, domain)
    else:
        called, how = network, ""
    probe = torch.from_numpy(domain.tokens(np.arange(min(2, domain.size))))
    try:
        with torch.no_grad():
            answer = torch.as_tensor(called(probe))
    except DistillError:
        raise
    except Exception:  # whatever it fails with is said where it is called
        return called, how
    if answer.dim() == 2 and answer.shape[1] == 1 and len(domain.outputs) > 1:
        answer = answer[:, 0]
    if answer.dim() != 1 or answer.is_floating_point() or answer.is_complex():
        return called, how

    def labels(tokens: Int[Tensor, "n k"]) -> Tensor:
        given = torch.as_tensor(called(tokens)).reshape(len(tokens)).to(torch.int64)
        places = given - domain.outputs.start
        if bool(((places < 0) | (places >= len(domain.outputs))).any()):
            odd = int(given[((places < 0) | (places >= len(domain.outputs))).nonzero()[0, 0]])
            raise DistillError(
                f"the network answered {odd}: expected labels that are values of the output, "
                f"{domain.outputs}"
            )
        return torch.nn.functional.one_hot(places, len(domain.outputs)).to(torch.float64)

    said = "the network gives labels and no logits: a label counts as a logit of 1 beside zeros"
    if not how and any(values.start for values in domain.inputs):
        said += "; it is given tokens, the places of values in their ranges, and no values"
    return labels, f"{how}; {said}" if how else said


def _arguments(function: Callable[..., Any]) -> int | None:
    """How many arguments a callable needs; null where that cannot be told."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(it.kind in kinds and it.default is inspect.Parameter.empty for it in parameters)


def _takes_values(function: Callable[..., Any], domain: Domain) -> bool:
    """Whether a callable takes the values of one input after the other, and no tokens at once.

    Raises:
        DistillError: it takes neither as many arguments as there are inputs, nor one.
    """
    count, inputs = _arguments(function), len(domain.inputs)
    if count is not None and count not in (0, 1, inputs):
        raise DistillError(
            f"the network takes {many(count, 'argument')}: expected {inputs}, the values of "
            f"{' and '.join(domain.names)}, or one, integer tokens [n, {inputs}]"
        )
    if count != inputs:
        return False
    if inputs > 1:
        return True
    try:  # of a single input tells what comes of a number: no tensor, where it is meant for one
        answer = function(domain.inputs[0].start)
    except Exception:  # it is called with tokens then, and fails there if it does
        return False
    return isinstance(answer, int | np.integer)


def _by_values(
    function: Callable[..., Any], domain: Domain
) -> tuple[Callable[[Tensor], Tensor], str]:
    """A function of one value for every input: of numbers, one input at a time."""

    def one_by_one(tokens: Int[Tensor, "n k"]) -> Tensor:
        values = (tokens + torch.tensor([it.start for it in domain.inputs])).tolist()
        answers = list[Tensor]()
        for row in values:
            try:
                answers.append(torch.as_tensor(function(*row)))
            except Exception as error:  # whatever code of somebody else raises
                given = ", ".join(
                    f"{name} = {it}" for name, it in zip(domain.names, row, strict=True)
                )
                raise DistillError(
                    f"the network failed on {given}: {quoted(error)}; expected a function of "
                    f"{' and '.join(domain.names)} to an answer, or to {len(domain.outputs)} logits"
                ) from error
        return torch.stack(answers)

    return one_by_one, "it is called with the values of the inputs, one input at a time"


def _predicting(network: Fitted, domain: Domain) -> Callable[[Tensor], Tensor]:
    def predict(tokens: Int[Tensor, "n k"]) -> Tensor:
        values = tokens.numpy() + np.array([it.start for it in domain.inputs])
        return torch.as_tensor(np.asarray(network.predict(values)))

    return predict
