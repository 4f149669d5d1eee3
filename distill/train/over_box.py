"""Training over a box: Adam until the error falls no faster, then Levenberg-Marquardt.

Points are drawn once: half of them evenly, half closer to the faces of the box, where a network
that saw few points does as it likes; the corners are among them. Inputs and answers are brought to
size 1 for training, and the weights are brought back, so that the stored network reads and answers
the task's own numbers. Training ends by what is left of the residuals on the points that it is
trained on, or by steps; nothing that is held out stops it or is chosen by.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.networks.activation import Activation
from distill.networks.function import StoredFunction
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.stored import Model
from distill.networks.trace import BoxTrace
from distill.records.attempts import Attempt
from distill.records.curve import BoxCurve, BoxPoint
from distill.tasks.reals import RealTask
from distill.train.curve import ExplainedBy
from distill.train.in_a_row import InARow
from distill.train.least_squares import Progress, least_squares
from distill.train.trainer import Ended
from distill.train.watched import Watch

FRESH = 2_000
"""Points that say, at the end, how good a network is."""

RIGHT = 1e-5
"""Part of the answers' standard deviation that a right answer is off at most."""

FAR = 0.01
"""Part of that deviation from which on a network has not learned its task."""

FIELDS = ("widths", "activation")
"""What may be other than usual of a perceptron over a box."""


@dataclass(frozen=True)
class BoxRecipe:
    """Training settings.

    Attributes:
        points: that are trained on.
        adam: steps of Adam, at most; rate: its learning rate at first, which falls to a tenth.
        steps: of Levenberg-Marquardt, at most.
        good: root mean square of the residuals at which it ends, in standard deviations of the
            answers.
    """

    points: int = 2_000
    adam: int = 300
    rate: float = 1e-2
    steps: int = 400
    good: float = 3e-7

    @classmethod
    def for_inputs(cls, count: int) -> BoxRecipe:
        """Points enough for so many inputs: a box of more of them is larger."""
        return cls(points=1_500 if count < 3 else 2_500)


