"""Run folders: written under a temporary name and renamed when complete; read with every check.

A run that was killed leaves at most a folder whose name begins with `.partial-`, which nothing
reads and the next run removes. Weights are safetensors, everything else is JSON or text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field
from safetensors.torch import load as load_weights
from safetensors.torch import save as save_weights

from distill.errors import RunFolderError
from distill.kinds.kind import Mechanism
from distill.kinds.known import exhibits_json, mechanism_json
from distill.networks.stored import Model
from distill.programs.program import Program
from distill.records.curve import Curve
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.runs.box_certificate import BoxCertificate
from distill.runs.certificate import Certificate
from distill.runs.output import Output
from distill.runs.partial import fit_name
from distill.runs.record import RunRecord, read_bytes, read_part
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.text_certificate import TextCertificate
from distill.serialise import to_json

AnyCertificate = Certificate | SequenceCertificate | TextCertificate | BoxCertificate
CertificateJson = Annotated[AnyCertificate, Field(discriminator="kind")]
CurveJson = Annotated[Curve, Field(discriminator="kind")]


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run: what was found, what was checked, and where it is stored.

    Attributes:
        program: callable, or null for a refusal.
        folder: null for a run that was not stored.
    """

    record: RunRecord
    report: Report
    mechanism: Mechanism | Refusal
    program: Program | None
    model: Model | None
    curve: Curve | None
    certificate: AnyCertificate
    exhibits: Any = None
    folder: Path | None = None
    extra: Mapping[str, bytes] = field(default_factory=dict)
    """Further files of the folder (`report.html`)."""

    looks: ClassVar[Callable[[Run], str]] = lambda run: run.report._repr_html_()
    """What a run looks like in a notebook is nothing that it knows: `distill.pages` says it."""

    def __repr__(self) -> str:
        """One line: a program and a network stand in the fields."""
        located = " and located" if self.report.located else ""
        where = "in memory" if self.folder is None else repr(str(self.folder))
        return (
            f"<Run of {self.record.task}: {self.report.verdict}{located}, "
            f"{self.report.mechanism.name}, {where}>"
        )

    def _repr_html_(self) -> str:
        return type(self).looks(self)


def run_files(
    report: Report,
    mechanism: Mechanism | Refusal,
    program: Program | None,
    model: Model | None,
    curve: Curve | None,
    exhibits: Any = None,
) -> dict[str, bytes]:
    """The files that a certificate covers, as bytes."""
    files = {
        "mechanism.json": to_json(mechanism, mechanism_json()),
        "verification.json": to_json(report),
    }
    if program is not None:
        files["program.py"] = program.source.encode()
    if model is not None:
        # copies: parameters that are tied share their memory, and a file of tensors cannot
        tensors = {
            name: weights.detach().clone().contiguous()
            for name, weights in model.parameters.items()
        }
        files["model.safetensors"] = save_weights(tensors)
    if curve is not None:
        files["training.json"] = to_json(curve, CurveJson)
    if exhibits is not None:
        files["exhibits.json"] = to_json(exhibits, exhibits_json())
    return files


def save_run(run: Run, output: Output) -> Run:
    """Write a run to its place; it appears there under its final name, complete, or not.

    Raises:
        RunFolderError: it cannot be written there; the message says where it was kept.
    """
    files = run_files(run.report, run.mechanism, run.program, run.model, run.curve, run.exhibits)
    files |= {
        "run.json": to_json(run.record),
        "certificate.json": to_json(run.certificate, CertificateJson),
    }
    return replace(run, folder=output.save({**files, **run.extra}, run_name(run.record)))


def run_name(record: RunRecord) -> str:
    """`seed0-p59-fraction0.4`: the seed and every setting, fit for a folder's name."""
    if record.seed is None:
        file = Path(str(record.settings.get("model", "network")))
        parts = [file.stem if file.suffix[1:2].isalpha() else file.name]  # 0.7 has no suffix
    else:
        parts = [f"seed{record.seed}", *(f"{key}{it}" for key, it in record.settings.items())]
    return fit_name("-".join(parts))


def load_run(folder: str | Path, *, network: bool = True) -> Run:
    """Read a run folder back.

    Args:
        folder: where it is.
        network: whether its network is read, and must be there. Without, as in a gallery, a run
            can be looked at and not be verified.

    Raises:
        RunFolderError: a file is missing, truncated, or of another format version.
    """
    folder = Path(folder)
    record = read_part(folder, "run.json", RunRecord)
    report = read_part(folder, "verification.json", Report)
    mechanism = read_part(folder, "mechanism.json", mechanism_json())
    certificate = read_part(folder, "certificate.json", CertificateJson)
    curve = model = program = exhibits = None
    if (folder / "training.json").is_file():
        curve = read_part(folder, "training.json", CurveJson)
    if (folder / "exhibits.json").is_file():
        exhibits = _read_exhibits(folder)
    if network and certificate.architecture is not None:
        model = _read_model(folder, certificate)
    if report.verdict != "refused":
        program = Program(read_bytes(folder, "program.py").decode())
    return Run(
        *(record, report, mechanism, program, model, curve, certificate),
        exhibits=exhibits,
        folder=folder,
    )


def _read_exhibits(folder: Path) -> Any:
    """What the pictures show: nothing else depends on it, and the network can show it again."""
    try:
        return read_part(folder, "exhibits.json", exhibits_json())
    except RunFolderError as error:
        raise RunFolderError(
            f"'{folder / 'exhibits.json'}' is damaged, or of another version; only the pictures of "
            "the page rest on it: delete it, and `distill report --again` takes them from the "
            "network"
        ) from error


def _read_model(folder: Path, certificate: AnyCertificate) -> Model:
    try:
        weights = load_weights(read_bytes(folder, "model.safetensors"))
        assert certificate.architecture is not None, "read only where a network was stored"
        return Model(certificate.architecture, weights, certificate.answers)
    except RunFolderError:
        raise
    except Exception as error:
        raise RunFolderError(
            f"'{folder / 'model.safetensors'}' cannot be read ({error}): the run folder is "
            "truncated or damaged; run the task again"
        ) from error
