"""Runs over texts that are read at once: what their certificate holds, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy import ndarray

from .count import rates
from .kind import Claims
from .read import COUNT, SEED, Data, check_weights, ranges
from .sandbox import evaluated_texts, run_texts
from .scope import texts_held
from .text_draws import drawn_texts
from .text_transformer import alike, answers_of, logits_of, shapes_over_texts

MAX_DRAWN = 1 << 24
"""Tokens that are drawn at once."""
FEWEST_DRAWN = 1_000
"""Texts of a run whose texts cannot all be gone through."""
FRESH = {"uniform": 1_000, "structured": 1_000}
"""What is drawn anew at every length."""

DRAWN = {"length": COUNT, "count": range(MAX_DRAWN), "seed": SEED}
DRAWS = (
    {**DRAWN, "kind": ("uniform", "structured")},
    {"kind": "every", "length": COUNT, "count": None, "seed": None},
)
FIELDS: Mapping[str, Any] = {
    **{"tokens": [int], "longest": COUNT, "answers": [(int, float)]},
    "draws": (None, {"fresh": [DRAWS], "stress": [DRAWS]}),
    "recorded": None,
}
"""What a certificate holds beside what all hold, as `read_as` wants it."""


@dataclass(frozen=True)
class TextEvidence:
    """What the certificate of a run over texts holds.

    Attributes:
        tokens: the values of a token.
        longest: tokens of the longest text.
        answers: the values that the network's outputs stand for; none where it gives a number.
        shape: of the stored network.
        weights: by name.
        draws: the texts that were checked: `fresh`, and those of `stress`.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    tokens: range
    longest: int
    answers: ndarray
    shape: Data
    weights: Mapping[str, ndarray]
    draws: Data | None
    program: str
    mechanism: Data
    own_sampler: bool = False
    stored: bool = True
    outputs: int = 1

    @classmethod
    def read(
        cls, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> TextEvidence:
        """The evidence of a certificate whose fields are as wanted.

        Raises:
            ValueError: weights, shapes and texts do not fit together.
        """
        shape, longest, draws = (certificate[n] for n in ("architecture", "longest", "draws"))
        (tokens,) = ranges([certificate["tokens"]])
        answers = np.array(certificate["answers"], dtype=np.float64)
        if shape is None or shape["kind"] != "text_transformer":
            raise ValueError("no network over texts is stored")
        if len(set(answers.tolist())) != len(answers) or not np.isfinite(answers).all():
            raise ValueError("the outputs of the network do not stand for values of their own")
        if shape["none"] in (*answers.tolist(), *tokens):
            raise ValueError("what stands for no answer is an answer")
        check_weights(weights, shapes_over_texts(shape, tokens, longest, len(answers)))
        if draws is not None:
            for draw in (*draws["fresh"], *draws["stress"]):
                if draw["length"] * (draw["count"] or 1) > MAX_DRAWN or draw["length"] > longest:
                    raise ValueError("a draw of the certificate is too large")
            _check_lengths(draws["fresh"], longest)
        return cls(tokens, longest, answers, shape, weights, draws, source, mechanism)

    @property
    def takes(self) -> tuple[range, ...]:
        """The domain of a token of the program."""
        return (self.tokens,)

    @property
    def every(self) -> bool:
        """Whether all texts were gone through."""
        return self.draws is not None and all(d["kind"] == "every" for d in self.draws["fresh"])

    def derive(self) -> Claims:
        """What follows of program and network, whatever the kind of mechanism.

        Raises:
            ProgramError: the program is not of the language, failed, or took more than its limits.
            ValueError: the folder's parts do not fit together.
        """
        if self.draws is None:
            raise ValueError("the certificate holds no texts")
        claims: Claims = {"space": "texts", "program.exceptions": 0, "meaning": None}
        claims |= {"model_vs_task": None, "program_vs_task": None}
        fresh, name = self.draws["fresh"], "program_vs_model.drawn"
        drawn = [draw for draw in fresh if draw["kind"] != "every"]
        agree, total, smallest = self._along([draw for draw in fresh if draw["kind"] == "every"])
        bounded = agree, total
        if drawn:
            same, count, least = self._along(drawn)
            if count < FEWEST_DRAWN:
                raise ValueError(f"only {count} texts were drawn")
            claims |= {f"{name}.agree": same, f"{name}.total": count}
            claims[f"{name}.shortest"] = drawn[0]["length"]
            agree, total, smallest = agree + same, total + count, min(smallest, least)
            bounded = same, count
        else:
            claims[name] = None
        claims |= {"program_vs_model.agree": agree, "program_vs_model.total": total}
        stress = self.draws["stress"]
        if stress:
            also, texts, least = self._along(stress)
            smallest = min(smallest, least)
            claims |= {
                f"program_vs_model.stress.{n}": v for n, v in (("agree", also), ("total", texts))
            }
        else:
            claims["program_vs_model.stress"] = None
        margin = smallest if isfinite(smallest) else None
        return claims | {
            **rates(*bounded, not drawn),
            "figures.smallest_margin": margin,
            "program_vs_model.length": self.longest,
            "program_vs_model.heldout_agree": None,
            "program_vs_model.heldout_total": None,
        }

    def _along(self, draws: list[Data]) -> tuple[int, int, float]:
        """Texts that are answered alike, all of them, and the smallest lead of an answer."""
        agree, total, smallest = 0, 0, np.inf
        for draw in draws:
            rows = drawn_texts(draw, self.tokens)
            alike_, lead = self.compared(rows)
            agree, total = agree + int(alike_.all(axis=1).sum()), total + len(rows)
            smallest = min(smallest, float(lead.min()))
        return agree, total, smallest

    def compared(self, rows: ndarray) -> tuple[ndarray, ndarray]:
        """Whether program and network answer texts of one length alike, and the network's leads.

        No lead counts where there is no answer.
        """
        logits = logits_of(self.shape, self.weights, rows - self.tokens.start)
        network, lead = answers_of(self.shape, self.answers, logits)
        program = run_texts(self.program, rows, network.shape[1])
        lead = np.where(lead < self.shape["tie"], np.inf, lead)
        return alike(self.shape, program, network), lead

    def derive_refusal(self) -> Claims:
        """Nothing: what a refusal says of a network over texts is not derived."""
        return {}

    def held(self, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        return texts_held(self.tokens, self.longest, self.draws)

    def draw_again(self, seed: int, up_to: int | None) -> tuple[int, int]:
        """Ask on texts that nobody could know before: how many, and on how many they differ."""
        asked = differ = 0
        if self.every:
            return asked, differ
        for length in range(1, self.longest + 1):
            for kind, count in FRESH.items():
                draw = {"kind": kind, "length": length, "count": count, "seed": seed + length}
                rows = drawn_texts(draw, self.tokens)
                asked += count
                differ += int((~self.compared(rows)[0].all(axis=1)).sum())
        return asked, differ

    def probes(self) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        draw = {"kind": "uniform", "length": self.longest, "count": 2, "seed": 0}
        rows = drawn_texts(draw, self.tokens)
        printed = map(str, evaluated_texts(self.program, rows))
        return [list(map(str, row)) for row in rows.tolist()], list(printed)


def _check_lengths(draws: list[Data], longest: int) -> None:
    """Raise ValueError unless all short texts were gone through, and of every other length as many
    drawn evenly.

    Then few disagreements are no likelier than if every length had the mean of their rates
    (Hoeffding 1956): the bound is on that, the rate among texts whose length is drawn evenly too.
    """
    if [draw["length"] for draw in draws] != list(range(1, longest + 1)):
        raise ValueError("the certificate does not draw texts of every length")
    drawn = [draw for draw in draws if draw["kind"] != "every"]
    alike = len({draw["count"] for draw in drawn}) <= 1
    if not alike or drawn != draws[len(draws) - len(drawn) :]:
        raise ValueError("the certificate does not draw as many texts of every longer length")
    if any(draw["kind"] != "uniform" for draw in drawn):
        raise ValueError("the certificate does not draw texts evenly")
