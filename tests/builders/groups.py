"""Networks by construction that multiply in a group, tables in any order, and loops that are none.

A planted network embeds every element as the matrix elements of some irreducibles, multiplies them
by squares, (u + v)² - (u - v)² = 4uv, and reads out characters of x y z^-1.
"""

from dataclasses import replace

import numpy as np
import torch

from distill import MLP, Model
from distill.domains.finite import Domain
from distill.groups.families import products
from distill.groups.naming import irreps


def square_domain(order, first=0):
    values = range(first, first + order)
    return Domain((values, values), values)


def with_mechanism(evidence, told):
    """The same evidence with another mechanism; its program was run once."""
    other = replace(evidence, mechanism=told)
    vars(other)["checked"] = evidence.checked
    return other


def scrambled(table, seed=0):
    """The same table with its elements in another order, and that order."""
    order = np.random.default_rng(seed).permutation(len(table))
    back = np.argsort(order)
    return order[table[np.ix_(back, back)]], order


def planted(family, weights, order=None, noise=0.0):
    """A network whose logits are a sum of characters of x y z^-1.

    Args:
        weights: of the characters, by the places of the irreducibles among all but the trivial.
        order: the value that every element has; null for its number.
        noise: added to every embedding in directions of its own.
    """
    table = products(family)
    n = len(table)
    keys = [irreps(family)[place] for place in weights]
    size = sum(irrep.elements for irrep in keys)
    embedding = np.zeros((n, size))
    into, out, at = [], [], 0
    for irrep, weight in zip(keys, weights.values(), strict=True):
        basis, r = irrep.basis * n**0.5, irrep.elements
        embedding[:, at : at + r] = basis
        couple = np.einsum("xyi,xj,yk->ijk", basis[table], basis, basis, optimize=True) / n**2
        scale = weight / irrep.dimension
        for j in range(r):
            for k in range(r):
                if np.abs(couple[:, j, k]).max() < 1e-9:
                    continue
                said = scale * basis @ couple[:, j, k]
                for sign in (1, -1):
                    row = np.zeros(2 * size)
                    row[at + j], row[size + at + k] = 1, sign
                    into.append(row)
                    out.append(sign * said / 4)
        at += r
    order = np.arange(n) if order is None else order
    rows, unembed = np.zeros((n, size)), np.zeros((len(out), n))
    rows[order] = embedding
    unembed[:, order] = np.array(out)
    rows += noise * np.random.default_rng(1).normal(size=rows.shape)
    shape = MLP(2, n, n, d_embed=size, widths=(len(out),), combine="concat", activation="square")
    parameters = {
        "W_E": torch.from_numpy(rows),
        "W_1": torch.from_numpy(np.array(into).T.copy()),
        "b_1": torch.zeros(len(out)),
        "W_U": torch.from_numpy(unembed),
        "b_U": torch.zeros(n),
    }
    return Model(shape, {name: value.float() for name, value in parameters.items()})


def one_hot(table):
    """A callable that answers by a table, and shows nothing of how."""
    answers = torch.from_numpy(np.array(table))

    def answer(tokens):
        return torch.nn.functional.one_hot(answers[tokens[:, 0], tokens[:, 1]], len(table)).double()

    return answer


def looked_up(table, outputs=None):
    """A perceptron with a hidden unit for every pair of inputs, which looks every answer up."""
    n = len(table)
    outputs = n if outputs is None else outputs
    pairs = np.arange(n * n)
    into, out = np.zeros((2 * n, n * n)), np.zeros((n * n, outputs))
    into[pairs // n, pairs] = into[n + pairs % n, pairs] = 1
    out[pairs, np.array(table).reshape(-1)] = 9
    shape = MLP(2, n, outputs, d_embed=n, widths=(n * n,), combine="concat", activation="relu")
    parameters = {
        "W_E": torch.eye(n),
        "W_1": torch.from_numpy(into),
        "b_1": -torch.ones(n * n),
        "W_U": torch.from_numpy(out),
        "b_U": torch.zeros(outputs),
    }
    return Model(shape, {name: value.float() for name, value in parameters.items()})


LOOP = np.array(
    [
        [0, 1, 2, 3, 4],
        [1, 0, 3, 4, 2],
        [2, 4, 0, 1, 3],
        [3, 2, 4, 0, 1],
        [4, 3, 1, 2, 0],
    ]
)
"""The smallest loop that is no group: every element is its own inverse."""


def random_latin(order, seed=0):
    """A Latin square that is no group's, from a cyclic one by exchanges within pairs of rows."""
    rng = np.random.default_rng(seed)
    table = (np.arange(order)[:, None] + np.arange(order)) % order
    table = table[rng.permutation(order)][:, rng.permutation(order)]
    for _ in range(20 * order):
        one, other = rng.choice(order, 2, replace=False)
        column = start = int(rng.integers(order))
        cycle = [column]
        while table[other, column] != table[one, start]:
            column = int(np.flatnonzero(table[one] == table[other, column])[0])
            cycle.append(column)
        if len(cycle) < order:
            table[np.ix_([one, other], cycle)] = table[np.ix_([other, one], cycle)]
    return table
