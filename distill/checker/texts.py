"""Runs over texts that are read at once: what their certificate holds, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
from numpy import ndarray

from .count import rates
from .kind import Claims
from .read import COUNT, SEED, Data, check_weights, listed, ranges
from .real_answers import evaluated_texts, run_batches
from .scope import texts_held
from .text_draws import check_text_draws, drawn_texts
from .text_forms import FORM, FORMED, FORMED_STRESS, check_form, check_formed, formed
from .text_proof import Searched, over_sets
from .text_steps import growing
from .text_transformer import (
    PART_OF_LEADS,
    alike,
    answers_of,
    check_answers,
    logits_of,
    shapes_over_texts,
)

LONGEST = 512
"""Tokens of a text."""
MOST_NUMBERS, MOST_IN_ALL = 1 << 26, 1 << 31
"""Pairs of places, or logits, along the texts of one draw and of all of them."""
FEWEST_DRAWN = 1_000
"""Texts, uniform and structured ones, of a run whose texts cannot all be gone through."""
ANEW, KINDS_ANEW = 1_000, ("uniform", "structured")
"""Texts of each kind that are drawn anew at every length, where they are not too much."""
PARTS = ("agree", "total")
FORMED_ANEW = 200
"""Texts of each kind of a form that are drawn anew: what follows a prompt takes a pass a token."""

DRAWN = {"length": COUNT, "count": range(MOST_NUMBERS), "seed": SEED}
DRAWS = (
    {**DRAWN, "kind": ("uniform", "structured", FORMED, FORMED_STRESS)},
    {"kind": "every", "length": COUNT, "count": None, "seed": None},
)
FIELDS: Mapping[str, Any] = {
    **{"tokens": [int], "longest": COUNT, "answers": [(int, float)]},
    "draws": (None, {"fresh": [DRAWS], "stress": [DRAWS]}),
    "form": (None, FORM),
    "reference": (None, [str]),
    "recorded": None,
}
"""What a certificate holds beside what all hold, as `read_as` wants it."""


def affordable(wanted: int, longest: int, wide: int, lengths: int) -> int:
    """How many texts of a length there may be, if so many of as many lengths are gone through.

    Args:
        wanted: where they are not too much.
        longest: tokens of the longest.
        wide: size of the vocabulary, or outputs if they are more.
        lengths: at which there are so many, kinds counted one by one.
    """
    of_one = longest * max(longest, wide)
    return min(wanted, MOST_NUMBERS // of_one, (MOST_IN_ALL >> 2) // (lengths * of_one))


def check_amount(certificate: Data, size: int) -> None:
    """Hold what a certificate asks for against what is gone through, before anything is drawn.

    Args:
        certificate: whose fields are of their types.
        size: of the vocabulary.

    Raises:
        ValueError: texts of one length, or all of them, are too much.
    """
    longest, draws = certificate["longest"], certificate["draws"] or {"fresh": [], "stress": []}
    if longest > LONGEST:
        raise ValueError(f"texts of {longest:,} tokens: expected at most {LONGEST}")
    wide, total = max(size, len(certificate["answers"])), 0
    asked = [(draw["length"], draw["count"]) for draw in (*draws["fresh"], *draws["stress"])]
    for length, count in asked:
        if length > longest:
            raise ValueError(f"a draw of {length:,} tokens: expected at most {longest}")
        texts = size**length if count is None else count
        numbers = texts * max(length * length, length * wide)
        total += numbers
        if numbers > MOST_NUMBERS or total > MOST_IN_ALL:
            raise ValueError(
                f"{'all' if count is None else f'{count:,}'} texts of {length} of {size:,} tokens "
                f"are too much to go through: expected {MOST_NUMBERS:,} numbers at most, and "
                f"{MOST_IN_ALL:,} of all draws"
            )


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
        form: how the network's texts look; null where every text is one.
        reference: the task's answers along the fresh texts, length by length; null without a task.
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
    form: Data | None = None
    reference: tuple[ndarray, ...] | None = None

    @classmethod
    def read(
        cls, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> TextEvidence:
        """The evidence of a certificate whose fields are as wanted.

        Raises:
            ValueError: weights, shapes and texts do not fit together.
        """
        shape, longest, draws = (certificate[n] for n in ("architecture", "longest", "draws"))
        form, reference = certificate["form"], certificate["reference"]
        (tokens,) = ranges([certificate["tokens"]])
        check_amount(certificate, len(tokens))
        answers = np.array(certificate["answers"], dtype=np.float64)
        if (
            shape is not None
            and shape["kind"] == "text_transformer"
            and (shape["n_layers"] > len(weights))
        ):
            raise ValueError(f"{shape['n_layers']:,} layers, and {len(weights)} tensors are stored")
        if shape is None or shape["kind"] != "text_transformer":
            raise ValueError("no network over texts is stored")
        check_answers(shape, answers)
        if shape["none"] in (*answers.tolist(), *tokens):
            raise ValueError("what stands for no answer is an answer")
        check_weights(weights, shapes_over_texts(shape, tokens, longest, len(answers)))
        if form is not None:
            check_form(form, tokens, longest, shape["readout"])
            if not shape["causal"] and form["then"] != "nothing":
                raise ValueError("a text goes on only where the network sees no later tokens")
            if shape["bos"] is None and not sum(part["fewest"] for part in form["parts"]):
                raise ValueError("nothing stands before a text that may begin with nothing")
            if shape["readout"] == "set" and tokens.start:
                raise ValueError("tokens of a set are numbered from 0")
        if draws is not None and form is not None:
            check_formed(draws, longest, FEWEST_DRAWN)
        elif draws is not None:
            check_text_draws(draws, longest, FEWEST_DRAWN)
        return cls(
            *(tokens, longest, answers, shape, weights, draws, source, mechanism),
            form=form,
            reference=None
            if reference is None
            else tuple(listed(text, MOST_NUMBERS) for text in reference),
        )

    @property
    def takes(self) -> tuple[range, ...]:
        """The domain of a token of the program."""
        return (self.tokens,)

    @cached_property
    def through_sets(self) -> Searched | None:
        """What a search through sets of texts shows; null where there is none."""
        if self.form is not None or "steps" not in self.mechanism:
            return None
        about = (self.program, self.mechanism["steps"], self.tokens, self.longest, self.answers)
        return over_sets(*about, self.shape, self.weights)

    @property
    def of_several(self) -> bool:
        """Whether the network chooses, so that one of its outputs leads."""
        return len(self.answers) > 1

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
        claims |= self._against_the_task()
        fresh, name = self.draws["fresh"], "program_vs_model.drawn"
        drawn = [draw for draw in fresh if draw["kind"] != "every"]
        agree, total, smallest, largest = self._along(
            [draw for draw in fresh if draw["kind"] == "every"]
        )
        bounded = agree, total
        if drawn:
            same, count, least, most = self._along(drawn)
            claims |= {f"{name}.agree": same, f"{name}.total": count}
            claims[f"{name}.shortest"] = 0 if self.form is not None else drawn[0]["length"]
            agree, total, smallest = agree + same, total + count, min(smallest, least)
            bounded, largest = (same, count), max(largest, most)
        else:
            claims[name] = None
        if self.shape["tie"] > PART_OF_LEADS * largest:
            raise ValueError(
                f"no answer below a lead of {self.shape['tie']}, and the network's largest is "
                f"{largest:.3g}: expected at most a tenth of it"
            )
        claims |= {"program_vs_model.agree": agree, "program_vs_model.total": total}
        stress = self.draws["stress"]
        if stress:
            also, texts, least, _ = self._along(stress)
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

    def _along(self, draws: list[Data]) -> tuple[int, int, float, float]:
        """Texts that are answered alike, all of them, and the smallest and the largest lead of an
        answer; none is the largest where nothing is answered.
        """
        agree, total, smallest, largest = 0, 0, np.inf, 0.0
        every = [rows for draw in draws for rows in self.texts(draw)]
        for rows, (alike_, lead) in zip(every, self.compared(every), strict=True):
            agree, total = agree + int(alike_.all(axis=1).sum()), total + len(rows)
            smallest = min(smallest, float(lead.min()))
            largest = max(largest, float(lead[np.isfinite(lead)].max(initial=0.0)))
        return agree, total, smallest, largest if self.of_several else np.inf

    def _against_the_task(self) -> Claims:
        """How many of the fresh texts program and network answer as the reference does."""
        if self.reference is None:
            return {"model_vs_task": None, "program_vs_task": None}
        assert self.draws is not None, "texts were drawn"
        parts = [rows for draw in self.draws["fresh"] for rows in self.texts(draw)]
        if len(parts) != len(self.reference):
            raise ValueError("the task's answers are not of the texts that were drawn")
        names = [f"{one}_vs_task.{part}" for one in ("model", "program") for part in PARTS]
        found: Claims = dict.fromkeys(names, 0)
        each = [self._answered(rows)[0] for rows in parts]
        programs = run_batches(self.program, parts, [it.shape[1] for it in each])
        together = zip(parts, each, programs, self.reference, strict=True)
        for rows, network, program, expected in together:
            for name, said in (("model", network), ("program", program)):
                same = (said == expected.reshape(said.shape)).all(axis=1)
                found[f"{name}_vs_task.agree"] += int(same.sum())
                found[f"{name}_vs_task.total"] += len(rows)
        return found

    def texts(self, draw: Data) -> list[ndarray]:
        """The texts that a draw means, of one length each."""
        if self.form is None:
            return [drawn_texts(draw, self.tokens)]
        grows = growing(self.shape, self.weights, self.answers, self.tokens, self.longest)
        return formed(self.form, draw, self.tokens, grows)

    def compared(self, batches: list[ndarray]) -> list[tuple[ndarray, ndarray]]:
        """Whether program and network answer texts alike, and the network's leads: batch by batch,
        each of one length.

        No lead counts where there is no answer.
        """
        each = [self._answered(rows) for rows in batches]
        programs = run_batches(self.program, batches, [said.shape[1] for said, _ in each])
        return [
            (alike(self.shape, program, said), np.where(lead < self.shape["tie"], np.inf, lead))
            for program, (said, lead) in zip(programs, each, strict=True)
        ]

    def _answered(self, rows: ndarray) -> tuple[ndarray, ndarray]:
        """What the network answers to texts of one length, and with what lead."""
        logits = logits_of(self.shape, self.weights, rows - self.tokens.start)
        return answers_of(self.shape, self.answers, logits)

    def derive_refusal(self) -> Claims:
        """Nothing: what a refusal says of a network over texts is not derived."""
        return {}

    def held(self, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        return texts_held(self.tokens, self.longest, self.draws, self.form, claims["verdict"])

    def draw_again(self, seed: int, up_to: int | None) -> tuple[int, int]:
        """Ask on texts that nobody could know before: how many, and on how many they differ."""
        if self.every:
            return 0, 0
        if self.form is not None:
            return self._formed_again(seed)
        wide = max(len(self.tokens), len(self.answers))
        count = max(1, affordable(ANEW, self.longest, wide, self.longest * len(KINDS_ANEW)))
        drawn = list[ndarray]()
        for length in range(1, self.longest + 1):
            for kind in KINDS_ANEW:
                draw = {"kind": kind, "length": length, "count": count, "seed": seed + length}
                drawn.append(drawn_texts(draw, self.tokens))
        return self._differ(drawn)

    def _formed_again(self, seed: int) -> tuple[int, int]:
        drawn = list[ndarray]()
        for kind in (FORMED, FORMED_STRESS):
            draw = {"kind": kind, "length": self.longest, "count": FORMED_ANEW, "seed": seed}
            drawn += self.texts(draw)
        return self._differ(drawn)

    def _differ(self, batches: list[ndarray]) -> tuple[int, int]:
        """How many texts there are, and on how many program and network differ."""
        compared = self.compared(batches)
        return (
            sum(map(len, batches)),
            sum(int((~same.all(axis=1)).sum()) for same, _ in compared),
        )

    def probes(self) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        draw = {"kind": "uniform", "length": self.longest, "count": 2, "seed": 0}
        rows = drawn_texts(draw, self.tokens)
        printed = map(str, evaluated_texts(self.program, rows))
        return [list(map(str, row)) for row in rows.tolist()], list(printed)
