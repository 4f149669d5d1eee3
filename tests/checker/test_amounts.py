"""What a certificate asks for is held against bounds before anything is drawn or made."""

import json
import resource
import time

import numpy as np
import pytest
from builders.paths import GALLERY

from distill.checker.derive import read_evidence
from distill.checker.evaluate import Evaluator
from distill.checker.finite import LARGEST, smallest
from distill.checker.language import read_program
from distill.checker.limits import ever_held
from distill.checker.read import MOST_LISTED, read_as
from distill.checker.sequences import FRESH, MAX_DRAWN, check_amount
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import ProgramError, TaskError
from distill.verify.draws import planned

FOLDERS = {"sequences": GALLERY / "parity_all", "domain": GALLERY / "mod_add"}

LONG = {"kind": "uniform", "seed": 0, "listed": None}

SEQUENCES = {
    "one long sequence": lambda c: c["draws"]["longer"][0].update(count=1, length=MAX_DRAWN - 1),
    "longer than ten times": lambda c: c["draws"]["longer"][0].update(count=1, length=101),
    "many": lambda c: c["draws"]["stress"].update(count=1 << 20),
    "many draws": lambda c: c["draws"]["longer"].extend(c["draws"]["longer"] * 20),
    "every long sequence": lambda c: c["draws"]["longer"].append(
        {**LONG, "length": 100, "count": 1 << 17}
    ),
    "more listed than said": lambda c: c["draws"].update(
        fresh={
            **LONG,
            "kind": "listed",
            "seed": None,
            "length": 10,
            "count": 1,
            "listed": "0 " * 10**6,
        }
    ),
    "long ones to train on": lambda c: (
        c.update(length=4_000),
        c["draws"]["fresh"].update(length=4_000),
        c["draws"]["stress"].update(length=4_000),
    ),
    "numbers of an answer": lambda c: c.update(outputs=10**6),
    "nodes": lambda c: c.update(
        induction={
            "states": [0] * (MOST_LISTED + 1),
            "follows": [[0, 0]] * (MOST_LISTED + 1),
            **dict.fromkeys(("low", "high")),
        }
    ),
}

DOMAINS = {
    "a sample of too large a domain": lambda c: c.update(
        domain={"inputs": [[0, 2**16 - 1], [0, 2**15 - 2]], "outputs": [0, 10]},
        sample={"count": 1_000, "seed": 0},
    ),
    "logits": lambda c: c.update(domain={**c["domain"], "outputs": [0, 2**30]}),
    "answers": lambda c: c.update(architecture=None, reference="0 " * 10**6),
}


@pytest.mark.parametrize(
    ("space", "name"),
    [("sequences", name) for name in SEQUENCES] + [("domain", name) for name in DOMAINS],
)
def test_what_is_too_much_is_refused_in_a_line_and_at_once(space, name):
    before, begun = ever_held(), time.process_time()
    said = refused(space, {**SEQUENCES, **DOMAINS}[name])
    assert "expected at most" in said or "more than" in said
    assert "\n" not in said
    assert time.process_time() - begun < 2
    assert ever_held() - before < 200 << 20


def refused(space, change):
    """What a checker says of the certificate of a finished run with something changed in it."""
    certificate, mechanism = (
        json.loads((FOLDERS[space] / f"{name}.json").read_text())
        for name in ("certificate", "mechanism")
    )
    change(certificate)
    with pytest.raises(ValueError) as raised:  # noqa: PT011
        read_evidence(certificate, mechanism, "", {})
    return str(raised.value)


@pytest.mark.parametrize("length", [1, 10, 200, 1_000])
def test_what_a_run_plans_is_never_too_much(length):
    """Every length that a task may have, over one channel."""
    channels = Channels((range(10),))
    draws = planned(channels, length, None)
    certificate = {"length": length, "outputs": 1, "draws": json.loads(json.dumps(_data(draws)))}
    check_amount(certificate, channels.inputs)


