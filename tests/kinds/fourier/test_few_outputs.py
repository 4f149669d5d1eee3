"""A refusal of a network of two outputs says what means something of two outputs."""

import numpy as np
import pytest
from builders.answering import Answering

from distill.domains.finite import Domain
from distill.kinds.fourier.extract import extract_fourier
from distill.kinds.refused.kind import draw, show
from distill.networks.trace import trace
from distill.records.refusal import NUMBERS, Refusal


def traced(function, inputs, outputs):
    domain = Domain(inputs, outputs)
    return trace(Answering(domain, np.vectorize(function)), domain)


TABLE = np.random.default_rng(0).integers(0, 2, (6, 6))


def test_of_a_yes_and_no_it_is_said_how_often_and_what_it_hangs_on():
    seen = traced(lambda a, b, c: int(TABLE[a, b]), (range(6),) * 3, range(2))
    found = extract_fourier(seen)
    assert isinstance(found, Refusal)
    said = " ".join(found.reasons)
    assert f"1 on {TABLE.mean():.1%}" in said
    assert "of c in 0.0%" in said  # the third input matters nowhere
    rows = [TABLE[:, b] for b in range(6)]
    pairs = [(r[i] != r[j]) for r in rows for i in range(6) for j in range(i)]
    assert f"a change of a alone changes the answer in {np.mean(pairs):.1%} of the cases" in said
    assert "frequenc" not in said
    assert "alike" not in said
    assert found.numbers.keys() <= NUMBERS.keys()


@pytest.mark.parametrize("outputs", [range(2), range(3)])
@pytest.mark.parametrize("inputs", [(range(40),), (range(7),) * 2])
def test_no_spike_and_no_spectrum_is_drawn_of_so_few_outputs(inputs, outputs):
    rng = np.random.default_rng(1)
    answers = rng.integers(0, len(outputs), [len(each) for each in inputs])
    seen = traced(lambda *at: int(answers[at]), inputs, outputs)
    names = [picture.name for picture in draw(show(seen), None)]
    assert names == (["answers"] if len(inputs) > 1 else [])


def test_of_many_outputs_frequencies_are_told_as_before():
    rng = np.random.default_rng(1)
    answers = rng.integers(0, 11, (11, 11))
    seen = traced(lambda a, b: int(answers[a, b]), (range(11),) * 2, range(11))
    found = extract_fourier(seen)
    assert isinstance(found, Refusal)
    assert any("frequenc" in reason for reason in found.reasons)
    assert [picture.name for picture in draw(show(seen), None)] == [
        *("answers", "profile", "spectrum")
    ]
