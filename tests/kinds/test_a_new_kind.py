"""A kind that the package does not have goes through all of it: a folder, a file, three lines."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from builders.changed_folder import changed
from builders.commands import distill_here
from builders.copy_kind import checker
from builders.copy_kind.kind import CopyKind

import distill
import distill.checker.kinds
from distill.domains.finite import Domain
from distill.gallery.collect import collect, differences, draw
from distill.kinds import known
from distill.networks.mlp import MLP
from distill.networks.trace import trace
from distill.records.refusal import Refusal

P = 5
DOMAIN = Domain((range(P), range(P)), range(P))


@pytest.fixture(autouse=True)
def _added(monkeypatch):
    """One entry in each of the two lists."""
    monkeypatch.setattr(known, "KINDS", (*known.KINDS, CopyKind()))
    monkeypatch.setitem(distill.checker.kinds.KINDS, "copy", checker)


def network(which=1, louder=10.0):
    """A perceptron that answers one of two inputs: the other is embedded nowhere."""
    shape = MLP(2, P, P, d_embed=P, widths=(P,), shared=False)
    one = torch.eye(P)
    weights = {f"W_E{place}": one if place == which else 0 * one for place in range(2)}
    rest = {"W_1": one, "b_1": torch.zeros(P), "W_U": louder * one, "b_U": torch.zeros(P)}
    return distill.Model(shape, weights | rest)


def command(*arguments):
    done = distill_here(*map(str, arguments), cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_copy_goes_through_verify_show_report_compare_and_the_gallery(tmp_path):
    run = distill.distill(network(), DOMAIN, name="second", out=tmp_path / "runs")
    assert (run.report.verdict, run.report.located) == ("proved", True)
    assert run.mechanism.kind == "copy"
    assert run.program(3, 4) == 4
    row = run.report.figure("untouched_accuracy")
    assert (row.value, row.needs) == (1.0, 0.99)
    assert row.decoy < 0.5
    assert "proved" in command("verify", run.folder)
    assert "A copy of b." in command("show", run.folder)
    assert command("show", run.folder, "--latex").strip() == "b"
    (run.folder / "exhibits.json").unlink()
    before = (run.folder / "report.html").read_bytes()
    command("report", run.folder)
    assert (run.folder / "report.html").read_bytes() == before
    other = distill.distill(network(louder=7.0), DOMAIN, name="again", out=tmp_path / "runs")
    first = distill.distill(network(which=0), DOMAIN, name="first", out=tmp_path / "runs")
    said = command("compare", run.folder, other.folder, first.folder)
    assert "2 of 3 networks found the same copy" in said
    again = json.loads(command("compare", run.folder, first.folder, "--json"))
    (distance,) = again["comparisons"][0]["distances"]
    assert distance["difference"]["one"] != distance["difference"]["other"]
    gallery = tmp_path / "gallery"
    collect({"second": run.folder}, gallery)
    draw(gallery)
    assert "copy of b" in (gallery / "index.html").read_text().lower()
    assert not differences(gallery)


def test_a_decoy_is_refused_with_what_was_seen():
    """A network that looks at both inputs is no copy, however often it answers one of them."""
    sums = network()
    spoiled = sums.with_parameters(W_E0=torch.eye(P))
    (refusal,) = CopyKind().read(trace(spoiled, DOMAIN))
    assert isinstance(refusal, Refusal)
    assert "the best input to copy, is" in refusal.reasons[0]
    run = distill.distill(spoiled, DOMAIN)
    assert run.mechanism.kind != "copy"


def test_the_checker_holds_the_program_against_the_mechanism(tmp_path):
    run = distill.distill(network(), DOMAIN, name="second", out=tmp_path)
    said = changed(run.folder, tmp_path, "mechanism.json", lambda told: told.update(copied=0))
    assert not said.ok
    assert any(finding.name == "mechanism" for finding in said.findings if not finding.ok)


def test_a_trained_network_is_read_as_a_copy(tmp_path):
    task = tmp_path / "second.py"
    task.write_text(
        "from distill import Task, task\n\n\n"
        "@task\n"
        "def second() -> Task:\n"
        '    """The second of two inputs."""\n'
        "    return Task(inputs={'a': range(7), 'b': range(7)}, outputs=range(7),\n"
        "                reference=lambda a, b: b, train_fraction=0.8)\n"
    )
    command("run", task, "--out", tmp_path / "runs", "--quiet")
    (folder,) = (tmp_path / "runs").glob("*/*")
    report = json.loads((folder / "verification.json").read_text())
    assert report["mechanism"]["kind"] == "copy"
    assert report["verdict"] == "proved"
    assert np.isfinite(report["proof"]["smallest_lead"])
