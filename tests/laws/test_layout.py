"""The layout is what the guide says it is: one direction, small modules, kinds for themselves."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders.paths import ROOT

from distill.kinds.known import KINDS

PACKAGE = ROOT / "distill"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES, LONGEST = 350, 80

PLANTED = {
    "records/refusal.py": ("distill.pages.card", "distill.records is not allowed to import"),
    "checker/draws.py": ("distill.domains.finite", "distill.checker is not allowed to import"),
    "kinds/automaton/machine.py": ("distill.kinds.fourier.waves", "distill.kinds.automaton is not"),
    "kinds/fourier/extract.py": ("distill.kinds.fourier.evidence", "fourier.extract is not"),
    "kinds/recurrence/recurrence.py": ("distill.kinds.known", "recurrence.recurrence -> distill.k"),
    "networks/mlp.py": ("distill.tasks.finite", "distill.networks is not allowed to import"),
}
"""An import that is against the rules, by the module that it is planted in; and what is said."""


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_rule_of_the_contract_is_broken_by_an_import_against_it(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "distill")
    shutil.copyfile(ROOT / ".importlinter", tmp_path / ".importlinter")
    for name, (imported, _) in PLANTED.items():
        with (tmp_path / "distill" / name).open("a") as module:
            module.write(f"\nimport {imported}  # planted\n")
    (tmp_path / "distill" / "somewhere.py").write_text('"""A module of no layer."""\n')
    said = linted(tmp_path)
    assert said.returncode == 1
    assert "Contracts: 0 kept, 4 broken." in said.stdout
    for _, words in PLANTED.values():
        assert words in said.stdout, words
    assert "somewhere" in said.stdout


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_and_no_function_is_long(module):
    text = module.read_text()
    assert text.count("\n") <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < LONGEST, node.name


def test_nothing_outside_the_kinds_asks_which_kind_a_mechanism_is_of():
    names = "|".join(kind.name for kind in KINDS)
    asks = re.compile(rf"isinstance\([^)]*\w+Mechanism|\.kind == \"({names})\"|match .*\.kind")
    outside = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] != "kinds"]
    found = [
        f"{path.relative_to(PACKAGE)}: {line}"
        for path in outside
        for line in path.read_text().splitlines()
        if asks.search(line)
    ]
    assert found == []


OVER = {
    *("Domain", "Channels", "Texts", "Box", "Trace", "SequenceTrace", "TextTrace", "BoxTrace"),
    *("Task", "SequenceTask", "TextTask", "RealTask"),
}
"""Domains, views and tasks, by their space."""

MAY_ASK = ("spaces", "kinds", "networks/given.py")
"""Who may ask what something is over: a space itself; a kind, which reads views of one space; and
what tells by the arguments that a network was given with."""


def test_nothing_outside_the_spaces_asks_what_a_network_is_over():
    found = set()
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
                asked = {each.id for each in ast.walk(node.args[1]) if isinstance(each, ast.Name)}
                found |= {name} if asked & OVER else set()
    asking = {name for name in found if not name.startswith(MAY_ASK)}
    # a table of transformers is one of networks over texts, and says so
    assert asking == {"bench/compiled.py", "bench/learned.py"}
    assert found > asking


def test_the_guide_names_every_package_and_what_it_points_to_is_there():
    page = (ROOT / "docs" / "code.md").read_text()
    named = set(re.findall(r"`(\w+)(?:/|\.py)`", page))
    for path in PACKAGE.iterdir():
        name = path.name.removesuffix(".py")
        if (path / "__init__.py").is_file() or (path.suffix == ".py" and not name.startswith("_")):
            assert name in named, name
    answers = re.findall(r"\| `(distill/[\w/]+\.py)` \|", page)
    assert len(answers) >= 10
    for answer in answers:
        assert (ROOT / answer).is_file(), answer


def test_the_picture_of_the_layout_is_that_of_the_imports(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from picture_of_layout import picture

    assert (ROOT / "docs" / "layout.svg").read_text() == picture()
