"""Elman, GRU and LSTM layers, trained as everybody trains them: PyTorch's own modules, and Adam.

They are what a reader has at home. The second-order networks that are tried first learn machines
from fewer steps and bear noise; these are trained where `--arch` asks for them, so that one task
can be read out of several makes of network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy

from distill.networks.library_cells import taken_apart
from distill.networks.recurrent_layers import RecurrentLayers
from distill.networks.stored import Model
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.trainer import Observe, TrainingState, sizes_of

WIDTHS = (1, 2)
"""Trainings of one width and of twice that, where the first does not learn the task."""


@dataclass(frozen=True)
class LayersRecipe:
    """Settings.

    Attributes:
        batch_size: sequences of a step.
        learning_rate: at the begin; it falls along half a cosine.
        max_steps: of the optimiser.
        check_every: steps between two looks at fresh sequences.
        glance: fresh sequences of a look; all of them where these are right.
        settling: steps after all fresh sequences are right, at a tenth of the rate: they move the
            logits apart, so that sequences that are longer are answered alike.
    """

    batch_size: int = 128
    learning_rate: float = 1e-2
    max_steps: int = 4_000
    check_every: int = 50
    glance: int = 1_000
    settling: int = 300


class _Module(torch.nn.Module):
    """An embedding, the layers, and a linear readout at every step."""

    def __init__(self, shape: RecurrentLayers) -> None:
        super().__init__()
        made = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[shape.cell]
        options = {"nonlinearity": shape.activation} if shape.cell == "rnn" else {}
        self.embedding = torch.nn.Embedding(shape.n_symbols, shape.d_input)
        self.layers = made(
            shape.d_input, shape.d_hidden, shape.n_layers, batch_first=True, **options
        )
        self.output = torch.nn.Linear(shape.d_hidden, shape.n_outputs)

    def forward(self, symbols: Int[Tensor, "n length"]) -> Float[Tensor, "n length outputs"]:
        """Logits."""
        return self.output(self.layers(self.embedding(symbols))[0])


@dataclass(frozen=True)
class LayersTrainer:
    """Trains networks of one cell.

    Attributes:
        shape: of the narrowest; how many symbols and answers there are is taken from the data.
        data: sequences of the numbers of symbols [n, length, 1], and answers of one number.
        seed: of everything that is drawn.
    """

    shape: RecurrentLayers
    data: Data
    seed: int
    recipe: LayersRecipe = field(default_factory=LayersRecipe)

    def _shape(self, d_hidden: int) -> RecurrentLayers:
        return replace(self.shape, d_hidden=d_hidden, n_outputs=len(self.data.answers))

    def planned(self) -> tuple[Attempt, ...]:
        """The width that was asked for, and twice that."""
        count, length = self.data.inputs.shape[:2]
        recipe = {"sequences": count, "length": length} | asdict(self.recipe)
        return tuple(
            Attempt(
                place,
                self.shape.cell,
                sizes_of(self._shape(times * self.shape.d_hidden)),
                "cross-entropy",
                "fresh sequences",
                "Adam",
                recipe,
                (self.seed, place),
            )
            for place, times in enumerate(WIDTHS, 1)
        )

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """Nothing is."""
        return None

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The one that is right on more of the fresh sequences."""
        return (attempt.right or 0.0) > (over.right or 0.0)

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, Model[RecurrentLayers]]:
        """Train until all fresh sequences are right, and a little longer."""
        assert planned.seed is not None, "what is planned has a seed"
        shape, recipe, data = self._shape(planned.d_hidden), self.recipe, self.data.by_answer()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(planned.seed[0] * 1_000 + planned.seed[1])
            module = _Module(shape)
        generator = torch.Generator().manual_seed(planned.seed[0])
        optimiser = torch.optim.Adam(module.parameters(), recipe.learning_rate)
        inputs, labels = (torch.from_numpy(part[..., 0]) for part in (data.inputs, data.labels))
        right, reached, step = 0.0, None, 0
        while step < recipe.max_steps and (reached is None or step < reached + recipe.settling):
            rate = 0.5 + 0.5 * math.cos(math.pi * step / recipe.max_steps)
            for group in optimiser.param_groups:
                group["lr"] = recipe.learning_rate * (rate if reached is None else 0.1)
            rows = torch.randint(len(inputs), (recipe.batch_size,), generator=generator)
            logits = module(inputs[rows])
            loss = cross_entropy(logits.flatten(0, 1), labels[rows].flatten())
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % recipe.check_every and step < recipe.max_steps:
                continue
            now = _right(module, data, recipe.glance)
            now = _right(module, data, None) if now == 1 else now
            if now == 1 and reached is None:
                reached = step
            right = max(right, now)
            told = {name: it.detach() for name, it in module.named_parameters()}
            observe(
                TrainingState(planned, step, recipe.max_steps, told, float(loss.detach()), right)
            )
        last = _right(module, data, None)
        reached = reached if last == 1 else None
        stopped = None if reached is not None else "no look found all fresh sequences right"
        ended = replace(planned, steps=step, right=last, reached_at=reached, stopped=stopped)
        return ended, Model(shape, _parameters(module, shape), self.data.answers)


def _right(module: _Module, data: Data, glance: int | None) -> float:
    """Part of the fresh sequences that are right at every step."""
    fresh, due = data.fresh[:glance, :, 0], data.fresh_labels[:glance, :, 0]
    with torch.no_grad():
        said = torch.cat([module(part).argmax(-1) for part in torch.from_numpy(fresh).split(2_000)])
    return float((said == torch.from_numpy(due)).all(dim=1).double().mean())


def _parameters(module: _Module, shape: RecurrentLayers) -> dict[str, Tensor]:
    """The module's tensors by the architecture's names."""
    own = {name: it.detach().clone() for name, it in module.layers.named_parameters()}
    return taken_apart(shape.cell, own) | {
        "W_E": module.embedding.weight.detach().clone(),
        "W_out": module.output.weight.detach().clone(),
        "b_out": module.output.bias.detach().clone(),
    }
