"""Where runs lie: which folder a command's argument means. Reads none of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distill.errors import RunFolderError, nearest, shortened


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
    raise RunFolderError(
        f"no run '{given}', also not below '{out}'{_near(given, out)}; `distill runs` lists them"
    )


def _near(given: str, out: Path) -> str:
    """A task, or a run of one, that is nearly called so."""
    runs = [path.relative_to(out) for path in stored_runs(out)]
    known = dict.fromkeys([*(run.parts[0] for run in runs), *map(str, runs)])
    name = given.removeprefix(f"{out}/")
    close = nearest(name, known) or nearest(name.partition("/")[0], known)
    return f" (did you mean '{close}'?)" if close else ""


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
