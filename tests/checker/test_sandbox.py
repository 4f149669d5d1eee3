"""The process that runs programs: what it lets run, and how far, whatever reaches it."""

import ast
import sys
import time

import numpy as np
import pytest

from distill.checker import sandbox
from distill.checker.language import BUILTINS, Program
from distill.checker.sandbox import is_confined, run_command_line, run_program, run_sequences
from distill.errors import ProgramError

GOOD = '__all__ = ["f"]\ndef f(a, b):\n    return a + b\n'
GUARDED = f'import sys\n{GOOD}if __name__ == "__main__":\n    print(f(*map(int, sys.argv[1:])))\n'


def smuggled(source: str) -> Program:
    """A text that no rule of the language has looked at: the process must hold by itself."""
    node = ast.parse(GOOD).body[1]
    assert isinstance(node, ast.FunctionDef)
    return Program(source, "", (node,), "f", {"f": node}, frozenset())


def outcome(source: str, seconds: int = 10) -> bytes:
    request = {"mode": "calls", "rows": [1, 2], "outputs": 1, "logits": 0}
    return sandbox.as_python(smuggled(source), request, np.array([[1, 2]]), 8, seconds)


def test_a_program_answers_and_prints():
    assert run_program(GOOD, np.array([[1, 2], [3, 4]])).answers.tolist() == [3, 7]
    assert run_command_line(GUARDED, ["5", "9"]) == "14"
    assert np.frombuffer(outcome(GOOD), "<i8").tolist() == [3]


@pytest.mark.parametrize(
    "line",
    [
        "open('/etc/hostname')",
        "__import__('os')",
        "__import__('subprocess')",
        "eval('1')",
        "exec('x = 1')",
        "globals()",
        "getattr(a, 'real')",
        "breakpoint()",
        "type(a)",
    ],
)
def test_nothing_but_the_listed_builtins_is_there(line):
    with pytest.raises(ProgramError, match=r"NameError|ImportError"):
        outcome(GOOD.replace("    return", f"    {line}\n    return"))


@pytest.mark.skipif(sys.platform != "linux", reason="system calls are filtered on Linux")
@pytest.mark.parametrize(
    "call",
    [
        "return modules['os'].system('true') + 1 // (modules['os'].system('true') == 0)",
        "modules['os'].fork()",
        "modules['posix'].open('/etc/hostname', 0)",
        "modules['posix'].kill(1, 0)",
    ],
)
def test_a_program_that_broke_out_of_python_reaches_no_system_call(call):
    """`os` is dug out of the interpreter, as somebody would: the kernel refuses what it asks."""
    assert is_confined()
    dig = (
        "    for kind in ().__class__.__base__.__subclasses__():\n"
        "        init = kind.__init__\n"
        "        if hasattr_(init, '__globals__') and 'sys' in init.__globals__:\n"
        "            modules = init.__globals__['sys'].modules\n"
        f"            {call}\n"
        "            return 7\n"
    )
    helper = (
        "def hasattr_(value, name):\n"
        "    return name in value.__class__.__dict__ or name in value.__dir__()\n"
    )
    with pytest.raises(ProgramError, match=r"PermissionError|ZeroDivisionError"):
        outcome(helper + GOOD.replace("    return", dig + "    return"))


def test_limits_hold_without_the_language():
    with pytest.raises(ProgramError, match=r"did not end|status"):
        outcome(GOOD.replace("return a + b", "while True:\n        pass"), seconds=1)
    with pytest.raises(ProgramError, match="MemoryError"):
        outcome(GOOD.replace("a + b", "len([0] * 10 ** 10)"))
    with pytest.raises(ProgramError, match="not an integer"):
        outcome(GOOD.replace("a + b", "1.5"))


def test_python_and_the_evaluation_must_agree(monkeypatch):
    """What is run is what was checked: a text that answers otherwise is found at once."""
    real = sandbox.as_python

    def swapped(program, *rest):
        return real(smuggled(GOOD.replace("a + b", "a - b")), *rest)

    monkeypatch.setattr(sandbox, "as_python", swapped)
    with pytest.raises(ProgramError, match=r"another than evaluated here: \[1, 2\]"):
        run_program(GOOD, np.array([[1, 2]]))


def test_a_process_ends_with_the_evaluation_that_fails_beside_it():
    def fails():
        raise ProgramError("here")

    endless = smuggled(GOOD.replace("return a + b", "while True:\n        pass"))
    request = {"mode": "calls", "rows": [1, 2], "outputs": 1, "logits": 0}
    started = time.monotonic()
    with pytest.raises(ProgramError, match="here"):
        sandbox._answered(endless, request, np.array([[1, 2]]), 8, 30, fails)
    assert time.monotonic() - started < 10


def test_answers_are_bounded_in_number_and_kind():
    flood = '__all__ = ["f"]\ndef f(xs):\n    return [0] * 100000\n'
    with pytest.raises(ProgramError, match="as many outputs as inputs"):
        run_sequences(flood, np.zeros((1, 3, 1), dtype=np.int64))
    pairs = '__all__ = ["f"]\ndef f(xs):\n    return [(x, x) for x in xs]\n'
    assert run_sequences(pairs, np.ones((1, 2, 1), dtype=np.int64), 2).tolist() == [
        [[1, 1], [1, 1]]
    ]
    with pytest.raises(ProgramError, match="not an integer"):
        run_sequences(pairs, np.ones((1, 2, 1), dtype=np.int64), 1)


def test_every_listed_builtin_is_handed_over():
    names = sorted(BUILTINS - {"divmod", "pow", "round", "range", "zip", "enumerate", "reversed"})
    for name in names:
        given = "a" if name in {"abs", "bool", "float", "int"} else "[a, b]"
        source = GOOD.replace("a + b", f"[{name}({given}), 1].count(1)")
        run_program(source, np.array([[1, 2]]))
