"""Tasks of groups: by a name, a table, or permutations; one line says what is wrong with others."""

import numpy as np
import pytest
from builders.groups import LOOP

from distill import DistillError, group_task
from distill.groups.table import fault_of, latin_fault
from distill.tasks.files import load_task


def test_a_name_a_table_and_permutations_make_the_same_task():
    named = group_task("S3")
    answers = [[named.reference(a, b) for b in range(6)] for a in range(6)]
    for other in (group_task(table=answers), group_task(generators=[(1, 0, 2), (1, 2, 0)])):
        assert other.domain == named.domain
        assert [[other.reference(a, b) for b in range(6)] for a in range(6)] == answers
    assert named.train_fraction == 1.0
    assert group_task("S4").train_fraction == 0.8
    assert group_task("S5", 0.5).train_fraction == 0.5


def test_a_quotient_is_the_first_times_the_inverse_of_the_second():
    times, over = group_task("D5"), group_task("D5", divide=True)
    for a in range(10):
        for b in range(10):
            assert over.reference(times.reference(a, b), b) == a


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "0 of group, table and generators are given"),
        ({"group": "S3", "table": [[0]]}, "2 of group, table and generators are given"),
        ({"group": "S99"}, "no group 'S99'"),
        ({"table": LOOP.tolist()}, "do not associate"),
        ({"generators": [(0, 0, 1)]}, "expected permutations"),
    ],
)
def test_what_is_no_group_is_said(given, message):
    with pytest.raises(DistillError, match=message):
        group_task(**given)


def test_the_built_in_task_takes_a_name_as_a_setting():
    task = load_task("group", {"of": "Q8"})
    assert task.domain == load_task("group_q8").domain
    with pytest.raises(DistillError, match="no group 'Q5'"):
        load_task("group", {"of": "Q5"})


def test_the_steiner_loop_is_a_latin_square_with_an_identity_and_no_group():
    """Light's test names three elements that do not associate, and they do not."""
    task = load_task("steiner_loop", {})
    table = np.array([[task.reference(a, b) for b in range(10)] for a in range(10)])
    assert latin_fault(table) is None
    assert (table[0] == np.arange(10)).all()
    assert (table == table.T).all()
    fault = fault_of(table)
    x, y, z = fault.triple
    assert table[table[x, y], z] != table[x, table[y, z]]
