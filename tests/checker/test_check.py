"""The checker: everything that changes behaviour is caught, also with recomputed hashes."""

import copy
import json
import shutil
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch
from builders.amount import some
from builders.changed_folder import changed, changed_at, numbers_in, program_mutants, rehash
from builders.commands import run_distill
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

import distill
from distill import Domain, Model
from distill.checker.check import check_run
from distill.checker.count import upper_bound
from distill.errors import RunFolderError


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
        "assert all(m.startswith('distill.checker') for m in loaded), loaded\n"
        "assert not {'torch', 'scipy', 'hypothesis', 'jaxtyping'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.fixture
def forged(tiny_run, tmp_path):
    """A copy of a run to tamper with."""
    return shutil.copytree(tiny_run, tmp_path / "run")


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
    """Every tensor, several entries, and changes from a nudge to a jump.

    Of a small network: every one is a folder that is checked, with a process for its program.
    """
    blocks = ["W_K", "W_V", "W_O", "W_in", "b_in", "W_out", "b_out", "W_Q"]
    names = ["W_E", "W_U", "W_pos", *(f"blocks.0.{name}" for name in blocks)]
    return some([(name, draw) for name in names for draw in range(6)], 18)


def test_a_proof_of_single_choices_is_of_texts_alone(tiny_run, tmp_path, asked_once):
    """Nothing is said to be proved so where nothing is chosen."""
    unique = {"up_to_length": 2, "smallest_lead": 1.0, "rounding": 0.0, "nodes": 9}
    unique |= {"drawn": 9, "drawn_unique": 9, "statement": "on every text"}

    def change(tree):
        tree["proof"]["where_unique"] = unique

    wrong = changed(tiny_run, tmp_path, "verification.json", change).findings
    assert "proof.where_unique" in [each.name for each in wrong if not each.ok]


def test_every_weight_that_changes_an_answer_is_caught(tiny_run, tmp_path, asked_once):
    weights = load_file(tiny_run / "model.safetensors")
    shape = distill.load_run(tiny_run).model.architecture
    tokens = Domain((range(11), range(11)), range(11)).tokens()
    before = outputs(shape, weights, tokens)
    changed, quiet = 0, []
    for name, draw in weight_mutants():
        rng = np.random.default_rng(draw)
        mutant = copy.deepcopy(weights)
        used = np.flatnonzero(mutant[name]) if draw % 2 else np.arange(mutant[name].size)
        place = int(rng.choice(used)) if used.size else 0
        mutant[name].flat[place] += rng.choice([-1, 1]) * 10.0 ** rng.integers(0, 3)
        folder = shutil.copytree(tiny_run, tmp_path / f"{name}{draw}")
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
    assert changed >= len(weight_mutants()) / 4, changed
    assert len(quiet) < len(weight_mutants()) / 2, quiet


@pytest.mark.parametrize(
    ("architecture", "p", "fraction", "tensor"),
    [
        pytest.param("transformer-norm", 31, 0.5, "ln_final_weight", marks=pytest.mark.claim),
        pytest.param("mlp-quadratic", 31, 0.6, "W_1", marks=pytest.mark.claim),
    ],
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
    for forged, told in ((moved, "derived"), (cut, f"do not fit the architecture: {tensor}")):
        save_file({**sound, tensor: forged}, folder / "model.safetensors")
        rehash(folder)
        wrong = [finding.detail for finding in check_run(folder).findings if not finding.ok]
        assert told in " ".join(wrong)


def logits(shape, weights, tokens):
    return Model(shape, {n: torch.from_numpy(w) for n, w in weights.items()}).logits(tokens)


def outputs(shape, weights, tokens):
    return logits(shape, weights, tokens).argmax(axis=1)


def test_every_constant_and_operator_of_the_program_matters(tiny_run, tmp_path):
    mutants = list(program_mutants((tiny_run / "program.py").read_text()))
    assert len(mutants) >= 25
    passed = []
    for number, mutant in enumerate(some(mutants, 9)):
        folder = shutil.copytree(tiny_run, tmp_path / str(number))
        (folder / "program.py").write_text(mutant)
        rehash(folder)
        if check_run(folder).ok:
            passed.append(mutant)
    assert not passed, passed[0]


@pytest.mark.parametrize("name", ["certificate.json", "mechanism.json"])
def test_every_number_of_what_is_derived_matters(tiny_run, tmp_path, name):
    document = json.loads((tiny_run / name).read_text())
    # a single block that is read at its last position sees everything, masked or not
    paths = [path for path in numbers_in(document) if path[-1] != "masked"]
    if name == "mechanism.json":  # what the checker re-derives of it: the waves and the coordinate
        read_only = {"share", "clock_r2", "pizza_r2"}
        paths = [p for p in paths if p[0] in {"waves", "coordinate"} and p[-1] not in read_only]
    assert len(paths) >= 10
    for number, path in enumerate(some(paths, 9)):
        folder = shutil.copytree(tiny_run, tmp_path / str(number))
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


def test_another_verdict_is_caught(forged):
    path = forged / "verification.json"
    path.write_text(path.read_text().replace('"proved"', '"exhaustive"'))
    rehash(forged)
    assert not check_run(forged).ok
