"""Checks over a box of reals: points, a search for the largest deviation, and a bound everywhere.

Nothing is ever exactly the same over reals. A program counts as its network where both are no
further apart than a tolerance: a round number a little above the largest deviation that was found,
and never above what its kind takes for noise of the network, nor above `MOST_APART` of the spread
of the network's values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.checker.box_draws import lines, within
from distill.checker.box_proof import provable
from distill.checker.box_search import furthest
from distill.checker.count import differ_at_most
from distill.checker.deviations import (
    ALONG,
    MOST_APART,
    box_held,
    listed_rows,
    number,
    proved,
    root_mean_square,
    values_of,
    wanted_bound,
)
from distill.checker.real_answers import evaluated_reals, run_reals
from distill.networks.function import StoredFunction
from distill.networks.trace import BoxTrace
from distill.records.counts import (
    Agreement,
    Deviation,
    FromTask,
    ProgramVsModel,
    RealDisagreement,
)
from distill.records.refusal import Refusal
from distill.records.report import FloatBound, Proof, Space
from distill.tasks.reals import RealTask
from distill.verify.counted import Checks, Counted
from distill.verify.report import Verified, refused_report

DRAWN, SEED = 5_000, 2
"""Points that are drawn, and their seed."""

ROUNDING = 1e-13
"""Part of the spread of the network's values below which no tolerance is: both are rounded."""

ABOVE = 2.0
"""How far above the largest deviation that was found a tolerance is, where it may be."""


@dataclass(frozen=True)
class BoxDraw:
    """Points as data: drawn evenly from the box (`distill.checker.box_draws`)."""

    count: int = DRAWN
    seed: int = SEED


@dataclass(frozen=True)
class BoxChecked:
    """What a certificate keeps of the checks over a box.

    Attributes:
        tolerance: how far apart is the same; null of a refusal.
        worst: points that the search ended at.
        reference: the task's answers at the drawn points; null without a task.
        recorded: the answers of a network that cannot be stored, at the drawn points, the worst,
            and those along every input.
    """

    draw: BoxDraw
    tolerance: float | None
    worst: Float[ndarray, "k d"]
    reference: Float[ndarray, " n"] | None
    recorded: Float[ndarray, " m"] | None


