"""Tasks with finitely many states, of families that are not listed: each comes out right."""

import pytest
from builders.claims import claims
from builders.unseen import distilled

MACHINES = [
    "leaky_sum",
    "traffic_light",
    "thermostat",
    "clamped_depth",
    "is_sorted",
    "contains_101",
    "comparator",
    "clipped_walk",
]


@pytest.mark.parametrize("name", claims(MACHINES))
def test_nothing_that_is_claimed_is_wrong_and_what_is_not_claimed_is_refused(name):
    found = distilled(name)
    assert found.claimed or found.report.verdict == "refused"
    assert not found.wrong, found.report.diverges_at


@pytest.mark.claim
def test_nearly_all_are_proved_and_right_at_ten_times_the_training_length():
    solved = [n for n in MACHINES if distilled(n).solved]
    assert len(solved) >= len(MACHINES) - 1, set(MACHINES) - set(solved)
    assert sum(distilled(n).report.verdict == "proved" for n in solved) >= len(solved) - 2


@pytest.mark.claim
def test_a_counter_that_may_stop_beyond_what_was_seen_is_not_read_as_one_that_stops():
    """A network learns to count to five, which is all that ten steps can show."""
    found = distilled("who_leads")
    assert found.solved
    assert found.report.mechanism is not None
    assert found.report.mechanism.kind == "recurrence"
