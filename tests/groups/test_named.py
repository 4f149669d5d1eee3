"""Groups as a task says them, and what is said of those that are none."""

import pytest
from builders.groups import LOOP

from distill.errors import DistillError
from distill.groups.families import products
from distill.groups.named import generated_table, group_named, table_of
from distill.groups.recognise import recognise
from distill.groups.table import Table


@pytest.mark.parametrize(
    ("text", "name", "order"),
    [
        ("S4", "S4", 24),
        ("alternating(5)", "A5", 60),
        ("dihedral(6)", "D6", 12),
        ("cyclic(7)", "Z7", 7),
        ("quaternion(16)", "Q16", 16),
        ("dicyclic(3)", "Dic3", 12),
        ("Z7:Z3", "Z7 : Z3", 21),
        ("Z2^6", "Z2^6", 64),
        ("Z4 x Z3", "Z4 x Z3", 12),
        ("S3 x Z2^2", "S3 x Z2 x Z2", 24),
    ],
)
def test_a_name_means_a_group(text, name, order):
    family = group_named(text)
    assert (family.name, family.order) == (name, order)


@pytest.mark.parametrize("text", ["", "S9", "A2", "Q6", "Z7:Z5", "Z2^0", "S3x", "foo", "Z" * 500])
def test_what_is_no_name_is_said_in_a_line(text):
    with pytest.raises(DistillError, match=r"no group .* expected S4, A5") as said:
        group_named(text)
    assert "\n" not in str(said.value)
    assert len(str(said.value)) < 400


def test_a_table_is_held_to_be_a_group_s():
    with pytest.raises(DistillError, match=r"do not associate: \(\d \* \d\) \* \d is not"):
        table_of(LOOP.tolist())
    with pytest.raises(DistillError, match="no Latin square"):
        table_of([[0, 1], [0, 1]])
    for rows in ([[0, 1]], [[0, 2], [2, 0]], [[0, 1], [1]], []):
        with pytest.raises(DistillError, match="Cayley table"):
            table_of(rows)
    assert (table_of(products(group_named("S3")).tolist()) == products(group_named("S3"))).all()


def test_permutations_generate_a_group():
    table = generated_table([(1, 0, 2, 3), (1, 2, 3, 0)])
    assert recognise(Table(table)).family.name == "S4"
    for generators in ([], [(0, 0)], [(0, 1), (0, 1, 2)], [(1, 2, 3)]):
        with pytest.raises(DistillError, match="permutations"):
            generated_table(generators)
