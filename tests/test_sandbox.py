"""The sandbox: what it lets run, and how far."""

import numpy as np
import pytest

from distill.checker.sandbox import check_syntax, run_program
from distill.errors import ProgramError

GOOD = "__all__ = ['f']\ndef f(a, b):\n    return a + b\n"


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from os import system",
        "import math as _m",
        "__import__('os')",
        "open('x', 'w')",
        "(1).__class__",
        "''.join([])",
        "eval('1')",
        "getattr(1, 'real')",
        "x = 9 ** 9 ** 9",
        "x = 9 ** 9",
        "x = 2 ** x",
        "x = 1 << 10**9",
        "class A: pass",
        "global x",
        "try:\n    pass\nfinally:\n    pass",
        "with f: pass",
        "def __f(): pass",
        "from math import *",
        "from functools import partial",
        "@property\ndef f(): pass",
        "async def f(): pass",
        "def f(): yield",
        "x = f'{y}'",
        "x = __name__",
        "import sys\nx = sys.argv",
        "import sys\nif __name__ == '__main__':\n    print(len(sys.argv))",
        "def f(a): return a\nif __name__ != '__main__':\n    print(f(1))",
        "def f(:",
        "\x00",
    ],
)
def test_whatever_could_reach_out_is_refused(source):
    with pytest.raises(ProgramError):
        check_syntax(source)


def test_programs_run_with_limits_and_an_empty_environment():
    assert run_program(GOOD, np.array([[1, 2], [3, 4]])).answers.tolist() == [3, 7]
    forever = GOOD.replace("return a + b", "while True:\n        pass")
    with pytest.raises(ProgramError, match=r"did not end|status"):
        run_program(forever, np.array([[1, 2]]), seconds=1)
    huge = GOOD.replace("return a + b", "return len([0] * 10_000_000_000)")
    with pytest.raises(ProgramError, match="MemoryError"):
        run_program(huge, np.array([[1, 2]]))
    with pytest.raises(ProgramError, match="not an integer"):
        run_program(GOOD.replace("a + b", "1.5"), np.array([[1, 2]]))
    counting = "seen = []\n" + GOOD.replace(
        "    return", "    seen.append(a)\n    return len(seen) +"
    )
    with pytest.raises(ProgramError, match="depend on the order"):
        run_program(counting, np.array([[1, 2], [3, 4]]))
    with pytest.raises(ProgramError, match="exactly one function"):
        run_program(GOOD.replace("['f']", "['f', 'g']"), np.array([[1, 2]]))
    with pytest.raises(ProgramError, match="wrote to its output"):
        run_program(GOOD.replace("    return", "    print(a)\n    return"), np.array([[1, 2]]))
