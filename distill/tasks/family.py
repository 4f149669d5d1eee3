"""A task with settings: what `@task` makes of a function of a task file.

The function's keyword parameters are the settings, its docstring's first line is what `distill
tasks` prints, and its name is what `distill run` takes. Where a benchmark has names for certain
settings, they are presets, other defaults of the same function under a name of their own:

    @task(presets={f"prev{k}": {"k": k} for k in range(1, 6)})
    def prev(k: int = 1, length: int = 10) -> SequenceTask:
        "The input k steps ago, 0 before the start."
        ...

makes `distill run prev3` and `distill run prev --set k=3` the same task.
"""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from distill.domains.finite import INT64
from distill.errors import DistillError, TaskError, one_line, own_line, quoted_with_line, shown
from distill.tasks.built import BuiltTask
from distill.tasks.finite import Setting, Task
from distill.tasks.reals import RealTask
from distill.tasks.sequences import SequenceTask
from distill.tasks.texts import TextTask
from distill.tasks.time_limit import time_limit

Build = Callable[..., BuiltTask]

SECONDS = 60.0
"""For a task to be built: its reference is tried on a few inputs."""

DIGITS = 18
"""Of an integer that certainly fits into 64 bits."""

LONGEST_NAME = 60
"""Characters of a task's name: it names a folder, and a character may take four bytes."""

EXPECTED: dict[type, str] = {
    int: "an integer",
    float: "a number",
    bool: "true or false",
    str: "text",
}
"""The types of settings, in words."""


@dataclass(frozen=True)
class TaskFamily:
    """A function that builds a task from settings; what `@task` makes of it.

    Attributes:
        build: the function.
        name: what `distill run` takes.
        preset: defaults that are not the function's own.
        presets: the families of the same function under other names.
    """

    build: Build
    name: str
    preset: Mapping[str, Setting] = field(default_factory=dict)
    presets: tuple[TaskFamily, ...] = ()

    @property
    def named(self) -> dict[str, TaskFamily]:
        """This family and its presets, by name."""
        return {family.name: family for family in (self, *self.presets)}

    @property
    def summary(self) -> str:
        """First line of the function's docstring."""
        return (inspect.getdoc(self.build) or "").partition("\n")[0]

    @property
    def about(self) -> str:
        """First paragraph of the function's docstring, on one line."""
        first = (inspect.getdoc(self.build) or "").split("\n\n")[0]
        return " ".join(first.split())

    @property
    def defaults(self) -> dict[str, Setting]:
        """Every setting with its default."""
        parameters = inspect.signature(self.build).parameters
        return {name: parameter.default for name, parameter in parameters.items()} | {**self.preset}

    @property
    def kind(self) -> str:
        """What the task is a function of."""
        return self().over

    def __call__(self, /, **settings: str | Setting) -> BuiltTask:
        """Build the task; settings given as text (`p="59"`) are read by their annotation.

        Raises:
            TaskError: an unknown setting, one of the wrong type, or a task that cannot be built.
        """
        complete = {**self.defaults, **self.read(settings)}
        given = ", ".join(f"{name} = {_written(value)}" for name, value in complete.items())
        called = f"{self.name} with {given}" if given else self.name
        try:
            with time_limit(SECONDS, "it"):
                built = self.build(**complete)
                if isinstance(built, BuiltTask):
                    about = built.about or self.about
                    return replace(built, name=self.name, settings=complete, about=about)
        except DistillError as error:
            raise TaskError(one_line(f"{called}: {error}")) from error
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: nobody has asked to leave
            raise TaskError(
                f"task '{self.name}' could not be built: {quoted_with_line(error)}{_takes(error)}"
            ) from error
        raise TaskError(
            f"'{self.name}' returned {type(built).__name__}: expected a Task, a SequenceTask, a "
            f"TextTask or a RealTask"
            f"{'; is there a return?' if built is None else ''}"
        )

    def read(self, settings: Mapping[str, str | Setting]) -> dict[str, Setting]:
        """The settings in the types that the function declares.

        Raises:
            TaskError: one is unknown or of the wrong type.
        """
        return {name: self._read(name, given) for name, given in settings.items()}

    def _read(self, name: str, given: str | Setting) -> Setting:
        if name not in self.defaults:
            known = ", ".join(self.defaults) or "none"
            raise TaskError(f"task '{self.name}' has no setting '{name}'; it has: {known}")
        kind = self._kind(name)
        try:
            value = converted(given, kind)
        except (ValueError, KeyError, TypeError, OverflowError):
            bits = " of 64 bits" if kind is int and len(shown(given)) > DIGITS + 2 else ""
            raise TaskError(
                f"{name} = {shown(given)} of task '{self.name}': expected {EXPECTED[kind]}{bits}, "
                f"for example {name}={self.defaults[name]}"
            ) from None
        return value

    def _kind(self, name: str) -> type[Setting]:
        """The type that a setting is declared to have, or that its default has."""
        try:
            hints: dict[str, Any] = typing.get_type_hints(self.build)
        except Exception:  # annotations may be anything
            hints = {}
        declared = hints.get(name)
        if isinstance(declared, type) and declared in EXPECTED:
            return declared
        return type(self.defaults[name])


