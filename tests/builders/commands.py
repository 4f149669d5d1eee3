"""The command line, as a user would call it: in a process of its own, or in this one."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

SMALL = ("mod_add", "--set", "p=59", "--set", "fraction=0.4")
"""A run that several tests read: a real training, seven seconds."""


def run_distill(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None, timeout: float = 240
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "distill", *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def distill_here(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The same in this process, where a process of its own is not the point.

    It saves the seconds in which torch is imported, and shapes are enforced all the way.
    """
    from distill.cli import main

    status = 0
    with (
        mock.patch.object(sys, "argv", ["distill", *arguments]),
        mock.patch.dict(os.environ, env or {}),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
    ):
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
    return subprocess.CompletedProcess(
        ["distill", *arguments], status, out.getvalue(), err.getvalue()
    )
