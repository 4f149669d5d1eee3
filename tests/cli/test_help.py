"""What `--help` prints can be typed as it stands."""

import re
import shlex
import textwrap
import tomllib

import click
import pytest
from builders.commands import distill_here

from distill.bench import builtin_suites
from distill.cli.entry import cli
from distill.tasks.files import load_task

COMMANDS = ("", *cli.commands)


def help_of(command, tmp_path):
    words = [command, "--help"] if command else ["--help"]
    told = distill_here(*words, cwd=tmp_path)
    assert told.returncode == 0
    return told.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_is_shown_is_taken(command, tmp_path):
    shown = re.findall(r"^ +(distill \S.*)$", help_of(command, tmp_path), flags=re.M)
    assert shown or command in {"verify", "show", "report", "runs", "tasks", "doctor"}
    for line in shown:
        typed = re.split(r"  +| > ", line)[0]
        _, name, *words = shlex.split(typed)
        with click.Context(cli) as context:
            cli.commands[name].make_context(name, words, parent=context)


def test_tasks_that_are_shown_run(tmp_path):
    shown = help_of("tasks", tmp_path)
    blocks = re.findall(r"^  from .*?^ {6}\)$", shown, flags=re.M | re.S)
    assert len(blocks) == 3
    finite, steps, texts = (tmp_path / name for name in ("finite.py", "steps.py", "texts.py"))
    for path, block in zip((finite, steps, texts), blocks, strict=True):
        path.write_text(textwrap.dedent(block))
    assert load_task(str(finite), {"p": 7}).reference(2, 5) == 4
    assert load_task(str(steps), {}).reference([1, 2, 3]) == [1, 3, 6]
    assert load_task(str(texts), {}).reference([2, 0, 1]) == [2, 0, 1]


def test_the_suite_that_is_shown_is_read_and_all_that_are_built_in_are_named(tmp_path):
    shown = help_of("bench", tmp_path)
    block = shown[shown.index("  title =") : shown.index("Options:")]
    suite = tomllib.loads(textwrap.dedent(block))
    assert [task["task"] for task in suite["tasks"]] == ["mod_add", "my_tasks.py:mod_sub"]
    for name in builtin_suites():
        assert re.search(rf"\b{name}\b", shown), name


def test_nothing_is_wider_than_a_terminal(tmp_path):
    """But for what must be typed in one line."""
    for command in COMMANDS:
        for line in help_of(command, tmp_path).splitlines():
            assert len(line) <= 100, line
