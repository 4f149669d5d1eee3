"""Mutants of sound runs that change what they do or say, and whether the checker catches them.

Weights and programs count only if they answer differently somewhere within what the verdict is
about, over boxes of reals by more than counts as the same; of documents every leaf is changed,
emptied and removed, and leaves are added. Every hash is made to fit.
"""

from __future__ import annotations

import ast
import copy
import dataclasses
import json
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from adversary_runs import resealed
from safetensors.numpy import load_file, save_file

from distill.checker.boxes import BoxEvidence
from distill.checker.check import check_run, evidence_of
from distill.checker.finite import Evidence, answering
from distill.checker.sequences import network_answers
from distill.checker.text_draws import drawn_texts
from distill.checker.text_transformer import answers_of, logits_of
from distill.checker.texts import TextEvidence
from distill.errors import RunFolderError

NAMES = ("certificate.json", "mechanism.json", "verification.json")


@dataclass(frozen=True)
class Mutant:
    """A change of one file.

    Attributes:
        run: the name of the sound run.
        what: "weights", "program" or the name of a document.
        where: what was changed, in words.
        content: weights by name, or the text of the file.
    """

    run: str
    what: str
    where: str
    content: Any
    way: tuple[Any, ...] = ()


def claimed_inputs(evidence: Any) -> list[np.ndarray]:
    """Inputs of what a verdict is about, those of one length together: all, or a part of them."""
    if isinstance(evidence, Evidence):
        return [evidence.tokens(np.arange(evidence.size))]
    if isinstance(evidence, BoxEvidence):
        return [evidence.points]
    if isinstance(evidence, TextEvidence):
        lengths = range(1, evidence.longest + 1)
        every = [{"kind": "every", "length": length} for length in lengths]
        return [drawn_texts(draw, evidence.tokens) for draw in every]
    values = list(product(*evidence.channels))
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(values), (1_500, evidence.length))
    if len(values) ** evidence.length <= 7_000:
        rows = np.array(list(product(range(len(values)), repeat=evidence.length)))
    return [np.array(values)[rows]]


def weight_mutants(run: str, folder: Path, rng: random.Random) -> Iterator[Mutant]:
    """One entry nudged, replaced or emptied, where that changes an answer; without an end."""
    weights, evidence = load_file(folder / "model.safetensors"), evidence_of(folder)
    inputs = claimed_inputs(evidence)
    before = _network(evidence, inputs)
    for _ in range(100_000):
        name = rng.choice(sorted(weights))
        if not weights[name].size:
            continue
        place = rng.randrange(weights[name].size)
        old = float(weights[name].flat[place])
        step = rng.choice((1, -1)) * 10 ** rng.uniform(-1, 1.5)
        new = rng.choice((old + step, old + step, -old, 0.0, old * 1.5, step))
        changed = {key: value.copy() for key, value in weights.items()}
        changed[name].flat[place] = new
        with np.errstate(all="ignore"):
            after = _network(dataclasses.replace(evidence, weights=changed), inputs)
        if not _same(evidence, before, after):
            yield Mutant(run, "weights", f"{name}[{place}]: {old:.4g} to {new:.4g}", changed)


def _same(evidence: Any, before: Any, after: Any) -> bool:
    """Whether answers count as the same."""
    one, other = np.asarray(before), np.asarray(after)
    if not isinstance(evidence, BoxEvidence) or one.shape != other.shape or other.dtype != float:
        return np.array_equal(one, other)
    assert evidence.tolerance is not None, "the run has a program"
    return bool((np.abs(one - other) <= evidence.tolerance).all())


def _network(evidence: Any, inputs: list[np.ndarray]) -> np.ndarray:
    """What a network answers, one after the other; nothing where it gives no numbers."""
    try:
        return np.concatenate([_answers(evidence, rows).ravel() for rows in inputs])
    except ValueError:
        return np.empty(0)


def _answers(evidence: Any, rows: np.ndarray) -> np.ndarray:
    if isinstance(evidence, Evidence):
        return answering(evidence)(rows)
    if isinstance(evidence, BoxEvidence):
        return evidence.network(rows)
    if isinstance(evidence, TextEvidence):
        logits = logits_of(evidence.shape, evidence.weights, rows - evidence.tokens.start)
        return answers_of(evidence.shape, evidence.answers, logits)[0]
    return network_answers(evidence, rows)[0]


OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.Div: (ast.Mult,),
    ast.Mod: (ast.FloorDiv, ast.Sub),
    ast.FloorDiv: (ast.Mod,),
    ast.BitXor: (ast.BitOr, ast.BitAnd),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Eq: (ast.NotEq, ast.GtE, ast.LtE),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


