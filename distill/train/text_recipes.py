"""How transformers over texts are trained: settings, initial weights, and the texts of a step."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray
from torch import Tensor

from distill.checker.draws import every
from distill.checker.text_draws import structured
from distill.errors import DistillError
from distill.networks.text_transformer import TextTransformer
from distill.tasks.texts import ACTIVATIONS, NETWORK, TextTask, wanted_network

SPREAD = 0.6
"""Of initial weights, in units of one over the root of what they sum over."""
PLACED = 0.3
"""Of initial positions."""
EVERY = 1 << 16
"""Texts of a length that are all looked through for those that are not learned well."""
AGAIN = 0.1
"""Of the full learning rate, where texts that are not learned well are trained on."""
APART = 3.0
"""Standard deviation of logarithms of how often tokens come in an uneven text, at most."""


@dataclass(frozen=True)
class TextRecipe:
    """Training settings: AdamW on texts of one length a step, drawn anew every time.

    Attributes:
        weight_decay: of weights that are multiplied with, until the tail begins.
        batch_size: texts of a step.
        pool: texts of every length that are drawn and labelled beforehand.
        tail: steps of cosine decay, once the network is right on enough fresh texts.
        good: part of the fresh texts from which the tail begins.
        max_steps: where the tail begins at the latest.
        rounds: how often texts that are not learned well are looked for behind it, and trained on.
        again: steps of a round.
        cooled: whether the rate falls from the full one over all rounds, else from a tenth in each.
            There, of networks that know as many texts well, the last is taken, and one that goes on
            goes on with the hard texts that it had.
        decay_again: weight decay in the rounds.
        share: hard texts of such a step, as a part of the others.
        lengths: of how many lengths the texts of such a step are; of one before.
        looked_through: texts of all lengths together among which they are looked for.
        near: how often others are looked for near the hardest that were found by then.
        hard: how many of every length are trained on.
        uneven: texts in which some tokens are oftener than others, as a part of all others.
    """

    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    batch_size: int = 64
    warmup: int = 100
    check_every: int = 100
    clip: float = 1.0
    pool: int = 16_000
    good: float = 0.995
    tail: int = 500
    max_steps: int = 3_500
    rounds: int = 5
    again: int = 400
    cooled: bool = False
    decay_again: float = 0.01
    share: float = 0.5
    lengths: int = 4
    looked_through: int = 48_000
    near: int = 1
    hard: int = 512
    uneven: float = 0.0

    @property
    def behind(self) -> int:
        """Steps behind those at the full rate, at most."""
        return self.tail + self.rounds * self.again

    @property
    def steps(self) -> int:
        """All steps, at most."""
        return self.max_steps + self.behind

    def rate_again(self, step: int, place: int | None) -> float:
        """The learning rate at a step of a round, as a part of the full one.

        Args:
            step: of the round.
            place: of the round among all, from 0; null where a network goes on that was done.
        """
        if self.cooled and place is not None:
            done = (place * self.again + step) / (self.rounds * self.again)
            return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done))
        return AGAIN * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * step / self.again)))

    def rate(self, step: int, tail_from: int | None) -> float:
        """The learning rate at a step, as a part of the full one."""
        if tail_from is None:
            return min((step + 1) / self.warmup, 1.0)
        done = min((step - tail_from) / self.tail, 1.0)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))


BEGINNINGS = TextRecipe(
    weight_decay=1.0,
    batch_size=32,
    max_steps=1_000,
    tail=0,
    rounds=14,
    again=300,
    cooled=True,
    decay_again=0.0,
    share=3.0,
    looked_through=12_000,
    near=3,
    hard=4_096,
    uneven=0.5,
)
"""Where beginnings of a text are texts too (`begins`), and only the longest are drawn.