class BoxChecks(Checks):
    """The checks of a program against a network over a box.

    Args:
        source: the program.
        view: of the network.
        task: the task, if there is one; it is used for separate counts only.
        allowed: what a kind takes for noise of the network; null where it says nothing.
        known: points [n, d] of the kind that the search begins with, beside the drawn ones: what
            was found to be apart before is not to be missed by it.
    """

    space: Space = "box"
    outputs: int = 1

    def __init__(
        self,
        source: str,
        view: BoxTrace,
        task: RealTask | None = None,
        allowed: float | None = None,
        known: Sequence[Float[ndarray, "n d"]] = (),
    ) -> None:
        self.source, self.view, self.over = source, view, view.network.over
        self.draw, self.ends = BoxDraw(), tuple(self.over.intervals.values())
        self.points = self.over.draw(self.draw.count, self.draw.seed)
        self.network = view.values(self.points)
        self.reference = None if task is None else task.labels(self.points)
        self.spread = float(np.ptp(self.network))
        self.low, self.high = np.array(self.over.low), np.array(self.over.high)
        starts = within(np.concatenate([self.points, *known]), self.low, self.high)
        self.worst, self.seen = furthest(self._apart, starts, self.low, self.high, SEED)
        said = run_reals(source, np.concatenate([self.points, self.worst]))
        self.program, self.at_worst = said[: len(self.points)], said[len(self.points) :]
        off = self._apart(self.worst)
        self.found = float(max(off.max(), _or_infinite(self.program - self.network).max()))
        self.tolerance = tolerance_for(self.found, self.spread, allowed)

    @cached_property
    def along(self) -> Float[ndarray, "m d"]:
        """Points along every input."""
        return np.concatenate(lines(self.low, self.high, ALONG))

    @property
    def sample(self) -> Float[ndarray, "n d"]:
        """The points that were drawn."""
        return self.points

    def held(self, verdict: str, draw: dict[str, Any], up_to: int | None) -> dict[str, Any]:
        """The whole box where that was proved, else points that are drawn from it."""
        return box_held(self.over.names, tuple(self.ends), verdict, draw)

    def counted(self, hunted: list[Any], settled: bool = False) -> Counted:
        """Count; how far both are apart; and the bound over the box."""
        alike = np.abs(self.program - self.network) <= self.tolerance
        worst = self.view.values(self.worst)
        said = self.at_worst
        beyond = ~(np.abs(said - worst) <= self.tolerance)
        versus = ProgramVsModel(
            agree=int(alike.sum()),
            total=len(alike),
            heldout_agree=None,
            heldout_total=None,
            exhaustive=False,
            upper_bound_99=differ_at_most(int(alike.sum()), len(alike), False),
            disagreement=self._first(alike, beyond, said, worst),
            searched=self.seen,
            search_disagreements=int(beyond.sum()),
        )
        proof, unbounded_at = self._proof()
        recorded = None
        if not isinstance(self.view.network, StoredFunction):
            recorded = np.concatenate([self.network, worst, self.view.values(self.along)])
        return Counted(
            model_vs_task=self._right(self.network),
            program_vs_task=self._right(self.program),
            program_vs_model=versus,
            figures={},
            draw=asdict(self.draw),
            data=BoxChecked(self.draw, self.tolerance, self.worst, self.reference, recorded),
            proof=proof,
            deviation=self._deviation(said, worst, unbounded_at),
        )

    def _apart(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        """How far program and network are apart, for the search: stored networks as a checker runs
        them, so that it is led to the same points.
        """
        said, network = evaluated_reals(self.source, points), self.view.network
        if isinstance(network, StoredFunction):
            model = network.model
            weights = {name: it.numpy() for name, it in network.parameters.items()}
            return _or_infinite(said - values_of(asdict(model.architecture), weights, points))
        return _or_infinite(said - network.values(points))

    def _first(
        self,
        alike: ndarray,
        beyond: ndarray,
        said: Float[ndarray, " k"],
        worst: Float[ndarray, " k"],
    ) -> RealDisagreement | None:
        """A point at which both are too far apart: the worst that the search ended at."""
        parts = [
            (self.worst, said, worst, beyond),
            (self.points, self.program, self.network, ~alike),
        ]
        for points, program, network, wrong in parts:
            if wrong.any():
                row = int(np.flatnonzero(wrong)[0])
                own = float(program[row])
                return RealDisagreement(
                    tuple(points[row].tolist()),
                    own if math.isfinite(own) else None,
                    float(network[row]),
                )
        return None

    def _proof(self) -> tuple[Proof | None, tuple[float, ...] | None]:
        """The bound over the whole box, or where there is none."""
        network = self.view.network
        if not isinstance(network, StoredFunction) or not math.isfinite(self.found):
            return None, None
        shape = asdict(network.model.architecture)
        if not provable(shape):
            return None, None
        weights = {name: it.numpy() for name, it in network.parameters.items()}
        wanted = wanted_bound(self.tolerance, self.found)
        bound = proved(self.source, shape, weights, self.low, self.high, wanted)
        if bound is None or not math.isfinite(bound.error):
            return None, None if bound is None else bound.at
        lead = MOST_APART * self.spread - bound.error
        proof = Proof(
            *("taylor", lead, None, FloatBound(False, 0.0)), nodes=bound.parts, error=bound.error
        )
        return proof, None

    def _right(self, said: Float[ndarray, " n"]) -> Agreement | None:
        """Drawn points that are answered as the task has it, within the tolerance."""
        if self.reference is None:
            return None
        return Agreement(int((np.abs(said - self.reference) <= self.tolerance).sum()), len(said))

    def _deviation(
        self,
        said: Float[ndarray, " k"],
        worst: Float[ndarray, " k"],
        unbounded_at: tuple[float, ...] | None,
    ) -> Deviation:
        drawn, found = np.abs(self.program - self.network), np.abs(said - worst)
        every = np.concatenate([drawn, found])
        apart = evaluated_reals(self.source, self.along) - self.view.values(self.along)
        return Deviation(
            tolerance=self.tolerance,
            spread=self.spread,
            drawn=number(drawn),
            found=number(every),
            at=tuple(self.worst[0].tolist()),
            network_from_task=self._from_task(self.network),
            program_from_task=self._from_task(self.program),
            along=tuple(map(tuple, listed_rows(apart.reshape(-1, ALONG)))),
            unbounded_at=unbounded_at,
        )

    def _from_task(self, said: Float[ndarray, " n"]) -> FromTask | None:
        if self.reference is None:
            return None
        off = np.abs(said - self.reference)
        return FromTask(number(off), root_mean_square(off))


def tolerance_for(found: float, spread: float, allowed: float | None) -> float:
    """A round number above the largest deviation that was found, as far as that is allowed.

    Args:
        found: the largest deviation.
        spread: of the network's values.
        allowed: what a kind takes for noise of the network; null where it says nothing.
    """
    most = MOST_APART * spread if allowed is None else min(allowed, MOST_APART * spread)
    wanted = max(ABOVE * found, ROUNDING * spread)
    if not wanted <= most:
        return most
    power = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 0.0
    rounds = [float(f"{part * power:.1g}") for part in (1, 2, 5, 10)]
    return min(next((each for each in rounds if each >= wanted), wanted), most)


def _or_infinite(apart: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
    """Sizes of deviations; infinite where there is no value."""
    return np.where(np.isnan(apart), np.inf, np.abs(apart))


def verify_box_refusal(
    refusal: Refusal,
    view: BoxTrace,
    task: RealTask | None,
    name: str,
    remarks: tuple[str, ...] = (),
) -> Verified:
    """The report of a run without a program: how good the network is, where there is a task."""
    draw, over, counted, reference = BoxDraw(), view.network.over, None, None
    stored = isinstance(view.network, StoredFunction)
    if task is not None:
        points = over.draw(draw.count, draw.seed)
        said, reference = view.values(points), task.labels(points)
        within_reach = MOST_APART * float(np.ptp(said))
        alike = np.abs(said - reference) <= within_reach
        counted = Agreement(int(alike.sum()), len(alike))
        remarks = (
            *remarks,
            f"right is no further from the task than {within_reach:.3g}, which is {MOST_APART:g} "
            "of the spread of the network's values",
        )
    kept = BoxChecked(draw, None, np.zeros((0, len(over.names))), reference, None)
    report = refused_report(refusal, name, "box", stored, counted, remarks)
    return Verified(report, kept)
