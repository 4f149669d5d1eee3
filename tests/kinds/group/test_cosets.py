"""Hidden units that tell cosets apart are found, with the subgroup's name, and no others are."""

import numpy as np
import torch

from distill import MLP, Model
from distill.groups.families import Symmetric, products
from distill.groups.isomorphism import family_table
from distill.kinds.group.cosets import coset_evidence
from distill.kinds.group.mechanism import Law

S4 = Symmetric(4)
UNITS = 16


def with_units(functions):
    """A perceptron over one-hot embeddings whose units are f(a) + g(b)."""
    shape = MLP(2, 24, 24, d_embed=24, widths=(UNITS,), combine="concat")
    parameters = shape.initialise(torch.Generator().manual_seed(0))
    parameters["W_E"] = torch.eye(24)
    parameters["W_1"] = torch.from_numpy(np.concatenate(functions)).float()
    return Model(shape, parameters)


def test_units_of_cosets_have_the_subgroup_s_name_and_a_decoy_that_has_none():
    table, rng = products(S4), np.random.default_rng(0)
    members = family_table(S4).closure((1, 2))  # exchanges of the last three points
    assert len(members) == 6
    left, right = table[:, members].min(axis=1), table[members].min(axis=0)
    functions = [rng.normal(size=(24, UNITS))[label] for label in (left, right)]
    found = coset_evidence(with_units(functions), Law(S4))
    assert {name: row.value for name, row in found.items()} == {"cosets of S3, order 6": 1.0}
    assert found["cosets of S3, order 6"].decoy == 0.0


def test_units_of_single_elements_are_none():
    rng = np.random.default_rng(1)
    functions = [rng.normal(size=(24, UNITS)) for _ in range(2)]
    assert coset_evidence(with_units(functions), Law(S4)) == {}
