"""Every group comes back, whatever the order of its elements, and is told apart from its like."""

import numpy as np
import pytest
from builders.groups import LOOP, random_latin, scrambled

from distill.groups.families import (
    Abelian,
    Generated,
    Metacyclic,
    Product,
    Symmetric,
    products,
)
from distill.groups.recognise import recognise
from distill.groups.table import Table, associativity_fault, fault_of

Q8, D4 = Metacyclic(4, 2, 3, 2), Metacyclic(4, 2, 3)
HALF_TURNS = Generated(((1, 2, 0, 3, 4, 5), (0, 1, 2, 4, 5, 3), (0, 2, 1, 3, 5, 4)))
FAMILIES = [
    Abelian((2, 2, 2, 2, 2, 2)),
    Abelian((4, 3)),
    Abelian((2, 3, 4)),
    Abelian((9, 3)),
    D4,
    Q8,
    Metacyclic(5, 2, 4),
    Metacyclic(6, 2, 5, 0, True),
    Metacyclic(6, 2, 5, 3),
    Metacyclic(7, 3, 2),
    Metacyclic(5, 4, 2, 0, True),
    Metacyclic(8, 2, 3),
    Symmetric(3),
    Symmetric(4),
    Symmetric(5),
    Symmetric(4, even=True),
    Symmetric(5, even=True),
    Product((Symmetric(3), Symmetric(3))),
    Product((Symmetric(3), Abelian((2, 2)))),
    Product((Q8, Abelian((3,)))),
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_group_in_its_own_order_needs_no_list(family):
    table = products(family)
    assert fault_of(table) is None
    found = recognise(Table(table))
    assert found.numbers is None
    assert not found.swapped
    assert (products(found.family) == table).all()
    other = recognise(Table(np.ascontiguousarray(table.T)))
    assert other.numbers is None
    assert other.swapped == (not Table(table).commutes)


@pytest.mark.parametrize("family", [*FAMILIES, HALF_TURNS], ids=lambda family: family.name)
def test_in_any_order_the_isomorphism_that_is_found_keeps_products(family):
    table, _ = scrambled(products(family))
    found = recognise(Table(table))
    numbers = found.numbers
    assert numbers is not None
    assert (products(found.family)[np.ix_(numbers, numbers)] == numbers[table]).all()


@pytest.mark.parametrize(
    ("family", "name"),
    [
        (Q8, "Q8"),
        (D4, "D4"),
        (Metacyclic(52, 2, 51), "D52"),
        (Metacyclic(52, 2, 51, 26), "Dic26"),
        (Abelian((4, 3)), "Z12"),
        (Abelian((2, 6)), "Z6 x Z2"),
        (Symmetric(4), "S4"),
        (Symmetric(4, even=True), "A4"),
        (Product((Symmetric(3), Abelian((3,)))), "D3 x Z3"),
        (Metacyclic(7, 3, 2), "Z7 : Z3"),
    ],
)
def test_names_tell_groups_apart_that_have_the_same_characters(family, name):
    assert recognise(Table(scrambled(products(family), 5)[0])).family.name in {
        name,
        name.replace("D3", "S3"),
    }


def test_a_loop_that_is_no_group_is_told_by_a_triple_that_does_not_associate():
    fault = fault_of(LOOP)
    assert fault is not None
    assert fault.triple is not None
    x, y, z = fault.triple
    assert LOOP[LOOP[x, y], z] != LOOP[x, LOOP[y, z]]


@pytest.mark.parametrize("order", [5, 7, 12, 30])
def test_light_s_test_finds_whatever_going_through_all_triples_finds(order):
    for seed in range(5):
        table = random_latin(order, seed)
        loop = table[np.argsort(table[:, 0])][:, np.argsort(table[0])]
        all_triples = (loop[loop] == loop[np.arange(order)[:, None, None], loop]).all()
        assert (associativity_fault(loop, int(table[0, 0])) is None) == all_triples
