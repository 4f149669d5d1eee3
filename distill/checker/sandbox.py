"""Run a stored program: a whitelist of its syntax, then a process of its own.

The whitelist admits what emitted programs are made of and nothing that could reach a file, a
socket, another process or the interpreter. `__name__` and `sys.argv` may appear in the closing
`if __name__ == "__main__"` alone, in a few fixed forms, so that a program cannot tell whether it is
being checked. Every input is answered twice, in opposite orders, so that it cannot count either.

The process has no environment, no site packages,
and limits on processor time, memory and the files it may write; the clock bounds it from outside.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.errors import ProgramError

SECONDS = 120
MEMORY = 2 * 1024**3
MAX_SOURCE = 2_000_000

IMPORTS = {
    "math": {"cos", "sin", "pi", "gcd", "isqrt", "sqrt", "floor"},
    "functools": {"cache"},
    "sys": set[str](),
}
BUILTINS = {
    *("abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "map"),
    *("max", "min", "pow", "print", "range", "reversed", "set", "sorted", "str", "sum", "tuple"),
    *("zip", "dict", "ValueError", "True", "False", "None"),
}
ATTRIBUTES = {"append", "count", "get", "index", "items", "pop", "values"}
SYNTAX = (
    *(ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Expr, ast.Pass),
    *(ast.Assign, ast.AugAssign, ast.AnnAssign, ast.If, ast.For, ast.While, ast.Break),
    *(ast.Continue, ast.Import, ast.ImportFrom, ast.alias, ast.Raise, ast.IfExp, ast.Constant),
    *(ast.Name, ast.Load, ast.Store, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call),
    *(ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Subscript, ast.Slice, ast.Starred, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.keyword),
    *(ast.Attribute, ast.JoinedStr, ast.FormattedValue, ast.operator, ast.unaryop, ast.boolop),
    *(ast.cmpop,),
)

MAIN_GUARDS = (
    """
if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
""",
    """
if __name__ == "__main__":
    print({function}(list(map(int, sys.argv[1:]))))
""",
    """
if __name__ == "__main__":
    print({function}([tuple(map(int, word.split(","))) for word in sys.argv[1:]]))
""",
)
"""Of a function of numbers, of a list of numbers, and of a list of tuples written `1,0 0,1`."""

PREAMBLE = """
import array, json, resource, sys
request = json.loads(sys.stdin.buffer.readline())
resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"],) * 2)
resource.setrlimit(resource.RLIMIT_AS, (request["memory"],) * 2)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
flat = array.array("q", sys.stdin.buffer.read())
space = {"__name__": "program"}
exec(compile(request["source"], "program.py", "exec"), space)
names = space["__all__"]
if not isinstance(names, list) or len(names) != 1:
    raise SystemExit("__all__ must name exactly one function")
"""

HARNESS = (
    PREAMBLE
    + """
calls = range(0, len(flat), request["width"])
width, outputs = request["width"], request["outputs"]
function, logits = space[names[0]], space.get("logits")
answers, scores = array.array("q"), array.array("d")
for start in calls:
    inputs = flat[start : start + width]
    answer = function(*inputs)
    if type(answer) is not int:
        raise SystemExit(f"the program answered {answer!r}, which is not an integer")
    answers.append(answer)
    if outputs and logits:
        row = logits(*inputs)
        if len(row) != outputs:
            raise SystemExit(f"logits() gave {len(row)} numbers, not {outputs}")
        scores.extend(row)
for call, start in reversed(list(enumerate(calls))):
    if function(*flat[start : start + width]) != answers[call]:
        raise SystemExit("the program's answers depend on the order in which it is asked")
sys.stdout.buffer.write(answers.tobytes() + scores.tobytes())
"""
)

SEQUENCES = (
    PREAMBLE
    + """
channels, length = request["channels"], request["length"]
size = channels * length
function = space[names[0]]
def steps(start):
    row = flat[start : start + size].tolist()
    return list(zip(*[iter(row)] * channels)) if channels > 1 else row
calls = [index * size for index in range(request["sequences"])]
answers, outputs = array.array("q"), request["outputs"]
def numbers(said):
    if type(said) is not list or len(said) != length:
        raise SystemExit("the program's answer is not a list of as many outputs as inputs")
    if outputs > 1:
        if any(type(y) is not tuple or len(y) != outputs for y in said):
            raise SystemExit(f"the program's outputs are not tuples of {outputs}")
        said = [number for y in said for number in y]
    if any(type(y) is not int for y in said):
        raise SystemExit("the program's outputs are not integers")
    return said
for start in calls:
    answers.extend(numbers(function(steps(start))))
size_out = length * outputs
for call, start in reversed(list(enumerate(calls))):
    if numbers(function(steps(start))) != answers[call * size_out : (call + 1) * size_out].tolist():
        raise SystemExit("the program's answers depend on the order in which it is asked")
