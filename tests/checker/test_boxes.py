"""Runs over boxes, from the folder alone: what is changed in one is seen."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from builders.changed_folder import changed, rehash
from builders.monomial_kind import checker as monomials
from builders.monomial_kind.kind import MonomialKind
from builders.real_networks import LINE, PRODUCT, one_unit, product, program_of, view_of
from safetensors.numpy import save_file

import distill
import distill.checker.kinds
from distill.checker.box_draws import uniform_points
from distill.checker.boxes import ALONG, ANEW, MOST_APART, WIDEST, BoxEvidence
from distill.checker.check import check_run, claims_of, evidence_of
from distill.checker.compare import overlaid
from distill.checker.real_answers import run_reals
from distill.errors import ProgramError
from distill.kinds import known
from distill.verify.boxes import BoxChecks

pytestmark = pytest.mark.usefixtures("page_undrawn")

REAL_KINDS = known.KINDS


@pytest.fixture(scope="module", autouse=True)
def _added():
    """A kind that finds products of powers, in each of the two lists."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "KINDS", (MonomialKind(), *known.KINDS[:-1]))
        patch.setitem(distill.checker.kinds.KINDS, "monomial", monomials)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run of a network that multiplies."""
    run = distill.distill(product(), PRODUCT, out=tmp_path_factory.mktemp("runs"))
    assert run.report.verdict == "proved", run.report
    return run.folder


def failed(checkup):
    return [finding.name for finding in checkup.findings if not finding.ok]


def test_the_verdict_is_derived_again(folder):
    checkup = check_run(folder)
    assert checkup.ok, checkup.findings
    assert checkup.verdict == "proved"
    assert "drawn anew" in {finding.name for finding in checkup.findings}
    run = distill.load_run(folder)
    assert run.program(1.5, 2.0) == pytest.approx(3.0)
    with pytest.raises(ValueError, match=r"no number from 0\.5 to 2\.0"):
        run.program(2.5, 2.0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return 1.0 *", "return 1.0003 *"),
        ("* y", "* y + 1e-4 * 5.5 * x"),
        ("return 1.0 *", "return (1.0 if x < 1.999 or y < 2.999 else -1.0) *"),
        ("return 1.0 *", "return (x - 0.6) / (x - 0.6) *"),
        ('"x": (0.5, 2.0)', '"x": (0.25, 2.0)'),
    ],
    ids=["fourth digit", "missing term", "sign in a corner", "hole", "wider box"],
)
def test_a_changed_program_is_seen(folder, tmp_path, before, after):
    checkup = changed(folder, tmp_path, "program.py", lambda text: text.replace(before, after, 1))
    assert not checkup.ok
    assert "sha256" not in failed(checkup)


def claim(name, value):
    def change(tree):
        *way, last = name.split(".")
        for part in way:
            tree = tree[part]
        tree[last] = value

    return change


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deviation.tolerance", 1e-3),
        ("deviation.spread", 6.0),
        ("deviation.found", 1e-6),
        ("deviation.at", [1.0, 1.0]),
        ("proof.error", 1e-6),
        ("proof.error", 0.0),
        ("proof.nodes", 7),
        ("program_vs_model.agree", 4999),
        ("program_vs_model.search_disagreements", 1),
        ("holds_for.domain", "x from 0.0 to 2.0, y from 1.0 to 3.0"),
        ("verdict", "exhaustive"),
    ],
)
def test_a_changed_claim_is_seen(folder, tmp_path, name, value):
    checkup = changed(folder, tmp_path, "verification.json", claim(name, value))
    assert "verification.json" in failed(checkup)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("tolerance", 0.1, "counts as the same"),
        ("tolerance", 1e-3, "what was found is at most"),
        ("tolerance", None, "how far apart is the same"),
        ("low", [0.25, 1.0], "states x from 0.5"),
        ("low", [2.5, 1.0], "intervals are empty"),
        ("low", [2.0 - 1e-10, 1.0], "next to no width"),
        ("names", ["x"], "a box of 1 inputs"),
        ("names", ["x", "x"], "have one name"),
        ("names", ["y", "x"], "the program reads x, y"),
        ("names", ["x from 0.0 to 1e9, also z", "y"], "the program reads x, y"),
        ("worst", [[9.0, 9.0]], "not in the box"),
        ("worst", [[0.0, 2.0]], "not in the box"),
        ("worst", [[1.0, 2.0]] * 1025, "points that are too many"),
        ("worst", [], "how far apart is the same"),
        ("architecture.n_inputs", 3, "does not read the inputs of the box"),
        ("draw", {"count": 10, "seed": 2}, "should be something else"),
        ("reference", [1.0], "answers in reference"),
        ("recorded", [1.0], "answers in recorded"),
    ],
)
def test_a_changed_certificate_is_seen(folder, tmp_path, name, value, said):
    checkup = changed(folder, tmp_path, "certificate.json", claim(name, value))
    assert not checkup.ok
    assert any(said in finding.detail for finding in checkup.findings), checkup.findings


@pytest.mark.parametrize("part", [-1e-6, 1.001])
def test_what_counts_as_the_same_is_from_0_to_a_part_of_the_spread(folder, tmp_path, part):
    spread = json.loads((folder / "verification.json").read_text())["deviation"]["spread"]
    value = part * MOST_APART * spread
    checkup = changed(folder, tmp_path, "certificate.json", claim("tolerance", value))
    said = "counts as the same"
    assert any(said in finding.detail for finding in checkup.findings), checkup.findings


def test_a_network_is_stored_or_its_answers_are_recorded_and_not_both(folder, tmp_path):
    def record(tree):
        told = tree["draw"]["count"] + len(tree["worst"]) + ALONG * len(tree["names"])
        tree["recorded"] = [3.0] * told

    checkup = changed(folder, tmp_path, "certificate.json", record)
    said = "either stored or its answers are recorded"
    assert any(said in finding.detail for finding in checkup.findings), checkup.findings


def test_answers_to_points_are_python_s_own_and_none_where_it_fails():
    source = '__all__ = ["f"]\n\ndef f(x: float) -> float:\n    return 1.0 / x ** 2\n'
    said = run_reals(source, np.array([[2.0], [0.0], [0.1]]))
    assert said[0] == 0.25
    assert np.isnan(said[1])
    assert said[2] == 1.0 / 0.1**2
    with pytest.raises(ProgramError, match="division"):
        run_reals(source, np.zeros((3, 1)))


@pytest.fixture(scope="module")
def unit():
    """A network of one unit, a text of the same function, and the certificate of both."""
    network = one_unit()
    scale = {name: it * (0.3 if "out" in name else 0.7) for name, it in network.parameters.items()}
    view = view_of(network.with_parameters(**scale), LINE)
    body = "0.3 * (3.0 * tanh(0.7 * (2.0 * x + 0.5)) - 1.0)"
    checks = BoxChecks(program_of(body, LINE), view, None, None)
    certificate = {
        **{"names": ["x"], "low": [-1.0], "high": [1.0], "tolerance": checks.tolerance},
        "architecture": {
            **{"kind": "real_perceptron", "n_inputs": 1, "widths": [1], "activation": "tanh"}
        },
        "draw": {"count": 5000, "seed": 2},
        **{"worst": checks.worst.tolist(), "reference": None, "recorded": None},
    }
    weights = {name: it.numpy() for name, it in view.network.parameters.items()}

    def evidence(text, **changes):
        source = program_of(text, LINE)
        return BoxEvidence.read(certificate | changes, {"kind": "x"}, source, weights)

    return body, evidence, checks.counted([])


def test_an_exact_program_is_verified_though_every_deviation_is_rounding(unit):
    """Which of many roundings is the largest hangs on who adds up: nothing rests on that."""
    body, evidence, counted = unit
    claims = evidence(body).derive()
    assert claims["deviation.at"] == list(counted.deviation.at)
    assert claims["proof.nodes"] == counted.proof.nodes
    assert claims["deviation.found"] == pytest.approx(counted.deviation.found, abs=1e-12)


def test_where_a_program_has_no_value_it_is_not_as_the_network(unit):
    """At a point that is drawn, and at one that a search found: nowhere else."""
    body, evidence, _ = unit
    drawn = float(uniform_points(np.array([-1.0]), np.array([1.0]), 5000, 2)[7, 0])
    holes = f"{body} + 0.0 / (x - {drawn!r}) + 0.0 / (x - 0.25)"
    claims = evidence(holes, worst=[[0.25]], tolerance=1e-9).derive()
    assert claims["program_vs_model.agree"] == 4999
    assert claims["program_vs_model.search_disagreements"] == 1
    assert claims["deviation.found"] is None
    # what only the search found counts as the largest too
    hole = f"{body} + 0.0 / (x - 0.25)"
    claims = evidence(hole, worst=[[0.25]], tolerance=1e-9).derive()
    assert claims["program_vs_model.agree"] == 5000
    assert claims["deviation.found"] is None
    assert claims["deviation.at"] == [0.25]


def test_what_is_bounded_nowhere_near_a_hole_is_not_proved(unit):
    body, evidence, _ = unit
    hole = evidence(f"{body} + 0.0 / (x - 0.123456)", worst=[[0.5]])
    claims = hole.derive()
    assert claims["program_vs_model.agree"] == 5000
    (at,) = claims["deviation.unbounded_at"]
    assert at == pytest.approx(0.123456, abs=0.01)
    assert "proof.error" not in claims


def test_points_without_a_value_are_as_far_apart_as_can_be_when_draws_are_made_anew(unit):
    body, evidence, _ = unit
    hole = evidence(f"{body} + 0.0 * sqrt(x + 0.9)", tolerance=1e-9)
    fresh = uniform_points(np.array([-1.0]), np.array([1.0]), ANEW, 3)
    outside = int((fresh < -0.9).sum())
    asked, differ = hole.draw_again(3, None)
    assert asked > ANEW
    assert differ > outside > 0  # the ends of the search besides


def test_network_and_program_are_each_held_against_the_task(unit):
    body, evidence, _ = unit
    network, _ = evidence(body).answers
    claims = evidence(f"{body} + 1e-6", tolerance=1e-9, reference=network.tolist()).derive()
    assert claims["model_vs_task.agree"] == claims["model_vs_task.total"] == 5000
    assert claims["program_vs_task.agree"] == 0
    assert claims["deviation.network_from_task.largest"] == 0.0
    assert claims["deviation.program_from_task.largest"] == pytest.approx(1e-6)
    far = network + np.where(np.arange(5000) < 10, np.ptp(network), 0.0)
    refused = evidence(body, reference=far.tolist()).derive_refusal()
    assert refused == {"model_vs_task.agree": 4990, "model_vs_task.total": 5000}


def test_a_tolerance_is_no_wider_than_what_was_found_asks_for(unit):
    body, evidence, _ = unit
    off = f"{body} + 1e-6"
    assert evidence(off, tolerance=0.9e-6 * WIDEST).derive()["program_vs_model.agree"] == 5000
    with pytest.raises(ValueError, match="expected at most"):
        evidence(off, tolerance=1.2e-6 * WIDEST).derive()


def consistent(folder, tmp_path, change):
    """A copy in which files were changed, and every claim and hash made to fit."""
    forged = Path(shutil.copytree(folder, tmp_path / "forged"))
    change(forged)
    rehash(forged)
    path = forged / "verification.json"
    report = json.loads(path.read_text())
    with np.errstate(all="ignore"):
        claims = claims_of(evidence_of(forged), report)
    path.write_text(json.dumps(overlaid(report, claims)))
    rehash(forged)
    return forged


def changed_tree(path, change):
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))


@pytest.fixture(scope="module", params=[1e-12, 1e20], ids=["tiny", "huge"])
def scaled(request, tmp_path_factory):
    """A run of a network whose answers are of another size."""
    network = product()
    out = {"W_out": network.parameters["W_out"] * request.param}
    network = network.with_parameters(**{**network.parameters, **out})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known, "KINDS", REAL_KINDS)
        run = distill.distill(network, PRODUCT, out=tmp_path_factory.mktemp("runs"))
    assert run.report.verdict == "proved", run.report
    return run.folder


def test_answers_of_any_size_are_verified(scaled):
    checkup = check_run(scaled)
    assert checkup.ok, checkup.findings


@pytest.mark.parametrize("name", ["proof.error", "deviation.found", "proof.smallest_lead"])
def test_a_wrong_bound_is_seen_whatever_the_size_of_answers(scaled, tmp_path, name):
    spread = json.loads((scaled / "verification.json").read_text())["deviation"]["spread"]
    checkup = changed(scaled, tmp_path, "verification.json", claim(name, 1e-9 * spread))
    assert name in failed(checkup)


def test_a_box_whose_points_cannot_be_drawn_evenly_is_refused(folder, tmp_path):
    """Between ends that are further apart than any number is large no point is drawn."""

    def wider(forged):
        def ends(tree):
            tree |= {"low": [0.5, -1.7e308], "high": [2.0, 1.7e308], "worst": [[1.0, 1.7e308]]}

        changed_tree(forged / "certificate.json", ends)
        text = (forged / "program.py").read_text()
        text = text.replace("(1.0, 3.0)", "(-1.7e+308, 1.7e+308)")
        text = text.replace("from 1.0 to 3.0", "from -1.7e+308 to 1.7e+308")
        (forged / "program.py").write_text(text)

    with pytest.raises(ValueError, match=r"larger than 1e\+100"):
        consistent(folder, tmp_path, wider)


def test_the_place_of_the_largest_deviation_is_derived(scaled, tmp_path):
    """A point at which program and network are the same is not where they are furthest apart."""

    def off(forged):
        text = (forged / "program.py").read_text()
        before, _, line = text.partition("return ")
        line = line.replace("x * y", "(x * y + 1e-4 * (x - 0.5))", 1)
        (forged / "program.py").write_text(f"{before}return {line}")
        spread = json.loads((forged / "verification.json").read_text())["deviation"]["spread"]
        change = {"worst": [[0.5, 1.0]], "tolerance": 4e-5 * spread}
        changed_tree(forged / "certificate.json", lambda tree: tree.update(change))

    forged = consistent(scaled, tmp_path, off)
    report = json.loads((forged / "verification.json").read_text())
    assert report["deviation"]["at"][0] > 1.9
    changed_tree(forged / "verification.json", lambda tree: tree["deviation"].update(at=[0.5, 1.0]))
    rehash(forged)
    assert "deviation.at" in failed(check_run(forged))


def test_the_value_of_a_number_is_its_exact_form(scaled, tmp_path):
    def other(tree):
        (number,) = (it for it in tree["expression"]["factors"] if it["node"] == "number")
        number["value"] *= 1.001

    checkup = changed(scaled, tmp_path, "mechanism.json", other)
    assert any("a number of the expression is" in it.detail for it in checkup.findings)


def test_a_spread_beyond_all_numbers_is_refused(folder, tmp_path):
    def beyond(forged):
        weights = {"W_out": np.array([[0.85e308], [-0.55e308]]), "b_out": np.zeros(1)}
        save_file(weights, forged / "model.safetensors")

        def told(tree):
            tree["architecture"] |= {"widths": [], "activation": "identity"}
            tree["tolerance"] = 1e305

        changed_tree(forged / "certificate.json", told)

    with pytest.raises(ValueError, match="further than any number is large"):
        consistent(folder, tmp_path, beyond)
