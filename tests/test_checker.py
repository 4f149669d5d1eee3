"""The checker: what it lets run, what its bounds hold, and what it catches."""

import ast
import copy
import hashlib
import json
import shutil
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch
from conftest import run_distill
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import distill
from distill import MLP, Domain, Model, Transformer
from distill.checker.check import check_run
from distill.checker.derive import upper_bound
from distill.checker.forward import DOUBLE, FORWARD_PASSES, SINGLE, Arithmetic, Ball, margins
from distill.checker.sandbox import check_syntax, run_program
from distill.errors import ProgramError, RunFolderError

GOOD = "__all__ = ['f']\ndef f(a, b):\n    return a + b\n"


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from os import system",
        "import math as _m",
        "__import__('os')",
        "open('x', 'w')",
        "(1).__class__",
        "''.join([])",
        "eval('1')",
        "getattr(1, 'real')",
        "x = 9 ** 9 ** 9",
        "x = 9 ** 9",
        "x = 2 ** x",
        "x = 1 << 10**9",
        "class A: pass",
        "global x",
        "try:\n    pass\nfinally:\n    pass",
        "with f: pass",
        "def __f(): pass",
        "from math import *",
        "from functools import partial",
        "@property\ndef f(): pass",
        "async def f(): pass",
        "def f(): yield",
        "x = f'{y}'",
        "x = __name__",
        "import sys\nx = sys.argv",
        "import sys\nif __name__ == '__main__':\n    print(len(sys.argv))",
        "def f(a): return a\nif __name__ != '__main__':\n    print(f(1))",
        "def f(:",
        "\x00",
    ],
)
def test_whatever_could_reach_out_is_refused(source):
    with pytest.raises(ProgramError):
        check_syntax(source)


def test_programs_run_with_limits_and_an_empty_environment():
    assert run_program(GOOD, np.array([[1, 2], [3, 4]])).answers.tolist() == [3, 7]
    forever = GOOD.replace("return a + b", "while True:\n        pass")
    with pytest.raises(ProgramError, match=r"did not end|status"):
        run_program(forever, np.array([[1, 2]]), seconds=1)
    huge = GOOD.replace("return a + b", "return len([0] * 10_000_000_000)")
    with pytest.raises(ProgramError, match="MemoryError"):
        run_program(huge, np.array([[1, 2]]))
    with pytest.raises(ProgramError, match="not an integer"):
        run_program(GOOD.replace("a + b", "1.5"), np.array([[1, 2]]))
    counting = "seen = []\n" + GOOD.replace(
        "    return", "    seen.append(a)\n    return len(seen) +"
    )
    with pytest.raises(ProgramError, match="depend on the order"):
        run_program(counting, np.array([[1, 2], [3, 4]]))
    with pytest.raises(ProgramError, match="exactly one function"):
        run_program(GOOD.replace("['f']", "['f', 'g']"), np.array([[1, 2]]))
    with pytest.raises(ProgramError, match="wrote to its output"):
        run_program(GOOD.replace("    return", "    print(a)\n    return"), np.array([[1, 2]]))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([1, 2]),
    st.floats(0.1, 3),
    st.sampled_from([1.0, 0.4]),
    st.booleans(),
    st.booleans(),
)
def test_balls_hold_the_real_number_and_both_evaluations(
    seed, n_heads, scale, coefficient, bias, norm
):
    """Against fifty-digit arithmetic, written out independently."""
    shape = Transformer(
        **{"n_inputs": 2, "n_vocab": 4, "n_outputs": 3, "offsets": (0, 0), "suffix": (3,)},
        **{"d_model": 4, "n_heads": n_heads, "d_head": 2, "d_mlp": 5, "biases": bias},
        attention_coefficient=coefficient,
        layer_norm=norm,
    )
    parameters = shape.initialise(torch.Generator().manual_seed(seed))
    parameters = {name: w * scale + 0.01 for name, w in parameters.items()}
    held_by_balls(Model(shape, parameters), fifty_digits)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.1, 3),
    st.sampled_from(["relu", "square", "abs", "gelu"]),
    st.sampled_from(["sum", "concat"]),
    st.integers(1, 2),
)
def test_balls_of_a_perceptron_hold_the_real_number_and_both_evaluations(
    seed, scale, activation, combine, layers
):
    """The same for every activation, in one layer and in two."""
    shape = MLP(2, 3, 3, 4, (5,) * layers, combine, activation=activation)
    parameters = shape.initialise(torch.Generator().manual_seed(seed))
    parameters = {name: w * scale + 0.01 for name, w in parameters.items()}
    held_by_balls(Model(shape, parameters), fifty_digits_of_a_perceptron)


