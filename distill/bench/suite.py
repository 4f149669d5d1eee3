"""Suites: which tasks are run, and what others have published for them, as a small TOML file.

    title = "My tasks"
    description = "what they are"

    tasks = [
        { task = "mod_add", settings = { p = 59 }, published = { "paper" = 1 } },
        { task = "my_tasks.py:mod_sub" },   # a task file, relative to this one
    ]

    [[published]]                # a column of published results
    name = "paper"
    solved = true                # its 1s are counted; otherwise the figures are only shown
    source = "who published it"
    measured = "what the figure means and how it came about"

A task file of the user's own is not executed here, only found: that is left to the process of the
run, where nothing that it does can end the bench.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import inspect
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from distill.errors import DistillError, nearest
from distill.serialise import from_json
from distill.tasks.family import TaskFamily
from distill.tasks.files import builtin_tasks
from distill.tasks.finite import Setting

BUILTIN = Path(__file__).parent / "suites"
OF_NETWORKS = {
    "tracr": "compiled transformers, each as it is, turned, and with noise: --models DIR",
    "gpt2": "transformers trained by others, each against its own samples: --models DIR",
}
"""Suites of networks in a folder, and what they are."""
FORM = "`distill bench --help` shows the form of a suite"


@dataclass(frozen=True)
class Column:
    """A column of published results.

    Attributes:
        source: who published it.
        measured: what a figure means, and how it came about.
        solved: whether a figure of 1 says that the task was solved, so that they are counted.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012  a misspelt key is told

    name: str
    source: str
    measured: str
    solved: bool = False


@dataclass(frozen=True)
class Entry:
    """A task of a suite.

    Attributes:
        task: a built-in name, a task file or `file.py:name`, relative to the suite.
        settings: those that the suite gives; the task's defaults hold for the others.
        published: figures by the name of their column.
        arch: what `--arch` is given; nothing for the task's own.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    task: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    published: Mapping[str, int | float | str] = field(default_factory=dict)
    arch: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the task is in a file of the user's own."""
        return self.task.endswith(".py") or ".py:" in self.task

    @property
    def file_and_name(self) -> tuple[str, str]:
        """The path of a task file, and the task's name in it, empty where it is not given."""
        path, _, named = self.task.rpartition(":") if ".py:" in self.task else (self.task, "", "")
        return path, named

    @property
    def label(self) -> str:
        """The name of the task, without its settings."""
        if not self.is_file:
            return self.task
        path, named = self.file_and_name
        return named or Path(path).stem

    @property
    def name(self) -> str:
        """The task, settings and architecture that the suite gives, fit for a file's name."""
        parts = [self.label, *(f"{key}{value}" for key, value in self.settings.items())]
        parts += [self.arch] if self.arch else []
        return "".join(c if c.isalnum() or c in "-_." else "_" for c in "-".join(parts))


