"""A forged mechanism of a group is found out, with all that the checker measures made to fit it."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from builders.groups import planted, square_domain, with_mechanism

import distill
from distill.checker import group
from distill.checker.check import evidence_of
from distill.checker.group_table import group_table
from distill.checker.kind import FOLLOWS
from distill.groups.families import Abelian, Metacyclic
from distill.groups.naming import irreps

pytestmark = pytest.mark.usefixtures("page_undrawn")


@pytest.fixture(scope="module")
def dihedral(tmp_path_factory):
    """The evidence of a network that multiplies in D7, by its sign and one rotation."""
    network = planted(Metacyclic(7, 2, 6), {0: 2.5, 1: 2.0}, noise=0.01)
    return evidence_of(distilled(network, 14, tmp_path_factory))


@pytest.fixture(scope="module")
def abelian(tmp_path_factory):
    """The evidence of a network that multiplies in Z2^3."""
    network = planted(Abelian((2, 2, 2)), {0: 2.0, 1: 2.0, 3: 2.0})
    return evidence_of(distilled(network, 8, tmp_path_factory))


def distilled(network, order, made_below):
    run = distill.distill(network, square_domain(order), name="planted", out=made_below.mktemp("g"))
    assert run.mechanism.kind == "group"
    return run.folder


def forged(evidence, change):
    told = copy.deepcopy(evidence.mechanism)
    change(told)
    return told


def as_measured(evidence, told):
    """The same with every weight, share and fit as the checker itself measures it."""
    table = group_table(told["law"]["group"])
    other, sides = with_mechanism(evidence, told), group._elements(evidence, table)
    bases = [group._basis(key, table) for key in told["keys"]]
    measured = group._measured(other, table, sides, bases)
    for key, (weight, characters, elements) in zip(told["keys"], measured["keys"], strict=True):
        key |= {"weight": weight, "character_share": characters, "element_share": elements}
    told["fit"] = {name: measured[name] for name in ("characters", "elements")}
    return told


def follows(evidence, told):
    return bool(group.derive(with_mechanism(evidence, told))[FOLLOWS])


def test_what_is_told_as_it_is_follows(dihedral, abelian):
    for evidence in (dihedral, abelian):
        assert follows(evidence, as_measured(evidence, copy.deepcopy(evidence.mechanism)))


@pytest.mark.parametrize(
    ("wrong", "listed", "passes"), [(1, 1, True), (1, 0, False), (3, 3, False)]
)
def test_exceptions_are_all_listed_and_few(dihedral, wrong, listed, passes):
    seen = dihedral.checked
    answers = seen.answers.copy()
    answers[:wrong] = (answers[:wrong] + 1) % 14
    other = replace(dihedral, mechanism=dihedral.mechanism)
    vars(other)["checked"] = replace(seen, answers=answers)
    rows = np.column_stack([other.values(seen.tokens), answers])[:listed].tolist()
    told = forged(other, lambda told: told.update(exceptions=rows))
    assert follows(other, told) == passes


def test_the_order_of_factors_is_told_only_where_it_is_one(abelian):
    told = forged(abelian, lambda told: told["law"].update(swapped=True))
    assert not follows(abelian, as_measured(abelian, told))


def test_a_key_is_told_once(dihedral):
    told = forged(dihedral, lambda told: told["keys"].append(copy.deepcopy(told["keys"][0])))
    assert not follows(dihedral, as_measured(dihedral, told))


@pytest.mark.parametrize("wrong", ["no projection", "two of one sort", "trivial"])
def test_a_character_is_one_of_an_irreducible(dihedral, wrong):
    """A weighted sum may have the mean square, the trace and the mean of one; a sum of two is a
    projection as they are; the trivial one tells no element from another.
    """
    table = group_table(dihedral.mechanism["law"]["group"])
    firsts = np.unique(group._classes(table))
    key = next(key for key in dihedral.mechanism["keys"] if key["dimension"] == 2)
    one, two, three = (
        irrep.character[firsts] for irrep in irreps(Metacyclic(7, 2, 6)) if irrep.dimension == 2
    )
    changes = {
        "no projection": {"character": ((2 * one + 2 * two - three) / 3).tolist()},
        "two of one sort": {"character": (one + two).tolist(), "sort": "complex", "elements": 8},
        "trivial": {"character": [1.0] * len(firsts), "dimension": 1, "elements": 1},
    }
    assert group._basis(key, table).shape == (14, 4)
    with pytest.raises(ValueError, match="none of a real irreducible"):
        group._basis(key | changes[wrong], table)


def test_without_keys_nothing_is_fitted(dihedral):
    told = forged(dihedral, lambda told: told.update(keys=[]))
    assert not follows(dihedral, told)
    assert follows(dihedral, told | {"fit": None})
    assert group.derive(with_mechanism(dihedral, told | {"fit": None}))["figures.keys_kept"] is None


def test_an_element_stands_for_one_value(dihedral):
    told = forged(dihedral, lambda told: told["law"].update(output=[0, 0, *range(2, 14)]))
    with pytest.raises(ValueError, match="not each one's"):
        follows(dihedral, told)


TURNS = {"kind": "metacyclic", "rotations": 7, "rows": 2, "twist": 6, "carry": 0}


@pytest.mark.parametrize(
    "told",
    [
        TURNS | {"twist": 2, "interleaved": True},  # 2² is not 1 mod 7
        TURNS | {"rotations": 4, "twist": 3, "carry": 1, "interleaved": True},  # 1 * 2 is not 0
        TURNS | {"rotations": 2046, "twist": 2045, "interleaved": False},  # 4,092 elements
        {"kind": "generated", "generators": [[1, 1, 0]], "called": ""},
        {"kind": "abelian", "moduli": [64, 64]},
        {"kind": "product", "factors": [{"kind": "symmetric", "points": 6, "even": False}] * 2},
    ],
)
def test_what_describes_no_group_or_a_large_one_has_no_table(told):
    assert group_table(TURNS | {"interleaved": True}).shape == (14, 14)
    with pytest.raises(ValueError, match=r"no group|no permutations|too many"):
        group_table(told)


def test_the_elements_that_generators_make_are_bounded():
    """Two permutations of ten points make 3,628,800."""
    generators = [[*range(1, 10), 0], [1, 0, *range(2, 10)]]
    with pytest.raises(ValueError, match="too many"):
        group_table({"kind": "generated", "generators": generators, "called": ""})
