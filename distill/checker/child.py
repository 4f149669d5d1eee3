"""The other side of `sandbox.py`: runs one program, in a process that has nothing else.

Python starts this file by its path, isolated and without site packages. What a program may import
is imported first; then limits are set and, where the kernel offers it, a filter that leaves the
process no system call but those for memory, time, and the pipes that it has. Only then is the
program's text compiled, from the string that was checked, and run with the listed builtins alone.
"""

import array
import ctypes
import json
import math
import platform
import resource
import sys
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
CALLS = {  # numbers on x86_64 and on aarch64
    **{"read": (0, 63), "write": (1, 64), "fstat": (5, 80), "lseek": (8, 62), "mmap": (9, 222)},
    **{"mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216)},
    **{"rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139)},
    **{"madvise": (28, 233), "sigaltstack": (131, 132), "futex": (202, 98), "exit": (60, 93)},
    **{"clock_gettime": (228, 113), "exit_group": (231, 94), "getrandom": (318, 278)},
}
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
LONGEST, LONGEST_MESSAGE = 1 << 16, 200


class Instruction(ctypes.Structure):
    """One of a filter's."""

    _fields_ = [
        *[("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8)],
        ("k", ctypes.c_uint32),
    ]


class Filter(ctypes.Structure):
    """What the kernel is handed."""

    _fields_ = [("length", ctypes.c_uint16), ("first", ctypes.POINTER(Instruction))]


def confine() -> bool:
    """Give up all system calls but those of `CALLS`; whether the kernel took the filter."""
    known = ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    machine, column = known
    steps = [(LOAD, 0, 0, 4), (JUMP_IF_EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    for numbers in CALLS.values():
        steps += [(JUMP_IF_EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, ALLOW)]
    steps.append((RETURN, 0, 0, REFUSE))
    try:
        prctl = ctypes.CDLL(None).prctl
        held = (Instruction * len(steps))(*(Instruction(*step) for step in steps))
        filter_ = Filter(len(steps), held)
        return prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and (
            prctl(SECCOMP, FILTER, ctypes.byref(filter_), 0, 0) == 0
        )
    except (OSError, AttributeError):
        return False


def limited(seconds: int, memory: int) -> None:
    """Set limits on processor time, memory, files and processes."""
    limits = {"CPU": seconds, "AS": memory, "FSIZE": 0, "NOFILE": 3, "NPROC": 0, "CORE": 0}
    for name, most in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))


def space_of(request: dict, print_: object) -> dict:
    """The names that a program begins with: the listed builtins, and an import of little else."""
    modules = {"math": math, "functools": SimpleNamespace(cache=cache)}
    words = ["program.py", *request.get("words", [])]
    modules["sys"] = SimpleNamespace(argv=words, stderr=None, exit=sys.exit)
    if "fractions" in request["source"]:
        from fractions import Fraction

        modules["fractions"] = SimpleNamespace(Fraction=Fraction)

    def imported(name: str, _: object = None, __: object = None, *rest: object) -> object:
        if name not in modules:
            raise ImportError(f"a program cannot import {name}")
        return modules[name]

    real = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
    given = {name: real[name] for name in request["builtins"]}
    given |= {"__import__": imported, "map": map, "print": print_}
    given |= {"TypeError": TypeError, "ValueError": ValueError}
    return {"__name__": request["name"], "__builtins__": given}


def along(row: list, shape: list, outputs: int, function: Callable) -> list:
    """What a function answers along a sequence: a number for every step, or tuples of them."""
    length, channels = shape
    said = function(list(zip(*[iter(row)] * channels, strict=True)) if channels > 1 else row)
    if type(said) is not list or len(said) != length:
        raise SystemExit("the program's answer is not a list of as many outputs as inputs")
    if outputs > 1 and any(type(y) is not tuple or len(y) != outputs for y in said):
        raise SystemExit(f"the program's outputs are not tuples of {outputs}")
    return [number for y in said for number in y] if outputs > 1 else said


def to_texts(request: dict, space: dict, flat: array.array) -> bytes:
    """Answers to batches of texts, of one length each: numbers, as floats."""
    function, answers = space[space["__all__"][0]], array.array("d")
    start = 0
    for count, length, most in request["rows"]:
        for _ in range(count):
            said = function(flat[start : start + length].tolist())
            start += length
            if type(said) is not list or len(said) != most:
                raise SystemExit(f"the program's answer is not a list of {most} numbers")
            wrong = [number for number in said if type(number) not in (int, float)]
            if wrong:
                raise SystemExit(f"the program answered {str(wrong[0])[:80]}, which is no number")
            answers.extend(said)
    return answers.tobytes()


def to_reals(request: dict, space: dict, flat: array.array) -> bytes:
    """Answers to rows of reals, as floats; no number where the program fails."""
    count, size = request["rows"]
    function, answers = space[space["__all__"][0]], array.array("d")
    for start in range(0, count * size, size):
        try:
            said = function(*flat[start : start + size].tolist())
            if type(said) not in (int, float):
                raise SystemExit(f"the program answered {str(said)[:80]}, which is no number")
            answers.append(said)
        except (ArithmeticError, ValueError):
            answers.append(math.nan)
    return answers.tobytes()


def answered(request: dict, space: dict, flat: array.array) -> bytes:
    """Answers to rows of integers or along sequences, and logits where these are asked for."""
    (count, *shape), outputs, scores = request["rows"], request["outputs"], request["logits"]
    function, size = space[space["__all__"][0]], math.prod(shape)
    answers, logits = array.array("q"), array.array("d")
    for start in range(0, count * size, size or 1):
        row = flat[start : start + size].tolist()
        calls = request["mode"] == "calls"
        said = [function(*row)] if calls else along(row, shape, outputs, function)
        wrong = [number for number in said if type(number) is not int]
        if wrong:
            raise SystemExit(f"the program answered {str(wrong[0])[:80]}, which is not an integer")
        answers.extend(said)
        if scores:
            given = space["logits"](*row)
            if len(given) != scores:
                raise SystemExit(f"logits() gave {len(given)} numbers, not {scores}")
            logits.extend(given)
    return answers.tobytes() + logits.tobytes()


def main() -> None:
    """Read a request, run the program, write what it answers."""
    request = json.loads(sys.stdin.buffer.readline())
    flat = array.array("d" if request["mode"] == "reals" else "q", sys.stdin.buffer.read())
    printed: list[str] = []
    space = space_of(request, lambda *said, file=None: printed.append(" ".join(map(str, said))))
    limited(request["seconds"], request["memory"])
    header = {"confined": confine(), "failed": None}
    said = b""
    try:
        exec(compile(request["source"], "program.py", "exec"), space)
        command = request["mode"] == "command"
        text = "\n".join(printed)[:LONGEST].encode()
        ask = {"texts": to_texts, "reals": to_reals}.get(request["mode"], answered)
        said = text if command else ask(request, space, flat)
    except (Exception, SystemExit) as error:
        header["failed"] = f"{type(error).__name__}: {str(error)[:LONGEST_MESSAGE]}"
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n" + said)


main()
