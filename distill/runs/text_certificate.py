"""What a checker needs to derive the verdict of a run over texts again, as data.

The counterpart of `distill.runs.certificate`: the same file, `certificate.json`, of another kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.files import TEXTS_VERSION
from distill.checker.real_answers import run_texts
from distill.domains.texts import Form
from distill.networks.stored import Model, reads_texts
from distill.networks.text_network import TextNetwork
from distill.networks.text_transformer import TextTransformer
from distill.networks.trace import TextTrace, View
from distill.runs.hashes import hashes, numbers_text
from distill.runs.reads import OverTexts
from distill.verify.report import Verified
from distill.verify.texts import TextDraws


@dataclass(frozen=True)
class TextCertificate(OverTexts):
    """The data behind a verdict over texts.

    Attributes:
        tokens: first and last value of a token.
        longest: tokens of the longest text.
        answers: the values that the network's outputs stand for.
        architecture: shapes of the stored network, and how its outputs are read.
        draws: the texts that were checked; null where nothing was emitted.
        form: how the network's texts look; null where every text is one.
        reference: the task's answers along the fresh draws, separated by spaces; null without one.
        sha256: of the other files.
    """

    tokens: tuple[int, int]
    longest: int
    answers: tuple[int | float, ...]
    architecture: TextTransformer
    draws: TextDraws | None
    form: Form | None
    reference: tuple[str, ...] | None
    sha256: dict[str, str]
    kind: Literal["texts"] = "texts"
    format_version: int = TEXTS_VERSION

    @property
    def example(self) -> tuple[str, ...]:
        """Arguments that the program takes: the tokens of a short text."""
        first, last = self.tokens
        return tuple(map(str, (last, first, last)[: self.longest]))

    @property
    def slim(self) -> TextCertificate:
        """How the run was checked: nothing in it is needed by a checker only."""
        return self

    def stored_inputs(self) -> list[Int[ndarray, "_ _"]] | None:
        """The texts that were checked, length by length; null where nothing was emitted.

        Those of a form go on with what the network answers, which a certificate does not: null.
        """
        if self.draws is None or self.form is not None:
            return None
        return [draw.texts(self.space) for draw in (*self.draws.fresh, *self.draws.stress)]

    def answers_of(
        self, source: str, inputs: Int[ndarray, "n length"]
    ) -> Float[ndarray, "n answers"]:
        """What a program answers to texts, in the sandbox."""
        count = inputs.shape[1] if self.architecture.reads == "every" else 1
        return run_texts(source, inputs, count)

    def view(self, model: Model) -> View:
        """What extraction saw of the stored network."""
        assert reads_texts(model), "over texts"
        return TextTrace(TextNetwork(model, self.space))


def certify_texts(view: TextTrace, verified: Verified, files: dict[str, bytes]) -> TextCertificate:
    """Collect the certificate of a run; `files` are the other files, as they will be stored."""
    model, tokens, kept = view.network.model, view.texts.tokens, verified.checked
    reference = None if kept is None else kept.reference
    return TextCertificate(
        tokens=(tokens.start, tokens.stop - 1),
        longest=view.texts.longest,
        answers=model.answers,
        architecture=model.architecture,
        draws=None if kept is None else kept.draws,
        form=view.texts.form,
        reference=None if reference is None else tuple(map(numbers_text, reference)),
        sha256=hashes(files),
    )
