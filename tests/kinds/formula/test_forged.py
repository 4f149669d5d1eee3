"""A run of a closed formula, forged whole: program and expression changed together."""

import json
import shutil

import pytest
from builders.changed_folder import rehash
from builders.real_networks import PRODUCT, product

import distill
from distill.checker.check import check_run

pytestmark = pytest.mark.usefixtures("page_undrawn")

X, Y = ({"node": "variable", "place": place} for place in (0, 1))


def number(numerator, denominator=1):
    form = {"numerator": numerator, "denominator": denominator}
    form |= {"radicand": 1, "pi_halves": 0, "e_power": 0}
    return {"node": "number", "value": numerator / denominator, "form": form}


def times(*factors):
    return {"node": "product", "factors": list(factors)}


def plus(*terms):
    return {"node": "sum", "terms": list(terms)}


CORNER = plus(number(49997), times(number(-(10**4)), X), times(number(-(10**4)), Y))
"""Below 0 where x + y is more than 4.9997: in 15 of a billion points of the box."""

FORGED = {
    "fourth digit": ("10003 / 10000 * x * y", times(number(10003, 10000), X, Y)),
    "missing term": ("x * y + x / 10000", plus(times(X, Y), times(number(1, 10000), X))),
    "sign in a corner": (
        "x * y * tanh(49997 - 10000 * x - 10000 * y)",
        times(X, Y, {"node": "call", "name": "tanh", "argument": CORNER}),
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A network that multiplies, read and proved."""
    run = distill.distill(product(), PRODUCT, out=tmp_path_factory.mktemp("runs"))
    assert run.report.verdict == "proved", run.report
    assert "return x * y" in run.program.source
    return run.folder


@pytest.mark.parametrize(
    "name",
    # all of a search for a bound, which there is none of, is work of seconds
    ["fourth digit", "missing term", pytest.param("sign in a corner", marks=pytest.mark.claim)],
)
def test_a_wrong_formula_is_caught_though_its_program_and_its_expression_agree(
    folder, tmp_path, name
):
    formula, expression = FORGED[name]
    forged = shutil.copytree(folder, tmp_path / "forged")
    told = json.loads((forged / "mechanism.json").read_text())
    (forged / "mechanism.json").write_text(json.dumps(told | {"expression": expression}))
    program = (forged / "program.py").read_text()
    program = program.replace("return x * y\n", f"return {formula}\n")
    program = program.replace("import sys\n", "import sys\nfrom math import tanh\n", 1)
    (forged / "program.py").write_text(program)
    rehash(forged)
    checkup = check_run(forged)
    wrong = {finding.name: finding.detail for finding in checkup.findings if not finding.ok}
    assert "proof.error" in wrong, wrong
    # what no point of the report shows, those that are drawn anew do: they hold corners too
    seen = "drawn anew" if name == "sign in a corner" else "program_vs_model.agree"
    assert seen in wrong, wrong
