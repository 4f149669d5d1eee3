"""Engines propose, in processes of their own; what is not here is named with how to get it."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders.formulas import Noisy
from builders.paths import ROOT, TESTS

from distill.errors import DistillError
from distill.kinds.formula.engines import known, pysr_worker
from distill.kinds.formula.engines.engine import NoAnswerError, Problem
from distill.kinds.formula.engines.infix import read_infix
from distill.kinds.formula.engines.process import Apart
from distill.kinds.formula.expression import evaluate
from distill.kinds.formula.extract import extract_formula
from distill.records.refusal import Refusal

PROBLEM = Problem(
    ("a", "b"),
    np.array([1.0, 1.0]),
    np.array([3.0, 3.0]),
    lambda points: points[:, 0] / points[:, 1],
    None,
    1e-9,
)

PYSR = importlib.util.find_spec("pysr")


def test_auto_asks_this_package_first():
    assert known.engines_for("auto")[0].name == "own"
    assert [engine.name for engine in known.ENGINES] == ["own", "operon", "pysr", "pse"]


def test_an_engine_that_there_is_not_is_named_with_those_there_are():
    with pytest.raises(DistillError, match="expected one of auto, own, operon, pysr, pse"):
        known.engines_for("eureqa")


def test_a_package_that_is_not_installed_is_named_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(known, "ENGINES", (Apart("no", "no_worker", "no_such_package", "no", 1),))
    with pytest.raises(DistillError, match=r"pip install 'distill\[no\]'"):
        known.engines_for("no")
    assert known.engines_for("auto") == []


def test_what_auto_could_not_ask_is_said_in_a_line_and_the_run_goes_on(monkeypatch):
    network = Noisy(lambda x: np.sin(np.sin(3 * x) + x**2), {"x": (0.0, 2.0)})
    absent = Apart("no", "no_worker", "no_such_package", "no", 1)
    monkeypatch.setattr(known, "ENGINES", (absent,))
    said = extract_formula(network, "auto")
    assert isinstance(said, Refusal)
    line = "not asked: no (no_such_package is not installed: pip install 'distill[no]')"
    assert said.reasons[-1] == line
    here = Apart("here", "no_such_worker", "json", "no", 20)
    monkeypatch.setattr(known, "ENGINES", (here,))
    said = extract_formula(network, "auto")
    assert isinstance(said, Refusal)
    assert said.reasons[-1].startswith("the engine here failed: ")


def test_a_process_that_fails_or_takes_too_long_has_not_answered():
    broken = Apart("no", "no_such_worker", "json", "no", 20)
    with pytest.raises(NoAnswerError, match=r"failed: .*No module named .*no_such_worker"):
        list(broken.propose(PROBLEM))
    slow = Apart("no", "operon_worker", "json", "no", 0.01)
    with pytest.raises(NoAnswerError, match=r"ended after 0\.01 s, before it answered"):
        list(slow.propose(PROBLEM))


@pytest.mark.claim
def test_operon_proposes_a_quotient():
    pytest.importorskip("pyoperon", reason="pip install 'distill[operon]'")
    engine = Apart(
        *("operon", "operon_worker", "pyoperon", "operon"),
        seconds=120,
        settings={"evaluations": 30_000, "length": 10},
    )
    points = np.array([[1.5, 2.0], [2.5, 1.2]])
    near = min(
        float(np.abs(evaluate(node, points) - points[:, 0] / points[:, 1]).max())
        for node in engine.propose(PROBLEM)
    )
    assert near < 1e-6
    assert list(engine.propose(PROBLEM)) == list(engine.propose(PROBLEM))


@pytest.mark.claim
def test_pse_proposes_what_three_layers_hold():
    pytest.importorskip("psrn", reason="pip install 'distill[pse]'")
    engine = Apart(*("pse", "pse_worker", "psrn", "pse"), seconds=300, settings={"rounds": 1})

    def half_of_mean(points):
        a, b = points.T
        return a * b / (a + b)

    problem = replace(PROBLEM, values=half_of_mean)
    points = np.array([[1.5, 2.0], [2.5, 1.2]])
    proposed = list(engine.propose(problem))
    near = min(np.abs(evaluate(node, points) - half_of_mean(points)).max() for node in proposed)
    assert near < 1e-6
    assert proposed == list(engine.propose(problem))


def source_of(module: str) -> Path:
    """A module of PySR's: importing the package would look for Julia."""
    assert PYSR is not None
    assert PYSR.origin is not None
    return Path(PYSR.origin).with_name(module)