def program_mutants(run: str, folder: Path, rng: random.Random) -> Iterator[Mutant]:
    """Constants, operators, names and lines changed, and rare branches put in."""
    source, evidence = (folder / "program.py").read_text(), evidence_of(folder)
    inputs = claimed_inputs(evidence)
    sequences = not isinstance(evidence, Evidence | BoxEvidence)
    if isinstance(evidence, TextEvidence):
        asked = [[row] for rows in inputs for row in rows.tolist()]
    elif sequences:
        asked = [
            [[row[0] if len(row) == 1 else tuple(row) for row in rows]]
            for rows in inputs[0].tolist()
        ]
    elif isinstance(evidence, BoxEvidence):
        asked = inputs[0].tolist()
    else:
        asked = evidence.values(inputs[0]).tolist()
    before = _said(source, asked)
    for where, text in _texts(source, rng, asked, sequences):
        said = _said(text, asked) if text != source else before
        differs = said != before
        if differs and isinstance(evidence, BoxEvidence) and len(said) == len(before):
            differs = not _same(evidence, before, said)
        if differs:
            yield Mutant(run, "program", where, text)


def _said(source: str, asked: list[Any]) -> list[Any]:
    """What a program answers; an exception's name where it fails."""
    space: dict[str, Any] = {}
    try:
        exec(compile(source, "program.py", "exec"), space)
        function = space[space["__all__"][0]]
        return [function(*row) for row in asked]
    except (Exception, SystemExit) as error:
        return [type(error).__name__]


def _texts(
    source: str, rng: random.Random, asked: list[Any], sequences: bool
) -> Iterator[tuple[str, str]]:
    tree = ast.parse(source)
    made = [*_node_mutants(tree), *_line_mutants(tree)]
    rng.shuffle(made)
    rare = list(_rare_branches(tree, rng, asked, sequences))
    for place, one in enumerate(made):
        yield one
        if place < len(rare):
            yield rare[place]
    yield from rare[len(made) :]


