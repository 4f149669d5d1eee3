"""The guide's examples are run: its files are written, its commands called, its output compared.

A Python block that begins with `# name.py` is a file. A `console` block is a session: lines after
`$` are commands, what follows is their output, with `...` for what may be anything. An `output`
block is what the Python block before it prints.
"""

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
from builders.paths import DOCS
from sybil import Example
from sybil.document import Document
from sybil.parsers.myst import CodeBlockParser

DISTILL = [sys.executable, "-m", "distill"]
RULES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

NEED_A_RUN = {"reading_a_report.md", "verdicts.md"}
"""Pages that look at the run of the first page."""


def run_python(example: Example):
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


def check_output(example: Example):
    """What the last Python block printed."""
    return _difference(example.parsed, example.namespace["printed"])


def run_session(example: Example):
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


def _difference(wanted, got):
    checker, wanted, got = doctest.OutputChecker(), f"{wanted.strip()}\n", f"{got.strip()}\n"
    if checker.check_output(wanted, got, RULES):
        return None
    return checker.output_difference(doctest.Example("", wanted), got, RULES)


PARSERS = [
    CodeBlockParser(language="python", evaluator=run_python),
    CodeBlockParser(language="output", evaluator=check_output),
    CodeBlockParser(language="console", evaluator=run_session),
]
PAGES = {
    str(path.relative_to(DOCS)): list(Document.parse(str(path), *PARSERS).examples())
    for path in sorted(DOCS.rglob("*.md"))
}


LONG = {"index.md", "your_own_network.md", "your_own_task.md"}
"""Pages that train networks: long claims. The first command of the guide is run by `small_run`."""


def shown(page):
    return pytest.param(page, marks=pytest.mark.claim) if page in LONG else page


@pytest.mark.parametrize("page", [shown(page) for page, examples in PAGES.items() if examples])
def test_a_pages_examples_do_what_the_page_says(page, request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if page in NEED_A_RUN:
        made = request.getfixturevalue("small_run")  # by the first command of the guide
        shutil.copytree(made.parent.parent, tmp_path / "outputs")
    for example in PAGES[page]:
        example.evaluate()


def test_most_pages_for_users_have_examples():
    assert sum(map(bool, PAGES.values())) >= 6
