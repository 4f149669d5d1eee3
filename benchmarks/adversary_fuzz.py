"""Damaged run folders and certificates, at random, and random programs: what the checker makes of
them. Each must end in a verdict, or in an error of one line, within `SECONDS` and `MEMORY`.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import random
import resource
import shutil
import sys
from collections import Counter, OrderedDict
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from adversary_runs import resealed
from random_programs import Writer

from distill.checker import sandbox
from distill.checker.check import check_run
from distill.checker.evaluate import Evaluator
from distill.checker.language import read_program
from distill.errors import DistillError

SECONDS, MEMORY = 10.0, 2 << 30
"""Processor time of a check, and the most that the process ever holds."""
REMEMBERED = 1 << 27
"""Bytes of answers that are remembered, of each sort."""
NAMES = (
    *("certificate.json", "mechanism.json", "verification.json"),
    *("program.py", "model.safetensors"),
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 0.5, -0.0, 1e308, 1e-320, 10**9, 2**31, 2**62, 2**63),
    *(-(2**63), 10**30, 10**400, "", "a", "0", "1 2 3", "é", "\ud800", "a" * 5000, [], {}, [[]]),
    *([0], [1, 2], [None], [[0, 0]], {"a": 1}, {"kind": "every"}, [1e308], ["0"], [[0, 10**9]]),
)


def odd_document(document: Any, rng: random.Random) -> Any:
    """A document with one to three odd places: replaced, missing, doubled, exchanged or deep."""
    made = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = list(_places(made))
        if not places:
            break
        held, key = rng.choice(places)
        match rng.randrange(8):
            case 0 | 1 | 2:
                held[key] = copy.deepcopy(rng.choice(ODD))
            case 3:
                del held[key]
            case 4:
                held[key] = [held[key], copy.deepcopy(held[key])]
            case 5:
                other, place = rng.choice(places)
                held[key], other[place] = copy.deepcopy(other[place]), copy.deepcopy(held[key])
            case 6 if type(held[key]) in (int, float):
                held[key] = held[key] * rng.choice((-1, 2, 1000, 10**6)) + rng.choice((0, 1, 0.5))
            case 7 if rng.random() < 0.2:
                for _ in range(rng.choice((50, 100, 250))):
                    held[key] = [held[key]]
            case _:
                if isinstance(held, dict):
                    held[rng.choice(("extra", "name", "kind", "length", ""))] = copy.deepcopy(
                        rng.choice(ODD)
                    )
                else:
                    held.append(copy.deepcopy(rng.choice(ODD)))
    return made


def _places(tree: Any) -> Any:
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def odd_bytes(content: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, put in; or an end that is missing."""
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, size = rng.randrange(len(made) + 1), rng.choice((1, 2, 8, 64))
        match rng.randrange(6):
            case 0 | 1:
                made[at : at + 1] = bytes([rng.randrange(256)])
            case 2:
                del made[at : at + size]
            case 3:
                made[at:at] = made[at : at + size]
            case 4:
                made[at:at] = rng.randbytes(size)
            case 5 if rng.random() < 0.3:
                del made[at:]
    return bytes(made)


def damaged(folder: Path, at: Path, rng: random.Random, only: str | None = None) -> str:
    """Put a damaged copy of a run there; what was done, in words. Half of them are resealed."""
    shutil.copytree(folder, at)
    name = only or rng.choice(NAMES)
    path = at / name
    if not path.exists():
        name = "certificate.json"
        path = at / name
    if name.endswith(".json") and rng.random() < 0.75:
        how = "places"
        path.write_text(json.dumps(odd_document(json.loads(path.read_text()), rng)))
    elif rng.random() < 0.05 and only is None:
        how = "missing"
        path.unlink()
    else:
        how = "bytes"
        path.write_bytes(odd_bytes(path.read_bytes(), rng))
    if rng.random() < 0.5:
        try:
            resealed(at)
        except Exception:  # there is no certificate left to put hashes into
            how += ", hashes as before"
    return f"{name}: {how}"


class Remembered:
    """Answers by what was asked, the oldest forgotten where they come to `REMEMBERED` bytes."""

    def __init__(self) -> None:
        self.known: OrderedDict[bytes, tuple[Any, int]] = OrderedDict()
        self.held = 0

    def answer(self, asked: Any, ask: Callable[[], Any]) -> Any:
        """What was answered before, or is now; an error is raised again."""
        key = sha256(pickle.dumps(asked, protocol=5)).digest()
        if key not in self.known:
            try:
                found = ask()
            except DistillError as error:
                found = error
            size = 0 if isinstance(found, DistillError) else len(pickle.dumps(found, protocol=5))
            self.known[key], self.held = (found, size), self.held + size
        self.known.move_to_end(key)
        found = self.known[key][0]
        while self.held > REMEMBERED:
            self.held -= self.known.popitem(last=False)[1][1]
        if isinstance(found, DistillError):
            raise found
        return found


