"""Parts of a run: measured once, kept as arrays, and taken from there when a run goes on."""

from __future__ import annotations

import contextlib
import io
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from distill.errors import DistillError
from distill.runs.partial import fit_name, write_file
from distill.studies.study import Asked, Progress, Study, told_as_its_own
from distill.threads import fixed_threads

SECONDS = "_seconds"
"""The array that says how long a part took; no name of a study's own."""


def part_file(folder: Path, part: str) -> Path:
    """Where a part is kept."""
    return folder / "parts" / f"{fit_name(part)}.npz"


def measure_part(study: Study, asked: Asked, part: str, folder: Path, progress: Progress) -> float:
    """Measure a part and keep it, unless it is there.

    Returns:
        The seconds of the processor that it took.

    Raises:
        DistillError: it failed, or what it measured are no named arrays of numbers.
    """
    path = part_file(folder, part)
    kept = read_part(path)
    if kept is not None:
        return float(kept[SECONDS])
    begun = time.process_time()
    where = f"`measure`, part '{part}'"
    with fixed_threads(), _no_denormals(), told_as_its_own(study, where):
        measured = study.measure(asked, part, progress)
    seconds = time.process_time() - begun
    arrays: dict[str, Any] = {name: np.asarray(values) for name, values in measured.items()}
    for name, values in arrays.items():
        if values.dtype.kind not in "biuf" or name == SECONDS:
            raise DistillError(
                f"part '{part}' of study '{study.name}' measured '{name}' of type {values.dtype}: "
                "expected arrays of numbers by name"
            )
    written = io.BytesIO()
    arrays[SECONDS] = np.asarray(seconds)
    np.savez_compressed(written, **arrays)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, written.getvalue())
    return seconds


@contextlib.contextmanager
def _no_denormals() -> Iterator[None]:
    """Within the block numbers below 1e-38 are 0: where gradients vanish they take ten times as
    long as others.
    """
    torch = sys.modules.get("torch")  # not every study needs it
    if torch is not None:
        torch.set_flush_denormal(True)
    try:
        yield
    finally:
        if torch is not None:
            torch.set_flush_denormal(False)


def read_part(path: Path) -> dict[str, ndarray] | None:
    """A part that is kept, with its seconds; null where it is not there, or cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in held.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
