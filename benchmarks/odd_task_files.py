"""Task files that no user would write: odd headers, signatures, ranges and answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

HEADERS = (
    "from distill import SequenceTask, Task, scan, task, windows\n",
    "import distill\nfrom distill import *\n",
    "from __future__ import annotations\nfrom distill import *\n",
    "# coding: latin-1\nfrom distill import SequenceTask, Task, scan, task, windows\n",
    "",
)


DECORATORS = (
    *("@task", "@task()", "@task(presets={'x': {'p': 7}})", "@task(presets={'x': {'q': 7}})"),
    *("@task(presets={'a b': {}})", "@task(presets={'" + "n" * 90 + "': {}})", "@task(presets=3)"),
    *(
        "@task(presets={3: {}})",
        "@task(5)",
        "@task\n@task",
        "",
        "@staticmethod",
        "@task(presets=[])",
    ),
)


SIGNATURES = (
    *(
        "p: int = 5",
        "p=5",
        "p",
        "",
        "*p",
        "**p",
        "p: float = 5.0",
        "p: bool = True",
        "p: str = 'x'",
    ),
    *("p: int = None", "p: list = [1]", "p: 'Missing' = 5", "p: int | None = 5", "p=float('nan')"),
    *("p=10**30", "p=5, /", "*, p=5", "self=5", "p=(1, 2)", "p='\\udcff'", "p: print('x') = 5"),
    *("p: int = 5, q: int = 6", "p: [] = 5", "p: {} = 5", "p=object()", "p: int = 10**5000"),
)


NAMES = ("good", "f", "tâche", "n" * 80, "_", "name", "build", "task")


RANGES = (
    *(
        "range(5)",
        "range(5)",
        "range(5)",
        "range(p)",
        "range(0)",
        "range(1)",
        "range(5, 0)",
        "range(0, 10, 2)",
    ),
    *(
        "range(-5, 5)",
        "range(10**30)",
        "range(2**63 - 5, 2**63 + 5)",
        "range(2**63)",
        "range(10**9)",
    ),
    *("[0, 1, 2]", "5", "None", "'ab'", "range(True)", "(0, 1)", "{}"),
)


ANSWERS = (
    *(
        "0",
        "sum(xs) % 5",
        "sum(xs) % 5",
        "xs[0]",
        "xs",
        "None",
        "'a'",
        "1.5",
        "float('nan')",
        "True",
    ),
    *(
        "10**30",
        "[1]",
        "(1, 2)",
        "1 / 0",
        "xs[99]",
        "exit()",
        "print('x') or 0",
        "__import__('numpy').int64(3)",
    ),
    *("__import__('numpy').arange(3)", "object()", "{}", "-1", "g(xs)", "[0] * 10**6", "undefined"),
)


LISTS = (
    *("list(xs)", "list(xs)", "[x % 2 for x in xs]", "[sum(xs[:t]) for t in range(len(xs))]"),
    *("[sum(w) for w in windows(xs, p)]", "[sum(w) for w in windows(xs, 10**6)]", "xs[::-1]"),
    *("[w[0] for w in windows(xs, 'a')]", "scan(lambda s, x: (s, s), 0)(xs)", "scan(3, 0)(xs)"),
    *(
        "scan(lambda s, x: s, 0)(xs)",
        "[0]",
        "[]",
        "None",
        "iter(xs)",
        "tuple(xs)",
        "[None] * len(xs)",
    ),
    *(
        "[len(xs)] * len(xs)",
        "[10**30] * len(xs)",
        "[(1, 2)] * len(xs)",
        "[1.5] * len(xs)",
        "xs * 2",
    ),
    *("xs.clear() or [1] * 10", "[x for x in xs if x]", "[object()] * len(xs)", "1 / 0", "exit()"),
    *(
        "[True] * len(xs)",
        "['a\\n\\nb'] * len(xs)",
        "[10**5000] * len(xs)",
        "[f for f in xs] + [xs]",
    ),
)


FINITE = (
    *("0.5", "0.5", "0.3", "0", "1", "1.5", "-1", "float('nan')", "float('inf')", "'half'", "None"),
    *(
        "1e-300",
        "True",
        "0.5, architecture=3",
        "0.5, architecture='rnn'",
        "0.5, architecture='mlp'",
    ),
    *("0.5, name='../x'", "0.5, name=''", "0.5, nonsense=1", "0.5, settings=3", "[0.5]"),
)


SEQUENCE = (
    *(
        "length=10",
        "length=10",
        "length=0",
        "length=10**6",
        "length='a'",
        "length=2.5",
        "length=None",
    ),
    *("length=True", "outputs=0", "outputs=2", "outputs=10**6", "outputs='a'", "outputs=None"),
    *("symbols={'x': 'abcde'}", "symbols={'x': 'ab'}", "symbols={'y': 'ab'}", "symbols=3"),
    *("symbols={'x': 5}", "symbols='ab'", "sampler=3", "sampler=lambda *a: None", "name='a/b'"),
    *("sampler=lambda rng, n, length: rng.integers(0, 5, (n, length, 1))", "length=float('nan')"),
    *("sampler=lambda rng, n, length: rng.integers(0, 50, (n, length, 1))", "length=1000"),
    *("sampler=lambda rng, n, length: rng.random((n, length, 1))", "sampler=lambda *a: exit()"),
    *("sampler=lambda *a: 1 / 0", "sampler=lambda rng, n, length: rng.integers(0, 5, (n, length))"),
)


WHOLE = (
    *("", "\n", "#", "def f(:", "    x", "\tx\n  y", "1 / 0", "import missing_module", "exit()"),
    *(
        "raise SystemExit",
        "raise SystemExit(0)",
        "raise GeneratorExit",
        "raise BaseException('a\\n\\nb')",
    ),
    *(
        "import sys; sys.exit('a\\n\\nb')",
        "while True: pass",
        "x = 10 ** 8; x **= 3; raise MemoryError",
    ),
    *("def f(): f()\nf()", "import time; time.sleep(60)", "raise type('E', (Exception,), {})()"),
    *("raise Exception('x' * 10**6)", "raise ExceptionGroup('g', [ValueError('a')])", "yield 3"),
    *(
        "return 3",
        "'\\udcff'",
        "(" * 5000,
        "[" * 90 + "]" * 90,
        "-" * 100_000 + "1",
        "x = " + "1+" * 50_000 + "1",
    ),
    *("from distill import *; task(lambda p=3: 3)", "from distill import task; task(print)"),
    *("from distill import task; task(int)", "from distill import task; f = task", "\ufeffx = 1"),
    *("while True:\n    try:\n        while True: pass\n    except Exception: pass", "\0", "x\0y"),
    *("class E(Exception):\n    def __str__(self): return 3\nraise E", "assert False, 'no'"),
    *("class E(Exception):\n    def __str__(self): raise ValueError('in str')\nraise E",),
    *("class Odd:\n    @property\n    def __class__(self): 1 / 0\nodd = Odd()", "del __name__"),
    *(
        "globals().clear()",
        "x = globals(); x[3] = 4",
        "# coding: nonsense",
        "# coding: rot13\nk = 3",
    ),
    *(
        "# coding: utf-7\n+AG8",
        "import os; os.chdir('/')",
        "__builtins__ = None",
        "import distill.cli",
    ),
)


def odd_task_files(seed: int, count: int) -> Iterator[bytes]:
    """Task files: whole ones that are odd, tasks with an odd part or two, and damaged ones."""
    rng = np.random.default_rng(seed)

    def any_of(texts: tuple[str, ...], plain: float = 0.5) -> str:
        """The first of them is how it should be."""
        return texts[0 if rng.random() < plain else rng.integers(len(texts))]

    def function() -> str:
        inputs = ", ".join(
            f"'{name}': {any_of(RANGES, 0.8)}"
            for name in ("x", "b", "c")[: 1 if rng.random() < 0.6 else rng.integers(4)]
        )
        inputs = f"{{{inputs}}}" if rng.random() < 0.95 else any_of(RANGES, 0)
        if rng.random() < 0.5:
            made = (
                f"Task({inputs}, {any_of(RANGES, 0.8)}, lambda *xs: {any_of(ANSWERS)}, "
                f"{any_of(FINITE)})"
            )
        else:
            made = f"SequenceTask({inputs}, lambda xs: {any_of(LISTS)}, {any_of(SEQUENCE)})"
        doc = "    'What it is.'\n" if rng.random() < 0.5 else ""
        made = (
            made if rng.random() < 0.95 else any_of(("None", "Task", "3", "f", "task", "exit()"), 0)
        )
        line = f"def {any_of(NAMES, 0.8)}({any_of(SIGNATURES, 0.8)}):"
        return f"{any_of(DECORATORS, 0.85)}\n{line}\n{doc}    return {made}\n"

    for _ in range(count):
        kind = rng.random()
        if kind < 0.1:
            yield any_of(WHOLE, 0).encode("utf-8", "surrogatepass")
            continue
        if kind < 0.15:
            yield rng.bytes(int(rng.integers(400)))
            continue
        functions = "\n".join(function() for _ in range(1 if rng.random() < 0.9 else 2))
        source = (any_of(HEADERS, 0.9) + "\n" + functions).encode()
        if kind < 0.25 and len(source) > 2:
            at = int(rng.integers(len(source)))
            changes: tuple[Callable[[], bytes], ...] = (
                lambda at=at, whole=source: whole[:at],
                lambda at=at, whole=source: whole[:at] + rng.bytes(3) + whole[at:],
                lambda at=at, whole=source: whole[:at] + whole[at + 1 :],
                lambda at=at, whole=source: whole.replace(b"    ", b"\t", 1),
            )
            source = changes[rng.integers(len(changes))]()
        yield source
