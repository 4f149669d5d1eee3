"""What there is: `distill tasks` and `distill doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from distill.cli.common import console_of


@click.command()
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def tasks(file: str | None, as_json: bool) -> None:
    """What can be run; on a pipe every task is a line of its own.

    Without FILE these are the tasks that are built in, else those of that file.

    A task of your own is a file like this one:

    \b
    from distill import Task, task

    \b
    @task
    def mod_sub(p: int = 113, fraction: float = 0.3) -> Task:
        "a minus b, modulo p."
        return Task(
            inputs={"a": range(p), "b": range(p)},
            outputs=range(p),
            reference=lambda a, b: (a - b) % p,
            train_fraction=fraction,
        )

    A task over reals returns a RealTask: inputs={"x": (0.5, 2.0)}, and a reference of floats.

    A task over sequences returns a SequenceTask. Its reference takes the whole list of inputs
    and returns a list of outputs, each a function of the inputs up to there:

    \b
    from itertools import accumulate
    from distill import SequenceTask, task

    \b
    @task
    def running_sum(length: int = 10) -> SequenceTask:
        "Sum of the digits so far."
        return SequenceTask(
            inputs={"x": range(10)},
            reference=lambda xs: list(accumulate(xs)),
            length=length,
        )

    A task over texts returns a TextTask. It is read at once: every output may depend on the whole
    list.

    \b
    from distill import TextTask, task

    \b
    @task
    def ranks(length: int = 6) -> TextTask:
        "How many tokens of the text are smaller."
        return TextTask(
            inputs={"x": range(6)},
            outputs=range(length),
            reference=lambda xs: [sum(y < x for y in xs) for x in xs],
            length=length,
        )
    """  # noqa: D301  click wants the character
    from distill.tasks.files import builtin_tasks, read_task_file
    from distill.terminal.run import show_table

    families = builtin_tasks() if file is None else read_task_file(Path(file))
    if as_json:
        listed = [
            {"name": name, "over": family.kind, "what": family.summary, "settings": family.defaults}
            for name, family in families.items()
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    rows = [
        (
            name,
            family.kind,
            family.summary,
            " ".join(f"{key}={value}" for key, value in family.defaults.items()),
        )
        for name, family in families.items()
    ]
    columns = ("task", "over", "what it is", "settings (--set KEY=VALUE)")
    show_table(console_of(False), columns, sorted(rows, key=lambda row: row[1]))


@click.command()
def doctor() -> None:
    """Which optional engines are here, and why not."""
    from distill.cli.doctor import diagnose
    from distill.terminal.run import show_table

    show_table(console_of(False), ("what", "found", "remark"), diagnose())
