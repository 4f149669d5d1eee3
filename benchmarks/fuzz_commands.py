"""Odd command lines and odd task files: each is told in one line, with status 2, or is taken.

    .venv/bin/python benchmarks/fuzz_commands.py                 # 10,000 of each, two minutes
    .venv/bin/python benchmarks/fuzz_commands.py --count 500 --seed 7

Commands are run in this process, up to the point where a network would be trained or a page opened:
there the command is taken, and the next begins. A command must end with status 0, 1 or 2, within
`SECONDS`; with 2 it must have written one line to standard error and nothing to the folder. A task
file must load, answer on a few inputs and be taken by `run`, or raise a `DistillError` of one line.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import click
import numpy as np

import distill
from distill.cli import main
from distill.errors import DistillError
from distill.tasks import files as task_files

SECONDS = 10.0
"""Within which every input is answered."""

LIMIT = 0.2
"""Of the time that a task file may take here, in place of a minute."""

COMMANDS = (
    *("run", "verify", "show", "report", "compare", "runs", "tasks", "bench", "gallery", "doctor"),
    *("", "fly", "RUN", "--help"),
)

FLAGS = (
    *("--json", "--quiet", "--open", "--latex", "--sympy", "--dot", "--markdown", "--retry"),
    *("--fresh", "--again", "--check", "--help", "--version", "-h", "-x", "--", "-"),
)

VALUED = (
    *("--seed", "--set", "--arch", "--out", "--model", "--layout", "--accept", "--jobs", "--only"),
    *("--timeout", "--to", "--output"),
)

TASKS = (
    *("mod_add", "parity_all", "prev3", "binary_addition", "sums", "MOD_ADD", "mod_ad"),
    *("good.py", "good.py:good", "good.py:other", "empty.py", "broken.py", "leaves.py", "odd.py"),
    *(
        "missing.py",
        "folder",
        "folder.py",
        "folder/x.py",
        "file",
        "fifo.py",
        "./good.py",
        "link.py",
    ),
)

PLAIN = ("good.py", "mod_add", "parity_all")

SETTINGS = (
    *("p=59", "p=2", "p=1", "p=0", "p=-1", "p=5", "p=113.0", "p=1e3", "p=nan", "p=inf", "p=1_1"),
    *("p=٣", "p=" + "9" * 20, "p=" + "9" * 5000, "p= 5", "p", "=", "=5", "p=", "p==5", "p=a=b"),
    *("fraction=nan", "fraction=-inf", "fraction=1e-400", "fraction=0.5", "fraction=1", "self=1"),
    *("cls=1", "build=x", "name=x", "settings=1", "__class__=1", "seed=3", "out=x", "task=1"),
    *("length=0", "length=1000", "length=1000000", "length=-5", "k=1000000", "k=0", "k=3"),
    *("length=true", "1p=3", "p-q=3", "ünï=1", "p=" + "a" * 300, "lambda=1", "[/b]=1"),
)

ARCHITECTURES = (
    *("mlp", "transformer", "transformer-norm", "mlp-concat", "rnn", "mlp,", ",", "mlp,,", "mlp,x"),
    *("mlp,widths=0", "mlp,widths=--", "mlp,widths=65536-65536-65536", "mlp,combine=product"),
    *("transformer,n_heads=3", "transformer,n_heads=0", "transformer,attention_coefficient=nan"),
    *("transformer,kind=mlp", "transformer,n_inputs=1", "mlp,widths=4,widths=4", "mlp,widths=²"),
)

TEXTS = (
    *("", " ", "a", "0", "-1", "1", "1.5", "nan", "inf", "-inf", "1e400", "9" * 20, "9" * 5000),
    *(
        "a" * 300,
        "a" * 5000,
        "a/" * 3000,
        "é" * 200,
        "文" * 100,
        "🙂",
        "\u202e",
        "\u200b",
        "\ufeff",
    ),
    *("\0", "a\0b", "a\nb", "a\n\nb", "\t", "\x1b[31m", "\udcff", "a\udcffb", "\u2028", "\x85"),
    *("..", ".", "/", "//", "~", "../..", "/dev/null", "/dev/null/x", "/proc/self/mem", "%s", "{}"),
    *(
        "{0}",
        "[/b]",
        "[bold]",
        "\\",
        "'",
        '"',
        "$HOME",
        "`id`",
        "a b",
        "*",
        "?",
        "[",
        "a:b",
        ":",
        ".py",
    ),
    *(
        "x.py:",
        ".py:x",
        "a.py:b.py:c",
        "fifo.py",
        "file",
        "folder",
        "link.py",
        "mips",
        "tomita",
        "own.toml",
    ),
    *("bad.toml", "damaged", "outputs", "parity_*", "nested/out", "file/out"),
)


def odd_options(seed: int, count: int) -> Iterator[list[str]]:
    """Arguments of `distill`, odd in every way that a shell lets through, and in some others."""
    rng = np.random.default_rng(seed)

    def any_of(texts: tuple[str, ...]) -> str:
        return texts[rng.integers(len(texts))]

    def value(option: str) -> str:
        of_option = {"--set": SETTINGS, "--arch": ARCHITECTURES}.get(option)
        return any_of(of_option if of_option and rng.random() < 0.8 else TEXTS)

    for _ in range(count):
        command = "run" if rng.random() < 0.4 else any_of(COMMANDS)
        arguments = [command] if command else []
        if rng.random() < 0.85:
            plain = rng.random() < 0.4
            task = PLAIN if plain else TASKS if rng.random() < 0.7 else TEXTS
            arguments.append(any_of(task))
        for _ in range(rng.integers(4)):
            if rng.random() < 0.25:
                arguments.append(any_of(FLAGS))
            elif rng.random() < 0.1:
                arguments.append(any_of(TEXTS))
            else:
                option = any_of(VALUED)
                both = [option, value(option)]
                arguments += both if rng.random() < 0.9 else ["=".join(both)]
        if rng.random() < 0.03:
            arguments.append(any_of(VALUED))  # whose value is missing
        yield arguments


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


@dataclass(frozen=True)
class Fault:
    """An input that was not answered as it should be, and what happened."""

    given: str
    found: str


@contextlib.contextmanager
def _stubbed() -> Iterator[mock.Mock]:
    """Nothing is trained, started or opened, and built-in tasks are read once.

    Yields:
        What is called in place of training: it counts the inputs that were taken.
    """
    builtin = functools.cache(task_files.builtin_tasks)
    taken = mock.Mock(side_effect=DistillError("taken"))
    with contextlib.ExitStack() as stack:
        for name, instead in {
            "distill.train.over_domain.train_in_order": taken,
            "distill.train.over_sequences._draw": taken,
            "distill.bench.watch.run_shown": taken,
            "webbrowser.open": lambda url: True,
            "distill.tasks.files.builtin_tasks": builtin,
            "distill.bench.suite.builtin_tasks": builtin,
            "distill.tasks.files.SECONDS": LIMIT,
            "distill.tasks.family.SECONDS": LIMIT,
        }.items():
            stack.enter_context(mock.patch(name, instead))
        yield taken


GOOD = """
from distill import Task, task