@pytest.mark.skipif(PYSR is None, reason="PySR is not installed: pip install 'distill[pysr]'")
def test_what_pysr_is_asked_with_is_what_it_takes():
    tree = ast.parse(source_of("sr.py").read_text())
    made = next(
        function
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name == "PySRRegressor"
        for function in node.body
        if isinstance(function, ast.FunctionDef) and function.name == "__init__"
    )
    takes = {arg.arg for arg in (*made.args.args, *made.args.kwonlyargs)}
    task = {"evaluations": 1, "length": 2, "seconds": 3, "seed": 4}
    assert set(pysr_worker.settings(task)) <= takes


@pytest.mark.skipif(PYSR is None, reason="PySR is not installed: pip install 'distill[pysr]'")
@pytest.mark.parametrize(
    "text", ["square(x0) * 2.5 - exp(-x1)", "sqrt(x0 / x1) + tanh(x1)", "log(x0) * sin(3.1 * x1)"]
)
def test_pysr_reads_its_expressions_as_they_are_read_here(text, monkeypatch):
    package = types.ModuleType("pysr")
    package.__path__ = [str(source_of("sr.py").parent)]
    monkeypatch.setitem(sys.modules, "pysr", package)
    for name in ("pysr.utils", "pysr.export_sympy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    export = pytest.importorskip("pysr.export_sympy")
    theirs = export.pysr2sympy(text, feature_names_in=["x0", "x1"])
    ours = read_infix(text, {"x0": 0, "x1": 1})
    at = {"x0": 1.7, "x1": 2.3}
    assert evaluate(ours, np.array([[1.7, 2.3]]))[0] == pytest.approx(float(theirs.evalf(subs=at)))


@pytest.mark.skipif(PYSR is None, reason="PySR is not installed: pip install 'distill[pysr]'")
def test_pysr_itself_takes_what_it_is_asked_and_gives_its_front(tmp_path):
    """All of it but the search, which is Julia's."""
    points = PROBLEM.low + np.random.default_rng(0).random((50, 2)) * (PROBLEM.high - PROBLEM.low)
    task = {"points": points.tolist(), "values": PROBLEM.values(points).tolist()}
    task |= {"evaluations": 1000, "length": 20, "seconds": 5, "seed": 1}
    done = subprocess.run(
        [sys.executable, "-m", "builders.pysr_without_julia"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        check=True,
    )
    texts = json.loads(done.stdout.splitlines()[-1])["expressions"]
    nearest, *others = (read_infix(text, {"x0": 0, "x1": 1}) for text in texts)
    at = np.array([[1.7, 2.3]])
    assert evaluate(nearest, at)[0] == pytest.approx(2.5 * 1.7**2 - np.exp(-2.3))
    assert [float(evaluate(each, at)[0]) for each in others] == pytest.approx([3.2, 2.75])


@pytest.mark.claim
def test_pysr_proposes_a_quotient_where_julia_is():
    engine = next(each for each in known.ENGINES if each.name == "pysr")
    if engine.missing is not None:
        pytest.skip(engine.missing)
    points = np.array([[1.5, 2.0], [2.5, 1.2]])
    near = min(
        float(np.abs(evaluate(node, points) - points[:, 0] / points[:, 1]).max())
        for node in engine.propose(PROBLEM)
    )
    assert near < 1e-6