def held_by_balls(model, written_out):
    """Hold the checker's balls against real arithmetic, float64 and float32."""
    shape, tokens = model.architecture, Domain((range(3), range(3)), range(3)).tokens()[::3]
    weights = {name: w.numpy() for name, w in model.parameters.items()}
    exact = written_out(shape, weights, tokens)
    double = FORWARD_PASSES[shape.kind](vars(shape), weights, DOUBLE)(tokens)
    single = FORWARD_PASSES[shape.kind](vars(shape), weights, SINGLE)(tokens)
    for row in range(len(tokens)):
        for column in range(3):
            off = abs(exact[row][column] - mpmath.mpf(float(double.mid[row, column])))
            assert off <= double.rad[row, column]
    assert (np.abs(model.logits(tokens) - double.mid) <= 2 * double.rad).all()
    assert (np.abs(model.logits(tokens, single=True) - single.mid) <= single.rad).all()
    assert (double.rad < 1e-8 * np.maximum(1, np.abs(double.mid))).all()


def in_fifty_digits(values):
    """Stored numbers as they are, to be reckoned with in real arithmetic."""
    return np.vectorize(lambda v: mpmath.mpf(float(v)), otypes=[object])(values)


def norm_in_fifty_digits(x, weight, bias):
    """Layer norm over the last axis; epsilon is the float64 that stands in the code."""
    rows = []
    for row in np.atleast_2d(x):
        centred = row - mpmath.fsum(row) / len(row)
        variance = mpmath.fsum(centred**2) / len(row)
        rows.append(centred / mpmath.sqrt(variance + mpmath.mpf(1e-5)) * weight + bias)
    return np.array(rows, dtype=object).reshape(x.shape)


def fifty_digits_of_a_perceptron(shape, weights, tokens):
    act = {
        "relu": lambda x: max(x, mpmath.mpf(0)),
        "square": lambda x: x**2,
        "abs": abs,
        "gelu": lambda x: x * mpmath.ncdf(x),
    }[shape.activation]
    with mpmath.workdps(50):
        W = {name: in_fifty_digits(value) for name, value in weights.items()}
        rows = []
        for a, b in tokens:
            first, second = W["W_E"][a], W["W_E"][b]
            x = np.concatenate([first, second]) if shape.combine == "concat" else first + second
            for layer in range(1, len(shape.widths) + 1):
                before = x @ W[f"W_{layer}"] + W[f"b_{layer}"]
                x = np.array([act(h) for h in before], dtype=object)
            rows.append(x @ W["W_U"] + W["b_U"])
        return rows


