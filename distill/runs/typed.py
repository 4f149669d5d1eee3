"""What was typed beside a task or a checkpoint, as it is again: `run.json` keeps it for the report.

Files are named without their folders, as the checkpoint is: who runs it again has them elsewhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePath

FILES = (".json", ".npz", ".toml")
"""Ends of the names of files that say more of a checkpoint: facts, examples of texts, layouts."""


def typed(settings: Mapping[str, object], options: Mapping[str, object | None]) -> str:
    """Settings of the task and options of the command, in one line; empty where none were given.

    Args:
        settings: of the task, by name.
        options: by their names on the command line without dashes; null where one was not given.
    """
    words = list[str]()
    for key, value in settings.items():
        words += ["--set", f"{key}={value}"]
    for name, value in options.items():
        if value is not None:
            words += [f"--{name}", without_folder(str(value))]
    return shlex.join(words)


def without_folder(told: str) -> str:
    """An option without the folder of the file that it names; as it is where it names none.

    What follows the file's name stays: `in/samples.npz:train`, `in/mine.toml,masked=true`.
    """
    for end in FILES:
        file, found, rest = told.partition(end)
        if found and rest[:1] in ("", ":", ","):
            return PurePath(file + end).name + rest
    return told


def files_in(options: str) -> list[str]:
    """Names of the files that a line of options asks for, in their order."""
    return [
        word.partition(end)[0] + end
        for word in shlex.split(options)
        for end in FILES
        if word.partition(end)[1] and word.partition(end)[2][:1] in ("", ":", ",")
    ]
