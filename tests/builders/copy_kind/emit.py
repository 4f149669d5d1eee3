"""The program of a copy."""

from __future__ import annotations

from builders.copy_kind.mechanism import CopyMechanism
from distill.programs.program import Program

PROGRAM = '''"""A copy of {name}."""

import sys

__all__ = ["copied"]


def copied({parameters}) -> int:
    """What {name} is."""
    return {name}


if __name__ == "__main__":
    print(copied(*map(int, sys.argv[1:])))
'''


def emit_copy(mechanism: CopyMechanism) -> Program:
    """One line."""
    parameters = ", ".join(f"{name}: int" for name in mechanism.names)
    return Program(PROGRAM.format(name=mechanism.names[mechanism.copied], parameters=parameters))