A vote among many positions is told from a tie by attention that is even to a hundredth. What is
left in it of initial weights (a key that counts a little more before one token than before another)
is decayed away first; then, without decay, attention sharpens on texts that are seldom drawn.
"""


def begins(task: TextTask) -> bool:
    """Whether the longest texts are all that is drawn: what is answered along one is answered along
    each of its beginnings.

    Only networks of attention alone learn so. With MLPs it was not tried: they learn from texts of
    every length, by the usual settings.
    """
    attention_alone = wanted_network(task)["d_mlp"] == 0
    return attention_alone and task.causal and task.reads == "every"


def recipe_for(task: TextTask) -> TextRecipe:
    """The settings by which a transformer learns it."""
    return BEGINNINGS if begins(task) else TextRecipe()


def shape_for(task: TextTask, arch: str | None) -> TextTransformer:
    """The transformer of a task, with what `--arch` says of it.

    Raises:
        DistillError: there is no such field, or sizes do not go together.
    """
    wanted = {**wanted_network(task), **_said(arch)}
    heads, d_model = int(wanted["n_heads"]), int(wanted["d_model"])
    if d_model % heads:
        raise DistillError(f"d_model = {d_model} for {heads} heads: expected a multiple of n_heads")
    size = len(task.tokens)
    return TextTransformer(
        n_rows=size + 1,
        tokens=tuple(range(size)),
        n_positions=task.length + 1,
        n_outputs=len(task.outputs),
        d_model=d_model,
        n_layers=int(wanted["n_layers"]),
        n_heads=heads,
        d_head=d_model // heads,
        d_mlp=int(wanted["d_mlp"]),
        bos=size,
        causal=task.causal,
        layer_norm=bool(wanted["layer_norm"]),
        activation=wanted.get("activation", "relu"),
        reads=task.reads,
        none=min(0, task.tokens.start, task.outputs.start) - 1,
    )


def _said(arch: str | None) -> dict[str, Any]:
    name, *given = (arch or "transformer").split(",")
    if name != "transformer":
        raise DistillError(
            f"--arch {name}: a task over texts is learned by a transformer; expected "
            f"transformer,FIELD=VALUE with {', '.join(NETWORK)}"
        )
    found = dict[str, Any]()
    for part in given:
        key, _, value = part.partition("=")
        kind = NETWORK.get(key)
        whole = value.isdecimal() and len(value) < 6 and (int(value) > 0 or key == "d_mlp")
        fits = {int: whole, bool: value in ("true", "false"), str: value in ACTIVATIONS}
        if kind is None or key in found or not fits[kind]:
            raise DistillError(
                f"--arch '{arch}': found '{part}', expected each of {', '.join(NETWORK)} once: "
                "counts, layer_norm true or false, activation relu or gelu"
            )
        found[key] = int(value) if kind is int else value == "true" if kind is bool else value
    return found


def initial(shape: TextTransformer, generator: torch.Generator) -> dict[str, Tensor]:
    """Weights before training: biases zero, norms one, the rest normal."""
    found = dict[str, Tensor]()
    for name, size in shape.shapes().items():
        short = name.rpartition(".")[2]
        drawn = torch.randn(size, generator=generator)
        if short.startswith("ln_"):
            found[name] = torch.full(size, float(short.endswith("weight")))
        elif short.startswith("b_"):
            found[name] = torch.zeros(size)
        elif short in ("W_E", "W_pos"):
            found[name] = drawn * (1.0 if short == "W_E" else PLACED)
        else:
            summed = size[0] * size[1] if short == "W_O" else size[-2]
            found[name] = drawn * SPREAD / math.sqrt(summed)
    return {name: it.requires_grad_() for name, it in found.items()}


@dataclass(frozen=True)
class Pool:
    """Texts of one length, as places, and their answers as places among the outputs."""

    texts: Tensor
    answers: Tensor

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """So many of them."""
        which = torch.randint(len(self.texts), (size,), generator=generator)
        return self.texts[which], self.answers[which]


def drawn_pools(
    task: TextTask, count: int, seed: list[int], plain: bool = True, uneven: float = 0.0
) -> list[Pool]:
    """Texts of every length: of the task's sampler, uniform ones, and structured ones.

    Structured ones are those that random texts almost never are; a checker tries them too. They are
    a quarter of all, five eighths without plain ones. There all texts are taken where they are few.
    Of the longest alone where these have all others in them.

    Args:
        task: that answers them.
        count: texts of every length.
        seed: of all that is drawn.
        plain: whether most are random.
        uneven: how many there are beside these in which some tokens are oftener, as a part of them.
    """
    rng, tokens = np.random.default_rng(seed), task.tokens
    free = replace(task, sampler=None) if task.sampler is not None else task
    pools = list[Pool]()
    for length in range(task.length if begins(task) else 1, task.length + 1):
        some = min(count, 4 * len(tokens) ** min(length, 8))
        own, even, odd = (4, 2, 2) if plain else (1, 2, 5)  # eighths
        parts: list[Int[ndarray, "n length"]] = [
            task.sample(rng, some * own // 8 + (not plain), length),
            free.sample(rng, some * even // 8 + 1, length),
            structured(tokens, some * odd // 8 + 1, length, int(rng.integers(2**32))),
        ]
        parts += [_uneven(rng, tokens, int(some * uneven), length)] if uneven else []
        rows = rng.permutation(np.concatenate(parts))
        if not plain and len(tokens) ** length <= EVERY:
            rows = every((tokens,), length)[..., 0]
        answers = torch.from_numpy(task.labels(rows) - task.outputs.start)
        pools.append(Pool(torch.from_numpy(rows - tokens.start), answers))
    return pools


def _uneven(
    rng: np.random.Generator, tokens: range, count: int, length: int
) -> Int[ndarray, "n length"]:
    """Of tokens that are drawn with weights of the text's own, more and less apart."""
    apart = rng.uniform(0, APART, (count, 1))
    weights = np.exp(apart * rng.standard_normal((count, len(tokens))))
    up_to = weights.cumsum(axis=1) / weights.sum(axis=1, keepdims=True)
    up_to[:, -1] = 1.0
    return (rng.random((count, length, 1)) > up_to[:, None]).sum(axis=2) + tokens.start


def settings_of(recipe: TextRecipe, task: TextTask) -> dict[str, Any]:
    """A recipe as a record has it, whether the task draws texts itself, and of which lengths."""
    own = {"sampler": task.sampler is not None, "beginnings": begins(task)}
    return {each.name: getattr(recipe, each.name) for each in fields(recipe)} | own