def _takes(error: BaseException) -> str:
    """What a task is made of, where a call that makes one has other arguments."""
    called = own_line(error)
    made = (SequenceTask, TextTask, RealTask, Task)
    kinds = [kind for kind in made if f"{kind.__name__}(" in called]
    if not isinstance(error, TypeError) or not kinds:
        return ""
    names = [part.name for part in fields(kinds[0]) if part.init]
    own = ", ".join(name for name in names if name not in {"name", "settings", "about"})
    return f"; a {kinds[0].__name__} takes {own}"


def _written(value: Setting) -> str:
    return value if isinstance(value, str) else shown(value)


def converted(given: str | Setting, kind: type[Setting]) -> Setting:
    """A setting in its type; raises where it is of another, or none that JSON can hold."""
    if kind is bool and isinstance(given, str):
        return {"true": True, "false": False}[given.lower()]
    if kind is bool and not isinstance(given, bool):
        raise ValueError
    if kind is int and (isinstance(given, bool) or (isinstance(given, float) and given % 1)):
        raise ValueError
    value = kind(given)
    if (isinstance(value, float) and not math.isfinite(value)) or (
        kind is int and value not in INT64
    ):
        raise ValueError
    if isinstance(value, str):
        value.encode()  # half of a surrogate pair is no text
    return value


@typing.overload
def task(build: Build) -> TaskFamily: ...


@typing.overload
def task(*, presets: Mapping[str, Mapping[str, Setting]]) -> Callable[[Build], TaskFamily]: ...


def task(
    build: Build | None = None, *, presets: Mapping[str, Mapping[str, Setting]] | None = None
) -> TaskFamily | Callable[[Build], TaskFamily]:
    """Mark a function of a task file as a task; its keyword parameters are the settings.

    Args:
        build: the function, where `@task` stands without parentheses.
        presets: further names that `distill run` takes, each with the settings that differ.

    Raises:
        TaskError: a parameter has no default, so that the task cannot be run by its name alone,
            or a preset gives a setting that the function does not have.
    """
    if build is None:
        return lambda build: _family(build, presets or {})
    return _family(build, {})


def _family(build: Build, presets: Mapping[str, Mapping[str, Setting]]) -> TaskFamily:
    task = getattr(build, "__name__", repr(build))
    if not task.isidentifier() or len(task) > LONGEST_NAME:
        raise TaskError(
            f"{shown(task)} cannot name a task: expected a function of a name of at most "
            f"{LONGEST_NAME} letters, digits and _"
        )
    for name, parameter in inspect.signature(build).parameters.items():
        default = parameter.default
        if default is inspect.Parameter.empty:
            raise TaskError(f"setting '{name}' of task '{task}' needs a default value")
        try:
            plain = type(default) in EXPECTED and converted(default, type(default)) == default
        except ValueError:
            plain = False
        if not plain:
            raise TaskError(
                f"setting '{name}' of task '{task}' is {shown(default)} by default: expected "
                "an integer, a finite number, true or false, or text"
            )

    def preset(name: str) -> TaskFamily:
        if not name.isidentifier() or len(name) > LONGEST_NAME:
            raise TaskError(
                f"{shown(name)} cannot name a task: expected at most {LONGEST_NAME} letters, "
                "digits and _"
            )
        family = TaskFamily(build, name)
        return replace(family, preset=family.read(presets[name]))

    return TaskFamily(build, build.__name__, presets=tuple(map(preset, presets)))