def remembered() -> None:
    """Let what a program answers be remembered, evaluated and in its process: thousands of folders
    ask alike.
    """
    there, here = sandbox._answered, Evaluator.entry
    if there.__module__ != sandbox.__name__:
        return  # it is already
    processes, evaluated = Remembered(), Remembered()

    def ask(
        program: Any,
        request: Any,
        data: Any,
        size: int | None,
        seconds: int,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Any:
        meanwhile()
        words = np.ascontiguousarray(data, "<i8")
        asked = program.source, sorted(request.items()), words, size, seconds
        return processes.answer(asked, lambda: there(program, request, data, size, seconds))

    def entry(self: Evaluator, arguments: list[Any], lanes: int) -> Any:
        asked = self.program.source, arguments, lanes
        return evaluated.answer(asked, lambda: here(self, arguments, lanes))

    sandbox._answered, Evaluator.entry = ask, entry


def fuzzed(
    folders: list[Path], count: int, seed: int, scratch: Path, only: str | None = None
) -> Counter[str]:
    """Check so many damaged folders: what came of them."""
    came: Counter[str] = Counter()
    remembered()
    for number in range(count):
        rng = random.Random(f"{seed} {number} {only}")
        at = scratch / "damaged"
        folder = folders[number % len(folders)]
        how = damaged(folder, at, rng, only)
        begun = _processor_time()
        try:
            came["sound" if check_run(at, 1).ok else "refused"] += 1
        except DistillError as error:
            came["one line" if "\n" not in str(error) else "several lines"] += 1
        except BaseException as error:
            came["traceback"] += 1
            print(f"  {number} {folder.parent.name} {how}: {error!r:.300}", flush=True)
            if isinstance(error, KeyboardInterrupt):
                raise
        taken = _processor_time() - begun
        if taken > SECONDS:
            came["over 10 s"] += 1
            print(f"  {number} {folder.parent.name} {how}: {taken:.0f} s", flush=True)
        shutil.rmtree(at)
        if number % 1000 == 999:
            print(f"  {number + 1:,} folders: {dict(came)}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << (0 if _mac() else 10)
    came["over 2 GB"] += peak > MEMORY
    return came


def _processor_time() -> float:
    """Seconds of this process and of those that it waited for: others may run beside it."""
    return sum(os.times()[:4])


def _mac() -> bool:
    return sys.platform == "darwin"


class Odder(Writer):
    """Random programs with more of what Python and an evaluator could see differently."""

    def number(self, depth: int) -> str:
        """An expression that is an integer, of more kinds."""
        if depth <= 0 or self.random.random() < 0.6:
            return super().number(depth)
        one, other = self.number(depth - 1), self.number(depth - 1)
        return self.random.choice(
            [
                f"({one} << {self.random.choice((30, 61, 62, 63, 64))})",
                f"({one} >> {self.random.choice((5, 31, 62, 63, 64, 90))})",
                f"(({one}) * 4611686018427387904 + {other})",
                f"(({one}) * 9223372036854775807 % 1000003)",
                f"abs(WIDE[{one} % 4])",
                f"(-WIDE[{one} % 4] // 3)",
                f"({one} % -{self.random.randint(1, 7)})",
                f"divmod({one}, -{self.random.randint(1, 5)})[{self.random.randint(0, 1)}]",
                f"{{1: {one}, True: {other}, 0: 5}}.get({one} % 2, 3)",
                f"int(round({one} / 2))",
                f"int({one} * 0.5 + {other})",
                f"int(max({one} / 4, {other} * 0.25))",
                f"int(({one}, {other}) < (last, 1))",
                f"int({one} in [{other}, 1, last])",
                f"int(sum([{one} * 0.1, {other} * 0.2, 0.3]) * 10)",
                f"[{one}, {other}, 4][-{self.random.randint(1, 3)}]",
                "recent[-1:][0]",
                f"sum([{one}, {other}, *recent][1:3])",
                f"(({one} < {other}) + ({one} == 1))",
                f"(({one} < 2) & ({other} > 1) | ({one} == {other}))",
                f"(~({one} > {other}))",
                f"(({one} and {other}) or 7)",
                f"min([{one}, {other}], [1, {one}])[0]",
                f"int(float({one}) // 3.0)",
                f"int(float({one}) % 2.5 * 2)",
                f"pow(abs({one}), 3, 7)",
                f"int(bool({one}) == True)",
                f"len([k for k in (1, 2, 3) if k > 1]) * {one}",
                f"sorted([{one}, {other}, -{one}])[1]",
                f"int(not {one})",
                f"sum([k * {one} for k in range(3)])",
                f"int(1 < {one} < {other} < 5)",
            ]
        )

    def program(self) -> str:
        """The whole of it, with a table of large numbers."""
        wide = "WIDE = [9223372036854775807, -9223372036854775808, 4611686018427387904, -1]"
        return super().program().replace("TABLE = [", f"{wide}\nTABLE = [")


def differing(count: int, seed: int) -> Counter[str]:
    """Random programs, evaluated and run by Python: whether the two ever part."""
    came: Counter[str] = Counter()
    for number in range(seed * 1_000_000, seed * 1_000_000 + count):
        source = (Odder if number % 3 else Writer)(number).program()
        rng = np.random.default_rng(number)
        sequences = rng.integers(-2, 6, (20, rng.integers(1, 5), 1))
        came[_compared(source, sequences, number)] += 1
    return came


def _compared(source: str, sequences: np.ndarray, number: int) -> str:
    try:
        program = read_program(source)
    except DistillError:
        return "refused by the language"
    space: dict[str, Any] = {}
    exec(compile(source, "program.py", "exec"), space)
    function: Callable[[list[int]], list[int]] = space["program"]
    expected = list[Any]()
    for row in sequences[..., 0].tolist():
        try:
            expected.append(function(row))
        except Exception as error:
            expected.append(type(error).__name__)
    try:
        evaluator = sandbox.Evaluator(program)
        said = sandbox.for_all(
            lambda a, n: sandbox._outputs(evaluator.entry([list(a)], n), n, sequences.shape[1], 1),
            list(sequences[..., 0].T),
        )[..., 0].tolist()
    except DistillError:
        return "failed here, not there" if not any(map(_is_name, expected)) else "failed in both"
    if any(map(_is_name, expected)):
        shown = "Python fails"
    elif said == expected:
        return "the same"
    else:
        shown = "another answer"
    print(f"  program {number}: {shown}", flush=True)
    return "parted"


def _is_name(value: Any) -> bool:
    return isinstance(value, str)