class BoxTraining(InARow[BoxTrace]):
    """The training of perceptrons for a task over a box.

    Args:
        task: the task.
        seed: of points, noise and initial weights.
        arch: what is to be other than the task's own perceptron, as `--arch` takes it.
        networks: how many are trained at most, from seeds in a row.
        recipe: training settings.
        engine: which engine proposes formulas of these networks.

    Raises:
        DistillError: there is no such perceptron.
    """

    def __init__(
        self,
        task: RealTask,
        seed: int,
        arch: str | None = None,
        networks: int = 2,
        recipe: BoxRecipe | None = None,
        engine: str = "auto",
    ) -> None:
        super().__init__(arch, networks)
        self.task, self._seed, self._engine = task, seed, engine
        self.shape, self.recipe = (
            shape_for(task, arch),
            recipe or BoxRecipe.for_inputs(len(task.box.names)),
        )
        self.curve_points = list[BoxPoint]()
        points = spread_points(task.box, self.recipe.points, _number_of(seed, 0))
        answers = task.labels(points)
        self.centre, self.size = float(answers.mean()), float(answers.std())
        if task.noise:
            rng = np.random.default_rng([seed, 1])
            answers = answers + rng.normal(0, task.noise * self.size, len(answers))
        self.inputs = torch.from_numpy((points - task.box.centre) / task.box.half)
        self.targets = torch.from_numpy((answers - self.centre) / self.size)

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        return [f"{self.task.name}: {self.task.box}; {many(len(self.inputs), 'point')}"]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Of which network a refusal is, and that none came near the task, where none did."""
        which = super().remarks
        off = min((math.sqrt(each.loss or 0) for each in self.attempts), default=0.0)
        if off <= FAR + 2 * self.task.noise:
            return which
        tried = many(len(self.attempts), "training")
        return (
            *which,
            f"the network did not learn the task: at best its answers are off by {off:.0%} of what "
            f"those of the task vary by, in {tried}",
        )

    def _told(self, attempt: Attempt) -> str:
        return f"{many(attempt.steps, 'step')}, off by {math.sqrt(attempt.loss or 0):.1e}"

    def _view(self, parameters: dict[str, Tensor]) -> BoxTrace:
        network = StoredFunction(Model(self.shape, parameters), self.task.box)
        return BoxTrace(network, self._engine)

    def curve(self, explained_by: ExplainedBy | None) -> BoxCurve:
        """How the networks learned, attempt by attempt."""
        return BoxCurve(tuple(self.curve_points))

    def _train(self, number: int, watch: Watch) -> tuple[Attempt, dict[str, Tensor]]:
        """One network, with the weights that read the task's own numbers."""
        seed, recipe = _number_of(self._seed, 1 + number), self.recipe
        parameters = self.shape.initialise(torch.Generator().manual_seed(seed))
        taken = 0
        try:
            parameters = self._adam(parameters, number, watch)
            taken = recipe.adam

            def look(progress: Progress) -> None:
                nonlocal taken
                taken = recipe.adam + progress.step
                self._look(number, "Levenberg-Marquardt", progress, watch)

            parameters, end = least_squares(
                *(self.shape, parameters, self.inputs, self.targets),
                *(recipe.steps, recipe.good, look),
            )
            self._keep(number, "Levenberg-Marquardt", end)  # the network as it is taken
        except Ended as ended:
            self._ended = str(ended)
        brought = self._brought_back(parameters)
        with torch.no_grad():
            off = self.shape.values(parameters, self.inputs) - self.targets
        attempt = Attempt(
            number=number,
            kind="perceptron over a box",
            sizes={"widths": self.shape.widths},
            objective="squared error",
            judged_on="fresh points",
            optimiser="Adam, then Levenberg-Marquardt",
            recipe=asdict(recipe),
            seed=(seed,),
            steps=taken,
            right=self._right(brought),
            loss=float(f"{float(off.square().mean()):.5g}"),
            stopped=self._ended,
        )
        return attempt, brought

    def _adam(self, parameters: dict[str, Tensor], number: int, watch: Watch) -> dict[str, Tensor]:
        """The first steps, which least squares would waste on a network that knows nothing."""
        weights = {name: it.clone().requires_grad_() for name, it in parameters.items()}
        optimiser = torch.optim.Adam(list(weights.values()), lr=self.recipe.rate)
        for step in range(1, self.recipe.adam + 1):
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.rate * 0.1 ** (step / self.recipe.adam)
            loss = (self.shape.values(weights, self.inputs) - self.targets).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            self._look(number, "Adam", Progress(step, float(loss.detach())), watch)
        return {name: it.detach() for name, it in weights.items()}

    def _look(self, number: int, optimiser: Any, progress: Progress, watch: Watch) -> None:
        """Keep a point of the curve now and then, and say how it goes.

        Raises:
            Ended: whoever watches wants it to.
        """
        step, error = progress.step, math.sqrt(progress.loss)
        first = optimiser == "Adam"
        if step not in (1, 2, 5) and step % (20 if first else 10):
            return
        self._keep(number, optimiser, progress)
        done = step if first else self.recipe.adam + step
        whole = self.recipe.adam + self.recipe.steps
        watch.training(min(1.0, done / whole), f"{optimiser} step {step:,}  error {error:.2e}")

    def _keep(self, number: int, optimiser: Any, progress: Progress) -> None:
        """A point of the curve, once."""
        error = float(f"{math.sqrt(progress.loss):.4g}")
        point = BoxPoint(number, optimiser, progress.step, error)
        if self.curve_points[-1:] != [point]:
            self.curve_points.append(point)

    def _brought_back(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Weights that read the task's numbers and answer them."""
        box = self.task.box
        half, centre = torch.from_numpy(box.half), torch.from_numpy(box.centre)
        found = dict(parameters)
        first = "1" if self.shape.widths else "out"
        if self.shape.widths:
            found["W_out"], found["b_out"] = (
                parameters["W_out"] * self.size,
                parameters["b_out"] * self.size + self.centre,
            )
        W = parameters[f"W_{first}"] / half[:, None]
        b = parameters[f"b_{first}"] - centre @ W
        if not self.shape.widths:
            W, b = W * self.size, b * self.size + self.centre
        return {**found, f"W_{first}": W, f"b_{first}": b}

    def _right(self, parameters: Mapping[str, Tensor]) -> float:
        """Part of fresh points that are answered right, to `RIGHT`."""
        points = self.task.box.draw(FRESH, _number_of(self._seed, 1 << 20))
        with torch.no_grad():
            said = self.shape.values(dict(parameters), torch.from_numpy(points)).numpy()
        off = np.abs(said - self.task.labels(points))
        return float((off <= max(RIGHT, self.task.noise) * self.size).mean())


def shape_for(task: RealTask, arch: str | None) -> RealPerceptron:
    """The perceptron that a task is learned by; `arch` as `--arch` takes it.

    Raises:
        DistillError: it is none over a box.
    """
    fields = dict(task.network)
    name, *told = (arch or "perceptron").split(",")
    if name != "perceptron":
        raise DistillError(
            f"--arch {name}: a task over a box is learned by a perceptron: expected "
            "perceptron,widths=16-16,activation=tanh"
        )
    for part in told:
        key, _, value = part.partition("=")
        fields[key] = value
    odd = sorted(set(fields) - set(FIELDS))
    if odd:
        raise DistillError(
            f"a perceptron over a box has no {odd[0]}: expected {' or '.join(FIELDS)}"
        )
    inputs = len(task.box.names)
    usual = 20 if inputs < 3 else 24
    return RealPerceptron(
        inputs,
        _widths(fields.get("widths", (usual, usual))),
        _activation(fields.get("activation", "tanh")),
    )


def _widths(told: object) -> tuple[int, ...]:
    """Units of every layer: 16-16, or numbers."""
    parts = told.split("-") if isinstance(told, str) else told
    try:
        widths = tuple(int(part) for part in parts)  # type: ignore[union-attr]  # held below
    except (TypeError, ValueError):
        widths = ()
    if not widths or not all(1 <= width <= 512 for width in widths):
        raise DistillError(f"widths = {told!r}: expected units of every layer, as in 16-16")
    return widths


def _activation(told: object) -> Activation:
    smooth = [each for each in get_args(Activation) if each != "identity"]
    if told not in smooth:
        raise DistillError(f"activation = {told!r}: expected one of {', '.join(smooth)}")
    return told  # type: ignore[return-value]  # one of them


def spread_points(box: Box, count: int, seed: int) -> Float[ndarray, "n d"]:
    """Points to train on: half drawn evenly, half closer to the faces, and the corners.

    The second half is drawn by the density of Chebyshev's nodes, at which polynomials do not run
    away at the ends of an interval.
    """
    unit = (box.draw(count, seed) - box.centre) / box.half
    unit[::2] = np.sin(np.pi / 2 * unit[::2])
    corners = (box.corners - box.centre) / box.half
    some = corners[: max(1, count // 8)]
    points = box.centre + box.half * np.concatenate([unit, some])
    return np.clip(points, box.low, box.high)


def _number_of(seed: int, part: int) -> int:
    """One seed of two numbers, below 2 to the 63."""
    return (seed * 1_000_003 + part) % (1 << 63)
