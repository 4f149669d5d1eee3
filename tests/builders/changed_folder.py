"""A run folder with something changed in it, as somebody would who wants it to pass."""

import ast
import copy
import hashlib
import json
import shutil

from distill.checker.check import check_run


def rehash(folder):
    """What a forger would do: make every hash match again."""
    certificate = json.loads((folder / "certificate.json").read_text())
    for name in certificate["sha256"]:
        certificate["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(certificate))


def changed(folder, tmp_path, name, change):
    """The checkup of a copy of a run folder with one file changed, and its hash to fit.

    A JSON file's tree is changed in place; of a program the changed text is returned.
    """
    forged = shutil.copytree(folder, tmp_path / "changed")
    path = forged / name
    before = path.read_text()
    if name.endswith(".json"):
        tree = json.loads(before)
        change(tree)
        assert tree != json.loads(before)
        path.write_text(json.dumps(tree))
    else:
        assert change(before) != before
        path.write_text(change(before))
    rehash(forged)
    return check_run(forged)


SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Eq: ast.NotEq,
    ast.In: ast.NotIn,
}


def program_mutants(source):
    """Each constant changed and each operator swapped, one at a time, outside docstrings."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node)
    }
    count = sum(1 for _ in ast.walk(tree))
    for position in range(count):
        original = list(ast.walk(tree))[position]
        if id(original) in docstrings:
            continue
        mutant = copy.deepcopy(tree)
        node = list(ast.walk(mutant))[position]
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            for value in (node.value + 1, node.value * 2):
                if value != original.value:
                    node.value = value
                    yield ast.unparse(mutant)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value += "x"
            yield ast.unparse(mutant)
        elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
            node.op = SWAPS[type(node.op)]()
            yield ast.unparse(mutant)
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            node.ops[0] = SWAPS[type(node.ops[0])]()
            yield ast.unparse(mutant)
        elif isinstance(node, ast.Name) and node.id in {"max", "cos", "sum"}:
            node.id = {"max": "min", "cos": "int", "sum": "max"}[node.id]
            yield ast.unparse(mutant)


def numbers_in(value, path=()):
    """Path of every number of a JSON document, in strings of numbers too."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from numbers_in(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from numbers_in(child, (*path, index))
    elif isinstance(value, int | float):
        yield path


def changed_at(document, path):
    mutant = copy.deepcopy(document)
    parent = mutant
    for key in path[:-1]:
        parent = parent[key]
    old = parent[path[-1]]
    parent[path[-1]] = not old if isinstance(old, bool) else old + (1 if old == 0 else old * 1e-3)
    if isinstance(old, int) and not isinstance(old, bool):
        parent[path[-1]] = old + 1
    return mutant