@dataclass(frozen=True)
class _SuiteFile:
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012

    title: str
    tasks: tuple[Entry, ...]
    description: str = ""
    published: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Suite:
    """Tasks that are run together, with published results.

    Attributes:
        name: names the folder of the rows.
        folder: where the suite's file is, and what its task files are relative to.
    """

    name: str
    folder: Path
    title: str
    description: str
    entries: tuple[Entry, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Job:
    """One run: an entry of a suite with a seed.

    Attributes:
        argument: what `distill run` is given as TASK.
        task_file: SHA-256 of the file that defines the task: a row of another is not taken.
        engine: what `--engine` is given; nothing for what a run asks by itself.
    """

    entry: Entry
    seed: int
    argument: str
    task_file: str
    engine: str | None = None

    @property
    def name(self) -> str:
        """`mod_add-p113-seed0`, `kepler-seed0-operon`: what the file of the row is called."""
        asked = f"-{self.engine}" if self.engine else ""
        return f"{self.entry.name}-seed{self.seed}{asked}"


def builtin_suites() -> dict[str, Suite]:
    """The suites that come with the package, by name."""
    return {path.stem: read_suite(path) for path in sorted(BUILTIN.glob("*.toml"))}


def find_suite(given: str) -> Suite:
    """The suite that `distill bench SUITE` means: a built-in name, or a path to a TOML file.

    Raises:
        DistillError: there is none, or it cannot be used.
    """
    if given.endswith(".toml") or "/" in given:
        return read_suite(Path(given))
    of_tasks = sorted(path.stem for path in BUILTIN.glob("*.toml"))
    if given in of_tasks:
        return read_suite(BUILTIN / f"{given}.toml")
    known = [*of_tasks, *OF_NETWORKS]
    close = nearest(given, known)
    hint = f"did you mean '{close}'?" if close else "a suite of your own is a path to its .toml"
    if Path(f"{given}.toml").is_file():
        hint = f"did you mean the file '{given}.toml'?"
    raise DistillError(f"no suite '{given}': expected one of {', '.join(known)}; {hint}")


def read_suite(path: Path) -> Suite:
    """Read and check the file of a suite.

    Raises:
        DistillError: it is missing, no TOML, lacks something or has something unknown in it.
    """
    try:
        given = tomllib.loads(path.read_text())
    except OSError as error:
        raise DistillError(
            f"suite '{path}' cannot be read ({error.strerror or error}): expected a TOML file; "
            f"{FORM}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DistillError(f"suite '{path}' is not valid TOML: {error}; {FORM}") from error
    try:
        # a date, which JSON lacks, becomes text and is refused where it stands
        read = from_json(_SuiteFile, json.dumps(given, default=str))
    except ValueError as error:
        raise DistillError(f"suite '{path}' is not of the form: {error}; {FORM}") from error
    suite = Suite(
        path.stem, path.parent, read.title, read.description, read.tasks, tuple(read.published)
    )
    _check_columns(path, suite)
    return suite


def _check_columns(path: Path, suite: Suite) -> None:
    columns = [column.name for column in suite.columns]
    if not suite.entries:
        raise DistillError(f"suite '{path}' lists no tasks: expected at least one; {FORM}")
    if len(set(columns)) < len(columns):
        raise DistillError(f"suite '{path}' has two [[published]] columns of one name: {columns}")
    for entry in suite.entries:
        unknown = [name for name in entry.published if name not in columns]
        if unknown:
            listed = ", ".join(columns) or "none"
            raise DistillError(
                f"suite '{path}' publishes '{unknown[0]}' for task '{entry.task}': expected one of "
                f"its [[published]] columns ({listed}); add the column, with its source"
            )
    names = [entry.name for entry in suite.entries]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DistillError(
            f"suite '{path}' lists '{twice[0]}' twice: expected every task once with the same "
            "settings; other seeds are asked for with --seed"
        )


def jobs_of(
    suite: Suite, seeds: Sequence[int], only: Sequence[str] = (), engine: str | None = None
) -> tuple[Job, ...]:
    """The runs of a suite: every seed of a task, then the next task.

    Args:
        suite: the tasks.
        seeds: one run of every task for each.
        only: names of tasks (`parity_*` for several); none means all.
        engine: what is asked for formulas over reals, and nothing else.

    Raises:
        DistillError: a task is not there or has no such setting, or `only` names none.
    """
    for pattern in only:
        if not any(_is_named(entry, pattern) for entry in suite.entries):
            names = [entry.name for entry in suite.entries]
            close = difflib.get_close_matches(pattern, names, n=1) or names[:1]
            raise DistillError(
                f"suite '{suite.name}' has no task '{pattern}' among its {len(names)}; --only "
                f"takes a name or a pattern of names, for example {close[0]}"
            )
    chosen = [
        entry
        for entry in suite.entries
        if not only or any(_is_named(entry, pattern) for pattern in only)
    ]
    families = {} if all(entry.is_file for entry in chosen) else builtin_tasks()
    found = [(entry, *_locate(suite, entry, families)) for entry in chosen]
    return tuple(
        Job(entry, seed, argument, hashlib.sha256(path.read_bytes()).hexdigest(), engine)
        for entry, argument, path in found
        for seed in dict.fromkeys(seeds)
    )


def those_named(paths: Sequence[Path], only: Sequence[str], what: str) -> list[Path]:
    """The networks of a folder whose names `--only` gives, or fits as a pattern; all without it.

    Raises:
        DistillError: there are none, or none of a name.
    """
    if not paths:
        raise DistillError(f"there are no networks: expected {what}")
    names = {path: path.stem if path.is_file() else path.name for path in paths}
    for pattern in only:
        if not any(fnmatchcase(name, pattern) for name in names.values()):
            raise DistillError(
                f"no network '{pattern}' among {len(paths)}; --only takes a name or a pattern, "
                f"such as '{next(iter(names.values()))}'"
            )
    return [
        path
        for path, name in names.items()
        if not only or any(fnmatchcase(name, pattern) for pattern in only)
    ]


def _is_named(entry: Entry, pattern: str) -> bool:
    return fnmatchcase(entry.name, pattern) or fnmatchcase(entry.task, pattern)


def _locate(suite: Suite, entry: Entry, families: Mapping[str, TaskFamily]) -> tuple[str, Path]:
    """What `distill run` is given, and the file that defines the task."""
    if entry.is_file:
        path, name = entry.file_and_name
        file = (suite.folder / path).resolve()
        if not file.is_file():
            raise DistillError(
                f"suite '{suite.name}' lists the task file '{path}', which is not there: expected "
                f"it at '{suite.folder / path}', relative to the suite"
            )
        argument = f"{file}:{name}" if name else str(file)
        try:  # only read: whatever it does when it is loaded, it does in its own run
            ast.parse(file.read_text())
        except (SyntaxError, ValueError) as error:
            raise DistillError(f"suite '{suite.name}': '{path}' is no Python: {error}") from error
        return argument, file
    if entry.task not in families:
        close = nearest(entry.task, families)
        hint = f"did you mean '{close}'?" if close else "`distill tasks` lists what there is"
        raise DistillError(
            f"suite '{suite.name}' lists '{entry.task}', which is no built-in task and no task "
            f"file; {hint}"
        )
    family = families[entry.task]
    try:
        family.read(entry.settings)
    except DistillError as error:
        raise DistillError(f"suite '{suite.name}': {error}") from error
    return entry.task, Path(inspect.getfile(inspect.unwrap(family.build)))
