"""Kinds as they are compared are those that there are, and certificates read alike both ways."""

from pathlib import Path

import pytest
from builders.paths import ROOT

from distill.compare.gather import read_subject
from distill.compare.kinds import KINDS, NAMES, kind_named, kinds_of
from distill.kinds import known

GALLERY = Path(ROOT) / "outputs" / "gallery"


def test_the_kinds_are_those_that_there_are_in_their_order():
    assert [kind.name for kind in KINDS] == [kind.name for kind in known.KINDS]
    for one, other in zip(KINDS, known.KINDS, strict=True):
        assert isinstance(other, type(one))
        assert (one.noun, one.mechanism) == (other.noun, other.mechanism)
    assert kinds_of(NAMES) is KINDS
    assert kinds_of(["a kind of its own"]) is known.KINDS
    assert kind_named("formula").noun == ("formula", "formulas")


@pytest.mark.parametrize("name", ["mod_add", "parity_all", "induction", "kepler"])
def test_what_a_network_reads_is_the_same_from_the_whole_certificate(name):
    subject = read_subject(GALLERY / name)
    assert subject.space == subject.certificate.space
    assert subject.network == subject.certificate.sha256.get("model.safetensors")
    if name == "kepler":
        assert subject.read.tolerance == subject.certificate.tolerance
