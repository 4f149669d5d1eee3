"""Training over texts: transformers of one shape from several seeds, until one is understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy

from distill.checker.scope import many
from distill.evidence.head_scores import head_scores
from distill.networks.stored import Model
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace
from distill.records.attempts import Attempt, shown_part
from distill.records.curve import TextCurve, TextPoint
from distill.tasks.texts import TextTask
from distill.train.curve import ExplainedBy
from distill.train.hard_texts import climbed, hardest, pool_of, together, with_more
from distill.train.in_a_row import InARow
from distill.train.text_recipes import (
    Pool,
    TextRecipe,
    begins,
    drawn_pools,
    initial,
    recipe_for,
    settings_of,
    shape_for,
)
from distill.train.trainer import Ended
from distill.train.watched import Watch

MENDED, MENDED_ROUNDS = 2_400, 2
"""Steps for which a network goes on with texts on which it was found to part from its program, in
all, before another begins; and rounds of looking for such texts between two checks.
"""
MOST_COST = 130_000_000_000
"""Products of numbers, about, behind which no further training is begun: two minutes."""
FRESH = 400
"""Texts of every length that say when a network has learned the task."""
LEARNED = 0.99
"""Part of them that a network which has learned it answers right at every position."""


class TextTraining(InARow[TextTrace]):
    """The training of transformers for a task over texts.

    Args:
        task: the task.
        seed: of texts, initial weights and batches.
        arch: what is to be other than the task's own transformer, as `--arch` takes it.
        networks: how many are trained at most, from seeds in a row.
        recipe: training settings.

    Raises:
        DistillError: there is no such transformer.
    """

    def __init__(
        self,
        task: TextTask,
        seed: int,
        arch: str | None = None,
        networks: int = 2,
        recipe: TextRecipe | None = None,
    ) -> None:
        super().__init__(arch, networks)
        self.task, self._seed = task, seed
        self.shape, self.recipe = shape_for(task, arch), recipe or recipe_for(task)
        self.pools = drawn_pools(task, self.recipe.pool, [seed, 0], uneven=self.recipe.uneven)
        self.fresh = drawn_pools(task, FRESH, [seed, 1])
        self.points = list[TextPoint]()
        self._mended = 0
        self._parted, self._known, self._last = list[Pool](), list[Pool](), dict[str, Tensor]()

    def next_network(self, verdict: str | None, watch: Watch) -> TextTrace | None:
        """Another, or the last one further, while that does not take too long."""
        a_token = sum(math.prod(size) for size in self.shape.shapes().values())
        tokens = self.recipe.batch_size * np.mean([it.texts.shape[1] for it in self.pools])
        spent = sum(attempt.steps for attempt in self._tried) * tokens * a_token
        return None if spent > MOST_COST else super().next_network(verdict, watch)

    def parted(self, inputs: Sequence[Int[ndarray, "n length"]]) -> None:
        """Those are trained on too, by the same network: a search for them found few."""
        rows = [self._whole(it) for it in inputs if len(it)]
        self._parted = [*self._parted, *(pool_of(self.task, it) for it in rows)] if rows else []
        if rows and self._mended < MENDED:
            self._left += 1
        else:
            self._parted, self._mended = [], 0

    def _whole(self, rows: Int[ndarray, "n length"]) -> Int[ndarray, "n longer"]:
        """Of the length that is trained on, where it is one: the text again and again."""
        if not begins(self.task):
            return rows
        return rows[:, np.arange(self.task.length) % rows.shape[1]]

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        return [f"{self.task.name}: {self.task.texts}"]

    def _told(self, attempt: Attempt) -> str:
        right = shown_part(attempt.right or 0.0)
        said = f"{many(attempt.steps, 'step')}, right on {right} of fresh texts"
        if attempt.goes_on is not None:
            said += f"; went on with texts on which attempt {attempt.goes_on} and its program part"
        return said

    def _view(self, parameters: dict[str, Tensor]) -> TextTrace:
        model = Model(self.shape, parameters, tuple(self.task.outputs))
        return TextTrace(TextNetwork(model, self.task.texts))

    def curve(self, explained_by: ExplainedBy | None) -> TextCurve:
        """How the networks learned, attempt by attempt."""
        return TextCurve(tuple(self.points))

    def _train(self, number: int, watch: Watch) -> tuple[Attempt, dict[str, Tensor]]:
        """One network; where it is ended, as it is by then."""
        recipe, shape, seed = self.recipe, self.shape, (self._seed, 2, number)
        generator = torch.Generator().manual_seed(hash_of(seed))
        again = bool(self._parted)
        parameters = initial(shape, generator)
        if again:
            parameters = {name: it.clone().requires_grad_() for name, it in self._last.items()}
        decayed = [it for name, it in parameters.items() if it.ndim > 1 and "W_pos" not in name]
        others = [it for name, it in parameters.items() if it.ndim <= 1 or "W_pos" in name]
        optimiser = torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": recipe.weight_decay},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            betas=recipe.betas,
            fused=True,  # a step of all parameters at once takes a fifth of the time
        )
        course = _Course(number, parameters, optimiser, generator, watch)
        try:
            if not again:
                self._learn(course)
            self._learn_the_rest(course)
        except Ended as end:
            self._ended = str(end)
        finished = {name: it.detach() for name, it in parameters.items()}
        self._last, self._mended = finished, self._mended + course.step if again else 0
        right, _, _ = self._right(finished)
        attempt = Attempt(
            number=number,
            kind="transformer over texts",
            sizes={
                name: getattr(shape, name) for name in ("n_layers", "n_heads", "d_model", "d_mlp")
            },
            objective="cross-entropy",
            judged_on="fresh sequences",
            optimiser="AdamW",
            recipe=settings_of(recipe, self.task),
            seed=seed,
            steps=course.step,
            right=right,
            loss=float(f"{course.loss:.5g}"),
            reached_at=course.reached,
            stopped=self._ended,
            goes_on=number - 1 if again else None,
        )
        return attempt, finished

    def _learn(self, course: _Course) -> None:
        """All texts alike, until enough are right, and a tail of smaller steps."""
        recipe = self.recipe
        tail_from = None
        while tail_from is None or course.step < tail_from + recipe.tail:
            course.rate(recipe.learning_rate * recipe.rate(course.step, tail_from))
            self._step(course, self.pools, ())
            if course.step % recipe.check_every == 0:
                whole = recipe.steps
                behind = whole - recipe.behind + course.step - (tail_from or 0)
                right = self._look(course, (course.step if tail_from is None else behind) / whole)
                if tail_from is None and (right >= recipe.good or course.step >= recipe.max_steps):
                    tail_from = course.step

    def _learn_the_rest(self, course: _Course) -> None:
        """Again and again the texts that are not learned well, beside others.

        Of what it was at every look, the network is that which knew most texts well.
        """
        recipe, shape = self.recipe, self.shape
        known = self._known if self._parted and recipe.cooled else []
        best, kept = None, dict[str, Tensor]()
        rounds = min(recipe.rounds, MENDED_ROUNDS) if self._parted else recipe.rounds
        for place in range(rounds + 1):
            seed = [self._seed, 3, course.number, place]
            each = -(-recipe.looked_through // len(self.pools))
            drawn = drawn_pools(self.task, each, seed, plain=False, uneven=recipe.uneven)
            drawn = with_more(drawn, self._parted)
            hard = hardest(shape, course.parameters, drawn, recipe.hard)
            if best is None or hard.many < best + recipe.cooled:  # the last, as the rate falls
                best = hard.many
                kept = {name: it.detach().clone() for name, it in course.parameters.items()}
            known = together(hard.pools, known) if known else hard.pools
            rng = np.random.default_rng([*seed, 1])
            around = climbed(self.task, shape, course.parameters, known, rng, recipe.near)
            hard = hardest(shape, course.parameters, together(known, around), recipe.hard)
            if not hard.many or place == rounds:
                break
            self._known = known = hard.pools
            course.decay(recipe.decay_again)
            for step in range(recipe.again):
                rate = recipe.rate_again(step, None if self._parted else place)
                course.rate(recipe.learning_rate * rate)
                self._step(course, self.pools, known, recipe.lengths)
                if course.step % recipe.check_every == 0:
                    left = (rounds - place) * recipe.again - step
                    self._look(course, 1 - left / recipe.steps)
        with torch.no_grad():
            for name, it in course.parameters.items():
                it.copy_(kept[name])

    def _step(
        self, course: _Course, pools: Sequence[Pool], hard: Sequence[Pool], lengths: int = 1
    ) -> None:
        """One step, on texts of a few lengths: the longer, the oftener; hard ones beside them."""
        weights, lengths = torch.arange(1.0, len(pools) + 1), min(lengths, len(pools))
        size = self.recipe.batch_size // lengths
        beside = int(size * self.recipe.share)
        course.optimiser.zero_grad()
        course.loss = 0.0
        for place in weights.multinomial(lengths, True, generator=course.generator).tolist():
            drawn = [pools[place].batch(size, course.generator)]
            drawn += [hard[place].batch(beside, course.generator)] if hard else []
            texts, answers = (torch.cat(parts) for parts in zip(*drawn, strict=True))
            logits = self.shape.logits(course.parameters, texts)
            loss = cross_entropy(logits.flatten(0, 1), answers.flatten()) / lengths
            loss.backward()
            course.loss += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(list(course.parameters.values()), self.recipe.clip)
        course.optimiser.step()
        course.step += 1

    def _look(self, course: _Course, done: float) -> float:
        """Keep a point of the curve, and say how it goes.

        Raises:
            Ended: whoever watches wants it to.
        """
        right, at, early_late = self._right(course.parameters)
        if right >= LEARNED and course.reached is None:
            course.reached = course.step
        tokens = self.task.outputs.start == self.task.tokens.start
        tokens = tokens and len(self.task.outputs) >= len(self.task.tokens)
        scores = head_scores(self.shape, course.parameters, tokens)
        self.points.append(
            TextPoint(
                attempt=course.number,
                step=course.step,
                loss=float(f"{course.loss:.5g}"),
                right=right,
                positions_right=at,
                in_context=None if early_late is None else float(f"{early_late:.5g}"),
                previous_token=None if scores is None else round(scores.previous_token.value, 4),
                prefix_matching=None if scores is None else round(scores.prefix_matching.value, 4),
                copying=None
                if scores is None or scores.copying is None
                else round(scores.copying.value, 4),
            )
        )
        said = f"step {course.step:,}  loss {course.loss:.3g}  right {right:.1%}"
        course.watch.training(min(done, 1.0), said)
        return right

    def _right(self, parameters: dict[str, Tensor]) -> tuple[float, float, float | None]:
        """Part of fresh texts that are right at every position (beginnings of them are texts too,
        where only the longest are drawn), part of the positions, and how much smaller the loss is
        late in the longest texts than early in them.
        """
        texts = positions = total = places = 0
        context = None
        with torch.no_grad():
            for pool in self.fresh:
                logits = self.shape.logits(parameters, pool.texts)
                same = logits.argmax(dim=-1) == pool.answers
                whole = same.cumprod(dim=1) if begins(self.task) else same.all(dim=1)
                texts, total = texts + int(whole.sum()), total + whole.numel()
                positions, places = positions + int(same.sum()), places + same.numel()
                if pool is self.fresh[-1] and same.shape[1] >= 4:
                    losses = _losses(logits, pool).mean(dim=0)
                    quarter = len(losses) // 4
                    context = float(losses[-quarter:].mean() - losses[:quarter].mean())
        return texts / total, positions / places, context


@dataclass
class _Course:
    """One training on its way.

    Attributes:
        step: steps so far.
        loss: of the last of them.
        reached: the step of the first look at which the task was learned.
    """

    number: int
    parameters: dict[str, Tensor]
    optimiser: torch.optim.Optimizer
    generator: torch.Generator
    watch: Watch
    step: int = 0
    loss: float = 0.0
    reached: int | None = None

    def rate(self, rate: float) -> None:
        """The learning rate of the steps that come."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def decay(self, decay: float) -> None:
        """The weight decay of the steps that come, of what is decayed at all."""
        self.optimiser.param_groups[0]["weight_decay"] = decay


def _losses(logits: Tensor, pool: Pool) -> Tensor:
    return cross_entropy(logits.transpose(1, 2), pool.answers, reduction="none")


def hash_of(seed: tuple[int, ...]) -> int:
    """One number of several, below 2 to the 63."""
    found = 0
    for part in seed:
        found = (found * 1_000_003 + part + 1) % (1 << 63)
    return found
