"""The command line, as a user would call it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
