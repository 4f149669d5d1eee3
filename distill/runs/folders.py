"""Where runs lie: which folder a command's argument means. Reads none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distill.errors import RunFolderError, shortened


def find_run(given: str, out: Path) -> Path:
    """The folder that a command's argument means: a path, `task/run`, or a task's latest run.

    Raises:
        RunFolderError: there is none.
    """
    try:
        for path in (Path(given), out / given):
            if (path / "run.json").is_file() or (path / "verification.json").is_file():
                return path
            runs = [folder for folder in stored_runs(path) if folder.parent == path]
            if runs:
                return max(runs, key=lambda folder: (folder / "run.json").stat().st_mtime)
    except OSError as error:
        raise RunFolderError(
            f"run '{shortened(given)}' cannot be looked for ({error.strerror or error}): expected "
            "a folder, task/run or a task's name; `distill runs` lists them"
        ) from error
    if Path(given).is_dir():
        raise RunFolderError(
            f"'{given}' holds no run.json: it is not a run folder, or not a complete one"
        )
    raise RunFolderError(f"no run '{given}', also not below '{out}'; `distill runs` lists them")


def runs_meant(given: Sequence[str], out: Path) -> list[Path]:
    """The folders that the arguments of `compare` mean: a single one stands for all runs below it.

    Raises:
        RunFolderError: one of them is no run.
    """
    if len(given) > 1:
        return [find_run(each, out) for each in given]
    for path in (Path(given[0]), out / given[0]):
        if (path / "run.json").is_file() or (path / "verification.json").is_file():
            return [path]
        if runs := stored_runs(path):
            return runs
    return [find_run(given[0], out)]  # says why there is none


def stored_runs(out: Path) -> list[Path]:
    """Every complete run folder below a folder, in order of name."""
    return sorted(
        path.parent
        for pattern in ("*/run.json", "*/*/run.json")
        for path in out.glob(pattern)
        if not path.parent.name.startswith(".")
    )
