"""Bounds in words are rounded up: none is said to be smaller than it is."""

import math

import numpy as np
import pytest

from distill.checker.deviations import PROOFS
from distill.checker.scope import at_least, at_most
from distill.checker.statements import proof_statement
from distill.records.sentences import sentence


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.201e-6, "1.3e-06"), (1.2e-6, "1.2e-06"), (0.0, "0"), (99.01, "1e+02"), (math.inf, "inf")],
)
def test_a_bound_is_rounded_up(value, said):
    assert at_most(value) == said


def test_no_bound_is_said_to_be_smaller():
    for value in 10.0 ** np.random.default_rng(0).uniform(-200, 200, 500):
        assert value <= float(at_most(value)) <= 1.1 * value


def test_sentences_over_a_box_say_no_less_than_was_proved():
    proof = {"method": "taylor", "error": 1.249e-6, "nodes": 7, "smallest_lead": 1e-3}
    proof |= {"up_to_length": None, "rounding": None}
    deviation = {"found": 1.249e-6, "tolerance": 1.249e-6, "spread": 1.0, "at": [0.5]}
    deviation |= {"network_from_task": None, "program_from_task": None}
    counted = {"agree": 10, "total": 10, "upper_bound_99": 1.249e-3}
    tree = {"space": "box", "verdict": "proved", "holds_for": {}, "program_vs_model": counted}
    tree |= {"proof": proof, "deviation": deviation}
    for said in (
        proof_statement(tree),
        sentence(tree),
        sentence({**tree, "verdict": "tested"}),
        PROOFS["taylor"].otherwise.format(most=at_most(1.249e-6), nodes=7),
    ):
        assert "1.2e" not in said
        assert "1.3e-06" in said


def test_no_bound_from_below_is_said_to_be_larger():
    for value in 10.0 ** np.random.default_rng(0).uniform(-200, 200, 500):
        assert 0.99 * value <= float(at_least(value)) <= value
