"""Forgeries: folders and programs that are written to be believed, and are not so.

`LATE` are passes of a loop that echoes its inputs for 60 steps, and then does not: no draw is as
long, so that only the proof of every length can tell. Everything else is fitted by a forger who has
the checker: variables, counts, statements and hashes.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from adversary_runs import BITS, resealed
from planted_machine import planted_network
from safetensors.numpy import load_file, save_file

import distill
from distill.checker import check
from distill.checker.automaton import machine_of
from distill.checker.check import check_run, evidence_of
from distill.checker.compare import overlaid
from distill.checker.loop import walk
from distill.checker.sequences import SequenceEvidence
from distill.errors import DistillError
from distill.kinds.automaton.machine import Machine

STEPS = 60
ECHO = Machine(((0, 0),), ((0, 1),), ((0,), (1,)))

LATE: dict[str, tuple[str, ...]] = {
    "plain": ("odd = int(n == 60)",),
    "a threshold": ("odd = int(59 < n <= 60)",),
    "a set": ("odd = int(n in {60, 70})",),
    "a chain with a set": ("odd = int(n == 60 and (x in {0, 1} != [0, 1]))",),
    "a chain with a range": ("odd = int(n == 60 and not (x in range(2) == [0, 1]))",),
    "the smallest integer": ("odd = int(abs(LEAST[n // 60]) > 5)",),
    "a negated smallest integer": ("odd = int(-LEAST[n // 60] > 5)",),
    "an argument too many, int": ("odd = 0", "if n == 60:", "    odd = int(n, 10)"),
    "an argument too many, abs": ("odd = 0", "if n == 60:", "    odd = abs(n, n)"),
    "an argument too many, divmod": ("odd = 0", "if n == 60:", "    odd = divmod(n, 9, n)[0]"),
    "an argument too many, float": ("odd = 0", "if n == 60:", "    odd = int(float(n, n))"),
    "an argument too many, bool": ("odd = 0", "if n == 60:", "    odd = int(bool(n, n))"),
    "the largest of a number": ("odd = 0", "if n == 60:", "    odd = max(n) - n"),
    "the smallest of a number": ("odd = 0", "if n == 60:", "    odd = min(n) - n"),
    "an integer of a list": ("odd = 0", "if n == 60:", "    odd = int([n])[0] - n"),
    "a size of a list": ("odd = 0", "if n == 60:", "    odd = int(abs([n]) == n) - 1"),
    "a list in a set": ("odd = 0", "if n == 60:", "    odd = int(n in {[n], 1})"),
    "a tuple of a list in a set": (
        "odd = 0",
        "if n == 60:",
        "    odd = int((n,) in {([n],), 1})",
    ),
    "no number is itself": (
        "y = (n + 1e400) % 3 if n == 60 else 0.5 * n",
        "odd = int(n == 60 and y in [y])",
    ),
    "not a number": ("y = 0.0 * n + 1e400", "odd = int(n == 60 and y - y != y - y)"),
    "a sum of infinities": ("odd = int(n == 60 and sum([1e400, -1e400 - n]) != 0)",),
    "minus zero": ("odd = int(atan2(0.0, -0.0 * (n // 60)) > 1 and n == 60)",),
    "beyond 53 bits": ("odd = int((n - 60 + 9007199254740993) * 1.0 == 9007199254740992)",),
    "beyond 64 bits": ("odd = ((n // 60) << 64) >> 64",),
    "a shift of everything": ("odd = -(-(n // 60) >> 63)",),
    "a negative remainder": ("odd = int(-n % -61 == -60)",),
    "a negative quotient": ("odd = int(divmod(-n, -60) == (1, 0))",),
    "a truth as a number": ("odd = -(~(n == 60) + 1)",),
    "a truth as a place": ("odd = [0, 1][n == 60]",),
    "a negative place": ("odd = [1, 0][-1 - (n == 60)]",),
    "keys that are equal": ("odd = {1: 0, True: 1, 1.0: 1}.get(n // 60, 0)",),
    "a key of two": ("odd = int((n, 1) in {(60, 1): 0})",),
    "tuples in order": ("odd = int((n, x) >= (60, 0))",),
    "half to even": ("odd = round(n / 120 + 0.1)",),
    "a fraction": ("odd = int(Fraction(n, 60) == 1)",),
    "a divisor": ("odd = int(gcd(n, 60) == 60 and n > 0)",),
    "a root": ("odd = isqrt(n // 60)",),
    "a power": ("odd = pow(n // 60, 3, 7)",),
    "a list counted": ("odd = [n, 60].count(60) - 1",),
    "a place found": ("odd = [60 - n, 0].index(0) == 0 and n == 60", "odd = int(odd)"),
    "a loop inside": ("odd = 0", "k = n", "while k >= 60:", "    k -= 1", "    odd = 1"),
    "any of some": ("odd = int(any(k == n for k in (60, 99)))",),
    "all of some": ("odd = int(all(k <= n for k in (60, 59)))",),
    "sorted": ("odd = sorted([n, 59, 0])[2] - 59 if n > 0 else 0",),
    "a quotient by nothing": ("odd = n // 60 * 0 + 0 // (60 - n)",),
    "a place that is not there": ("odd = LEAST[0] - LEAST[n // 60 * 2]",),
    "an error": ("odd = 0", "if n == 60:", '    raise ValueError("no more")'),
    "left over": ("odd = 0 if n == 0 else kept", "kept = int(n >= 59)"),
    "left over, in a list": ("held = [*held, 0]", "odd = int(len(held) > 60)"),
    "a constant below": ("odd = hidden if n > 0 else 0", "hidden = int(n == 60)"),
}
"""What `odd` is in Python from step 60 on, if not an error: something else than 0."""

SOURCE = '''"""An echo."""
from fractions import Fraction
from math import atan2, gcd, isqrt

__all__ = ["f"]

LEAST = [5, -9223372036854775808]


def f(xs: list[int]) -> list[int]:
    outputs = []
    n = 0
{before}    for x in xs:
{lines}
        outputs.append(x ^ (1 if odd else 0))
        n = min(n + 1, 60)
    return outputs
{below}'''


def late(name: str) -> str:
    """The program of a late fault."""
    lines = "\n".join(f"        {line}" for line in LATE[name])
    below = "\nhidden = 0\n" if "below" in name else ""
    return SOURCE.format(lines=lines, below=below, before="    held = []\n" * ("list" in name))


def is_late(source: str) -> bool:
    """Whether a program echoes for as long as is drawn, and no more after 60 steps."""
    space: dict[str, Any] = {}
    exec(compile(source, "program.py", "exec"), space)
    short = [k % 3 % 2 for k in range(45)]
    if space["f"](short) != short:
        return False
    try:
        return space["f"](short * 4) != short * 4
    except Exception:
        return True


def echo_run(out: Path) -> Path:
    """A sound run of an echo, proved for every length."""
    run = distill.distill(planted_network(ECHO), BITS, length=4, name="echo", out=out)
    if run.folder is None or not check_run(run.folder, 0).ok:
        raise RuntimeError("the echo is no sound run")
    return run.folder


def fitted(folder: Path, source: str, at: Path) -> check.Checkup:
    """The checkup of a run with another program, and everything made to fit that can be."""
    shutil.copytree(folder, at)
    (at / "program.py").write_text(source)
    mechanism = json.loads((at / "mechanism.json").read_text())
    report = json.loads((at / "verification.json").read_text())
    try:
        evidence = evidence_of(at)
        assert isinstance(evidence, SequenceEvidence), "a machine is over sequences"
        walked = walk(source, *machine_of(evidence))
        pairs = zip(walked.names, walked.values, strict=False)
        mechanism["variables"] = [{"name": n, "values": list(v)} for n, v in pairs]
        (at / "mechanism.json").write_text(json.dumps(mechanism))
        claims = check.claims_of(evidence_of(at), report)
        fit = overlaid(report, claims)
        (at / "verification.json").write_text(json.dumps(fit))
    except DistillError:
        pass  # nothing to fit: as it is
    resealed(at)
    return check_run(at, 1)


Change = Callable[[dict[str, Any]], Any]


def _row(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(row for row in report["figures"] if row["name"] == name)


REPORTS: dict[str, Change] = {
    "located": lambda r: r.update(located=not r["located"]),
    "a proof of another method": lambda r: r["proof"].update(method="boxes"),
    "a lead that is a truth": lambda r: r["proof"].update(smallest_lead=True),
    "a lead without end": lambda r: r["proof"].update(smallest_lead=10**400),
    "counts as fractions": lambda r: r["program_vs_model"].update(agree=121.0),
    "counts as truths": lambda r: r["program_vs_model"].update(exhaustive=1),
    "a row that needs nothing": lambda r: _row(r, "logit_r2").update(needs=None),
    "a row at most": lambda r: _row(r, "kept_only_accuracy").update(at_least=False),
    "a row of another name": lambda r: r["figures"].append(
        {**r["figures"][0], "name": "logit_r2 "}
    ),
    "a row twice, first false": lambda r: r["figures"].insert(
        0, {**_row(r, "logit_r2"), "value": 1.0}
    ),
    "a row that is no row": lambda r: r["figures"].append(7),
    "a row without a name": lambda r: r["figures"].append({"value": 1.0}),
    "rows that are none": lambda r: r.update(figures={"logit_r2": 1.0}),
    "a domain that is larger": lambda r: r["holds_for"].update(inputs=10**6),
    "lengths": lambda r: r["holds_for"].update(lengths="every length"),
    "a right task": lambda r: r.update(model_vs_task={"agree": 121, "total": 121}),
    "sequences": lambda r: r.update(space="sequences"),
    "not stored": lambda r: r.update(stored=False),
    "another kind": lambda r: r["mechanism"].update(kind="automaton"),
    "a kind that is a list": lambda r: r["mechanism"].update(kind=["fourier"]),
    "variables": lambda r: r["mechanism"].update(variables=["total"]),
    "fewer lines": lambda r: r["program"].update(lines=1),
    "no exceptions": lambda r: r["program"].update(exceptions=-1),
    "refused with a program": lambda r: r.update(verdict="refused"),
    "a verdict that is a list": lambda r: r.update(verdict=["proved"]),
    "longer sequences": lambda r: r.update(longer=[{"length": 9, "program_vs_model": None}]),
    "no mechanism": lambda r: r.pop("mechanism"),
    "a reason less": lambda r: r.update(reasons=[]) if r["reasons"] else r.update(reasons=["x"]),
}

CERTIFICATES: dict[str, Change] = {
    "no architecture": lambda c: c.update(architecture=None),
    "a smaller domain": lambda c: c["domain"]["inputs"].__setitem__(0, [0, 9]),
    "one input": lambda c: c["domain"].update(inputs=[[0, 0], [0, 0]]),
    "an output less": lambda c: c["domain"].update(outputs=[0, 9]),
    "a sample of one": lambda c: c.update(sample={"count": 1, "seed": 0}),
    "a sample of all but one": lambda c: c.update(sample={"count": 120, "seed": 0}),
    "all is fitted": lambda c: c["fit"].update(fitted=121),
    "nothing is fitted": lambda c: c.update(fit=None),
    "a split": lambda c: c.update(split={"train": 100, "seed": 3}),
    "answers of a task": lambda c: c.update(reference=" ".join(["0"] * 121)),
    "recorded beside weights": lambda c: c.update(recorded=" ".join(["0"] * 121)),
    "other offsets": lambda c: c["architecture"].update(offsets=[1, 0]),
    "no attention": lambda c: c["architecture"].update(attention_coefficient=0.0),
    "attention without end": lambda c: c["architecture"].update(attention_coefficient=1e99),
    "another activation": lambda c: c["architecture"].update(activation="gelu"),
    "layers": lambda c: c["architecture"].update(n_layers=0),
    "a layer norm": lambda c: c["architecture"].update(layer_norm=True),
    "another kind": lambda c: c.update(kind="sequences"),
    "hashes of nothing": lambda c: c.update(sha256={}),
    "hashes that are none": lambda c: c.update(sha256=[1]),
}

SEQUENCES: dict[str, Change] = {
    "boxes without end": lambda c: c["induction"].update(
        low=[[-1e99] * len(row) for row in c["induction"]["low"]],
        high=[[1e99] * len(row) for row in c["induction"]["high"]],
    ),
    "wide boxes": lambda c: c["induction"].update(
        low=[[-2.0] * len(row) for row in c["induction"]["low"]],
        high=[[2.0] * len(row) for row in c["induction"]["high"]],
    ),
    "empty boxes": lambda c: c["induction"].update(
        low=c["induction"]["high"], high=c["induction"]["low"]
    ),
    "no boxes": lambda c: c["induction"].update(low=None, high=None),
    "no nodes": lambda c: c["induction"].update(states=[], follows=[], low=[], high=[]),
    "one node": lambda c: c["induction"].update(states=[0], follows=[[0, 0]]),
    "length 1": lambda c: c.update(length=1),
    "length 1 throughout": lambda c: (
        c.update(length=1),
        c["draws"]["fresh"].update(length=1),
        c["draws"]["stress"].update(length=1),
    ),
    "another start of the answers": lambda c: c.update(answers=c["answers"][::-1]),
    "equal answers": lambda c: c.update(answers=[0, 0]),
    "one sequence, listed": lambda c: c["draws"].update(
        fresh={
            "kind": "listed",
            "length": c["length"],
            "count": 1000,
            "seed": None,
            "listed": " ".join(["0"] * c["length"] * 1000),
        }
    ),
    "no stress": lambda c: c["draws"]["stress"].update(count=0),
    "stress that is none": lambda c: c["draws"]["stress"].update(kind="every"),
    "few draws": lambda c: c["draws"].update(
        fresh={"kind": "uniform", "length": c["length"], "count": 2, "seed": 0, "listed": None}
    ),
    "a wider channel": lambda c: c.update(inputs=[[0, 2]]),
    "two numbers": lambda c: c.update(outputs=2),
    "no draws": lambda c: c.update(draws=None),
}


def _machine(folder: Path) -> None:
    """The mechanism of another machine, beside the program as it was."""
    path = folder / "mechanism.json"
    mechanism = json.loads(path.read_text())
    mechanism["transitions"][0] = mechanism["transitions"][0][::-1]
    mechanism["outputs"][0] = [1 - n for n in mechanism["outputs"][0]]
    path.write_text(json.dumps(mechanism))


def _waves(folder: Path) -> None:
    """All frequencies, with next to no amplitude: their planes are all of the embedding."""
    path = folder / "mechanism.json"
    mechanism = json.loads(path.read_text())
    there = {wave["frequency"] for wave in mechanism["waves"]}
    more = [{**mechanism["waves"][0], "frequency": k, "amplitude": 1e-9} for k in range(1, 6)]
    mechanism["waves"] += [wave for wave in more if wave["frequency"] not in there]
    path.write_text(json.dumps(mechanism))
    report = json.loads((folder / "verification.json").read_text())
    claims = check.claims_of(evidence_of(folder), report)
    (folder / "verification.json").write_text(json.dumps(overlaid(report, claims)))


def _header(size: int) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        claimed = json.dumps(
            {"W_E": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}
        ).encode()
        (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(claimed)) + claimed)

    return write


def _weights(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        weights = load_file(folder / "model.safetensors")
        change(weights)
        save_file(weights, folder / "model.safetensors")

    return write


def _link(folder: Path) -> None:
    (folder / "program.py").unlink()
    (folder / "program.py").symlink_to("/dev/zero")


def _sparse(name: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        with (folder / name).open("wb") as opened:
            opened.truncate(10 << 30)

    return write


def _append(text: str) -> Callable[[Path], None]:
    def append(folder: Path) -> None:
        with (folder / "program.py").open("a") as opened:
            opened.write(text)

    return append


FILES: dict[str, Callable[[Path], Any]] = {
    "waves of no size": _waves,
    "a header that claims 10 GB": _header(10 << 30),
    "a header that is 2^60 long": lambda f: (f / "model.safetensors").write_bytes(
        struct.pack("<Q", 1 << 60) + b"{}"
    ),
    "program.py is a link to /dev/zero": _link,
    "program.py is a folder": lambda f: ((f / "program.py").unlink(), (f / "program.py").mkdir()),
    "program.py is a pipe": lambda f: ((f / "program.py").unlink(), os.mkfifo(f / "program.py")),
    "a certificate of 10 GB": _sparse("certificate.json"),
    "a program of 10 GB": _sparse("program.py"),
    "weights of 10 GB": _sparse("model.safetensors"),
    "weights that are no numbers": _weights(lambda w: w.update(W_U=w["W_U"] * np.nan)),
    "weights without end": _weights(lambda w: w.update(W_U=w["W_U"] * np.inf)),
    "weights of integers": _weights(lambda w: w.update(W_U=w["W_U"].astype(np.int32))),
    "weights of another shape": _weights(lambda w: w.update(W_U=w["W_U"][:, :-1].copy())),
    "a bias more": _weights(lambda w: w.update(b_U=np.zeros(11, np.float32))),
    "weights that overflow": _weights(lambda w: w.update(W_U=w["W_U"] * np.float32(1e37))),
    "no weights": lambda f: (f / "model.safetensors").unlink(),
    "a second answer": _append("\n__all__ = ['logits']\n"),
    "a call at the end": _append("\nlogits(1, 2)\n"),
    "another end": _append('\nif __name__ == "__main__":\n    print(1)\n'),
    "a BOM": lambda f: (f / "program.py").write_bytes(
        b"\xef\xbb\xbf" + (f / "program.py").read_bytes()
    ),
    "an encoding": lambda f: (f / "program.py").write_bytes(
        b"# coding: utf-7\n" + (f / "program.py").read_bytes()
    ),
    "deep nesting": _append("\nDEEP = " + "-" * 50_000 + "1\n"),
    "a deep chain": _append("\nDEEP = 1" + " + 1" * 100_000 + "\n"),
    "deep choices": _append("\nDEEP = " + "1 if 1 else " * 20_000 + "1\n"),
    "deep parts": _append("\nDEEP = [1]" + "[0]" * 50_000 + "\n"),
    "deep brackets": _append("\nDEEP = " + "[" * 5_000 + "]" * 5_000 + "\n"),
    "a number of a million digits": _append("\nWIDE = " + "9" * 1_000_000 + "\n"),
    "a constant that grows": _append("\nWIDE = " + "(" * 60 + "9" + " ** 8)" * 60 + "\n"),
    "lists of lists of lists": _append(
        "\nL = [0] * 1000\nM = [L] * 1000\nN = [M] * 1000\nK = [N, N] == [N, M]\n"
    ),
    "a pair of pairs of pairs": _append(
        "\nP0 = (1, 1)\n" + "".join(f"P{k} = (P{k - 1}, P{k - 1})\n" for k in range(1, 70))
    ),
    "lists that double": _append(
        "\nP0 = [1]\n" + "".join(f"P{k} = P{k - 1} + P{k - 1}\n" for k in range(1, 40))
    ),
    "a round number": _append("\nR = round(1, -1000000000)\n"),
    "a power of two arguments": _append("\nR = [pow(k, 1000000000) for k in range(9)]\n"),
    "a sum of lists": _append("\nR = len(sum([[0] * 1000] * 100000, []))\n"),
    "fractions that grow": _append(
        "\nF0 = 3 / 7\nfrom fractions import Fraction\nG0 = Fraction(3, 7)\n"
        + "".join(f"G{k} = G{k - 1} * G{k - 1}\n" for k in range(1, 40))
    ),
    "a sum of fractions": _append(
        "\nfrom fractions import Fraction\nS = sum(Fraction(1, k + 1) for k in range(200000))\n"
    ),
}


def forgeries(runs: dict[str, Path], scratch: Path, every: int = 1) -> Iterator[tuple[str, bool]]:
    """Every forgery by its name, and whether it was found out; or of every few of them."""
    echo = echo_run(scratch / "echo")
    for number, name in enumerate(list(LATE)[::every]):
        source = late(name)
        if not is_late(source):
            raise RuntimeError(f"the program of '{name}' is not late")
        found = fitted(echo, source, scratch / f"late {number}")
        report = json.loads((scratch / f"late {number}" / "verification.json").read_text())
        believed = found.ok and report["holds_for"]["lengths"] == "every length"
        yield f"late: {name}", not believed
    plain, machine = runs["transformer"], runs["machine, boxes"]
    made: list[tuple[str, Path, Callable[[Path], Any]]] = []
    for document, changes, run in (
        ("verification.json", REPORTS, plain),
        ("certificate.json", CERTIFICATES, plain),
        ("certificate.json", SEQUENCES, machine),
    ):
        made += [
            (f"{document}: {name}", run, _changed(document, change))
            for name, change in changes.items()
        ]
    made += [(f"files: {name}", plain, write) for name, write in FILES.items()]
    made += [("files: another machine", machine, _machine)]
    for number, (name, run, write) in enumerate(made[::every]):
        at = shutil.copytree(run, scratch / str(number))
        try:
            write(at)
            resealed_if(at)
            caught = not check_run(at, 1).ok
        except DistillError:
            caught = True
        shutil.rmtree(at)
        yield name, caught


def _changed(document: str, change: Change) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        tree = json.loads((folder / document).read_text())
        change(tree)
        (folder / document).write_text(json.dumps(tree))

    return write


def resealed_if(folder: Path) -> None:
    """Make the hashes fit, where there is a certificate that has some and files are of a size."""
    small = all(path.stat().st_size < 1 << 28 for path in folder.iterdir())
    if small and not (folder / "program.py").is_symlink():
        try:
            resealed(folder)
        except (TypeError, AttributeError):
            return