def fifty_digits(shape, weights, tokens):
    with mpmath.workdps(50):
        W = {name: in_fifty_digits(value) for name, value in weights.items()}

        def read(parameters, name, x):
            if not shape.layer_norm:
                return x
            parts = (parameters[f"{name}_{part}"] for part in ("weight", "bias"))
            return norm_in_fifty_digits(x, *parts)

        rows = []
        for pair in tokens:
            x = W["W_E"][[*pair, *shape.suffix]] + W["W_pos"]
            B = {name.removeprefix("blocks.0."): value for name, value in W.items()}
            zero = np.zeros((shape.n_heads, shape.d_head), dtype=object)
            residual, c, x = (
                x[-1] + B.get("b_O", 0),
                mpmath.mpf(shape.attention_coefficient),
                read(B, "ln_1", x),
            )
            for head in range(shape.n_heads):
                q, k, v = (
                    at @ B[f"W_{kind}"][head] + B.get(f"b_{kind}", zero)[head]
                    for kind, at in zip("QKV", (x[-1], x, x), strict=True)
                )
                weighed = [mpmath.exp(s / mpmath.sqrt(shape.d_head)) for s in k @ q]
                total = mpmath.fsum(weighed)
                attention = np.array([w / total * c + 1 - c for w in weighed], dtype=object)
                residual = residual + attention @ v @ B["W_O"][head]
            hidden = read(B, "ln_2", residual) @ B["W_in"] + B["b_in"]
            hidden = np.array([max(h, mpmath.mpf(0)) for h in hidden], dtype=object)
            written = residual + hidden @ B["W_out"] + B["b_out"]
            rows.append(read(W, "ln_final", written) @ W["W_U"] + W.get("b_U", 0))
        return rows


NORM_STEPS = ("mean", "activation", "root", "quotient", "scaled")
"""The operations that a layer norm is made of, as the checker has them."""


def norm_escapes(mid, rad, weight, bias):
    """How many images of points of a ball lie outside the layer norm of the ball."""
    image = Arithmetic(DOUBLE).layer_norm(Ball(mid[None], rad[None]), weight, bias)
    outwards = np.sign(mid - mid.mean())
    drawn = np.random.default_rng(0).choice([-1.0, 0.5, 1.0], (20, len(mid)))
    escaped = 0
    with mpmath.workdps(50):
        for places in (outwards, -outwards, *np.eye(len(mid)), *drawn):
            point = in_fifty_digits(mid) + in_fifty_digits(places) * in_fifty_digits(rad)
            exact = norm_in_fifty_digits(point, in_fifty_digits(weight), in_fifty_digits(bias))
            off = abs(exact - in_fifty_digits(image.mid[0]))
            escaped += bool((off > in_fifty_digits(image.rad[0])).any())
    return escaped


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.floats(-8, 3),
    st.sampled_from([0.0, 1e-12, 1e-6, 1e-2, 0.5, 10.0]),
)
def test_layer_norm_of_a_ball_holds_the_layer_norm_of_every_point(seed, n, exponent, radius):
    """Wide balls too, and balls in which the spread may be no more than epsilon leaves of it."""
    rng = np.random.default_rng(seed)
    mid = rng.standard_normal(n) * 10.0**exponent
    rad = radius * 10.0**exponent * rng.random(n)
    assert norm_escapes(mid, rad, rng.standard_normal(n), rng.standard_normal(n)) == 0


@pytest.mark.parametrize("step", NORM_STEPS)
def test_a_step_of_the_layer_norm_that_forgets_its_radius_is_caught(step, monkeypatch):
    """The test above can fail: without the radius of any one operation, points escape."""
    sound = getattr(Arithmetic, step)

    def forgetful(self, *arguments):
        found = sound(self, *arguments)
        if step == "root":
            return Ball(found[0].mid, np.zeros_like(found[0].rad)), found[1]
        return Ball(found.mid, np.zeros_like(found.rad))

    # The first entry is exact and far out: when the others move apart, its mean stays and the
    # spread grows. The second ball moves as a whole, and with it the mean.
    mid = np.array([3.0, 1.0, -1.0, 1.0, -1.0])
    balls = [(mid, 0.02 * np.array([0.0, 1.0, 1.0, 1.0, 1.0])), (mid, np.full(5, 0.02))]
    one, zero = np.ones(5), np.zeros(5)
    assert not any(norm_escapes(*ball, one, zero) for ball in balls)
    monkeypatch.setattr(Arithmetic, step, forgetful)
    assert any(norm_escapes(*ball, one, zero) for ball in balls)


