"""Find studies: those that come with distill by name, and a user's own in a Python file."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Collection, Mapping
from pathlib import Path

from distill.errors import DistillError, nearest, shortened
from distill.studies.known import NAMES, known_study
from distill.studies.study import Study
from distill.tasks.files import executed


def find_study(specifier: str) -> Study:
    """The study that `distill study SPECIFIER` means.

    Args:
        specifier: a name, a file that holds one study, or file.py:name.

    Raises:
        DistillError: there is none.
    """
    path, _, name = specifier.rpartition(":") if ".py:" in specifier else (specifier, "", "")
    if not path.endswith(".py") and "/" not in path:
        files = {file.stem: file.name for file in sorted(Path().glob("*.py"))}
        return known_study(_named(NAMES, specifier, "; `distill study` lists what there is", files))
    if not Path(path).is_file():
        raise DistillError(
            f"study file '{shortened(path)}' does not exist: expected a Python file that holds a "
            "distill.studies.Study"
        )
    values = vars(executed(Path(path), "study file")).values()
    held = {study.name: study for study in values if type(study) is Study}
    if not held:
        raise DistillError(f"study file '{path}' holds no study: expected a distill.studies.Study")
    if not name and len(held) > 1:
        raise DistillError(
            f"'{path}' holds {len(held)} studies: name one, as {path}:{next(iter(held))}"
        )
    return held[_named(held, name, "")] if name else next(iter(held.values()))


def _named(
    studies: Collection[str], name: str, more: str, files: Mapping[str, str] | None = None
) -> str:
    """The name, if it is one; files of a user's own are what may have been meant, too."""
    if name in studies:
        return name
    others = files or {}
    close = nearest(name, [*studies, *others])
    hint = f"; did you mean '{others.get(close, close)}'?" if close else more
    raise DistillError(f"no study '{shortened(name)}' among {len(studies)}{hint}")


def code_hash(study: Study) -> str:
    """SHA-256 of the file in which a study's experiment is written."""
    return hashlib.sha256(Path(inspect.getfile(study.measure)).read_bytes()).hexdigest()
