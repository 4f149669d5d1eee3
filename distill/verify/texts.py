"""Checks over texts: all of them where that can be done; else fresh and structured ones."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.count import differ_at_most
from distill.checker.real_answers import run_batches, run_texts
from distill.checker.sandbox import program_of
from distill.checker.scope import texts_held
from distill.checker.text_draws import drawn_texts
from distill.checker.text_transformer import alike, answers_of, logits_of
from distill.checker.texts import FEWEST_DRAWN, affordable
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.evidence.figures import Measure
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace
from distill.records.counts import Agreement, DrawnTexts, ProgramVsModel, TextDisagreement
from distill.records.refusal import Refusal
from distill.records.report import Space
from distill.search.search import Asked, Searched, search_texts, seed_of, texts_searched
from distill.tasks.texts import TextTask
from distill.verify.counted import Checks, Counted
from distill.verify.report import Verified, refused_report

MAX_EVERY, EVERY_OF_A_LENGTH = 100_000, 1_000
"""Texts up to which all are gone through; and those of one length, where not all are."""
FRESH, STRESS = 10_000, 6_000
"""Texts that are drawn evenly, and structured ones, over all lengths together."""
FORMED_TEXTS = 1_000
"""Texts of a form, and as many under stress: what follows a prompt takes a pass for every token."""
SEED = 2


@dataclass(frozen=True)
class TextDraw:
    """Texts as data (`distill.checker.text_draws`, `text_forms`); all of a length without a count.

    Those of a form are of any length up to this one.
    """

    kind: Literal["every", "uniform", "structured", "formed", "formed_stress"]
    length: int
    count: int | None = None
    seed: int | None = None

    def texts(self, over: Texts) -> Int[ndarray, "n length"]:
        """The texts themselves."""
        return drawn_texts(asdict(self), over.tokens)


@dataclass(frozen=True)
class TextDraws:
    """All that is drawn: at every length up to the longest, and structured ones."""

    fresh: tuple[TextDraw, ...]
    stress: tuple[TextDraw, ...]


def planned_texts(over: Texts, outputs: int) -> TextDraws:
    """Draws for a network that reads these texts.

    Raises:
        DistillError: its texts are so long, and its outputs so many, that too few can be drawn.
    """
    if over.form is not None:
        fresh = TextDraw("formed", over.longest, FORMED_TEXTS, SEED)
        return TextDraws((fresh,), (replace(fresh, kind="formed_stress"),))
    size, lengths = len(over.tokens), range(1, over.longest + 1)
    whole = sum(size**length for length in lengths) <= MAX_EVERY
    every = [whole or size**length <= EVERY_OF_A_LENGTH for length in lengths]
    drawn = max(1, every.count(False))
    uniform, structured = (
        affordable(count // drawn, over.longest, max(size, outputs), drawn)
        for count in (FRESH, STRESS)
    )
    if not all(every) and min(uniform, structured) * drawn < FEWEST_DRAWN:
        raise DistillError(
            f"texts of up to {over.longest} tokens with {max(size, outputs):,} logits at each are "
            f"too much to go through: fewer than {FEWEST_DRAWN:,} of them could be drawn"
        )
    fresh, stress = list[TextDraw](), list[TextDraw]()
    for length, all_of_it in zip(lengths, every, strict=True):
        if all_of_it:
            fresh.append(TextDraw("every", length))
            continue
        fresh.append(TextDraw("uniform", length, uniform, SEED + length))
        stress.append(TextDraw("structured", length, structured, SEED + length))
    return TextDraws(tuple(fresh), tuple(stress))


@dataclass(frozen=True)
class TextsChecked:
    """What a certificate keeps of the checks over texts.

    Attributes:
        reference: the task's answers along the fresh draws, length by length; null without a task.
    """

    draws: TextDraws
    reference: tuple[Int[ndarray, "_ _"], ...] | None = None


@dataclass(frozen=True)
class _Along:
    """What program and network answer to the texts of one draw, and where they agree."""

    texts: Int[ndarray, "n length"]
    program: Float[ndarray, "n answers"]
    network: Float[ndarray, "n answers"]
    agree: ndarray
    lead: float


class TextChecks(Checks):
    """The checks of a program against a transformer over texts."""

    space: Space = "texts"
    outputs: int = 1

    def __init__(self, source: str, view: TextTrace, task: TextTask | None = None) -> None:
        self.source, self.network, self.texts = source, view.network, view.texts
        tokens = self.texts.tokens
        self.ends = ((tokens.start, tokens.stop - 1),)
        self.draws = planned_texts(self.texts, len(self.network.answers))
        fresh, stress = (
            [(draw, rows) for draw in draws for rows in self._texts(draw)]
            for draws in (self.draws.fresh, self.draws.stress)
        )
        self.fresh, self.stress = (
            _along(source, self.network, [rows for _, rows in each]) for each in (fresh, stress)
        )
        self.reference = None
        if task is not None:
            self.reference = tuple(task.labels(along.texts) for along in self.fresh)
        pairs = zip(fresh, self.fresh, strict=True)
        self.drawn = [along for (draw, _), along in pairs if draw.kind != "every"]

    def _texts(self, draw: TextDraw) -> list[Int[ndarray, "_ _"]]:
        """The texts of a draw, by their lengths."""
        if draw.kind not in ("formed", "formed_stress"):
            return [draw.texts(self.texts)]
        assert draw.count is not None, "such texts are drawn"
        assert draw.seed is not None, "such texts are drawn"
        return self.network.formed(draw.count, draw.seed, draw.kind == "formed_stress")

    @property
    def sample(self) -> list[Int[ndarray, "_ _"]]:
        """All texts that were run, by their lengths."""
        return [part.texts for part in (*self.fresh, *self.stress)]

    def held(self, verdict: str, draw: dict[str, Any], up_to: int | None) -> dict[str, Any]:
        """Texts of every length up to the longest; all of them where that was proved."""
        form = None if self.texts.form is None else self.texts.form.data
        return texts_held(self.texts.tokens, self.texts.longest, draw, form, verdict)

    def counted(self, hunted: list[Int[ndarray, "_ _"]], settled: bool = False) -> Counted:
        """Count; texts of the kind are tried too, and those on which the two part."""
        fresh, every = _agreement(self.fresh), not self.stress
        found = None
        if not (every or settled or self.texts.form is not None):
            found = searched(self.source, self.network)
            hunted = hunted if found.differ is None else [*hunted, found.differ]
        tried = _along(self.source, self.network, hunted)
        parted = tuple(it.texts[~it.agree.all(axis=1)] for it in tried)
        parted = tuple(rows for rows in parted if len(rows))
        many = sum(map(len, parted)) if found is None else found.disagreements
        lead = min(part.lead for part in (*self.fresh, *self.stress))
        drawn = self._drawn()
        bounded = fresh if drawn is None else drawn
        versus = ProgramVsModel(
            agree=fresh.agree,
            total=fresh.total,
            heldout_agree=None,
            heldout_total=None,
            exhaustive=every,
            upper_bound_99=differ_at_most(bounded.agree, bounded.total, every),
            disagreement=first_difference([*self.fresh, *self.stress, *tried]),
            searched=None if found is None else found.visited,
            search_disagreements=many if found is not None else many or None,
            stress=_agreement(self.stress) if self.stress else None,
            length=self.texts.longest,
            drawn=drawn,
        )
        return Counted(
            model_vs_task=self._right([along.network for along in self.fresh]),
            program_vs_task=self._right([along.program for along in self.fresh]),
            program_vs_model=versus,
            figures={"smallest_margin": Measure(lead if np.isfinite(lead) else None)},
            draw=asdict(self.draws),
            data=TextsChecked(self.draws, self.reference),
            differ=parted,
        )

    def _right(self, said: list[Float[ndarray, "_ _"]]) -> Agreement | None:
        """Fresh texts that are answered as the task has it; null without one."""
        return None if self.reference is None else right_texts(said, self.reference)

    def _drawn(self) -> DrawnTexts | None:
        """Those that were drawn at random; null where all texts were gone through."""
        if not self.drawn:
            return None
        found, lengths = _agreement(self.drawn), [part.texts.shape[1] for part in self.drawn]
        shortest = 0 if self.texts.form is not None else min(lengths)
        return DrawnTexts(found.agree, found.total, shortest)


def searched(source: str, network: TextNetwork) -> Searched:
    """Search for disagreements, by the checker's own forward pass: it will do the same again."""
    model, texts = network.model, network.texts
    shape = asdict(model.architecture)
    weights = {name: it.detach().numpy() for name, it in model.parameters.items()}

    def ask(rows: Int[ndarray, "n length"]) -> Asked:
        logits = logits_of(shape, weights, rows - texts.tokens.start)
        said, lead = answers_of(shape, network.answers, logits)
        program = run_texts(source, rows, said.shape[1])
        lead = np.where(lead < shape["tie"], np.inf, lead)
        return Asked(~alike(shape, program, said), lead)

    constants, budget = program_of(source).constants, texts_searched(shape, texts.longest)
    about = (texts.tokens, texts.longest, constants, budget, seed_of(weights))
    return search_texts(ask, *about)


