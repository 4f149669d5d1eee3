"""The guide's examples are run: its files are written, its commands called, its output compared.

A Python block that begins with `# name.py` is a file. A `console` block is a session: lines after
`$` are commands, what follows is their output, with `...` for what may be anything. An `output`
block is what the Python block before it prints.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser

DISTILL = [sys.executable, "-m", "distill"]
RULES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


NEED_A_RUN = {"reading_a_report.md", "verdicts.md"}
"""Pages that look at the run of the first page."""


@pytest.fixture(scope="session")
def made_run(tmp_path_factory):
    """The folder `outputs` after the first command of the guide."""
    out = tmp_path_factory.mktemp("made") / "outputs"
    settings = ["--set", "p=59", "--set", "fraction=0.4"]
    command = [*DISTILL, "run", "mod_add", *settings, "--out", str(out), "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return out


@pytest.fixture(scope="module")
def workplace(request, tmp_path_factory, monkeypatch_module):
    """A folder for every page."""
    folder = tmp_path_factory.mktemp("page")
    if request.path.name in NEED_A_RUN:
        shutil.copytree(request.getfixturevalue("made_run"), folder / "outputs")
    monkeypatch_module.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def run_python(example: Example) -> None:
    """A file to write, or a program whose output is kept."""
    text = example.parsed
    named = re.match(r"# (\w+\.py)\n", text)
    if named:
        Path(named[1]).write_text(text)
        return
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, example.path, "exec"), example.namespace)
    example.namespace["printed"] = printed.getvalue()


def check_output(example: Example) -> str | None:
    """What the last Python block printed."""
    return _difference(example.parsed, example.namespace["printed"])


def run_session(example: Example) -> str | None:
    """Commands, and what they print on both streams."""
    for command, wanted in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", example.parsed, re.M):
        words = shlex.split(command)
        programs = {"distill": DISTILL, "python": [sys.executable]}
        ended = subprocess.run(
            programs[words[0]] + words[1:],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "COLUMNS": "80"},
        )
        if difference := _difference(wanted, ended.stdout):
            return f"$ {command}\n{difference}"
    return None


def _difference(wanted: str, got: str) -> str | None:
    checker, wanted, got = doctest.OutputChecker(), f"{wanted.strip()}\n", f"{got.strip()}\n"
    if checker.check_output(wanted, got, RULES):
        return None
    return checker.output_difference(doctest.Example("", wanted), got, RULES)


pytest_collect_file = Sybil(
    parsers=[
        CodeBlockParser(language="python", evaluator=run_python),
        CodeBlockParser(language="output", evaluator=check_output),
        CodeBlockParser(language="console", evaluator=run_session),
    ],
    patterns=["*.md"],
    fixtures=["workplace"],
).pytest()
