"""The command line: a module for each group of commands, and `entry`, which puts them together.

Every command loads what it needs when it is called, and not before. A new command is a function
in the module that it belongs to, or in one of its own, and a name in `entry.COMMANDS`.

Exit status: 0 when the verdict is proved, exhaustive or tested; 1 for approximate (unless above
`--accept`), refused, and a failed `verify`; 2 for bad usage or bad input, with one line; 3 for a
fault of distill itself, with a line that says where what led to it was written.
"""

from distill.cli.entry import cli, main

__all__ = ["cli", "main"]
