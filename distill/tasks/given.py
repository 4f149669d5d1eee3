"""The task that an argument means: a name or a file, a family, or the task itself."""

from __future__ import annotations

from collections.abc import Mapping

from distill.errors import DistillError
from distill.tasks.built import BuiltTask
from distill.tasks.family import TaskFamily
from distill.tasks.files import load_task
from distill.tasks.finite import Setting

AnyTask = str | BuiltTask | TaskFamily
"""What stands for a task: a name or a file, what `@task` makes of a function, the task itself."""


def built_task(task: AnyTask, settings: Mapping[str, str | Setting]) -> BuiltTask:
    """The task that is meant."""
    if isinstance(task, str):
        return load_task(task, settings)
    if isinstance(task, TaskFamily):
        return task(**settings)
    if not isinstance(task, BuiltTask):
        raise DistillError(
            f"the task is a {type(task).__name__}: expected the name of one, a task file, a "
            "function that is decorated with @distill.task, or what it returns"
        )
    if settings:
        raise DistillError("settings belong to a task's name: this Task is already built")
    return task
