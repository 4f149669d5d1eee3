"""Runs over boxes of reals: what their certificate holds, and what follows.

Points are drawn evenly from the box; those that a search for the largest deviation ended at are
listed in the certificate, and a search of the checker's own begins elsewhere. For stored networks
the deviation is bounded everywhere in the box (`box_proof.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray

from .box_draws import lines, uniform_points
from .box_proof import provable
from .box_search import furthest
from .count import rates
from .deviations import (
    ALONG,
    MOST_APART,
    MOST_INPUTS,
    box_held,
    listed_rows,
    number,
    proved,
    root_mean_square,
    shapes_over_a_box,
    values_of,
    wanted_bound,
)
from .evaluate import Evaluator
from .kind import ROOM, Claims
from .read import SEED, Data, check_weights
from .real_answers import evaluated_reals, run_reals
from .sandbox import program_of

FEWEST_DRAWN, MOST_DRAWN, MOST_WORST = 1_000, 1 << 17, 1 << 10
"""Points that are drawn, and that a search ended at."""

LARGEST, NARROWEST = 1e100, 1e-9
"""Ends of intervals are no larger, and no interval is narrower than this part of its larger end."""

ANEW = 2_000
"""Points that are drawn anew."""

ROUNDED = 1e-12
"""Part of the network's largest answer that rounding may part a deviation from what was computed of
it elsewhere."""

WIDEST = 5.01
"""How much wider than the largest deviation that was found a tolerance is at most: a round number
above twice that."""

NEARLY = 1e-6
"""Part of the largest deviation that the first of the points a search ended at may lack of it."""

FIELDS: Mapping[str, Any] = {
    **{"names": [str], "low": [float], "high": [float]},
    "tolerance": (None, float),
    "draw": {"count": range(FEWEST_DRAWN, MOST_DRAWN + 1), "seed": SEED},
    "worst": [[float]],
    "reference": (None, [float]),
    "recorded": (None, [float]),
}
"""What a certificate holds beside what all hold, as `read_as` wants it."""


@dataclass(frozen=True)
class BoxEvidence:
    """What the certificate of a run over a box holds.

    Attributes:
        names: of the inputs.
        low: the lower corner of the box; high: the upper one.
        tolerance: how far apart program and network may be; null of a refusal.
        draw: the points that were checked, as `count` and `seed`.
        worst: points that a search for the largest deviation ended at [n, d], the largest first. It
            begins at the worst of the drawn points, so that nothing drawn is worse.
        reference: the task's answers at the drawn points; null without a task.
        recorded: the answers of a network that was not stored, at the drawn points, the worst, and
            those along every input.
        shape: of the stored network; null where it was not stored.
        weights: by name, in float64.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    names: tuple[str, ...]
    low: ndarray
    high: ndarray
    tolerance: float | None
    draw: Data
    worst: ndarray
    reference: ndarray | None
    recorded: ndarray | None
    shape: Data | None
    weights: Mapping[str, ndarray]
    program: str
    mechanism: Data
    own_sampler: bool = False

    @classmethod
    def read(
        cls, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> BoxEvidence:
        """The evidence of a certificate whose fields are as wanted.

        Raises:
            ValueError: weights, box and points do not fit together.
        """
        names, shape = tuple(certificate["names"]), certificate["architecture"]
        low, high = (np.array(certificate[end], dtype=np.float64) for end in ("low", "high"))
        if not 1 <= len(names) <= MOST_INPUTS or not len(names) == len(low) == len(high):
            raise ValueError(f"a box of {len(names)} inputs: expected 1 to {MOST_INPUTS}")
        if not (low < high).all() or len(set(names)) < len(names):
            raise ValueError("a box whose intervals are empty, or whose inputs have one name")
        ends = np.maximum(np.abs(low), np.abs(high))
        if not (ends <= LARGEST).all() or not (high - low > NARROWEST * ends).all():
            raise ValueError(
                f"a box whose intervals are larger than {LARGEST:g} or have next to no width: "
                "points cannot be drawn evenly from it"
            )
        count = certificate["draw"]["count"]
        worst = np.array(certificate["worst"], dtype=np.float64).reshape(-1, len(names))
        if len(worst) > MOST_WORST or ((worst < low) | (worst > high)).any():
            raise ValueError("points that are too many, or not in the box")
        along = ALONG * len(names) if source else 0
        lists = {"reference": count, "recorded": count + len(worst) + along}
        told = {name: certificate[name] for name in lists}
        for name, wanted in lists.items():
            if told[name] is not None and len(told[name]) != wanted:
                raise ValueError(f"{len(told[name]):,} answers in {name}: expected {wanted:,}")
        if (shape is None) == (told["recorded"] is None) and source:
            raise ValueError("a network is either stored or its answers are recorded")
        if shape is not None:
            if shape["kind"] != "real_perceptron" or shape["n_inputs"] != len(names):
                raise ValueError("the network does not read the inputs of the box")
            check_weights(weights, shapes_over_a_box(shape))
        reference, recorded = (
            None if told[n] is None else np.array(told[n], dtype=float) for n in lists
        )
        exact = {name: value.astype(np.float64) for name, value in weights.items()}
        box = (names, low, high, certificate["tolerance"], certificate["draw"], worst)
        return cls(*box, reference, recorded, shape, exact, source, mechanism)

    @property
    def stored(self) -> bool:
        """Whether the network is in the folder."""
        return self.shape is not None

    @property
    def takes(self) -> tuple[tuple[float, float], ...]:
        """The domain of the program: both ends of every input."""
        return tuple(zip(self.low.tolist(), self.high.tolist(), strict=True))

    @cached_property
    def points(self) -> ndarray:
        """The drawn points [n, d]."""
        return uniform_points(self.low, self.high, self.draw["count"], self.draw["seed"])

    def network(self, points: ndarray) -> ndarray:
        """What the stored network answers."""
        assert self.shape is not None, "asked of stored networks alone"
        return values_of(self.shape, self.weights, points)

    @cached_property
    def answers(self) -> tuple[ndarray, ndarray]:
        """The network's answers at the drawn points and at the worst."""
        if self.recorded is not None:
            first, last = len(self.points), len(self.points) + len(self.worst)
            return self.recorded[:first], self.recorded[first:last]
        return self.network(self.points), self.network(self.worst)

    def derive(self) -> Claims:
        """What follows of program and network, whatever the kind of mechanism.

        Raises:
            ProgramError: the program is not of the language, failed, or took more than its limits.
            ValueError: the folder's parts do not fit together.
        """
        if self.tolerance is None or not len(self.worst):
            raise ValueError("the certificate does not say how far apart is the same, or where not")
        network, at_worst = self.answers
        where = np.concatenate([self.points, self.worst])
        said = run_reals(self.program, where)
        program, worst = said[: len(self.points)], said[len(self.points) :]
        spread = float(np.ptp(network))
        if not math.isfinite(spread):
            raise ValueError("the network's values spread further than any number is large")
        if not 0 <= self.tolerance <= MOST_APART * spread * (1 + 1e-9):
            raise ValueError(
                f"{self.tolerance} apart counts as the same, and the network's values spread over "
                f"{spread:.3g}: expected at most {MOST_APART:g} of that"
            )
        drawn, found = np.abs(program - network), np.abs(worst - at_worst)
        alike = drawn <= self.tolerance
        every = np.concatenate([drawn, found])
        room = ROUNDED * float(np.abs(network).max())
        sizes = np.where(np.isnan(every), np.inf, every)
        first, largest = sizes[len(drawn)], sizes.max()
        is_worst = first == largest or first >= largest * (1 - NEARLY) - room or not self.stored
        at = self.worst[0] if is_worst else where[sizes.argmax()]
        self._check_tolerance(number(every), room, spread)
        claims: Claims = {"space": "box", "program.exceptions": 0, "meaning": None, ROOM: room}
        claims |= {
            "program_vs_model.agree": int(alike.sum()),
            "program_vs_model.total": len(alike),
            **rates(int(alike.sum()), len(alike), False),
            "program_vs_model.search_disagreements": int((~(found <= self.tolerance)).sum()),
            **dict.fromkeys(
                (
                    f"program_vs_model.{name}"
                    for name in ("heldout_agree", "heldout_total", "length")
                ),
            ),
            "deviation.tolerance": self.tolerance,
            "deviation.spread": spread,
            "deviation.drawn": number(drawn),
            "deviation.found": number(every),
            "deviation.at": at.tolist(),
            "deviation.along": self._along(),
        }
        return (
            claims | self._against_the_task(program, network) | self._proof(spread, number(every))
        )

    def _check_tolerance(self, found: float | None, room: float, spread: float) -> None:
        """Raise ValueError where more counts as the same than what was found to be apart asks for.

        All answers are within a tolerance that is wide enough, those of the task too.
        """
        if found is None or self.tolerance is None:
            return
        most = WIDEST * (found + room) + ROUNDED * spread
        if self.tolerance > most:
            raise ValueError(
                f"{self.tolerance} apart counts as the same, and what was found is at most "
                f"{found:.3g} apart: expected at most {WIDEST:g} times that"
            )

    def _along(self) -> list[list[float | None]]:
        """How far the program is from the network along every input, where a checker can tell."""
        points = np.concatenate(lines(self.low, self.high, ALONG))
        network = self.network(points) if self.recorded is None else self.recorded[-len(points) :]
        apart = (evaluated_reals(self.program, points) - network).reshape(-1, ALONG)
        return listed_rows(apart)

    def _against_the_task(self, program: ndarray, network: ndarray) -> Claims:
        """How far program and network are from the reference."""
        found: Claims = {}
        for name, said in (("model", network), ("program", program)):
            part = f"deviation.{'network' if name == 'model' else name}_from_task"
            if self.reference is None:
                found |= {f"{name}_vs_task": None, part: None}
                continue
            off = np.abs(said - self.reference)
            found[f"{name}_vs_task.agree"] = int((off <= self.tolerance).sum())
            found[f"{name}_vs_task.total"] = len(off)
            found[f"{part}.largest"] = number(off)
            found[f"{part}.rms"] = root_mean_square(off)
        return found

    def _proof(self, spread: float, found: float | None) -> Claims:
        """The bound over the whole box; there is none where the program has no value somewhere."""
        if not provable(self.shape) or found is None:
            return {"deviation.unbounded_at": None}
        assert self.shape is not None, "of a stored network"
        assert self.tolerance is not None, "of a run with a program"
        wanted = wanted_bound(self.tolerance, found)
        bound = proved(self.program, self.shape, self.weights, self.low, self.high, wanted)
        if bound is None or not math.isfinite(bound.error):
            return {"deviation.unbounded_at": None if bound is None else list(bound.at)}
        return {
            "deviation.unbounded_at": None,
            "proof.method": "taylor",
            "proof.smallest_lead": MOST_APART * spread - bound.error,
            "proof.error": bound.error,
            "proof.nodes": bound.parts,
            "proof.float_bound.covered": False,
            "proof.float_bound.smallest_lead": 0.0,
            **dict.fromkeys(f"proof.{name}" for name in ("rounding", "up_to_length", "history")),
        }

    def derive_refusal(self) -> Claims:
        """How far the network is from the task, where there is one."""
        if self.reference is None or self.shape is None:
            return {}
        network, _ = self.answers
        apart = np.abs(network - self.reference)
        alike = apart <= MOST_APART * float(np.ptp(network))
        return {"model_vs_task.agree": int(alike.sum()), "model_vs_task.total": len(alike)}

    def held(self, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        return box_held(self.names, self.takes, str(claims.get("verdict")), self.draw)

    def draw_again(self, seed: int, up_to: int | None) -> tuple[int, int]:
        """Ask at points that nobody could know before, and search from the worst of them."""
        if self.shape is None or self.tolerance is None:
            return 0, 0
        tolerance = self.tolerance

        def apart(points: ndarray) -> ndarray:
            off = np.abs(evaluated_reals(self.program, points) - self.network(points))
            return np.where(np.isnan(off), np.inf, off)

        fresh = uniform_points(self.low, self.high, ANEW, seed)
        differ = ~(np.abs(run_reals(self.program, fresh) - self.network(fresh)) <= tolerance)
        ends, seen = furthest(apart, fresh, self.low, self.high, seed)
        return ANEW + seen, int(differ.sum()) + int((apart(ends) > tolerance).sum())

    def probes(self) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        rows, evaluator = self.points[:2].tolist(), Evaluator(program_of(self.program))
        printed = [str(evaluator.entry(list(row), 1)) for row in rows]
        return [[repr(value) for value in row] for row in rows], printed
