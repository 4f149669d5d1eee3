"""Run folders: written under a temporary name and renamed when complete; read with every check.

A run that was killed leaves at most a folder whose name begins with `.partial-`, which nothing
reads and the next run removes. Weights are safetensors, everything else is JSON or text.
"""

from __future__ import annotations

import contextlib
import json
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
from distill.records.attempts import Attempt, used
from distill.records.curve import SequenceCurve, TrainingCurve
from distill.records.refusal import Refusal
from distill.records.report import FORMAT_VERSION as REPORT_VERSION
from distill.records.report import Report
from distill.runs.certificate import FORMAT_VERSION as CERTIFICATE_VERSION
from distill.runs.certificate import Certificate
from distill.runs.output import Output
from distill.runs.partial import fit_name
from distill.runs.sequence_certificate import SequenceCertificate
from distill.serialise import from_json, to_json

FORMAT_VERSION = 1

RECORD_VERSION = 2
"""Of `run.json`."""

VERSIONS = {
    "run.json": RECORD_VERSION,
    "verification.json": REPORT_VERSION,
    "certificate.json": CERTIFICATE_VERSION,
}
"""Format versions of the files of a run folder, where they are not `FORMAT_VERSION`."""

CertificateJson = Annotated[Certificate | SequenceCertificate, Field(discriminator="kind")]
CurveJson = Annotated[TrainingCurve | SequenceCurve, Field(discriminator="kind")]


@dataclass(frozen=True)
class RunRecord:
    """`run.json`: how the run was made. Seconds stand here and in no other file.

    Attributes:
        seed: null where nothing was trained.
        architecture: of the network, in words; null where none was kept.
        arch: what `--arch` takes to train such a network again; null where nobody chooses one.
        settings: of the task, or what is known of a checkpoint.
        attempts: every training, with what was used for it.
        about: what was to be learned, in a sentence; empty where nobody said it.
    """

    task: str
    seed: int | None
    architecture: str | None
    arch: str | None
    settings: dict[str, int | float | bool | str]
    attempts: tuple[Attempt, ...]
    versions: dict[str, str]
    platform: str
    threads: int
    seconds: dict[str, float]
    about: str = ""
    format_version: int = RECORD_VERSION

    @property
    def used(self) -> Attempt | None:
        """The training that the network is of; null where none was kept."""
        return used(self.attempts)


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
    curve: TrainingCurve | SequenceCurve | None
    certificate: Certificate | SequenceCertificate
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
    curve: TrainingCurve | SequenceCurve | None,
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
        parts = [Path(str(record.settings.get("model", "network"))).stem]
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
        program = Program(_read(folder, "program.py").decode())
    return Run(
        *(record, report, mechanism, program, model, curve, certificate),
        exhibits=exhibits,
        folder=folder,
    )


def read_part(folder: Path, name: str, kind: Any) -> Any:
    """One JSON file of a run folder, with its format version checked first."""
    data = _read(folder, name)
    try:
        version = from_json(dict[str, Any], data).get("format_version")
        reads = VERSIONS.get(name, FORMAT_VERSION)
        if version != reads:
            raise RunFolderError(
                f"'{folder / name}' is of format version {version!r}: this distill reads version "
                f"{reads}; {_made_anew(folder, version, reads)}"
            )
        return from_json(kind, data)
    except ValueError as error:
        raise RunFolderError(
            f"'{folder / name}' cannot be read ({error}): the run folder is truncated or damaged; "
            "run the task again"
        ) from error


def _made_anew(folder: Path, version: Any, reads: int) -> str:
    """What to do about a file of another version."""
    if type(version) is not int or version > reads:
        return "use the distill that wrote it, or run the task again"
    name = "NAME"
    with contextlib.suppress(OSError, ValueError, AttributeError):
        name = str(json.loads((folder / "run.json").read_bytes()).get("task", name))
    return f"made by an earlier version: run `distill run {name} ...` again"


def _read_exhibits(folder: Path) -> Any:
    """What the pictures show: nothing else depends on it, and the network can show it again."""
    try:
        return read_part(folder, "exhibits.json", exhibits_json())
    except RunFolderError as error:
        raise RunFolderError(
            f"'{folder / 'exhibits.json'}' is damaged, or of another version; only the pictures of "
            "the page rest on it: delete it, and `distill report` takes them from the network again"
        ) from error


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise RunFolderError(
            f"'{folder}' has no readable {name}: it is not a complete run folder; "
            "`distill runs` lists those that are"
        ) from error


def _read_model(folder: Path, certificate: Certificate | SequenceCertificate) -> Model:
    try:
        weights = load_weights(_read(folder, "model.safetensors"))
        assert certificate.architecture is not None, "read only where a network was stored"
        answers = certificate.answers if isinstance(certificate, SequenceCertificate) else ()
        return Model(certificate.architecture, weights, answers)
    except RunFolderError:
        raise
    except Exception as error:
        raise RunFolderError(
            f"'{folder / 'model.safetensors'}' cannot be read ({error}): the run folder is "
            "truncated or damaged; run the task again"
        ) from error
