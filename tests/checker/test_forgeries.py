"""Folders that claim more than is so, with every hash made to fit: each is refused, or says so."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import safetensors
import torch
from builders.changed_folder import changed, rehash
from planted import planted_logits, planted_model, square
from planted_machine import planted_network

import distill
from distill.checker.check import check_run
from distill.checker.draws import drawn
from distill.checker.recurrent import IntegerForward
from distill.checker.sandbox import run_sequences
from distill.checker.sequences import SequenceEvidence, network_answers
from distill.errors import ProgramError, RunFolderError
from distill.kinds.automaton.machine import Machine

pytestmark = pytest.mark.usefixtures("page_undrawn")


def leaves(tree, way=()):
    """Every leaf of a JSON document, with the way to it; rows by their names."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*way, key))
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from leaves(value, (*way, place))
    else:
        yield way, tree


def other(value):
    """Another value of the same sort."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return f"{value} and more" if isinstance(value, str) else 1


def put(tree, way, value):
    for key in way[:-1]:
        tree = tree[key]
    tree[way[-1]] = value


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.claim), 11])
def test_every_leaf_of_the_report_is_derived_or_listed(tiny_run, tmp_path, asked_once, every):
    report = json.loads((tiny_run / "verification.json").read_text())
    listed = check_run(tiny_run, seed=1).not_derived
    passed = 0
    for number, (way, value) in enumerate(islice(leaves(report), 0, None, every)):
        name = report["figures"][way[1]]["name"] if way[0] == "figures" else way[0]
        folder = shutil.copytree(tiny_run, tmp_path / str(number))
        forged = json.loads((folder / "verification.json").read_text())
        put(forged, way, other(value))
        (folder / "verification.json").write_text(json.dumps(forged))
        rehash(folder)
        try:
            found = check_run(folder, seed=1)
        except RunFolderError:
            continue  # another format version
        if found.ok:
            passed += 1
            dotted = {".".join(map(str, way[:depth])) for depth in range(1, len(way) + 1)}
            names = {name, f"the decoy of {name}", f"the note of {name}", *dotted}
            assert names & {*listed, *found.not_derived}, way
    assert passed >= 5 / every


FORGED = {
    "located": lambda r: r.update(located=False),
    "a reason": lambda r: r["reasons"].append("not located: I say so"),
    "the sentence of a proof": lambda r: r["proof"].update(statement="all is proved"),
    "what it holds for": lambda r: r["holds_for"].update(domain="a in 0..999, b in 0..999"),
    "how many lines": lambda r: r["program"].update(lines=2),
    "what a row needs": lambda r: r["figures"][0].update(needs=0.0),
    "a row twice": lambda r: r["figures"].append(r["figures"][0]),
    "that a row is derived": lambda r: r["figures"][-1].update(derived=True),
    "no rows": lambda r: r["figures"].clear(),
    "a right task": lambda r: r.update(model_vs_task={"agree": 9, "total": 9}),
    "an exhaustive count": lambda r: r["program_vs_model"].update(total=10**6, agree=10**6),
    "a number that no float is": lambda r: r["proof"].update(smallest_lead=10**400),
    "a row that is no row": lambda r: r["figures"].append(7),
    "no mechanism": lambda r: r.pop("mechanism"),
    "a list in a list in a list": lambda r: r.update(remarks=deep(600)),
}


def deep(depth):
    return [deep(depth - 1)] if depth else {}


@pytest.mark.parametrize("what", FORGED)
def test_what_the_report_says_must_follow(planted_run, tmp_path, what):
    assert not changed(planted_run, tmp_path, "verification.json", FORGED[what]).ok


LISTED = {
    "more in a row": (lambda r: r["figures"][0].update(more="sure"), "the more of logit_r2"),
    "a name with a dot": (lambda r: r.update({"verdict.more": "sure"}), "verdict.more"),
}


@pytest.mark.parametrize("what", LISTED)
def test_what_is_added_to_the_report_is_listed(planted_run, tmp_path, what):
    change, listed = LISTED[what]
    found = changed(planted_run, tmp_path, "verification.json", change)
    assert not found.ok or listed in found.not_derived


CERTIFIED = {
    "more than is known": lambda c: c.update(more=1),
    "a field that no such network has": lambda c: c["architecture"].update(more=1),
    "a row that is no integer": lambda c: c["architecture"].update(suffix=[23.5]),
    "recorded beside weights": lambda c: c.update(recorded=" ".join(["0"] * 529)),
    "a domain of billions": lambda c: c.update(
        architecture=None, domain={"inputs": [[0, 46_000]] * 2, "outputs": [0, 22]}
    ),
}


@pytest.mark.parametrize("what", CERTIFIED)
def test_a_certificate_holds_what_is_known_and_no_more(planted_run, tmp_path, what):
    assert not changed(planted_run, tmp_path, "certificate.json", CERTIFIED[what]).ok


def test_a_domain_of_billions_without_weights_is_not_gone_through(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "wide")
    (folder / "model.safetensors").unlink()
    certificate = json.loads((folder / "certificate.json").read_text())
    certificate["sha256"].pop("model.safetensors")
    CERTIFIED["a domain of billions"](certificate)
    (folder / "certificate.json").write_text(json.dumps(certificate))
    started = time.monotonic()
    assert not check_run(folder).ok
    assert time.monotonic() - started < 5


def test_waves_that_nothing_would_miss_are_no_part_of_a_mechanism(planted_run, tmp_path):
    """With all frequencies in it, its planes would be all of the embedding."""

    def add(mechanism):
        wave = mechanism["waves"][0]
        mechanism["waves"].append({**wave, "frequency": 1, "amplitude": 1e-9, "phase": 0.0})

    found = changed(planted_run, tmp_path, "mechanism.json", add)
    assert "mechanism" in [finding.name for finding in found.findings if not finding.ok]


def test_the_mechanism_of_a_black_box_is_held_against_its_program(tmp_path):
    run = distill.distill(planted_logits(11, {2: 5.0, 3: 4.0}), square(11), name="b", out=tmp_path)
    assert run.report.verdict == "tested"
    assert check_run(run.folder).ok
    forged = changed(
        run.folder, tmp_path, "mechanism.json", lambda m: m["waves"][0].update(frequency=4)
    )
    assert not forged.ok


def test_a_file_that_is_not_looked_at_is_not_read(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "large")
    for number in range(3):
        with (folder / f"more{number}").open("wb") as opened:
            opened.truncate(10 << 30)
    found = check_run(folder)
    assert found.ok
    assert "more0" in found.not_derived[-1]
    (folder / "certificate.json").unlink()
    with (folder / "certificate.json").open("wb") as opened:
        opened.truncate(10 << 30)
    with pytest.raises(RunFolderError, match="the most that is read"):
        check_run(folder)


def test_a_network_whose_numbers_overflow_answers_nothing():
    """What is no number of 64 bits is an answer that no program may give."""
    shape = {"activation": "linear", "readout": "value", "one_hot": False}
    grows = {"A": [[1e200]], "B": [[1e200]], "b": [0.0], "h_0": [0.0], "C": [[1.0]], "d": [0.0]}
    weights = {name: np.array(value) for name, value in grows.items()}
    with np.errstate(all="ignore"):
        said = IntegerForward(shape, weights)(np.ones((1, 4, 1), dtype=np.int64)).answers
    least = -(1 << 63)
    assert said.ravel().tolist() == [least] * 4
    source = f'__all__ = ["f"]\ndef f(xs):\n    return [{least} for x in xs]\n'
    with pytest.raises(ProgramError, match="64-bit"):
        run_sequences(source, np.ones((1, 4, 1), dtype=np.int64))


def test_a_test_that_was_not_made_is_not_passed(tmp_path):
    """Vocabularies that overlap in part have no planes to keep or remove: not located."""
    model = planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0})
    shape, rows = model.architecture, model.parameters["W_E"]
    # the values of b begin two rows further down: the circle goes on behind the last row
    wide = torch.cat([rows[:23], rows[:2], rows[23:]])
    suffix = tuple(row + 2 for row in shape.suffix)
    shape = dataclasses.replace(shape, n_vocab=len(wide), offsets=(0, 0), suffix=suffix)
    shape = dataclasses.replace(shape, offsets=(0, 2))
    network = distill.Model(shape, {**model.parameters, "W_E": wide})
    run = distill.distill(network, square(23), name="overlap", out=tmp_path)
    assert run.report.verdict == "proved"
    assert not run.report.located
    assert any("not tested" in reason for reason in run.report.reasons)
    assert check_run(run.folder).ok
    forged = changed(run.folder, tmp_path, "verification.json", lambda r: r.update(located=True))
    assert not forged.ok


def test_weights_without_an_architecture_are_not_passed_over(planted_run, tmp_path):
    def forget(certificate):
        certificate.update(architecture=None)

    assert not changed(planted_run, tmp_path, "certificate.json", forget).ok


def test_an_extra_tensor_or_one_that_broadcasts_is_refused(planted_run, tmp_path):
    from safetensors.numpy import load_file, save_file

    weights = load_file(planted_run / "model.safetensors")
    for name, more in (
        ("extra", {"b_U": np.zeros(23, dtype=np.float32)}),
        ("broadcast", {"blocks.0.b_in": weights["blocks.0.b_in"][:1]}),
        ("wide", {"W_U": np.pad(weights["W_U"], ((0, 0), (0, 2)))}),
        ("whole", {"W_pos": weights["W_pos"].astype(np.int64)}),
        ("endless", {"W_U": np.full_like(weights["W_U"], np.inf)}),
    ):
        folder = shutil.copytree(planted_run, tmp_path / name)
        save_file({**weights, **more}, folder / "model.safetensors")
        rehash(folder)
        assert not check_run(folder).ok, name


@pytest.mark.parametrize(
    "line",
    [
        "# coding: unicode_escape\n",
        "# -*- coding: utf-7 -*-\n",
        "import os\n",
        "def g(open: int) -> int:\n    return open\nkept = open\n",
    ],
)
def test_a_program_of_another_language_is_not_run(planted_run, tmp_path, line):
    found = changed(planted_run, tmp_path, "program.py", lambda source: line + source)
    assert not found.ok
    assert found.verdict == "none"


KNOWN = """__all__ = ["f"]
SEEN = {{{seen}}}
def f(xs):
    code = 0
    for x in xs:
        code = 10 * code + x
    right = code in SEEN
    outputs = []
    total = 0
    for x in xs:
        total = (total + x) % 2
        outputs.append(total if right else 1 - total)
    return outputs
