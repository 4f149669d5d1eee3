import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill.domains.finite import Domain, choose
from distill.errors import TaskError

ranges = st.builds(
    lambda start, size: range(start, start + size), st.integers(-5, 5), st.integers(2, 6)
)


@given(st.lists(ranges, min_size=1, max_size=3))
def test_tokens_and_positions_are_inverse(inputs):
    domain = Domain(tuple(inputs), range(3))
    tokens = domain.tokens()
    assert domain.indices(tokens).tolist() == list(range(domain.size))
    assert len({tuple(row) for row in domain.values(tokens).tolist()}) == domain.size


@given(st.integers(1, 200), st.data())
def test_choose_draws_as_many_as_asked(total, data):
    count = data.draw(st.integers(0, total))
    assert choose(total, count, seed=3).sum() == count


def test_choose_is_fixed_by_the_generators_definition():
    # raw PCG64 numbers: a later NumPy must draw the same inputs, or old certificates break
    assert np.flatnonzero(choose(20, 6, seed=0)).tolist() == [1, 2, 3, 11, 13, 15]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ((), "without inputs"),
        ((range(0),), "a ranges over no value"),
        ((range(1),), "a ranges over a single value"),
        ((range(0, 9, 2),), "in steps of 1"),
    ],
)
def test_unusable_domains_say_why(inputs, message):
    with pytest.raises(TaskError, match=message):
        Domain(inputs, range(3))