@task
def good(p: int = 5) -> Task:
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: (a + b) % p, 0.5)
"""


def _furnish(folder: Path) -> None:
    """What the names of `TASKS` and `TEXTS` stand for."""
    (folder / "good.py").write_text(GOOD)
    (folder / "empty.py").write_text("")
    (folder / "broken.py").write_text("def f(:")
    (folder / "leaves.py").write_text("raise SystemExit(0)")
    (folder / "odd.py").write_bytes(bytes(range(256)))
    (folder / "file").write_text("")
    (folder / "folder.py").mkdir()
    (folder / "folder").mkdir()
    (folder / "own.toml").write_text('title = "[/b]"\ntasks = [{ task = "good.py" }]\n')
    (folder / "bad.toml").write_text("title = 3")
    (folder / "damaged" / "run").mkdir(parents=True)
    (folder / "damaged" / "run" / "run.json").write_text("{")
    (folder / "link.py").symlink_to("nowhere.py")
    os.mkfifo(folder / "fifo.py")


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def command_fault(arguments: list[str]) -> Fault | None:
    """Run a command in this process; null where it is taken, or told as it should be."""
    out, err = io.StringIO(), io.StringIO()
    before, begun = _files(Path.cwd()), time.monotonic()
    status: object = 0
    with (
        mock.patch.object(sys, "argv", ["distill", *arguments]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code
        except BaseException as error:
            return Fault(repr(arguments), f"{type(error).__name__}: {error}")
    given, lines = repr(arguments)[:400], err.getvalue().splitlines()
    if time.monotonic() - begun > SECONDS:
        return Fault(given, f"took {time.monotonic() - begun:.0f} s")
    if status == 2 and out.getvalue().startswith("Usage: "):
        return None  # of a group without a command: its help
    if status == 2 and (len(lines) != 1 or not lines[0].startswith("distill: ")):
        return Fault(given, f"{len(lines)} lines: {err.getvalue()[:400]!r}")
    if status not in {0, 1, 2} or "Traceback" in err.getvalue():
        return Fault(given, f"status {status}: {err.getvalue()[:1000]}")
    left = _files(Path.cwd()) - before
    return Fault(given, f"left {sorted(left)[:5]}") if status == 2 and left else None


def task_file_fault(source: bytes, path: Path) -> Fault | None:
    """Read a task file, ask its tasks a little, and run them up to the training."""
    path.write_bytes(source)
    os.chdir(path.parent)  # a task file may have left it
    begun = time.monotonic()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            task = task_files.load_task(str(path))
            if isinstance(task, distill.Task):
                task.labels(task.domain.tokens(np.arange(min(20, task.domain.size))))
            else:
                task.labels(task.sample(np.random.default_rng(0), 2))
            distill.run(task, out=path.parent / "outputs")
    except DistillError as error:
        if "\n" in str(error):
            return Fault(repr(source[:2000]), f"more than a line: {str(error)[:400]!r}")
    except BaseException as error:
        return Fault(repr(source[:2000]), f"{type(error).__name__}: {str(error)[:400]}")
    taken = time.monotonic() - begun
    return Fault(repr(source[:2000]), f"took {taken:.0f} s") if taken > SECONDS else None


@dataclass(frozen=True)
class Fuzzed:
    """What came of the inputs of a kind: how many were taken, and those not told as they should."""

    taken: int
    faults: tuple[Fault, ...]


def fuzz(seed: int, count: int) -> dict[str, Fuzzed]:
    """What came of as many command lines, and of as many task files."""
    back = Path.cwd()
    fuzzed: dict[str, Fuzzed] = {}
    with tempfile.TemporaryDirectory() as name, _stubbed() as taken:
        folder = Path(name)
        _furnish(folder)

        def all_of(found: Iterator[Fault | None]) -> Fuzzed:
            taken.reset_mock()
            os.chdir(folder)
            faults = [fault for fault in found if fault is not None]
            return Fuzzed(taken.call_count, tuple(faults))

        try:
            fuzzed["command lines"] = all_of(map(command_fault, odd_options(seed, count)))
            path = folder / "odd_task.py"
            files = odd_task_files(seed, count)
            fuzzed["task files"] = all_of(task_file_fault(source, path) for source in files)
        finally:
            os.chdir(back)
    return fuzzed


@click.command()
@click.option("--count", default=10_000, show_default=True, help="Of command lines, and of files.")
@click.option("--seed", default=0, show_default=True)
@click.option("--show", default=10, show_default=True, help="Faults that are printed, of each.")
def command(count: int, seed: int, show: int) -> None:
    """Count the odd command lines and task files that are not answered as they should be."""
    begun = time.monotonic()
    for kind, came in fuzz(seed, count).items():
        found = came.faults
        print(f"{kind}: {count:,}, {came.taken:,} taken, {len(found)} not told in a line")
        for what, times in Counter(fault.found[:100] for fault in found).most_common(show):
            example = next(fault for fault in found if fault.found.startswith(what))
            print(f"  {times} × {example.found}\n    {example.given}")
    print(f"{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    command()
