"""The group of all commands, and the entry point."""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
import unicodedata

import click

from distill.cli.bench import bench
from distill.cli.common import BAD_INPUT, INTERRUPTED, fail, fault
from distill.cli.compare import compare
from distill.cli.gallery import gallery
from distill.cli.listings import doctor, tasks
from distill.cli.run import run
from distill.cli.runs import report, runs, show, verify
from distill.cli.study import study
from distill.errors import DistillError

COMMANDS = (run, verify, show, report, compare, runs, tasks, bench, gallery, study, doctor)

NOT_PRINTED = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of Unicode: control characters, halves of surrogate pairs, ends of lines."""


@click.group(
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="distill")
def cli() -> None:
    """A trained network goes in, a short Python program that does the same thing comes out.

    \b
    distill run mod_add                  train, extract, write a program, check it
    distill run mod_add --set p=59       a setting of the task
    distill run binary_addition          a task over sequences: a recurrent network, a loop
    distill run reverse                  a task over texts: a transformer, selections
    distill run my_task.py               a task of your own (see `distill tasks --help`)
    distill verify mod_add               derive the verdict of the latest run again, from its files
    distill show mod_add                 the program and the verdict
    distill report mod_add --open        the evidence as a page, with pictures
    distill compare mod_add              all runs of a task side by side
    distill study                        published claims about how networks learn, tested again
    """  # noqa: D301  click wants the character


def main() -> None:
    """Entry point: every error that a user can cause is one line and a status."""
    # Python looks for cycles among all objects before it ends, which takes a second after a run
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without ✓ shows ?, and no traceback
            stream.reconfigure(errors="replace")
    try:
        _check_arguments(sys.argv[1:])
        cli.main(standalone_mode=False)
    except DistillError as error:
        fail(str(error), BAD_INPUT)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(BAD_INPUT)
    except click.ClickException as error:
        fail(_told(error), BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        click.echo("distill: interrupted; no run was written", err=True)
        # not sys.exit: where the interrupt met code that is executed from a string (an import
        # that makes classes), Python remembers it and ends itself by the signal after all
        sys.stdout.flush()
        os._exit(INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output went away: what is left in the buffer has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # a file that the command was told of, or a full disk
        where = f"'{error.filename}': " if error.filename is not None else ""
        why = error.strerror or str(error)
        fail(f"{where}{why}: expected what can be read, or written to", BAD_INPUT)
    except MemoryError:
        fail("out of memory: choose a smaller task or network", BAD_INPUT)
    except Exception as error:
        fault(error)


def _told(error: click.ClickException) -> str:
    """What is wrong with a command, and whose help says what there is."""
    within = getattr(error, "ctx", None)
    command = (within.info_name or "") if within is not None and within.parent is not None else ""
    said = error.format_message()
    for wide, plain in NUMBERS.items():
        said = said.replace(f"is not a valid {wide}", f"is no {plain}")
    return f"{said} (`{' '.join(('distill', *command.split(), '--help'))}` shows what there is)"


NUMBERS = {"float range": "number", "integer range": "integer"}
"""What click calls numbers with a bound, and what they are."""


def _check_arguments(arguments: list[str]) -> None:
    """That every argument is a line of text: a message shows it as it is.

    Raises:
        DistillError: one holds a line break or another control character, or is no UTF-8.
    """
    for argument in arguments:
        if any(unicodedata.category(character) in NOT_PRINTED for character in argument):
            shown = repr(argument[:40]) + ("..." if len(argument) > 40 else "")
            raise DistillError(
                f"the argument {shown} holds what is no printed character: expected a line of "
                "text in UTF-8"
            )
