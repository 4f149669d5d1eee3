"""Fourier features over a finite domain, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator

from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.sandbox import run_program
from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.evidence.checked import Checked
from distill.evidence.figures import Measure, Measured
from distill.kinds.fourier.compare import FourierCompared
from distill.kinds.fourier.curve import explain
from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.fourier.evidence import (
    EMBEDDED,
    decoded,
    decoys,
    embedding_evidence,
    logit_evidence,
    losses,
)
from distill.kinds.fourier.exhibits import FourierExhibits, fourier_exhibits
from distill.kinds.fourier.extract import extract_fourier
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.notation import FORMS, written
from distill.kinds.fourier.pictures import fourier_pictures
from distill.kinds.fourier.pizza_evidence import pizza_evidence
from distill.kinds.fourier.planes import has_embedding
from distill.kinds.fourier.rival_pictures import isolated
from distill.kinds.fourier.waves import structure_score
from distill.kinds.kind import Kind, Written
from distill.kinds.notation import Notation
from distill.networks.network import HasActivations
from distill.networks.trace import Trace, View
from distill.records.explained import Explain
from distill.records.refusal import Refusal
from distill.records.report import Report


class FourierKind(FourierCompared, Kind[FourierMechanism]):
    """A sum of cosines, at key frequencies, of a linear function of the inputs."""

    title = "Fourier features"
    about = (
        "Networks over finite domains that turn circles: sums of cosines at a few key frequencies."
    )
    exhibits = FourierExhibits
    notations = FORMS

    def read(self, view: View) -> Iterator[FourierMechanism | Refusal]:
        """The cosines that explain most of the logits, of every affine coordinate."""
        if isinstance(view, Trace):
            yield extract_fourier(view)

    def summary(self, mechanism: FourierMechanism) -> str:
        """With the part of the logits that it explains."""
        exceptions = len(mechanism.exceptions)
        listed = f", {many(exceptions, 'exception')}" if exceptions else ""
        return f"{mechanism.name} ({mechanism.fit.heldout_r2:.3f} of the logits as fitted{listed})"

    def write(self, mechanism: FourierMechanism) -> Written | Refusal:
        """The arg max of the cosines, and what function that was proved to be."""
        emitted = emit_fourier(mechanism, mechanism.domain)
        if not isinstance(emitted, Emitted):
            return emitted
        return Written(
            emitted.program,
            mechanism,
            meaning=emitted.meaning,
            exceptions=len(mechanism.exceptions),
        )

    def takes(self, mechanism: FourierMechanism) -> tuple[range, ...]:
        """The inputs of the network."""
        return tuple(range(low, high + 1) for low, high in mechanism.inputs)

    def listed(self, mechanism: FourierMechanism) -> tuple[tuple[int, ...], ...]:
        """Exceptions."""
        domain = mechanism.domain
        starts = [values.start for values in (*domain.inputs, domain.outputs)]
        return tuple(
            tuple(token + start for token, start in zip(row, starts, strict=True))
            for row in mechanism.exceptions
        )

    def probe(self, written: Written, view: View, sample: Checked) -> Measured:
        """The program's logits in the network's, and the key planes of its embedding."""
        mechanism = written.mechanism
        assert isinstance(view, Trace), "cosines are read over finite domains"
        assert isinstance(mechanism, FourierMechanism), "of this kind"
        network, domain = view.network, view.domain
        rest = domain.values(view.tokens[~view.fitted])
        said = run_program(written.program.source, rest, outputs=len(domain.outputs)).logits
        assert said is not None, "its programs define logits()"
        found = logit_evidence(view, said, decoys(view, mechanism))
        if has_embedding(network, domain):
            found |= embedding_evidence(view, network, mechanism, sample.tokens, sample.answers)
        else:
            found |= dict.fromkeys(EMBEDDED, Measure(None))
        found["decode_r2"] = Measure(None)
        if isinstance(network, HasActivations):
            found["decode_r2"] = decoded(view, network, mechanism)
        if has_embedding(network, domain):
            found |= pizza_evidence(view, mechanism)
        return found

    def losses(
        self,
        mechanism: FourierMechanism,
        view: View,
        labels: Int[ndarray, " n"],
        trained: Bool[ndarray, " n"],
    ) -> Measured:
        """Restricted and excluded loss (Nanda et al., arXiv 2301.05217)."""
        assert isinstance(view, Trace), "cosines are read over finite domains"
        return losses(view, mechanism, labels, trained)

    def structure(self, logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"]) -> float:
        """The part of the logits that a few directions hold (`structure_score`)."""
        return structure_score(logits)

    def explain(self, mechanism: FourierMechanism, tokens: Int[ndarray, "n k"]) -> Explain:
        """The key frequencies' part of logits, with the amplitude of every frequency."""
        return explain(mechanism, tokens)

    def show(self, mechanism: FourierMechanism, view: View) -> FourierExhibits:
        """Maps of logits, profiles, and the circles of the embedding."""
        assert isinstance(view, Trace), "cosines are read over finite domains"
        return fourier_exhibits(mechanism, view)

    def spectrum(self, exhibits: FourierExhibits) -> tuple[float, ...]:
        """Of the profile that the logits have around their answer."""
        return exhibits.amplitudes

    def draw(
        self, mechanism: FourierMechanism, exhibits: FourierExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """The profile, the spectrum, the circles, the maps."""
        return fourier_pictures(mechanism, exhibits)

    def draw_rivals(self, mechanism: FourierMechanism, report: Report) -> tuple[Picture, ...]:
        """Clock and pizza, frequency by frequency."""
        alone = isolated(report, mechanism)
        return () if alone is None else (alone,)

    def notation(self, mechanism: FourierMechanism, form: Notation) -> str:
        """The logit as a formula; for LaTeX the answer as its arg max."""
        return written(mechanism, form)
