"""Tasks whose answers are numbers without end, of families that are not listed."""

import pytest
from builders import unseen_sequence_tasks
from builders.claims import claims
from builders.unseen import distilled

import distill

INTEGERS = [
    "newest_minus_rest",
    "complex_rotation",
    "sum_of_larger",
    "dot_product",
    "sum_since_zero",
    "sum_of_squares",
    "absolute_walk",
    "best_stretch",
    "count_of_larger",
    "difference_of_counts",
    "since_last_one",
    "occurrences_of_01",
    "longest_run",
]


@pytest.mark.parametrize("name", claims(INTEGERS))
def test_nothing_that_is_claimed_is_wrong_and_what_is_not_claimed_is_refused(name):
    found = distilled(name)
    assert found.claimed or found.report.verdict == "refused"
    assert not found.wrong, found.report.diverges_at


@pytest.mark.claim
def test_nearly_all_are_right_at_ten_times_the_training_length():
    solved = [name for name in INTEGERS if distilled(name).solved]
    assert len(solved) >= len(INTEGERS) - 1, set(INTEGERS) - set(solved)


@pytest.mark.claim
@pytest.mark.parametrize("name", ["driven_fibonacci", "doubling_sum"])
def test_answers_that_leave_64_bits_at_greater_lengths_are_counted_as_far_as_they_go(name):
    task = getattr(unseen_sequence_tasks, name)()
    report = distill.run(task, out=None).report
    assert report.verdict == "proved"
    assert [part.length for part in report.longer][:2] == [16, 40]
    for part in report.longer:
        assert part.program_vs_task is not None
        assert part.program_vs_task.agree == part.program_vs_task.total


@pytest.mark.claim
def test_what_no_network_learns_is_refused():
    found = distilled("scrambled")
    assert found.report.verdict == "refused"
    assert "no network learned the task" in found.report.reasons[0]