def _along(source: str, network: TextNetwork, batches: list[Int[ndarray, "_ _"]]) -> list[_Along]:
    """What both answer to texts, of one length in every batch."""
    logits = [network.logits(texts) for texts in batches]
    said = [network.said(it) for it in logits]
    programs = run_batches(source, batches, [it.shape[1] for it in said])
    found = list[_Along]()
    for texts, given, answers, program in zip(batches, logits, said, programs, strict=True):
        lead = network.lead(given)
        chosen = lead[lead >= network.shape.tie]
        least = float(chosen.min()) if len(chosen) and network.model.answers else np.inf
        found.append(_Along(texts, program, answers, network.same(program, answers), least))
    return found


def _agreement(parts: list[_Along]) -> Agreement:
    """Texts that are answered alike at every position."""
    agree = sum(int(part.agree.all(axis=1).sum()) for part in parts)
    return Agreement(agree, sum(len(part.texts) for part in parts))


def first_difference(parts: list[_Along]) -> TextDisagreement | None:
    """A shortest text that program and network answer differently."""
    for part in sorted(parts, key=lambda it: it.texts.shape[1]):
        rows = np.flatnonzero(~part.agree.all(axis=1))
        if len(rows):
            row = rows[0]
            return TextDisagreement(
                *(tuple(it[row].tolist()) for it in (part.texts, part.program, part.network))
            )
    return None


def right_texts(
    said: list[Float[ndarray, "_ _"]], reference: tuple[Int[ndarray, "_ _"], ...]
) -> Agreement:
    """Texts with every answer as the task has it: exactly, as tasks answer with integers."""
    same = [(one == other).all(axis=1) for one, other in zip(said, reference, strict=True)]
    return Agreement(sum(int(it.sum()) for it in same), sum(map(len, same)))


def verify_text_refusal(
    refusal: Refusal,
    view: TextTrace,
    task: TextTask | None,
    name: str,
    remarks: tuple[str, ...] = (),
) -> Verified:
    """The report of a run without a program: how good the network is, where there is a task."""
    counted = None
    if task is not None:
        draws = planned_texts(view.texts, len(view.network.answers)).fresh
        rows = [draw.texts(view.texts) for draw in draws]
        counted = right_texts([view.network.run(it) for it in rows], tuple(map(task.labels, rows)))
    return Verified(refused_report(refusal, name, "texts", True, counted, remarks))