sys.stdout.buffer.write(answers.tobytes())
"""
)

WALK = """
import json, resource, sys
request = json.loads(sys.stdin.buffer.readline())
resource.setrlimit(resource.RLIMIT_CPU, (request["seconds"],) * 2)
resource.setrlimit(resource.RLIMIT_AS, (request["memory"],) * 2)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
def _number(value):
    if not isinstance(value, int):
        raise SystemExit(f"{value!r} is changed where it stands, and would be another later")
    return value
space = {"__name__": "program", "_number": _number}
exec(compile(request["source"], "program.py", "exec"), space)
one_pass, symbols = space["one_pass"], [tuple(values) for values in request["symbols"]]
def integers(held):
    flat = []
    for first, value in zip(request["start"], held):
        listed = type(first) is list
        if listed and (type(value) is not list or len(value) != len(first)):
            raise SystemExit(f"a list became {value!r}, which is not one of {len(first)} integers")
        flat += value if listed else [value]
    for value in flat:
        if not isinstance(value, int):
            raise SystemExit(f"a variable became {value!r}, which is not an integer")
    return [int(value) for value in flat]
start = (0, tuple(request["start"]))
seen, queue, differs = {repr(start)}, [start], None
values = [[set() for _ in request["transitions"]] for _ in integers(start[1])]
for state, held in queue:
    for variable, value in zip(values, integers(held)):
        if len(variable[state]) < 2:
            variable[state].add(value)
    for symbol, given in enumerate(symbols):
        said, following = one_pass(held, given)
        expected = request["answers"][state][symbol]
        if len(said) != 1 or type(said[0]) is not int or said[0] != expected:
            differs = f"in state {state}, to {given}: the program answers {said}, not {expected}"
            break
        integers(following)
        pair = (request["transitions"][state][symbol], following)
        if repr(pair) not in seen:
            if len(seen) >= request["most"]:
                raise SystemExit("there is no end to the values of its variables")
            seen.add(repr(pair))
            queue.append(pair)
    if differs:
        break
found = {"differs": differs, "pairs": len(seen)}
found["values"] = [[sorted(alone) for alone in variable] for variable in values]
sys.stdout.write(json.dumps(found))
"""


@dataclass(frozen=True)
class ProgramRun:
    """What a stored program answered.

    Attributes:
        answers: the answer to every input.
        logits: what its function `logits` says for every input, or null where it has none.
    """

    answers: Int[ndarray, " n"]
    logits: Float[ndarray, "n outputs"] | None


def check_syntax(source: str) -> None:
    """Refuse a program that holds anything outside the whitelist.

    Raises:
        ProgramError: naming the construct and its line.
    """
    if len(source) > MAX_SOURCE:
        raise ProgramError(f"the program has {len(source):,} characters; {MAX_SOURCE:,} is most")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ProgramError(f"the program is not valid Python: {error}") from error
    bound = bound_names(tree)
    if tree.body and _is_main_guard(tree.body[-1], bound):
        tree.body.pop()
        bound = bound_names(tree)
    for node in ast.walk(tree):
        problem = _problem(node, bound)
        if problem:
            raise ProgramError(f"line {getattr(node, 'lineno', 0)} of the program {problem}")


def _is_main_guard(statement: ast.stmt, bound: set[str]) -> bool:
    """Whether a statement is one of `MAIN_GUARDS`, for one of the program's names."""
    return any(
        ast.dump(statement) == ast.dump(ast.parse(guard.format(function=function)).body[0])
        for function in bound
        if function.isidentifier()
        for guard in MAIN_GUARDS
    )


def bound_names(tree: ast.Module) -> set[str]:
    """The names that a program gives to something, anywhere in it."""
    bound = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name)
    return bound


def _problem(node: ast.AST, bound: set[str]) -> str | None:
    if not isinstance(node, SYNTAX):
        return f"uses {type(node).__name__}, which is not allowed"
    match node:
        case ast.Import(names=names):
            for alias in names:
                if alias.name not in IMPORTS:
                    return f"imports {alias.name}; only {', '.join(IMPORTS)} are allowed"
        case ast.ImportFrom(module=module, names=names):
            for alias in names:
                if alias.name not in IMPORTS.get(module or "", ()):
                    return f"imports {alias.name} from {module}, which is not allowed"
        case ast.Attribute(attr=attribute) if attribute not in ATTRIBUTES:
            return f"reads the attribute {attribute}, which is not allowed"
        case ast.Name(id=name) if name not in bound | BUILTINS and name != "__all__":
            return f"uses the name {name}, which is not defined in it"
        case ast.Name(id=name, ctx=ast.Store()) if name.startswith("_") and name != "__all__":
            return f"defines {name}; names with a leading underscore are not allowed"
        case ast.FunctionDef(name=name) | ast.arg(arg=name) if name.startswith("_"):
            return f"defines {name}; names with a leading underscore are not allowed"
        case ast.alias(asname=name) if name:
            return f"renames an import to {name}, which is not allowed"
        case ast.FunctionDef(decorator_list=decorators) if any(
            not isinstance(d, ast.Name) or d.id != "cache" for d in decorators
        ):
            return "uses a decorator other than cache"
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int(power))) if 0 < power <= 8:
            return None  # as good as a few products
        case ast.BinOp(op=ast.Pow() | ast.LShift()):
            return "uses ** or <<, whose results have no bound"
    return None


