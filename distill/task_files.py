"""Find tasks: built-in ones by name, and the user's own in a Python file.

A built-in task is a file of the folder `tasks` and nothing more: deleting the file removes the
task, and running a copy of it by its path gives the same run.
"""

from __future__ import annotations

import difflib
import importlib.util
import sys
from pathlib import Path

from distill.errors import DistillError, TaskError
from distill.sequence_tasks import SequenceTask
from distill.task_family import TaskFamily
from distill.tasks import Setting, Task

LISTED = 12
"""Names that an error message lists; where there are more, `distill tasks` does."""


def builtin_folder() -> Path:
    """Where the built-in task files are: inside the wheel, or beside an editable install."""
    package = Path(__file__).parent
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
        TaskError: the file is missing, cannot be executed, or marks nothing.
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise TaskError(f"task file '{path}' {found}: expected a Python file with a @task function")
    spec = importlib.util.spec_from_file_location(f"distill_task_file_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise TaskError(f"task file '{path}' is not a Python file: its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    writes_bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    except DistillError as error:
        raise TaskError(f"task file '{path}': {error}") from error
    except SyntaxError as error:
        raise TaskError(
            f"task file '{path}' is not valid Python: line {error.lineno}: {error.msg}"
        ) from error
    except Exception as error:
        raise TaskError(
            f"task file '{path}' failed: {type(error).__name__}: {error}".replace("\n", " ")
        ) from error
    finally:
        sys.dont_write_bytecode = writes_bytecode
    families: dict[str, TaskFamily] = {}
    for marked in vars(module).values():
        for name, family in marked.named.items() if isinstance(marked, TaskFamily) else ():
            if families.setdefault(name, family) != family:
                raise TaskError(f"task file '{path}' marks two tasks with the name '{name}'")
    if not families:
        raise TaskError(
            f"task file '{path}' marks no task: expected a function decorated with @distill.task "
            "that returns a distill.Task or a distill.SequenceTask"
        )
    return families


def load_task(
    specifier: str, settings: dict[str, str | Setting] | None = None
) -> Task | SequenceTask:
    """The task of a built-in name, of a file, or of `file.py:name`, built with settings.

    Raises:
        TaskError: there is no such task, or it cannot be built with these settings.
    """
    return find_family(specifier)(**(settings or {}))


def find_family(specifier: str) -> TaskFamily:
    """The family that `distill run SPECIFIER` means."""
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
    close = difflib.get_close_matches(name, families, n=1)
    hint = f"did you mean '{close[0]}'?" if close else "`distill tasks` lists what there is"
    if as_file and Path(as_file).is_file():
        hint = f"did you mean the file '{as_file}'?"
    raise TaskError(f"no task '{name}' among the {_count(families)} {where}; {hint}")


def _count(families: dict[str, TaskFamily]) -> str:
    names = f" ({', '.join(families)})" if len(families) <= LISTED else ""
    return f"{len(families)} tasks{names}"
