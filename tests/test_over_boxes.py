"""Networks over boxes go through the whole pipeline, with a kind that stands in for others."""

import json
import math
import re
import shutil
from pathlib import Path

import pytest
import torch
from builders.commands import distill_here
from builders.monomial_kind import checker as monomials
from builders.monomial_kind.kind import MonomialKind
from builders.real_networks import PRODUCT
from torch import nn

import distill
import distill.checker.kinds
from distill.checker.check import check_run
from distill.checker.scope import at_most
from distill.domains.boxes import Box
from distill.gallery.collect import collect, differences, draw
from distill.kinds import known
from distill.pages.attempts import attempts_table
from distill.pages.pictures.along import along_picture
from distill.pages.report_page import report_page
from distill.tasks.reals import RealTask
from distill.train.over_box import BoxRecipe
from distill.verify.boxes import MOST_APART

TASK = RealTask(
    {"x": (0.5, 2.0), "y": (1.0, 2.0)},
    lambda x, y: 2 * math.sqrt(x) / y,
    network={"widths": (7, 7)},
    name="ratio",
    about="Twice the root of x, over y.",
)


@pytest.fixture(scope="module", autouse=True)
def _added():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "KINDS", (*known.KINDS, MonomialKind()))
        patch.setitem(distill.checker.kinds.KINDS, "monomial", monomials)
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A network that is trained, read, written, proved and stored."""
    quick = BoxRecipe(points=240, adam=60, steps=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoxRecipe, "for_inputs", lambda count: quick)
        return distill.run(TASK, out=tmp_path_factory.mktemp("out"), attempts=1)


def test_a_trained_network_becomes_a_formula_that_is_proved(run):
    report, apart = run.report, run.report.deviation
    assert report.verdict == "proved", report
    assert run.program(1.0, 2.0) == pytest.approx(1.0, abs=1e-4)
    assert report.proof.error < MOST_APART * apart.spread
    assert apart.found <= report.proof.error
    # the formula is closer to the task than the network that it was read from
    assert apart.program_from_task.largest < apart.network_from_task.largest < 1e-2
    assert "nowhere in the box more than" in report.sentence
    assert "At points drawn at random network and task are at most" in report.sentence
    checkup = check_run(run.folder)
    assert checkup.ok, checkup.findings


def test_the_page_tells_of_a_box_what_was_measured_on_it(run):
    table = attempts_table(run.record)
    assert table is not None
    assert table.header[1:4] == ("units", "steps", "fresh points right")
    (attempt,) = table.rows
    assert attempt[1] == "7, 7"
    assert re.match(r"off by \d\.\de-\d\d by root mean square", attempt[4])
    apart = run.report.deviation
    drawn = along_picture(run.program, Box.of(TASK.inputs), apart)
    assert drawn is not None
    furthest = max(abs(off) for row in apart.along for off in row)
    assert furthest < apart.found  # what is found anywhere is no figure of these lines
    assert f"at most {at_most(furthest)} apart" in drawn.alternative


def test_a_folder_without_its_weights_is_told_so_and_fails(run, tmp_path):
    folder = Path(shutil.copytree(run.folder, tmp_path / "folder"))
    (folder / "model.safetensors").unlink()
    checkup = check_run(folder)
    assert not checkup.ok
    assert "not there: model.safetensors" in [each.detail for each in checkup.findings]


def test_its_page_says_how_far_apart_and_draws_both(run):
    page = report_page(run)
    assert "Twice the root of x, over y." in page
    for said in ("Along every input", "Program less network", "Levenberg-Marquardt"):
        assert said in page
    assert "largest deviation" in page
    assert "proved bound" in page
    assert page.encode() == (run.folder / "report.html").read_bytes()
    shown = distill.load_run(run.folder)
    assert report_page(shown).encode() == (run.folder / "report.html").read_bytes()


def test_its_own_folder_is_a_network_to_read_again(run, tmp_path):
    again = distill.run_model(run.folder, out=tmp_path)
    assert again.report.verdict == "proved"
    assert again.program.source == run.program.source


@pytest.mark.claim
def test_a_control_is_refused_and_says_what_was_seen(tmp_path):
    class Wiggles(nn.Module):
        def forward(self, points):
            return (torch.sin(3 * points[:, 0]) + torch.exp(points[:, 1])).sin()

    run = distill.distill(Wiggles(), PRODUCT, out=tmp_path)
    assert run.report.verdict == "refused"
    assert "the best product of powers is off by" in str(run.report.reasons)
    assert check_run(run.folder).ok
    assert "No mechanism was found" in (run.folder / "report.html").read_text()


@pytest.mark.claim
def test_the_command_asks_for_the_box_and_the_activation(tmp_path):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    torch.save(module.state_dict(), tmp_path / "net.pt")
    box = ("--box", "x=0.5..2,y=1..3")
    asked = distill_here("run", "--model", "net.pt", *box, cwd=tmp_path)
    assert asked.returncode == 2
    assert "which activation stands between them" in asked.stderr
    layout = ("--layout", "perceptron,activation=tanh")
    done = distill_here("run", "--model", "net.pt", *box, *layout, "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["verdict"] == "refused"
    wrong = distill_here("run", "mod_add", *box, cwd=tmp_path)
    assert "--box is of a checkpoint" in wrong.stderr


def command(*arguments):
    done = distill_here(*map(str, arguments), cwd=Path.cwd())
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


def test_every_command_takes_a_run_over_a_box(run, tmp_path):
    verified = command("verify", run.folder)
    assert "verified: proved" in verified
    assert "drawn anew" in verified
    assert "boxes itself" in command("verify", run.folder, "--search", "hypothesis")
    shown = command("show", run.folder)
    assert "largest deviation" in shown
    assert "error" in shown
    before = (run.folder / "report.html").read_bytes()
    command("report", run.folder, "--again")
    assert (run.folder / "report.html").read_bytes() == before
    assert "ratio" in command("runs", "--out", run.folder.parent.parent)


@pytest.mark.claim
def test_programs_over_boxes_are_told_apart_by_more_than_the_tolerance(run, tmp_path):
    inputs = {"x": (0.5, 2.0), "y": (1.0, 2.0)}
    near, far = (
        distill.distill(lambda x, y, k=k: k * math.sqrt(x) / y, inputs, name=str(k), out=tmp_path)
        for k in (2.00000001, 3.0)
    )
    said = json.loads(command("compare", run.folder, near.folder, far.folder, "--json"))
    told = {each["other"]: each for each in said["comparisons"][0]["distances"]}
    assert sorted(bool(each["difference"]) for each in told.values()) == [False, True]
    gallery = tmp_path / "gallery"
    collect({"ratio": run.folder, "other": far.folder}, gallery)
    draw(gallery)
    assert "nowhere in the box" in (gallery / "index.html").read_text()
    assert not differences(gallery)