def _data(draws):
    longer = [vars(draw) for draw in draws.longer]
    return {"fresh": vars(draws.fresh), "stress": vars(draws.stress), "longer": longer}


def test_a_bound_goes_by_no_figure_that_a_campaign_lowers(monkeypatch):
    """`benchmarks/adversary.py` draws fewer anew; what is too long stays so."""
    for kind in FRESH:
        monkeypatch.setitem(FRESH, kind, FRESH[kind] // 20)
    change = SEQUENCES["long ones to train on"]
    assert "expected at most 3,355 numbers" in refused("sequences", change)


def test_a_domain_that_no_checker_goes_through_is_refused_before_anything_is_trained():
    Domain((range(LARGEST >> 4), range(16)), range(2))
    with pytest.raises(TaskError, match="268,435,472 inputs: expected at most 268,435,456"):
        Domain((range((LARGEST >> 4) + 1), range(16)), range(2))


@pytest.mark.parametrize("count", [0, 1, 700, 2_999])
def test_the_smallest_of_many_numbers_are_those_of_a_sort(count, monkeypatch):
    """However many are held at once, and where numbers are equal."""
    monkeypatch.setattr("distill.checker.finite.CHUNK", 1_000)
    raw = np.random.PCG64(7).random_raw(3_000)
    expected = np.zeros(3_000, dtype=bool)
    expected[np.argsort(raw, kind="stable")[:count]] = True
    assert np.array_equal(smallest(3_000, count, 7), expected)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [([1, True], [int]), ([1.0, 1e400], [float]), ([1, 2.5], [int]), (["a", 1], [str])],
)
def test_a_list_is_read_as_its_parts_are(value, wanted):
    with pytest.raises(ValueError, match="number 1 of it is"):
        read_as("it", value, wanted)


def test_what_stands_where_there_may_be_nothing_is_told_by_its_own_fault():
    with pytest.raises(ValueError, match="number 0 of b of a is"):
        read_as("a", {"b": [0.5]}, (None, {"b": [int]}))


GROWING = """
__all__ = ["f"]


def f(n: int) -> int:
    held = [n]
    for k in range(400):
        held = [*held, *[n + k + j for j in range(20)]]
    return len(held)
"""


def test_an_evaluation_is_held_to_what_it_adds_whatever_the_process_held_before(monkeypatch):
    """Each one used to have as much again on top of the most that there ever was."""
    monkeypatch.setattr("distill.checker.limits.MAX_MEMORY", 64 << 20)
    monkeypatch.setattr("distill.checker.limits.STEP", 1 << 20)
    program, lanes = read_program(GROWING), 1 << 14
    first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        with pytest.raises(ProgramError, match="took too much memory"):
            Evaluator(program).entry([np.arange(lanes)], lanes)
    added = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first
    assert added < 160 << 10  # kilobytes


@pytest.mark.parametrize(
    "changes",
    [
        {"sample": {"count": 12_770, "seed": 0}},
        {"split": {"train": 12_770, "seed": 0}},
        {"fit": {"fitted": 1, "inputs": 12_770, "seed": 0}},
        {"fit": {"fitted": 7_000, "inputs": 6_000, "seed": 0}},
    ],
)
def test_no_draw_is_larger_than_what_it_is_drawn_from(changes):
    said = refused("domain", lambda c: c.update(architecture=None, recorded=None, **changes))
    assert "larger than what it is drawn from" in said


def test_a_sample_of_few_is_no_sample():
    """However right the program is on them."""
    certificate = json.loads((FOLDERS["domain"] / "certificate.json").read_text())
    certificate |= {"architecture": None, "sample": {"count": 999, "seed": 0}, "reference": None}
    evidence = read_evidence(certificate, {}, "", {})
    with pytest.raises(ValueError, match="only 999 inputs were drawn"):
        assert evidence.indices is None
