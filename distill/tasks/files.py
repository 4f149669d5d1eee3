"""Find tasks: built-in ones by name, and the user's own in a Python file.

A built-in task is a file of the folder `tasks` and nothing more: deleting the file removes the
task, and running a copy of it by its path gives the same run.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from distill.checker.scope import many
from distill.errors import (
    DistillError,
    TaskError,
    nearest,
    one_line,
    quoted_with_line,
    shortened,
)
from distill.tasks.built import BuiltTask
from distill.tasks.family import TaskFamily
from distill.tasks.finite import Setting
from distill.tasks.time_limit import time_limit

LISTED = 12
"""Names that an error message lists; where there are more, `distill tasks` does."""

LARGEST = 10 * 2**20
"""Bytes of a task file: one that is larger is no program that somebody wrote."""

MOST_FILES = 100
"""Files of the working directory that are looked through for a task of a name."""

SECONDS = 60.0
"""For a task file to be executed: it defines functions, and imports what they need."""


def builtin_folder() -> Path:
    """Where the built-in task files are: inside the wheel, or beside an editable install."""
    package = Path(__file__).parent.parent
    shipped = package / "_tasks"
    return shipped if shipped.is_dir() else package.parent / "tasks"


def builtin_tasks() -> dict[str, TaskFamily]:
    """Every built-in task by name, in alphabetical order."""
    families: dict[str, TaskFamily] = {}
    for path in sorted(builtin_folder().glob("*.py")):
        families.update(read_task_file(path))
    return dict(sorted(families.items()))


def read_task_file(path: Path) -> dict[str, TaskFamily]:
    """Execute a task file and collect the functions that it marks with `@task`.

    Raises:
        TaskError: the file is missing, cannot be executed, takes too long, or marks nothing.
    """
    _check_file(path)
    families: dict[str, TaskFamily] = {}
    for marked in vars(executed(path, "task file")).values():
        # by its type alone: an object may lie about its class, or fail to say it
        is_task = issubclass(type(marked), TaskFamily)
        for name, family in marked.named.items() if is_task else ():
            if families.setdefault(name, family) != family:
                raise TaskError(f"task file '{path}' marks two tasks with the name '{name}'")
    if not families:
        raise TaskError(
            f"task file '{path}' marks no task: expected a function decorated with @distill.task "
            "that returns a distill.Task, SequenceTask, TextTask or RealTask"
        )
    return families


def _check_file(path: Path) -> None:
    """That there is a file of a size that can be read; a name may be one that no system takes."""
    try:
        is_file, is_folder = path.is_file(), path.is_dir()
        size = path.stat().st_size if is_file else 0
    except OSError as error:
        raise TaskError(
            f"task file '{shortened(str(path))}' cannot be looked at ({error.strerror or error}): "
            "expected a Python file with a @task function"
        ) from error
    if not is_file:
        there = is_folder or os.path.lexists(path)
        found = "is a folder" if is_folder else "is no file" if there else "does not exist"
        raise TaskError(
            f"task file '{shortened(str(path))}' {found}: expected a Python file with a @task "
            "function"
        )
    if size > LARGEST:
        raise TaskError(
            f"task file '{path}' has {size / 1e6:,.0f} MB: expected a Python file of at most "
            f"{LARGEST / 1e6:,.0f} MB"
        )


def executed(path: Path, what: str) -> ModuleType:
    """The module that a user's file is.

    Args:
        path: of the file.
        what: what it is to hold, for messages: a task file, a study file.

    Raises:
        TaskError: it cannot be executed, or takes too long.
    """
    spec = importlib.util.spec_from_file_location(f"distill_task_file_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TaskError(f"{what} '{path}' is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with time_limit(SECONDS, "it"):
            spec.loader.exec_module(module)
    except DistillError as error:
        raise TaskError(one_line(f"{what} '{path}': {error}")) from error
    except SyntaxError as error:
        raise TaskError(
            f"{what} '{path}' is not valid Python: line {error.lineno}: {error.msg}"
        ) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: whoever runs a task has not asked to leave
        raise TaskError(f"{what} '{path}' failed: {quoted_with_line(error)}") from error
    finally:
        sys.dont_write_bytecode = writes_bytecode
    return module


def file_of(given: object) -> str:
    """The file that a task is of, without its folder, as `distill run` takes it; else nothing.

    Args:
        given: `file.py`, `file.py:name`, or anything else that is a task.
    """
    if not isinstance(given, str):
        return ""
    path = given.rpartition(":")[0] if ".py:" in given else given
    return Path(path).name if path.endswith(".py") else ""


def specifier(task: str, about: str, file: str = "") -> str:
    """What `distill run` takes for a task of this name: where it is not built in, a file's.

    Args:
        task: its name.
        file: that it was of; empty where that is not known.
        about: what was to be learned, as the run has it: a file may have a task of a name that is
            built in too. Where nobody said it, the name alone decides.
    """
    family = builtin_tasks().get(task)
    built_in = family is not None and (not about or about == family.about)
    return task if built_in and not file else f"{file or 'FILE.py'}:{task}"


def load_task(specifier: str, settings: Mapping[str, str | Setting] | None = None) -> BuiltTask:
    """The task of a built-in name, of a file, or of `file.py:name`, built with settings.

    Raises:
        TaskError: there is no such task, or it cannot be built with these settings.
    """
    return find_family(specifier)(**(settings or {}))


def find_family(specifier: str) -> TaskFamily:
    """The family that `distill run SPECIFIER` means.

    Raises:
        TaskError: there is none.
    """
    if not specifier or "\0" in specifier:
        raise TaskError(
            f"{shortened(repr(specifier))} names no task: expected a built-in name "
            "(`distill tasks`), a task file, or file.py:name"
        )
    path, _, name = specifier.rpartition(":") if ".py:" in specifier else (specifier, "", "")
    if not path.endswith(".py") and "/" not in path:
        return _pick(builtin_tasks(), path, "built in", f"{path}.py")
    families = read_task_file(Path(path))
    if name:
        return _pick(families, name, f"in '{path}'", None)
    if len(families) > 1:
        first = next(iter(families))
        raise TaskError(f"'{path}' holds {_count(families)}: name one, for example {path}:{first}")
    return next(iter(families.values()))


def _pick(
    families: dict[str, TaskFamily], name: str, where: str, as_file: str | None
) -> TaskFamily:
    if name in families:
        return families[name]
    close = nearest(name, families)
    known = "`distill tasks` lists what there is" if as_file else f"expected {_some(families)}"
    hint = f"did you mean '{close}'?" if close else known
    with contextlib.suppress(OSError):  # a name that no system takes names no file
        if as_file and Path(as_file).is_file():
            hint = f"did you mean the file '{as_file}'?"
        elif as_file and (here := _file_with(name)):
            hint = f"a function of that name is in '{here}': did you mean '{here}:{name}'?"
    raise TaskError(
        f"no task '{shortened(name)}' among the {many(len(families), 'task')} {where}; {hint}"
    )


def _file_with(name: str) -> str | None:
    """A file of the working directory that defines a function of a name; nothing is executed."""
    if not name.isidentifier():
        return None
    defined = re.compile(rf"^def {name}\(".encode(), re.MULTILINE)
    for path in sorted(Path().glob("*.py"))[:MOST_FILES]:
        if not path.is_file() or path.stat().st_size > LARGEST:
            continue  # a pipe waits for whoever writes to it
        if defined.search(path.read_bytes()):
            return path.name
    return None


def _some(families: dict[str, TaskFamily]) -> str:
    names = [*families][:LISTED]
    return f"one of {', '.join(names)}{', ...' if len(families) > len(names) else ''}"


def _count(families: dict[str, TaskFamily]) -> str:
    names = f" ({', '.join(families)})" if len(families) <= LISTED else ""
    return f"{many(len(families), 'task')}{names}"
