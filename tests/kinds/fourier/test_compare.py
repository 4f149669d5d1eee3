"""Key sets are compared up to the automorphisms of their group."""

import dataclasses
import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.kinds.fourier.compare import (
    automorphism,
    chance_of_image,
    families,
    fold,
    overlap,
    scale,
)
from distill.kinds.fourier.coordinate import Coordinate, Logarithm, Polynomial
from distill.kinds.fourier.mechanism import Fit, FourierMechanism, Wave

P = 23


DOMAIN = ((range(P), range(P)), range(P))


SUM = Coordinate((1, 1), 0, P)


def waves_at(*keys, coordinate=SUM, label="clock"):
    waves = tuple(Wave(k, 1.0, 0.0, 1 / len(keys), label=label) for k in sorted(keys))
    return FourierMechanism(coordinate, waves, (), 1.0, Fit(0, 1, 1, 1.0, 1.0, 0.0), (), None)


def family_of(*mechanisms, domain=DOMAIN):
    (family,) = families({place: (each, domain) for place, each in enumerate(mechanisms)})
    return family


@settings(deadline=None)
@given(
    p=st.sampled_from([5, 12, 15, 23, 59]),
    data=st.data(),
)
def test_a_key_set_times_a_unit_is_found_to_be_alike(p, data):
    keys = data.draw(st.sets(st.integers(1, p // 2), min_size=1, max_size=p // 2))
    unit = data.draw(st.sampled_from([u for u in range(1, p) if math.gcd(u, p) == 1]))
    moved = frozenset(fold(unit * k, p) for k in keys)
    found = automorphism(frozenset(keys), moved, p)
    assert found is not None
    assert frozenset(fold(found * k, p) for k in keys) == moved


def test_key_sets_that_are_no_images_are_told_apart():
    # 1, 2 have the ratio 2, and 1, 3 the ratios ±3 and ±1/3 = ±8 modulo 23
    assert automorphism(frozenset({1, 2}), frozenset({1, 3}), P) is None
    assert automorphism(frozenset({1, 2}), frozenset({1, 2, 3}), P) is None
    assert automorphism(frozenset({1}), frozenset({3}), 15) is None  # 3 divides 15, 1 does not


def test_a_family_says_who_shares_what_up_to_which_automorphism():
    keys = [(2, 7, 9), (4, 9, 5), (2, 7, 9), (1, 2, 4)]  # the second is twice the first
    family = family_of(*(waves_at(*each) for each in keys))
    images = {(image.one, image.other): image.unit for image in family.images}
    assert set(images) == {(0, 1), (0, 2), (1, 2)}
    assert images[0, 1] == 2
    assert images[0, 2] == 1
    assert family.orbits == ((0, 1, 2), (3,))
    assert family.key_sets == 3
    usage = dict(family.usage)
    assert usage[9] == (0, 1, 2)
    assert usage[2] == (0, 2, 3)
    assert family.overlap.shared == sum(
        len(set(one) & set(other)) for one, other in combinations(keys, 2)
    )


def test_labels_have_to_go_along():
    one = dataclasses.replace(
        waves_at(2, 7),
        waves=(Wave(2, 1.0, 0.0, 0.5, label="pizza"), Wave(7, 1.0, 0.0, 0.5, label="clock")),
    )
    other = dataclasses.replace(
        waves_at(4, 9),
        waves=(Wave(4, 1.0, 0.0, 0.5, label="pizza"), Wave(9, 1.0, 0.0, 0.5, label="clock")),
    )
    assert family_of(one, other).images[0].labels
    swapped = family_of(one, waves_at(4, 9, label="clock"))
    assert not swapped.images[0].labels
    assert swapped.labels == Counter({"clock": 3, "pizza": 1})


def test_frequencies_are_compared_in_the_same_coordinate():
    """3a + 3b, held against 3c, at frequency k says what a + b, held against c, says at 3k."""
    tripled = Coordinate((3, 3), 0, P, output=Polynomial((3,)))
    assert scale(SUM, tripled, DOMAIN, DOMAIN) == 3
    family = family_of(waves_at(6, 2), waves_at(2, 7, coordinate=tripled))
    assert family.keys[0] == tuple(sorted(family.keys[1], key=lambda key: key.frequency))
    assert family.images[0].unit == 1


def test_logarithms_to_two_bases_are_one_coordinate():
    domain = ((range(1, P), range(1, P)), range(1, P))
    bases = [5, 7]  # two primitive roots of 23
    one, other = (
        Coordinate((1, 1), 0, P - 1, (Logarithm(base, P),) * 2, Logarithm(base, P))
        for base in bases
    )
    unit = scale(one, other, domain, domain)
    assert unit is not None
    assert pow(bases[1], unit, P) == bases[0]  # log_7 x = log_7 5 · log_5 x


@pytest.mark.parametrize(
    "other",
    [
        Coordinate((1, -1), 0, P),
        Coordinate((1, 1), 4, P),
        Coordinate((2, 2), 0, P),
        Coordinate((1, 1), 0, P, (Polynomial((0, 1)),) * 2),
    ],
)
def test_other_functions_are_other_families(other):
    assert scale(SUM, other, DOMAIN, DOMAIN) is None
    found = families({0: (waves_at(2), DOMAIN), 1: (waves_at(2, coordinate=other), DOMAIN)})
    assert [family.runs for family in found] == [(0,), (1,)]


def test_chance_is_what_counting_all_key_sets_gives():
    """The mean and the variance of the overlap, and the part of key sets that are images."""
    sizes, available = (2, 3, 2), P // 2
    every = [[frozenset(each) for each in combinations(range(1, available + 1), n)] for n in sizes]
    rng = np.random.default_rng(0)
    found = overlap([each[0] for each in every], available)
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = sum(
        np.mean([len(one & other) for one in every[i] for other in every[j]]) for i, j in pairs
    )
    assert found.expected == pytest.approx(expected)
    drawn = [[each[rng.integers(len(each))] for each in every] for _ in range(20_000)]
    totals = [sum(len(sets[i] & sets[j]) for i, j in pairs) for sets in drawn]
    assert found.deviation == pytest.approx(np.std(totals), rel=0.03)

    keys = frozenset({1, 2, 5})
    images = [other for other in every[1] if automorphism(keys, other, P) is not None]
    assert chance_of_image(keys, P) == pytest.approx(len(images) / len(every[1]))
