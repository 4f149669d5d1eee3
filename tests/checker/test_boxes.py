"""Runs over boxes, from the folder alone: what is changed in one is seen."""

import numpy as np
import pytest
from builders.changed_folder import changed
from builders.monomial_kind import checker as monomials
from builders.monomial_kind.kind import MonomialKind
from builders.real_networks import LINE, PRODUCT, one_unit, product, program_of, view_of

import distill
import distill.checker.kinds
from distill.checker.boxes import BoxEvidence
from distill.checker.check import check_run
from distill.checker.real_answers import run_reals
from distill.errors import ProgramError
from distill.kinds import known
from distill.verify.boxes import BoxChecks


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
        ("tolerance", None, "how far apart is the same"),
        ("low", [0.25, 1.0], "states x from 0.5"),
        ("low", [2.5, 1.0], "intervals are empty"),
        ("names", ["x", "x"], "have one name"),
        ("worst", [[9.0, 9.0]], "not in the box"),
        ("draw", {"count": 10, "seed": 2}, "should be something else"),
        ("reference", [1.0], "answers in reference"),
        ("recorded", [1.0], "answers in recorded"),
    ],
)
def test_a_changed_certificate_is_seen(folder, tmp_path, name, value, said):
    checkup = changed(folder, tmp_path, "certificate.json", claim(name, value))
    assert not checkup.ok
    assert any(said in finding.detail for finding in checkup.findings), checkup.findings


def test_answers_to_points_are_python_s_own_and_none_where_it_fails():
    source = '__all__ = ["f"]\n\ndef f(x: float) -> float:\n    return 1.0 / x ** 2\n'
    said = run_reals(source, np.array([[2.0], [0.0], [0.1]]))
    assert said[0] == 0.25
    assert np.isnan(said[1])
    assert said[2] == 1.0 / 0.1**2
    with pytest.raises(ProgramError, match="division"):
        run_reals(source, np.zeros((3, 1)))


def test_an_exact_program_is_verified_though_every_deviation_is_rounding(tmp_path):
    """Which of many roundings is the largest hangs on who adds up: nothing rests on that."""
    network = one_unit()
    scale = {name: it * (0.3 if "out" in name else 0.7) for name, it in network.parameters.items()}
    view = view_of(network.with_parameters(**scale), LINE)
    source = program_of("0.3 * (3.0 * tanh(0.7 * (2.0 * x + 0.5)) - 1.0)", LINE)
    checks = BoxChecks(source, view, None, None)
    counted = checks.counted([])
    certificate = {
        **{"names": ["x"], "low": [-1.0], "high": [1.0], "tolerance": checks.tolerance},
        "architecture": {
            **{"kind": "real_perceptron", "n_inputs": 1, "widths": [1], "activation": "tanh"}
        },
        "draw": {"count": 5000, "seed": 2},
        **{"worst": checks.worst.tolist(), "reference": None, "recorded": None},
    }
    weights = {name: it.numpy() for name, it in view.network.parameters.items()}
    claims = BoxEvidence.read(certificate, {"kind": "x"}, source, weights).derive()
    assert claims["deviation.at"] == list(counted.deviation.at)
    assert claims["proof.nodes"] == counted.proof.nodes
    assert claims["deviation.found"] == pytest.approx(counted.deviation.found, abs=1e-12)