def test_margins_are_lower_bounds():
    best, lead, lower = margins(Ball(np.array([[1.0, 3.0, 2.5]]), np.array([[0.1, 0.2, 0.2]])))
    assert best.tolist() == [1]
    assert lead[0] == 0.5
    assert lower[0] == pytest.approx(0.1)


@given(st.integers(1, 500), st.data())
def test_upper_bound_is_exact(total, data):
    """At the bound, so few disagreements have a probability of one in a hundred."""
    seen = data.draw(st.integers(0, total - 1))
    rate = mpmath.mpf(upper_bound(seen, total))
    tail = mpmath.fsum(
        mpmath.binomial(total, k) * rate**k * (1 - rate) ** (total - k) for k in range(seen + 1)
    )
    assert float(tail) == pytest.approx(0.01, rel=1e-6)


def test_checker_imports_nothing_of_what_it_checks():
    script = (
        "import sys, distill.checker.check\n"
        "loaded = {m for m in sys.modules if m.startswith('distill.')}\n"
        "assert all(m == 'distill.errors' or m.startswith('distill.checker') for m in loaded)\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


# ---- mutants: everything that changes behaviour is caught, also with recomputed hashes


def rehash(folder):
    """What a forger would do: make every hash match again."""
    certificate = json.loads((folder / "certificate.json").read_text())
    for name in certificate["sha256"]:
        certificate["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(certificate))


@pytest.fixture
def forged(planted_run, tmp_path):
    """A copy of a run to tamper with."""
    return shutil.copytree(planted_run, tmp_path / "run")


def test_an_untouched_run_passes(forged):
    rehash(forged)
    checkup = check_run(forged)
    assert checkup.ok, [f for f in checkup.findings if not f.ok]
    assert checkup.verdict == "proved"


def test_hashes_are_compared(forged):
    with (forged / "program.py").open("a") as program:
        program.write("# a comment\n")
    assert not check_run(forged).ok
    rehash(forged)
    assert check_run(forged).ok


def weight_mutants():
    """Every tensor, several entries, and changes from a nudge to a jump."""
    blocks = ["W_K", "W_V", "W_O", "W_in", "b_in", "W_out", "b_out", "W_Q"]
    names = ["W_E", "W_U", "W_pos", *(f"blocks.0.{name}" for name in blocks)]
    return [(name, draw) for name in names for draw in range(10)]


def test_every_weight_that_changes_an_answer_is_caught(planted_run, tmp_path):
    weights = load_file(planted_run / "model.safetensors")
    shape = distill.load_run(planted_run).model.architecture
    tokens = Domain((range(23), range(23)), range(23)).tokens()
    before = outputs(shape, weights, tokens)
    changed, quiet = 0, []
    for name, draw in weight_mutants():
        rng = np.random.default_rng(draw)
        mutant = copy.deepcopy(weights)
        used = np.flatnonzero(mutant[name]) if draw % 2 else np.arange(mutant[name].size)
        place = int(rng.choice(used)) if used.size else 0
        mutant[name].flat[place] += rng.choice([-1, 1]) * 10.0 ** rng.integers(0, 3)
        folder = shutil.copytree(planted_run, tmp_path / f"{name}{draw}")
        save_file(mutant, folder / "model.safetensors")
        rehash(folder)
        caught = not check_run(folder).ok
        if (outputs(shape, mutant, tokens) != before).any():
            changed += 1
            assert caught, f"{name}[{place}] changes answers and passed"
        elif not caught:
            quiet.append(f"{name}[{place}]: no logit of any input depends on it")
            same = logits(shape, mutant, tokens) - logits(shape, weights, tokens)
            assert np.abs(same - same.mean(axis=1, keepdims=True)).max() < 1e-6
    assert changed >= 35, changed
    assert len(quiet) < len(weight_mutants()) / 2, quiet


@pytest.mark.parametrize(
    ("architecture", "p", "fraction", "tensor"),
    [("transformer-norm", 31, 0.5, "ln_final_weight"), ("mlp-quadratic", 31, 0.6, "W_1")],
)
def test_a_trained_architecture_is_proved_and_its_weights_are_held(
    tmp_path, architecture, p, fraction, tensor
):
    """Training, storing and checking of a network with layer norm, and of one that squares."""
    settings = ("--set", f"p={p}", "--set", f"fraction={fraction}")
    finished = run_distill("run", "mod_add", "--arch", architecture, *settings, cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    (folder,) = (tmp_path / "outputs" / "mod_add").iterdir()
    report = distill.load_run(folder).report
    assert report.verdict == "proved"
    assert report.model_vs_task.agree == p * p
    assert check_run(folder).ok
    sound = load_file(folder / "model.safetensors")
    moved, cut = sound[tensor].copy(), sound[tensor][:1]
    moved.flat[3] += 10.0
    for forged, told in ((moved, "claimed"), (cut, f"{tensor} has shape")):
        save_file({**sound, tensor: forged}, folder / "model.safetensors")
        rehash(folder)
        wrong = [finding.detail for finding in check_run(folder).findings if not finding.ok]
        assert told in " ".join(wrong)


def logits(shape, weights, tokens):
    return Model(shape, {n: torch.from_numpy(w) for n, w in weights.items()}).logits(tokens)


def outputs(shape, weights, tokens):
    return logits(shape, weights, tokens).argmax(axis=1)


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


def test_every_constant_and_operator_of_the_program_matters(planted_run, tmp_path):
    mutants = list(program_mutants((planted_run / "program.py").read_text()))
    assert len(mutants) >= 25
    passed = []
    for number, mutant in enumerate(mutants):
        folder = shutil.copytree(planted_run, tmp_path / str(number))
        (folder / "program.py").write_text(mutant)
        rehash(folder)
        if check_run(folder).ok:
            passed.append(mutant)
    assert not passed, passed[0]


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


@pytest.mark.parametrize("name", ["certificate.json", "mechanism.json"])
def test_every_number_matters(small_run, planted_run, tmp_path, name):
    document = json.loads((planted_run / name).read_text())
    # a single block that is read at its last position sees everything, masked or not
    paths = [path for path in numbers_in(document) if path[-1] != "masked"]
    if name == "mechanism.json":  # what the checker re-derives of it: the waves and the coordinate
        read_only = {"share", "clock_r2", "pizza_r2"}
        paths = [p for p in paths if p[0] in {"waves", "coordinate"} and p[-1] not in read_only]
    assert len(paths) >= 10
    for number, path in enumerate(paths):
        folder = shutil.copytree(planted_run, tmp_path / str(number))
        mutant = changed_at(document, path)
        if path[-1] in {"amplitude", "phase"}:  # printed with four digits: change the third
            parent = mutant["waves"][path[1]]
            parent[path[-1]] = parent[path[-1]] * 1.05 + 0.1
        (folder / name).write_text(json.dumps(mutant))
        rehash(folder)
        if path == ("format_version",):
            with pytest.raises(RunFolderError, match="format version"):
                check_run(folder)
        else:
            assert not check_run(folder).ok, path


def test_numbers_of_a_real_run_matter_too(small_run, tmp_path):
    """The split and the reference of a trained network, which a planted one has not."""
    document = json.loads((small_run / "certificate.json").read_text())
    reference = document["reference"].split()
    reference[7] = str((int(reference[7]) + 1) % 59)
    for number, change in enumerate(
        [
            {"split": {**document["split"], "seed": 1}},
            {"split": {**document["split"], "train": document["split"]["train"] + 1}},
            {"reference": " ".join(reference)},
        ]
    ):
        folder = shutil.copytree(small_run, tmp_path / str(number))
        (folder / "certificate.json").write_text(json.dumps({**document, **change}))
        assert not check_run(folder).ok, change.keys()


def test_a_raised_verdict_is_caught(forged):
    for name in ("certificate.json", "verification.json"):
        path = forged / name
        path.write_text(path.read_text().replace('"proved"', '"exhaustive"'))
        rehash(forged)
        assert not check_run(forged).ok
