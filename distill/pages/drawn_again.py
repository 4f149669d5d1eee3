"""A run's page, drawn again from its folder; and what its pictures show, where that is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import RunFolderError
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.exhibiting import Exhibits, domain_exhibits, sequence_exhibits
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import reads_steps, reads_tokens
from distill.networks.trace import trace
from distill.pages.report_page import report_page
from distill.records.refusal import Refusal
from distill.runs.certificate import Certificate
from distill.runs.partial import write_file
from distill.runs.store import Run
from distill.threads import fixed_threads


def exhibits_again(run: Run) -> Exhibits | None:
    """What a run's pictures show, taken from its stored network; null where none is stored."""
    mechanism, certificate = run.mechanism, run.certificate
    with fixed_threads():
        if isinstance(certificate, Certificate):
            if not reads_tokens(run.model):
                return None
            assert isinstance(mechanism, FourierMechanism | Refusal), "of a finite domain"
            inputs = tuple(range(first, last + 1) for first, last in certificate.domain.inputs)
            first, last = certificate.domain.outputs
            domain = Domain(inputs, range(first, last + 1))
            return domain_exhibits(mechanism, trace(run.model, domain))
        if not reads_steps(run.model):
            return None
        assert isinstance(mechanism, AutomatonMechanism | RecurrenceMechanism | Refusal)
        ranges = tuple(range(first, last + 1) for first, last in certificate.inputs)
        channels = Channels(ranges, certificate.outputs)
        network = SequenceNetwork(run.model, channels)
        return sequence_exhibits(mechanism, network, certificate.length)


def write_report(run: Run, output: Path | None) -> Path:
    """Draw a run's page again.

    Args:
        run: as it was read from its folder.
        output: where the page goes; null for `report.html` in the folder.

    Returns:
        The page's path.

    Raises:
        RunFolderError: nothing can be written there, or it is a link to another file.
    """
    if run.exhibits is None:
        run = replace(run, exhibits=exhibits_again(run))
    path = output or (run.folder or Path()) / "report.html"
    page = report_page(run)
    try:
        write_file(path, page.encode())
    except OSError as error:
        raise RunFolderError(
            f"cannot write '{path}': {error.strerror or error}; choose another file with "
            "--output FILE"
        ) from error
    return path
