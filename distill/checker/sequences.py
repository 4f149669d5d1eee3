"""Runs over sequences: what their certificate holds, and what follows whatever the kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy import ndarray

from .count import counted, rates
from .draws import drawn, numbers, stress, uniform
from .errors import ProgramError
from .kind import Claims
from .read import COUNT, SEED, Data, check_weights, listed, ranges, shapes_over_sequences
from .recurrent import NONE, PASSES
from .sandbox import run_sequences
from .scope import holds_for

MAX_DRAWN, MAX_BESIDE = 1 << 25, 1 << 23
"""Numbers that are gone through: in all, and of each draw beside the fresh one."""
FEWEST_DRAWN, MOST_DRAWN = 1_000, 1 << 15
"""Sequences of the training length: fresh ones, and as much as all draws together may come to."""
FRESH = {uniform: 10_000, stress: 2_000}
LONGEST_TRAINED = MAX_DRAWN // FRESH[uniform]
"""Numbers of a sequence of the training length, so that as many can be drawn anew."""
FRESH_LONGER, TIMES = 150, (2, 5, 10)
LONGEST = 2_000
"""What is drawn anew: sequences of the training length and of each that is longer; these in
training lengths, and at most so many steps."""

DRAWN = {"length": COUNT, "count": range(MAX_DRAWN), "seed": SEED, "listed": None}
UNIFORM, STRESS = ({"kind": kind, **DRAWN} for kind in ("uniform", "stress"))
EVERY = {**DRAWN, "kind": "every", "count": None, "seed": None}
LISTED = {**DRAWN, "kind": "listed", "count": (None, range(MAX_DRAWN)), "seed": None, "listed": str}
FIELDS: Mapping[str, Any] = {
    **{"inputs": [[int]], "outputs": COUNT, "length": COUNT, "answers": [int]},
    "draws": (
        None,
        {"fresh": (EVERY, UNIFORM, LISTED), "stress": STRESS, "longer": [(UNIFORM, LISTED)]},
    ),
    "induction": (
        None,
        {"states": [int], "follows": [[int]], **dict.fromkeys(("low", "high"), (None, [[float]]))},
    ),
    "reference": (None, [str]),
    "recorded": (None, [str]),
}
"""What a certificate holds beside what all hold, as `read_as` wants it."""


def check_amount(certificate: Data, channels: tuple[range, ...]) -> None:
    """Hold what a certificate asks for against what is gone through, before anything is drawn.

    What is drawn goes by the training length, so that one long sequence is no way around a bound
    on how many numbers there are: step by step it takes far more than many short ones.

    Args:
        certificate: whose fields are of their types.
        channels: the ranges.

    Raises:
        ValueError: sequences are longer or more than what is gone through.
    """
    length, draws = certificate["length"], certificate["draws"]
    wide = max(len(channels), certificate["outputs"])
    if length * wide > LONGEST_TRAINED:
        raise ValueError(
            f"sequences of {length:,} steps of {wide:,} numbers: expected at most "
            f"{LONGEST_TRAINED:,} numbers, so that they can be drawn anew"
        )
    if draws is None:
        return
    symbols, total, most = prod(map(len, channels)), 0, length * wide * MOST_DRAWN
    for place, draw in enumerate((draws["fresh"], draws["stress"], *draws["longer"])):
        if draw["length"] > length * (TIMES[-1] if place > 1 else 1):
            raise ValueError(
                f"a draw of {draw['length']:,} steps, where the network was trained on {length:,}: "
                f"expected at most {TIMES[-1]} times as many"
            )
        every = symbols ** draw["length"] if draw["kind"] == "every" else 1
        size = (draw["count"] or every) * draw["length"] * wide
        if draw["kind"] == "listed":
            size = max(size, len(listed(draw["listed"], MAX_DRAWN)))
        total += size
        if size > (MAX_BESIDE if place else MAX_DRAWN) or total > min(MAX_DRAWN, most):
            raise ValueError(
                f"the draws of the certificate, up to number {place}, are too large: expected at "
                f"most as much as {MOST_DRAWN:,} sequences of {length:,} steps"
            )


@dataclass(frozen=True)
class SequenceEvidence:
    """What the certificate of a run over sequences holds.

    Attributes:
        channels: the ranges.
        outputs: how many numbers an answer has.
        length: of the sequences that the network was trained on.
        answers: the values that the network's outputs stand for; none where it gives numbers.
        shape: of the stored network; null where none was trained.
        weights: by name.
        draws: the sequences that were checked.
        reference: the task's answers along the fresh and the longer draws.
        recorded: the answers of a network that was not stored, along the fresh, the longer and the
            stress draws.
        induction: nodes and boxes of a proof by induction; null without one.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    channels: tuple[range, ...]
    outputs: int
    length: int
    answers: ndarray
    shape: Data | None
    weights: Mapping[str, ndarray]
    draws: Data | None
    reference: tuple[ndarray, ...] | None
    induction: Data | None
    program: str
    mechanism: Data
    recorded: tuple[ndarray, ...] | None = None

    @classmethod
    def read(
        cls, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> SequenceEvidence:
        """The evidence of a certificate whose fields are as wanted.

        Raises:
            ValueError: weights, shapes and inputs do not fit together.
        """
        channels, shape = ranges(certificate["inputs"]), certificate["architecture"]
        answers, outputs, length, draws, reference = (
            certificate[name] for name in ("answers", "outputs", "length", "draws", "reference")
        )
        if len(set(answers)) != len(answers):
            raise ValueError("the outputs of the network do not stand for values of their own")
        check_amount(certificate, channels)
        if shape is not None:
            check_weights(weights, shapes_over_sequences(shape, channels, outputs, len(answers)))
        lengths = {length} if draws is None else {draws[n]["length"] for n in ("fresh", "stress")}
        if lengths != {length}:
            raise ValueError("the sequences of the certificate are not of the training length")
        if certificate["induction"] is not None and mechanism.get("kind") != "automaton":
            raise ValueError("an induction is given of what is no machine")
        reference = None if reference is None else _numbers(reference)
        recorded = certificate["recorded"]
        if recorded is not None:
            if shape is not None:
                raise ValueError("answers are recorded of a network that is stored")
            recorded = _numbers(recorded)
        return cls(
            *(channels, outputs, length, np.array(answers, dtype=np.int64), shape, weights, draws),
            *(reference, certificate["induction"], source, mechanism, recorded),
        )

    @property
    def takes(self) -> tuple[range, ...]:
        """The domain of a step of the program."""
        return self.channels

    @property
    def stored(self) -> bool:
        """Whether there is a network that can be run again."""
        return self.shape is not None

    @property
    def own_sampler(self) -> bool:
        """Whether sequences are of the task's own sampler, which nobody can draw again."""
        return self.draws is not None and self.draws["fresh"]["kind"] == "listed"

    def derive(self) -> Claims:
        """What follows of program, network and task, whatever the kind of mechanism.

        Raises:
            ProgramError: the program is not of the language, failed, or took more than its limits.
            ValueError: the folder's parts do not fit together.
        """
        plan = self.draws
        if plan is None:
            raise ValueError("the certificate holds no sequences")
        claims: Claims = {"space": "sequences", "program.exceptions": 0, "meaning": None}
        names = ["", *(f"longer.{place}." for place in range(len(plan["longer"])))]
        references = self.reference or [None] * len(names)
        drawn_all = (plan["fresh"], *plan["longer"], plan["stress"])
        known = self.recorded if self.recorded is not None else (None,) * len(drawn_all)
        if len(known) != len(drawn_all):
            raise ValueError("answers of the network are not recorded along every draw")
        along = [_along(self, *each) for each in zip(drawn_all, known, strict=True)]
        for name, (program, model, _), reference in zip(names, along[:-1], references, strict=True):
            expected = None if reference is None else reference.reshape(program.shape)
            claims |= counted(f"{name}program_vs_model", program, model)
            claims |= counted(f"{name}model_vs_task", model, expected)
            claims |= counted(f"{name}program_vs_task", program, expected)
            claims |= {f"{name}length": program.shape[1]} if name else {}
        (fresh, _, lead), (program, model, stressed) = along[0], along[-1]
        every = plan["fresh"]["kind"] == "every"
        if not every and len(fresh) < FEWEST_DRAWN:
            raise ValueError(f"only {len(fresh)} sequences were drawn")
        smallest = float(min(lead.min(), stressed.min()))
        margin = {"figures.smallest_margin": smallest if isfinite(smallest) else None}
        return claims | {
            **counted("program_vs_model.stress", program, model),
            **rates(claims["program_vs_model.agree"], len(fresh), every),
            **(margin if self.stored else {}),
            "program_vs_model.length": self.length,
            "program_vs_model.heldout_agree": None,
            "program_vs_model.heldout_total": None,
        }

    def derive_refusal(self) -> Claims:
        """Nothing: what a refusal says of a network over sequences is not derived."""
        return {}

    def held(self, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        if self.draws is None:
            raise ValueError("the certificate holds no sequences")
        ends = [(values[0], values[-1]) for values in self.channels]
        draw = {**self.draws["fresh"]}
        if self.own_sampler:
            draw["different"] = len(np.unique(drawn(draw, self.channels), axis=0))
        steps = claims.get("proof.up_to_length")
        return holds_for("sequences", ends, self.outputs, claims["verdict"], draw, steps)

    def draw_again(self, seed: int, up_to: int | None) -> tuple[int, int]:
        """Ask on sequences that nobody could know before: how many, and on how many they differ.

        Args:
            seed: of the draws.
            up_to: steps up to which the verdict claims equality; null for every length.
        """
        if not self.stored:
            return 0, 0
        claimed = [min(times * self.length, LONGEST) for times in TIMES]
        lengths = [self.length, *(n for n in claimed if up_to is None or n <= up_to)]
        asked = differ = 0
        for place, length in enumerate(lengths):
            for kind, most in FRESH.items():
                count = FRESH_LONGER if place else most
                rows = kind(self.channels, count, length, seed + place)
                try:
                    program = run_sequences(self.program, rows, self.outputs)
                except ProgramError:
                    if length == self.length:
                        raise
                    continue  # answers that grow fast leave what can be counted with
                model, _ = network_answers(self, rows)
                asked += count
                differ += int((program != model).any(axis=(1, 2)).sum())
        return asked, differ

    def probes(self) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        rows = uniform(self.channels, 2, self.length, 0)
        answers = run_sequences(self.program, rows, self.outputs).tolist()
        said = [[tuple(step) if len(step) > 1 else step[0] for step in row] for row in answers]
        words = [[",".join(map(str, step)) for step in row] for row in rows.tolist()]
        return words, list(map(str, said))


def _numbers(texts: list[str]) -> tuple[ndarray, ...]:
    return tuple(listed(text, MAX_DRAWN) for text in texts)


def network_answers(evidence: SequenceEvidence, sequences: ndarray) -> tuple[ndarray, ndarray]:
    """What the stored network of a run answers along sequences, and with what lead."""
    shape, weights = evidence.shape, evidence.weights
    if shape is None:
        raise ValueError("the certificate holds no network")
    return answers_of(shape, weights, evidence.answers, evidence.channels, sequences)


def answers_of(
    shape: Mapping[str, Any],
    weights: Mapping[str, ndarray],
    answers: ndarray,
    channels: tuple[range, ...],
    sequences: ndarray,
) -> tuple[ndarray, ndarray]:
    """What weights answer along sequences of values, and with what lead.

    Args:
        shape: of the network.
        weights: by name.
        answers: the values that its outputs stand for; none where it gives numbers.
        channels: the ranges of what it reads.
        sequences: [n, length, channels].

    Returns:
        Answers [n, length, outputs], and leads [n, length].
    """
    symbols = shape["kind"] != "integer_recurrent" or shape["one_hot"]
    read = numbers(sequences, channels)[..., None] if symbols else sequences
    said = PASSES[shape["kind"]](shape, weights)(read)
    if not len(answers):
        return said.answers, said.lead
    return np.where(said.answers < 0, NONE, answers[said.answers]), said.lead


def _along(
    evidence: SequenceEvidence, draw: Data, recorded: ndarray | None
) -> tuple[ndarray, ndarray, ndarray]:
    """Answers of program and network along a draw, and the network's leads.

    Of a network that was not stored, what is recorded is taken for its answers.
    """
    rows = drawn(draw, evidence.channels)
    if recorded is not None:
        program = run_sequences(evidence.program, rows, evidence.outputs)
        return program, recorded.reshape(program.shape), np.full(program.shape[:2], np.inf)
    return run_sequences(evidence.program, rows, evidence.outputs), *network_answers(evidence, rows)
