"""What a page says and draws of a run by what its network reads: one place for every space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.pages.pictures.along import (
    along_picture,
    box_training_picture,
    deviation_picture,
)
from distill.pages.pictures.lengths import lengths_picture
from distill.pages.pictures.located import located_picture
from distill.pages.pictures.losses import training_pictures
from distill.pages.pictures.rivals import decoys
from distill.pages.pictures.sequence_training import training_picture
from distill.pages.pictures.text_training import text_training_picture
from distill.records.curve import SequenceCurve, TextCurve, TrainingCurve
from distill.records.refusal import Refusal
from distill.runs.box_certificate import BoxCertificate
from distill.runs.certificate import Certificate
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.store import Run
from distill.runs.text_certificate import TextCertificate


@dataclass(frozen=True)
class OfSpace:
    """What a page has for the runs of one space.

    Attributes:
        data: what a network that was trained here learned from, as a sentence.
        draw: the pictures beside those of the mechanism; null for one that cannot be drawn.
    """

    data: Callable[[Run], str]
    draw: Callable[[Run], tuple[Picture | None, ...]]


def trained_on(run: Run) -> str:
    """What its network learned from, as a sentence."""
    if run.record.seed is None:
        return "Not known: the network was not trained here."
    return SPACES[run.certificate.kind].data(run)


def drawn_of_space(run: Run) -> tuple[Picture | None, ...]:
    """The pictures that any run over the same space has."""
    return SPACES[run.certificate.kind].draw(run)


def _domain_data(run: Run) -> str:
    certificate = run.certificate
    assert isinstance(certificate, Certificate), "of a finite domain"
    total, split = certificate.space.size, certificate.split
    if split is None:
        return f"Not recorded, of {total:,} inputs."
    if split.train == total:
        return f"All {total:,} inputs, with the task's answers."
    return (
        f"{split.train:,} of {total:,} inputs ({split.train / total:.0%}) with the task's answers, "
        f"drawn with seed {split.seed}; the others were held out."
    )


def _domain_pictures(run: Run) -> tuple[Picture | None, ...]:
    curves = training_pictures(run.curve) if isinstance(run.curve, TrainingCurve) else ()
    return (*curves, decoys(run.report))


def _sequence_data(run: Run) -> str:
    assert isinstance(run.certificate, SequenceCertificate), "over sequences"
    return (
        f"Sequences of {many(run.certificate.length, 'step')} with the task's answers at every "
        f"step, drawn with seed {run.record.seed}: most at random, some constant, sparse or "
        "extreme. Training stops when fresh sequences drawn in the same way are right."
    )


def _sequence_pictures(run: Run) -> tuple[Picture | None, ...]:
    assert isinstance(run.certificate, SequenceCertificate), "over sequences"
    assert run.curve is None or isinstance(run.curve, SequenceCurve), "of a run over sequences"
    lengths = None
    if not isinstance(run.mechanism, Refusal) and run.exhibits is not None:
        lengths = lengths_picture(run.report, run.certificate.length, bool(run.record.attempts))
    training = training_picture(run.curve, run.record.attempts)
    return located_picture(run.report), lengths, training


DRAWN = {
    True: "half as the task draws them, a quarter at random",
    False: "three quarters at random",
    None: "half as the task draws them, at random where it does not say how, a quarter at random",
}
"""Where texts come from, by whether the task draws some; null where that was not recorded."""


def _text_data(run: Run) -> str:
    assert isinstance(run.certificate, TextCertificate), "over texts"
    used = run.record.used
    recipe = {} if used is None or used.recipe is None else used.recipe
    beside = recipe.get("uneven")
    lengths = "Texts of every length up to"
    lengths = "All beginnings of texts of" if recipe.get("beginnings") else lengths
    more = f", and {beside:g} as many in which some tokens are oftener" if beside else ""
    return (
        f"{lengths} {many(run.certificate.longest, 'token')} with the task's "
        f"answers, drawn with seed {run.record.seed}: {DRAWN[recipe.get('sampler')]}, a quarter "
        f"structured (few tokens, in order, mirrored, repeated){more}. Training ends some "
        "steps after fresh texts drawn in the same way are right."
    )


def _text_pictures(run: Run) -> tuple[Picture | None, ...]:
    curve = run.curve if isinstance(run.curve, TextCurve) else None
    return located_picture(run.report), text_training_picture(curve, run.record.attempts)


def _box_data(run: Run) -> str:
    assert isinstance(run.certificate, BoxCertificate), "over a box"
    used = run.record.used
    count = "" if used is None or used.recipe is None else f"{used.recipe['points']:,} "
    return (
        f"{count}points of the box with the task's answers, drawn with seed {run.record.seed}: "
        "half of them evenly, half closer to its faces, and the corners. Training ends by what is "
        "left of the error on these points, or by steps."
    )


def _box_pictures(run: Run) -> tuple[Picture | None, ...]:
    assert isinstance(run.certificate, BoxCertificate), "over a box"
    box, report = run.certificate.space, run.report
    proved = None
    if report.verdict == "proved" and report.proof is not None:
        proved = report.proof.error
    return (
        along_picture(run.program, box, report.deviation),
        deviation_picture(box, report.deviation, proved),
        box_training_picture(run.curve, run.record.attempts),
    )


SPACES: Mapping[str, OfSpace] = {
    "domain": OfSpace(_domain_data, _domain_pictures),
    "sequences": OfSpace(_sequence_data, _sequence_pictures),
    "texts": OfSpace(_text_data, _text_pictures),
    "box": OfSpace(_box_data, _box_pictures),
}
"""By the `kind` of a certificate."""