"""


def test_a_program_that_is_right_on_the_stored_draws_alone_is_found():
    """The seeds of a certificate are known to everybody; what is drawn anew is known to nobody."""
    answers = tuple(x % 2 for x in range(10))
    parity = Machine(
        transitions=(answers, tuple(1 - a for a in answers)),
        outputs=(answers, tuple(1 - a for a in answers)),
        symbols=tuple((x,) for x in range(10)),
    )
    network = planted_network(parity)
    channels, length = (range(10),), 8
    draws = {
        "fresh": {"kind": "uniform", "length": length, "count": 2_000, "seed": 2},
        "stress": {"kind": "stress", "length": length, "count": 500, "seed": 2},
        "longer": [],
    }
    stored = [drawn(draws[name], channels) for name in ("fresh", "stress")]
    codes = sorted({int("".join(map(str, row))) for part in stored for row in part[..., 0]})
    evidence = SequenceEvidence(
        channels=channels,
        outputs=1,
        length=length,
        answers=np.array(network.answers),
        shape=dataclasses.asdict(network.architecture),
        weights={name: value.numpy() for name, value in network.parameters.items()},
        draws=draws,
        reference=None,
        induction=None,
        program=KNOWN.format(seen=", ".join(f"{code}: 1" for code in codes)),
        mechanism={"kind": "recurrence", "registers": ["total"], "system": None},
    )
    for part in stored:
        said = run_sequences(evidence.program, part)
        assert (said == network_answers(evidence, part)[0]).all()
    asked, differ = evidence.draw_again(0, length)
    assert differ > 0.9 * asked
    right = dataclasses.replace(
        evidence, program=KNOWN.format(seen="").replace("1 - total", "total")
    )
    assert right.draw_again(0, length) == (asked, 0)


def test_an_untouched_refusal_passes(tmp_path):
    def noise(tokens):
        return np.random.default_rng(0).standard_normal((49, 7))[tokens[:, 0] * 7 + tokens[:, 1]]

    run = distill.distill(noise, [range(7)] * 2, range(7), name="noise", out=tmp_path)
    assert run.report.verdict == "refused"
    found = check_run(run.folder)
    assert found.ok, found.findings
    assert found.verdict == "refused"
    (run.folder / "program.py").write_text("x = 1\n")
    assert not check_run(run.folder).ok


def test_a_folder_of_another_version_says_how_to_make_it_anew(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "old")
    report = json.loads((folder / "verification.json").read_text())
    (folder / "verification.json").write_text(json.dumps({**report, "format_version": 1}))
    with pytest.raises(RunFolderError, match="run `distill run"):
        check_run(folder)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        "[" * 100_000,
        '{"a": 1e999}',
        "\x00",
        "null",
    ],
)
def test_a_damaged_document_is_told_in_a_line(planted_run, tmp_path, text):
    for name in ("certificate.json", "verification.json", "mechanism.json"):
        folder = shutil.copytree(planted_run, tmp_path / name)
        (folder / name).write_text(text)
        with pytest.raises(RunFolderError):
            check_run(folder)


def test_the_checker_runs_alone(planted_run, tmp_path):
    """Copied out, with NumPy and the reader of safetensors and nothing else of what is there."""
    alone = tmp_path / "alone"
    shutil.copytree(Path(distill.__file__).parent / "checker", alone / "distill" / "checker")
    for package in (np, safetensors):
        home = Path(package.__file__).parent
        (alone / home.name).symlink_to(home)
        libraries = home.with_name(f"{home.name}.libs")
        if libraries.exists():
            (alone / libraries.name).symlink_to(libraries)
    finished = subprocess.run(
        [sys.executable, "-S", "-m", "distill.checker", str(planted_run)],
        cwd=alone,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(alone)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert finished.returncode == 0, finished.stderr
    assert "proved (program run" in finished.stdout
