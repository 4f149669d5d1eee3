"""Texts that are read at once: lists of tokens of every length up to a longest."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool
from numpy import ndarray

from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.importing import Imported
from distill.networks.given import AnyNetwork
from distill.networks.stored import reads_texts
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace
from distill.records.refusal import Refusal
from distill.runs.store import AnyCertificate
from distill.runs.text_certificate import certify_texts
from distill.spaces.space import (
    Asked,
    Given,
    Outcome,
    Reach,
    Space,
    no_checkpoints,
    no_engine,
    read_at_once,
)
from distill.tasks.texts import TextTask
from distill.train.over_texts import TextTraining
from distill.train.watched import Training
from distill.verify.report import CheckedBy, Verified
from distill.verify.texts import TextChecks, verify_text_refusal


class OverTexts(Space):
    """Texts of tokens."""

    task, domain, view = TextTask, Texts, TextTrace
    mend = "set the task to the network's tokens"

    def of_task(self, task: TextTask) -> Texts:
        """Its texts."""
        return task.texts

    def told(self, domain: Texts) -> str:
        """What a text is made of."""
        return f"texts, {domain}"

    def fits(self, network: Texts, task: Texts) -> bool:
        """The same tokens, in texts of any form."""
        return network.form is None and network.tokens == task.tokens

    def training(self, task: TextTask, asked: Asked) -> Callable[[], Training]:
        """On texts of every length."""
        no_checkpoints(asked, task)
        no_engine(asked)
        return lambda: TextTraining(task, asked.seed, asked.architecture, asked.attempts)

    def given(self, imported: Imported, task: TextTask | None, reach: Reach) -> Given:
        """The network itself: it can be asked anything."""
        said_by = " (how long texts are is said by --texts, or by the network's positions)"
        no_engine(reach)
        read_at_once(reach, said_by)
        model, texts = imported.model, imported.domain
        assert isinstance(texts, Texts), "a network over texts"
        assert reads_texts(model), "a network over texts"
        return Given(lambda stages: TextTrace(TextNetwork(model, texts)))

    def in_memory(
        self, network: AnyNetwork, domain: Texts, outputs: range | None, reach: Reach
    ) -> Given:
        """None can be given in memory yet."""
        raise DistillError("a network over texts is given as a file: distill.run_model(FILE)")

    def checks(
        self,
        view: TextTrace,
        task: TextTask | None,
        train_mask: Bool[ndarray, " domain"] | None,
    ) -> CheckedBy:
        """Every text, or drawn ones of every length."""
        return lambda written: TextChecks(written.program.source, view, task)

    def refused(
        self,
        refusal: Refusal,
        view: TextTrace,
        task: TextTask | None,
        name: str,
        remarks: tuple[str, ...],
    ) -> Verified:
        """With what the network has right."""
        return verify_text_refusal(refusal, view, task, name, remarks)

    def certify(self, outcome: Outcome) -> AnyCertificate:
        """Of a network, which there always is."""
        assert isinstance(outcome.view, TextTrace), "over texts"
        return certify_texts(outcome.view, outcome.verified, outcome.files)