def _node_mutants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    nodes = list(ast.walk(tree))
    names = sorted(
        {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    )
    for place, node in enumerate(nodes):
        changes: list[tuple[str, Any]] = []
        match node:
            case ast.Constant(value=bool()):
                changes = [("value", not node.value)]
            case ast.Constant(value=int() | float() as value):
                changes = [("value", v) for v in (value + 1, value - 1, 2 * value, -value)]
            case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
                changes = [("op", other()) for other in OPERATORS.get(type(op), ())]
            case ast.Compare(ops=[op]):
                changes = [("ops", [other()]) for other in OPERATORS.get(type(op), ())]
            case ast.UnaryOp(op=ast.USub()):
                changes = [("op", ast.UAdd())]
            case ast.Name(id=name, ctx=ast.Load()) if name in names:
                changes = [("id", other) for other in names if other != name]
            case ast.Name(id="max" | "min" | "sum" | "cos" as name):
                changes = [("id", {"max": "min", "min": "max", "sum": "max", "cos": "int"}[name])]
        for field, value in changes:
            mutant = copy.deepcopy(tree)
            setattr(list(ast.walk(mutant))[place], field, value)
            line = getattr(node, "lineno", 0)
            shown = value if isinstance(value, int | float | str) else type(value).__name__
            yield f"line {line}: {type(node).__name__} to {shown}", _unparsed(mutant)


def _line_mutants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """A line left out, and two lines exchanged."""
    blocks = [
        (place, name)
        for place, node in enumerate(ast.walk(tree))
        for name in ("body", "orelse")
        if isinstance(getattr(node, name, None), list) and not isinstance(node, ast.Module)
    ]
    for place, name in blocks:
        lines = getattr(list(ast.walk(tree))[place], name)
        for number in range(len(lines)):
            mutant = copy.deepcopy(tree)
            block = getattr(list(ast.walk(mutant))[place], name)
            gone = block.pop(number)
            if not block and name == "body":
                block.append(ast.Pass())
            yield f"without line {gone.lineno}", _unparsed(mutant)
            if number:
                mutant = copy.deepcopy(tree)
                block = getattr(list(ast.walk(mutant))[place], name)
                block[number - 1], block[number] = block[number], block[number - 1]
                yield f"line {lines[number].lineno} before the line above", _unparsed(mutant)


def _rare_branches(
    tree: ast.Module, rng: random.Random, asked: list[Any], sequences: bool
) -> Iterator[tuple[str, str]]:
    """Wrong for one claimed input alone, as somebody would write who knows the draws."""
    entry = ast.literal_eval(
        next(n.value for n in tree.body if isinstance(n, ast.Assign) and _is_all(n))
    )[0]
    for row in rng.sample(asked, min(40, len(asked))):
        mutant = copy.deepcopy(tree)
        (function,) = (n for n in mutant.body if isinstance(n, ast.FunctionDef) and n.name == entry)
        names = [arg.arg for arg in function.args.args]
        test = f"({', '.join(names)},) == {tuple(row)!r}" if not sequences else ""
        test = test or f"{names[0]} == {row[0]!r}"
        wrong = "[answer + 1 for answer in RIGHT]" if sequences else "RIGHT + 1"
        ending = function.body[-1]
        if not isinstance(ending, ast.Return) or ending.value is None:
            continue
        shown = wrong.replace("RIGHT", f"({ast.unparse(ending.value)})")
        branch = ast.parse(f"if {test}:\n    return {shown}").body
        function.body[-1:-1] = branch
        yield f"wrong for {row!r} alone"[:80], _unparsed(mutant)


def _is_all(node: ast.Assign) -> bool:
    return isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"


def _unparsed(tree: ast.Module) -> str:
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def document_mutants(run: str, folder: Path, name: str, rng: random.Random) -> list[Mutant]:
    """Every leaf of a document changed, emptied and removed; leaves that are added."""
    document = json.loads((folder / name).read_text())
    document.pop("sha256", None)
    made = []
    for way, value in leaves(document):
        for how, other in [*_others(value), ("null", None), ("removed", REMOVED)]:
            if other in (None, REMOVED) and value in (None, [], {}, ""):
                continue  # says the same
            if other is REMOVED or type(other) is not type(value) or other != value:
                made.append(_at(run, name, folder, way, how, other))
    for way in (("extra",), ("verdict and more",), ("figures.verdict",), ("proof.statement",)):
        made.append(_at(run, name, folder, way, "added", "all is proved, for ever"))
    rng.shuffle(made)
    return made


REMOVED = object()


def _others(value: Any) -> list[tuple[str, Any]]:
    match value:
        case bool():
            return [("turned", not value), ("an integer", int(value))]
        case int():
            others = [
                ("one more", value + 1),
                ("negative", -value - 1),
                ("a fraction", value + 0.5),
            ]
            return [*others, ("a truth", True)]
        case float():
            return [("a little more", value * 1.01 + 1e-3), ("negative", -value - 1.0)]
        case str() if len(value) > 200 and value[:1] in "-0123456789":
            words = value.split(" ")
            words[len(words) // 2] = str(int(words[len(words) // 2]) ^ 1)
            return [("one number", " ".join(words)), ("cut", value[: len(value) // 2].strip())]
        case str():
            return [("longer", f"{value} and more"), ("empty", "")]
    return [("a number", 1)]


def leaves(tree: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every leaf of a document, with the way to it; of long lists of numbers one in three."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, (*way, key))
    elif isinstance(tree, list) and tree:
        few = len(tree) > 12 and not isinstance(tree[0], dict)
        for place, value in enumerate(tree):
            if not few or place % 3 == 0:
                yield from leaves(value, (*way, place))
    else:
        yield way, tree


def _at(run: str, name: str, folder: Path, way: tuple[Any, ...], how: str, value: Any) -> Mutant:
    document = json.loads((folder / name).read_text())
    place = document
    for key in way[:-1]:
        place = place[key]
    if value is REMOVED:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return Mutant(run, name, f"{'.'.join(map(str, way))}: {how}", json.dumps(document), way)


def written(mutant: Mutant, folder: Path, at: Path) -> Path:
    """The run with the mutant in it, every hash made to fit."""
    if at.exists():
        shutil.rmtree(at)
    shutil.copytree(folder, at)
    if mutant.what == "weights":
        save_file(mutant.content, at / "model.safetensors")
    else:
        name = "program.py" if mutant.what == "program" else mutant.what
        (at / name).write_text(mutant.content)
    resealed(at)
    return at


def passed(mutant: Mutant, folder: Path, at: Path) -> str | None:
    """Null where the checker caught it, or names it as not derived; else why it passed."""
    try:
        found = check_run(written(mutant, folder, at), seed=1)
    except RunFolderError:
        return None
    if not found.ok:
        return None
    if mutant.what == "verification.json" and mutant.way:
        report = json.loads(mutant.content)
        if _is_listed(report, mutant.way, found.not_derived, folder):
            return None
    if mutant.what == "mechanism.json" and any(
        part.startswith("parts of mechanism.json")
        and (f" {mutant.way[0]}," in f"{part}," or f"{mutant.way[0]}: {mutant.way[-1]}" in part)
        for part in found.not_derived
    ):
        return None
    return f"{mutant.run}: {mutant.what}: {mutant.where}"


def _is_listed(report: Any, way: tuple[Any, ...], listed: tuple[str, ...], folder: Path) -> bool:
    dotted = {".".join(map(str, way[:depth])) for depth in range(1, len(way) + 1)}
    if way[0] == "figures" and len(way) > 1:
        before = json.loads((folder / "verification.json").read_text())["figures"]
        rows = [rows[way[1]] for rows in (before, report["figures"]) if len(rows) > way[1]]
        dotted |= {row.get("name") for row in rows}
        dotted |= {f"the {way[-1]} of {row.get('name')}" for row in rows}
    return bool(dotted & {*listed, *check_run(folder, 1).not_derived})
