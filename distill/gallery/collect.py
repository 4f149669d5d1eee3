"""The gallery: one finished run of every task of a suite, small enough to be committed, on a page.

    outputs/gallery/
        index.html
        mod_add/          program.py, mechanism.json, verification.json, exhibits.json,
            ...           training.json, run.json, report.html

Weights are left out, and of certificates what is large: `distill run` makes them again. What is
left is enough to write every program again from its mechanism, and every page, byte for byte.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from distill.errors import RunFolderError
from distill.gallery.page import gallery_page
from distill.kinds.known import write_again
from distill.pages.pictures.every import pictures_of
from distill.pages.report_page import report_page
from distill.records.refusal import Refusal
from distill.runs.partial import write_file
from distill.runs.store import CertificateJson, Run, load_run
from distill.serialise import to_json

KEPT = (
    *("mechanism.json", "verification.json", "exhibits.json", "training.json", "run.json"),
    "program.py",
)
"""Files of a run that are taken over as they are."""

INDEX = "index.html"


@dataclass(frozen=True)
class Difference:
    """A file of a gallery that is not what its mechanisms and reports give."""

    path: Path
    what: str


def collect(runs: Mapping[str, Path], gallery: Path) -> None:
    """Put runs into a gallery, in place of what is there under the same names.

    Args:
        runs: run folders, by the name of the entry.
        gallery: its folder.

    Raises:
        RunFolderError: a run folder is not complete, or nothing can be written.
    """
    for name, folder in runs.items():
        run = load_run(folder)  # complete, or an error before anything is written
        entry = gallery / name
        try:
            shutil.rmtree(entry, ignore_errors=True)
            entry.mkdir(parents=True)
            for kept in KEPT:
                if (folder / kept).is_file():
                    shutil.copyfile(folder / kept, entry / kept)
            write_file(entry / "certificate.json", to_json(run.certificate.slim, CertificateJson))
        except OSError as error:
            raise RunFolderError(
                f"cannot write to '{entry}': {error.strerror or error}; choose another folder with "
                "--to DIR"
            ) from error


def draw(gallery: Path) -> None:
    """Make every program, every page and the index of a gallery again.

    Raises:
        RunFolderError: there are no runs, one is damaged, or nothing can be written.
    """
    for path, made in made_again(gallery):
        try:
            write_file(path, made)
        except OSError as error:
            raise RunFolderError(
                f"cannot write '{path}': {error.strerror or error}; choose another folder with "
                "--to DIR"
            ) from error


def entries(gallery: Path) -> dict[str, Run]:
    """The runs of a gallery, by name.

    Raises:
        RunFolderError: there are none, or one is damaged.
    """
    folders = sorted(path.parent for path in gallery.glob("*/run.json"))
    if not folders:
        raise RunFolderError(f"'{gallery}' is no gallery: it holds no */run.json")
    return {folder.name: load_run(folder, network=False) for folder in folders}


def made_again(gallery: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file that follows from the others, made again: programs, reports and the index."""
    shown, pictures = entries(gallery), {}
    for name, run in shown.items():
        if not isinstance(run.mechanism, Refusal):
            program = write_again(run.mechanism)
            shown[name] = run = replace(run, program=program)
            yield gallery / name / "program.py", program.source.encode()
        pictures[name] = pictures_of(run)
        yield gallery / name / "report.html", report_page(run, pictures[name]).encode()
    yield gallery / INDEX, gallery_page(shown, pictures).encode()


def differences(gallery: Path) -> tuple[Difference, ...]:
    """What is not as it would be made now."""
    found = []
    for path, made in made_again(gallery):
        if not path.is_file():
            found.append(Difference(path, "is missing"))
        elif path.read_bytes() != made:
            found.append(Difference(path, "differs from what is made of the stored mechanism"))
    return tuple(found)
