"""A transformer over texts, as a function from the values of tokens to the values of answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.text_forms import FORMED, FORMED_STRESS, formed
from distill.checker.text_steps import growing
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.networks.stored import Model
from distill.networks.text_transformer import Edit, TextTransformer

AT_ONCE = 1 << 20
"""Numbers of the widest things in one forward pass: more do not stay near the processor, and take
twice the time."""


@dataclass(frozen=True)
class TextNetwork:
    """A stored network and what its texts are made of.

    Raises:
        DistillError: the network reads other tokens, or fewer.
    """

    model: Model[TextTransformer]
    texts: Texts

    def __post_init__(self) -> None:
        shape = self.model.architecture
        if len(shape.tokens) != len(self.texts.tokens) or shape.longest < self.texts.longest:
            raise DistillError(
                f"the network reads {len(shape.tokens)} tokens, up to {shape.longest} of them: "
                f"expected {self.texts}"
            )

    @property
    def shape(self) -> TextTransformer:
        """Its architecture."""
        return self.model.architecture

    @cached_property
    def parameters(self) -> dict[str, Tensor]:
        """In float64."""
        return {name: it.detach().double() for name, it in self.model.parameters.items()}

    @cached_property
    def answers(self) -> Float[ndarray, " outputs"]:
        """The values that the outputs stand for."""
        return np.array(self.model.answers, dtype=np.float64)

    def logits(
        self,
        texts: Int[ndarray, "n length"],
        edit: Edit | None = None,
        at: Int[ndarray, "n length"] | None = None,
    ) -> Float[ndarray, "n answers outputs"]:
        """Logits at the positions of texts of one length; `edit`, and `at` beside it, as of the
        architecture.

        Where no answer is read (`reads` = "after") they are no numbers.

        Raises:
            DistillError: they are no finite numbers.
        """
        places = torch.from_numpy(np.asarray(texts - self.texts.tokens.start))
        if edit is None:
            found = self._passed(self.shape, places)
        else:  # what is put in is of all texts at once
            with torch.no_grad():
                other = None if at is None else torch.from_numpy(at)
                found = self.shape.logits(self.parameters, places, edit, other).numpy()
        if not np.isfinite(found).all():
            raise DistillError(
                "the network's logits overflow: expected finite numbers for every text"
            )
        found[~self.read_at(texts)] = np.nan
        return found

    def said(self, logits: Float[ndarray, "n answers outputs"]) -> Float[ndarray, "n answers"]:
        """The answers that logits are: values, sums of values, or `none`."""
        if self.shape.readout == "value":
            chosen = logits[..., 0]
        elif self.shape.readout == "set":
            chosen = (logits > 0) @ self.answers
        else:
            chosen = self.answers[logits.argmax(axis=-1)]
        nothing = np.isnan(logits).any(axis=-1) | (self.lead(logits) < self.shape.tie)
        return np.where(nothing, float(self.shape.none), chosen)

    def lead(self, logits: Float[ndarray, "n answers outputs"]) -> Float[ndarray, "n answers"]:
        """How far logits are from another answer; of a set the one that is closest to 0."""
        if self.shape.readout == "value":
            return np.full(logits.shape[:-1], np.inf)
        return np.abs(logits).min(axis=-1) if self.shape.readout == "set" else lead_of(logits)

    def read_at(self, texts: Int[ndarray, "n length"]) -> Bool[ndarray, "n answers"]:
        """Where answers are read: what stands elsewhere is none, whatever the network does."""
        return self.shape.answered(torch.from_numpy(texts - self.texts.tokens.start)).numpy()

    def run(self, texts: Int[ndarray, "n length"]) -> Float[ndarray, "n answers"]:
        """The answers to texts of one length: values, with `none` where there is none."""
        return self.said(self.logits(texts))

    def _passed(
        self, shape: TextTransformer, places: Int[Tensor, "n length"]
    ) -> Float[ndarray, "n answers outputs"]:
        """Forward passes, so many texts at once."""
        wide = shape.d_model + shape.d_mlp + shape.n_heads * places.shape[1]
        count = max(1, AT_ONCE // (wide * (places.shape[1] + 1)))
        with torch.no_grad():
            parts = [shape.logits(self.parameters, some) for some in places.split(count)]
        return torch.cat(parts).numpy()

    def formed(self, count: int, seed: int, stress: bool = False) -> list[Int[ndarray, "_ _"]]:
        """So many texts of the form that this network's have, by their lengths.

        Raises:
            DistillError: they have none, as every text is one; or the network begins with nothing.
        """
        if self.texts.form is None:
            raise DistillError(f"every text of {self.texts} is one: expected a form to draw from")
        kind = FORMED_STRESS if stress else FORMED
        key = (count, seed, stress)
        if key not in self._formed:
            draw = {"kind": kind, "length": self.texts.longest, "count": count, "seed": seed}
            weights = {name: it.numpy() for name, it in self.parameters.items()}
            longest, tokens = self.texts.longest, self.texts.tokens
            grows = growing(asdict(self.shape), weights, self.answers, tokens, longest)
            try:
                self._formed[key] = formed(self.texts.form.data, draw, tokens, grows)
            except ValueError as error:
                raise DistillError(f"texts of the form {self.texts.form}: {error}") from error
        return self._formed[key]

    @cached_property
    def _formed(self) -> dict[tuple[int, int, bool], list[Int[ndarray, "_ _"]]]:
        """Texts that were drawn: what follows a prompt takes a pass of the network a token."""
        return {}

    def same(self, one: Float[ndarray, "n answers"], other: Float[ndarray, "n answers"]) -> ndarray:
        """Whether answers count as the same. [n, answers]"""
        return np.abs(one - other) <= self.shape.tolerance * np.maximum(1.0, np.abs(other))


def lead_of(logits: Float[ndarray, "n answers outputs"]) -> Float[ndarray, "n answers"]:
    """How far the largest logit leads; without end where there is one alone."""
    if logits.shape[-1] < 2:
        return np.full(logits.shape[:-1], np.inf)
    top = np.partition(logits, -2, axis=-1)[..., -2:]
    return top[..., 1] - top[..., 0]