def run_program(
    source: str, inputs: Int[ndarray, "n k"], outputs: int = 0, seconds: int = SECONDS
) -> ProgramRun:
    """Run a program on every row of inputs, in a process of its own.

    Args:
        source: the program.
        inputs: integers, one row per call.
        outputs: how many logits to ask for per input, 0 for none.
        seconds: limit on processor time and on the clock.

    Raises:
        ProgramError: it is not allowed to run, failed, or took more than its limits.
    """
    check_syntax(source)
    request = {
        "source": source,
        "seconds": seconds,
        "memory": MEMORY,
        "width": inputs.shape[1],
        "outputs": outputs,
    }
    said, calls = _answered(HARNESS, request, inputs), len(inputs)
    if len(said) not in (8 * calls, 8 * calls * (1 + outputs)):
        raise ProgramError("the program wrote to its output while it was run")
    answers = np.frombuffer(said[: 8 * calls], "<i8")
    scores = np.frombuffer(said[8 * calls :], "<f8")
    return ProgramRun(answers, scores.reshape(len(inputs), outputs) if scores.size else None)


def run_sequences(
    source: str,
    sequences: Int[ndarray, "n length channels"],
    outputs: int = 1,
    seconds: int = SECONDS,
) -> Int[ndarray, "n length outputs"]:
    """Run a program of one list on every sequence, in one process of its own.

    Args:
        source: the program; it gets integers where there is one channel, or else tuples.
        sequences: integers.
        outputs: how many numbers an output has; where there are several it is a tuple.
        seconds: limit on processor time and on the clock.

    Returns:
        The outputs at every step.

    Raises:
        ProgramError: it is not allowed to run, failed, or took more than its limits.
    """
    check_syntax(source)
    count, length, channels = sequences.shape
    request = {
        "source": source,
        "seconds": seconds,
        "memory": MEMORY,
        "sequences": count,
        "length": length,
        "channels": channels,
        "outputs": outputs,
    }
    said = _answered(SEQUENCES, request, sequences)
    if len(said) != 8 * count * length * outputs:
        raise ProgramError("the program wrote to its output while it was run")
    return np.frombuffer(said, "<i8").reshape(count, length, outputs)


def run_walk(
    source: str,
    start: Sequence[int | list[int]],
    transitions: Int[ndarray, "states symbols"],
    answers: Int[ndarray, "states symbols"],
    symbols: Int[ndarray, "symbols channels"],
    most: int,
    seconds: int = SECONDS,
) -> dict[str, Any]:
    """Run a function `one_pass(values, given)` beside a machine (`distill.checker.loop`).

    The source may call `_number`, which hands an integer on and refuses all else.

    Returns:
        How they differ (null where they never do), how many pairs were met, and the values of
        every variable, and of every place of those that are lists, in every state, two of them at
        most.

    Raises:
        ProgramError: it failed, more than `most` pairs were met, or it took more than its limits.
    """
    request = {
        "source": source,
        "seconds": seconds,
        "memory": MEMORY,
        "start": list(start),
        "transitions": transitions.tolist(),
        "answers": answers.tolist(),
        "symbols": symbols.tolist(),
        "most": most,
    }
    found = json.loads(_answered(WALK, request, np.zeros(0, dtype=np.int64)))
    if not isinstance(found, dict) or set(found) != {"differs", "pairs", "values"}:
        raise ProgramError("the program wrote to its output while it was run")
    return found


def _answered(harness: str, request: dict[str, object], inputs: Int[ndarray, "..."]) -> bytes:
    """What a harness writes, asked with a request and integers."""
    data = json.dumps(request).encode() + b"\n" + np.ascontiguousarray(inputs, "<i8").tobytes()
    finished = _python(["-c", harness], data, int(str(request["seconds"])))
    if finished.returncode != 0:
        last = finished.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise ProgramError(f"the program failed (status {finished.returncode}): {last[0]}")
    return finished.stdout


def run_command_line(path: Path, words: list[str], seconds: int = 20) -> str:
    """What `python program.py 5 9` prints. Call `check_syntax` on the source first."""
    finished = _python([str(path), *words], b"", seconds)
    return finished.stdout.decode(errors="replace").strip()


def _python(arguments: list[str], data: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            [sys.executable, "-I", "-S", *arguments],
            input=data,
            capture_output=True,
            timeout=seconds,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"the program did not end within {seconds} s") from error
