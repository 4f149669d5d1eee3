"""Program against network over a box: points, a search, a bound; every fault is seen."""

import math

import numpy as np
import pytest
from builders.real_networks import LINE, PRODUCT, one_unit, product, program_of, view_of

from distill.domains.boxes import Box
from distill.kinds.formula.expression import Product, Variable
from distill.kinds.formula.mechanism import FormulaMechanism, Input
from distill.kinds.formula.points import fitted_and_fresh, rim_of
from distill.kinds.kind import Written
from distill.networks.called_function import real_function
from distill.networks.trace import BoxTrace
from distill.programs.program import Program
from distill.spaces.boxes import Boxes
from distill.tasks.reals import RealTask
from distill.verify.boxes import BoxChecks, tolerance_for

TASK = RealTask({"x": (0.5, 2.0), "y": (1.0, 3.0)}, lambda x, y: x * y + 1e-5)
ALLOWED = 1e-5 * 5.5
"""What a kind would take for noise of a network that is off by 1e-6 of its spread."""


def counted(formula, task=None, allowed=ALLOWED, body=""):
    checks = BoxChecks(program_of(formula, body=body), view_of(product(), PRODUCT), task, allowed)
    return checks, checks.counted([])


def test_the_same_function_agrees_everywhere_and_is_proved_to():
    checks, found = counted("x * y", TASK)
    versus, apart = found.program_vs_model, found.deviation
    assert (versus.agree, versus.search_disagreements) == (versus.total, 0)
    assert versus.upper_bound_99 == pytest.approx(1 - 0.01 ** (1 / versus.total))
    assert apart.found < 1e-14 < apart.tolerance < 1e-11
    assert found.proof.error < 1e-8
    assert found.proof.smallest_lead == pytest.approx(1e-3 * apart.spread, abs=1e-7)
    # what each is off from the task is another figure
    assert apart.network_from_task.largest == pytest.approx(1e-5)
    assert apart.program_from_task.rms == pytest.approx(1e-5)
    assert found.model_vs_task.agree == 0
    assert (
        checks.held("proved", found.draw, None)["domain"] == "x from 0.5 to 2.0, y from 1.0 to 3.0"
    )


@pytest.mark.parametrize(
    "formula",
    [
        "1.0003 * x * y",
        "x * y + 1e-4 * 5.5 * sin(3.0 * x)",
        "x * y + 1e-3 * (x - 0.5) ** 4 * (y - 1.0) ** 4",
    ],
    ids=["fourth digit", "missing term", "towards one corner"],
)
def test_a_wrong_formula_is_found_and_not_proved(formula):
    _, found = counted(formula)
    versus, lead = found.program_vs_model, found.proof.smallest_lead
    assert versus.agree < versus.total or versus.search_disagreements
    assert versus.disagreement is not None
    apart = abs(versus.disagreement.program - versus.disagreement.model)
    assert apart > found.deviation.tolerance
    assert lead < 1e-3 * found.deviation.spread - found.deviation.found * 0.999


def test_a_wrong_sign_in_a_corner_that_no_draw_sees_is_found_by_the_search():
    body = "    if x > 1.999 and y > 2.999:\n        return -x * y\n"
    _, found = counted("x * y", body=body)
    assert found.program_vs_model.agree == found.program_vs_model.total
    assert found.program_vs_model.search_disagreements > 0
    assert found.deviation.at == (2.0, 3.0)
    assert found.proof is None


def test_a_spike_that_neither_draws_nor_search_see_is_not_proved_away():
    spike = "3.0 * tanh(2.0 * x + 0.5) - 1.0 + 1e-2 * exp(-((1e7 * (x - 0.1234567)) ** 2))"
    found = BoxChecks(program_of(spike, LINE), view_of(one_unit(), LINE), None, None).counted([])
    assert found.program_vs_model.search_disagreements == 0
    assert found.deviation.found < 1e-12
    assert found.proof is None
    assert found.deviation.unbounded_at[0] == pytest.approx(0.1234567, abs=2e-3)


def test_a_hole_is_a_disagreement_and_named():
    _, found = counted("x * y * sqrt(x - 0.6) / sqrt(x - 0.6)")
    versus = found.program_vs_model
    assert versus.agree < versus.total
    assert versus.disagreement.program is None
    assert found.deviation.found is None
    assert found.proof is None
    assert found.deviation.at[0] <= 0.6


def test_a_callable_is_recorded_and_proves_nothing():
    read, _ = real_function(lambda x, y: x * y, PRODUCT)
    checks = BoxChecks(program_of("x * y"), BoxTrace(read), None, None)
    found = checks.counted([])
    assert found.proof is None
    assert len(found.data.recorded) == 5000 + len(found.data.worst) + 2 * 33


@pytest.mark.parametrize(
    ("found", "allowed", "expected"),
    [
        (0.0, None, 1e-13),
        (3e-6, None, 1e-5),
        (3e-6, 4e-6, 4e-6),
        (4.9e-4, None, 1e-3),
        (0.2, None, 1e-3),
        (math.inf, 1.0, 1e-3),
    ],
)
def test_a_tolerance_is_round_and_never_more_than_allowed(found, allowed, expected):
    assert tolerance_for(found, 1.0, allowed) == pytest.approx(expected)


def test_the_search_goes_where_the_deviation_grows():
    box = Box.of({"x": (0.0, 1.0), "y": (0.0, 1.0), "z": (0.0, 1.0)})
    read, _ = real_function(lambda p: np.exp(-((p - 0.3) ** 2).sum(axis=1) * 400), box)
    source = program_of("x * 0.0", box)
    assert BoxChecks(source, BoxTrace(read), None, None).found > 0.999


def test_what_extraction_saw_to_be_apart_is_not_missed_by_the_search():
    low, high = np.array(PRODUCT.low), np.array(PRODUCT.high)
    for points in (rim_of(low, high), fitted_and_fresh(low, high)[1]):
        there = points[100]
        read, _ = real_function(
            lambda p, there=there: p[:, 0] * p[:, 1] + 1e-5 * (p == there).all(axis=1), PRODUCT
        )
        view, source = BoxTrace(read), program_of("x * y")
        assert BoxChecks(source, view).found < 1e-12
        inputs = tuple(Input(name, *ends) for name, ends in PRODUCT.intervals.items())
        formula = Product((Variable(0), Variable(1)))
        mechanism = FormulaMechanism(formula, inputs, 1e-6, 1e-5, 1e-6, 50.0, "own")
        written = Written(Program(source), mechanism)
        checks = Boxes().checks(view, None, None)(written)
        assert checks.found == pytest.approx(1e-5)
        assert checks.counted([]).deviation.at == tuple(there)
