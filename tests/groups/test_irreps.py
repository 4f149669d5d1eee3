"""Irreducibles from a table alone: as many as there should be, orthogonal, with their names."""

import numpy as np
import pytest
from groups.test_recognise import FAMILIES

from distill.groups.families import Abelian, Metacyclic, Symmetric, products
from distill.groups.irreps import real_classes
from distill.groups.isomorphism import family_table
from distill.groups.naming import irreps, kernel_of, murnaghan_nakayama


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_irreducibles_are_all_there_are(family):
    found, table = irreps(family), family_table(family)
    assert 1 + sum(irrep.elements for irrep in found) == family.order
    assert 1 + len(found) == real_classes(table)
    assert len({irrep.name for irrep in found}) == len(found)
    assert len(kernel_of(found, family.order)) == 1
    for irrep in found:
        values = irrep.character[products(family)[:, table.inverse]]
        projection = irrep.dimension / family.order * values
        np.testing.assert_allclose(projection @ projection, projection, atol=1e-9)
        fold = 2 if irrep.sort == "complex" else 1
        assert irrep.elements == fold * irrep.dimension**2
        assert np.square(irrep.character).mean() == pytest.approx(fold)


def test_symmetric_groups_have_a_partition_each():
    names = [irrep.name for irrep in irreps(Symmetric(5))]
    assert names == [
        "sign (1, 1, 1, 1, 1)",
        "standard (4, 1)",
        "standard x sign (2, 1, 1, 1)",
        "(3, 2)",
        "(2, 2, 1)",
        "(3, 1, 1)",
    ]
    assert murnaghan_nakayama((3, 2), (2, 1, 1, 1)) == 1
    assert murnaghan_nakayama((2, 2, 1), (2, 1, 1, 1)) == -1


def test_a_quaternionic_pair_and_a_complex_pair_are_told_from_real_ones():
    sorts = {it.name: it.sort for it in irreps(Metacyclic(4, 2, 3, 2))}
    assert sorts["rotations, frequency 1"] == "quaternionic"
    assert {it.sort for it in irreps(Metacyclic(4, 2, 3))} == {"real"}
    assert [it.sort for it in irreps(Metacyclic(7, 3, 2))] == ["complex", "complex"]


def test_abelian_groups_have_frequencies():
    names = {irrep.name for irrep in irreps(Abelian((4, 3)))}
    assert [it.name for it in irreps(Abelian((2, 2)))] == [
        "parity of x & 2",
        "parity of x & 1",
        "parity of x & 3",
    ]
    assert {"frequencies (2, 0)", "frequencies (1, 0)", "frequencies (0, 1)"} <= names
