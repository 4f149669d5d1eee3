"""Finite groups: the answer is a product of elements, and the logits are of a few irreducibles.

Whether the program multiplies in the stored group is seen at every checked input: the group's table
is made here from its description. A stored character is held to be a real irreducible one by the
projection that it makes; how much of the logits it accounts for, and what hangs on its matrix
elements in the stored embedding, is measured again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .finite import Evidence, forward_pass, smallest
from .group_table import MOST, group_table
from .kind import FOLLOWS, Claims, Proof, Test
from .read import read_as, whole

ELEMENTS = "the keys' matrix elements"
TESTS: tuple[Test, ...] = (
    Test("element_r2", f"R² of the logits by {ELEMENTS}", 0.5, derived=True),
    Test("keys_kept", f"answers kept by {ELEMENTS} alone", 0.99, derived=True, beside=True),
    Test(
        *("keys_removed", f"answers left without {ELEMENTS}", 0.5, False),
        derived=True,
        beside=True,
    ),
    Test("keys_moved", f"answers that follow when {ELEMENTS} are moved", 0.9, beside=True),
)
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    **dict.fromkeys(("law", "inputs", "outputs", "fit", "exceptions")),
    "keys": frozenset(
        {"sort", "dimension", "elements", "character", "weight", "character_share", "element_share"}
    ),
}
DERIVED = (
    *("element_r2", "character_r2", "character_lead", "joint_kernel"),
    *("keys_kept", "keys_removed"),
)
PASSES = 12
"""Of the fit to half of the pairs."""
CLOSE = 1e-6
"""How far numbers of a mechanism may be from those that are derived, in parts of the largest."""
MOST_EXCEPTIONS = 0.01
"""Part of the pairs that may be listed."""
SORTS = {"real": (1, 1.0), "complex": (2, 0.0), "quaternionic": (1, -1.0)}
"""Of a real irreducible: matrix elements in parts of d², and the mean of its character at squares
(Frobenius and Schur)."""


def derive(evidence: Evidence) -> Claims:
    """Whether the program is the group's product, and what the keys account for."""
    told = evidence.mechanism
    table = group_table(told["law"]["group"])
    sides = _elements(evidence, table)
    claims: Claims = {f"figures.{name}": None for name in DERIVED} if evidence.stored else {}
    claims[FOLLOWS] = _follows(evidence, table, sides)
    if not told["keys"]:
        claims[FOLLOWS] &= told["fit"] is None
    elif len(told["keys"]) > len(table):
        claims[FOLLOWS] = False  # no group has so many irreducibles
    elif claims[FOLLOWS] and evidence.stored:
        bases = [_basis(key, table) for key in told["keys"]]
        apart = all(
            np.abs(one.T @ other).max() < CLOSE
            for place, one in enumerate(bases)
            for other in bases[:place]
        )
        measured = _measured(evidence, table, sides, bases)
        claims[FOLLOWS] = apart and _as_told(told, measured)
        claims["figures.element_r2"] = measured["elements"]
        claims["figures.character_r2"] = measured["characters"]
        claims |= _lead(told["keys"], [found[0] for found in measured["keys"]], table)
        claims |= _kept_and_removed(evidence, sides, bases)
    return claims


def _elements(evidence: Evidence, table: ndarray) -> dict[str, ndarray]:
    """The element of every token of the inputs, and of the output.

    Raises:
        ValueError: there are not as many, or some stands for two tokens.
    """
    told, n = evidence.mechanism["law"], len(table)
    fields = {"group", "left", "right", "output", "inverted", "swapped"}
    if told.keys() != fields or told["inverted"] not in (None, "left", "right"):
        raise ValueError("the law of the mechanism has other fields than it should")
    read_as("swapped", told["swapped"], bool)
    inverse = (table == 0).argmax(axis=1)
    found = {}
    for side in ("left", "right", "output"):
        listed = np.arange(n) if told[side] is None else whole(told[side])
        if sorted(listed.tolist()) != list(range(n)):
            raise ValueError(f"the elements of the {side} side are not each one's")
        found[side] = inverse[listed] if told["inverted"] == side else listed
    return found


def _follows(evidence: Evidence, table: ndarray, sides: Mapping[str, ndarray]) -> bool:
    """Whether the program answers with the product of the elements of its inputs."""
    told, seen = evidence.mechanism, evidence.checked
    ends = [[values[0], values[-1]] for values in (*evidence.inputs, evidence.outputs)]
    if [*told["inputs"], told["outputs"]] != ends or len(evidence.inputs) != 2:
        return False
    if any(len(values) != len(table) for values in (*evidence.inputs, evidence.outputs)):
        return False
    if told["law"]["swapped"] and (table == table.T).all():
        return False
    x, y = (sides[side][seen.tokens[:, place]] for place, side in enumerate(("left", "right")))
    product = table[(y, x) if told["law"]["swapped"] else (x, y)]
    said = np.argsort(sides["output"])[product] + evidence.outputs.start
    values = evidence.values(seen.tokens)
    rows = [
        [*map(int, values[i]), int(seen.answers[i])] for i in np.flatnonzero(said != seen.answers)
    ]
    return told["exceptions"] == rows and len(rows) <= len(said) * MOST_EXCEPTIONS


def _classes(table: ndarray) -> ndarray:
    """The first element that every element [n] is conjugate to."""
    inverse = (table == 0).argmax(axis=1)
    return table[table, inverse[:, None]].min(axis=0)


def _basis(key: Mapping[str, Any], table: ndarray) -> ndarray:
    """An orthonormal basis [n, elements] of the span of an irreducible's matrix elements.

    Raises:
        ValueError: its character is none of a real irreducible of that sort and size.
    """
    n, inverse = len(table), (table == 0).argmax(axis=1)
    read_as("the sort of a key", key["sort"], tuple(SORTS))
    read_as("the dimension of a key", key["dimension"], range(1, MOST))
    read_as("the character of a key", key["character"], [float])
    conjugates = _classes(table)
    firsts = np.unique(conjugates)
    if len(firsts) != len(key["character"]):
        raise ValueError("the character of a key is not one number for every class")
    character = np.array(key["character"])[np.searchsorted(firsts, conjugates)]
    d, (fold, indicator) = key["dimension"], SORTS[key["sort"]]
    projection = d / n * character[table[:, inverse]]
    squares = character[table[np.arange(n), np.arange(n)]].mean()
    wrong = (
        np.abs(projection @ projection - projection).max() > CLOSE
        or abs(squares - indicator) > CLOSE
        or key["elements"] != fold * d * d
        or abs(np.trace(projection) - key["elements"]) > CLOSE
        or abs(character.mean()) > CLOSE
    )
    if wrong:
        raise ValueError("the character of a key is none of a real irreducible representation")
    return np.linalg.eigh(projection)[1][:, -key["elements"] :]


def _measured(
    evidence: Evidence, table: ndarray, sides: Mapping[str, ndarray], bases: list[ndarray]
) -> dict[str, Any]:
    """What keys account for: weights and shares on the fitted pairs, R² on the others."""
    n, fit, told = len(table), evidence.fit, evidence.mechanism
    if fit is None or fit["inputs"] != n * n:
        raise ValueError("the certificate does not say which of all pairs were fitted")
    seen = evidence.checked
    if seen.balls is not None and len(seen.tokens) == n * n:
        raw = seen.balls.mid
    else:
        raw = forward_pass(evidence)(evidence.tokens(np.arange(n * n))).mid
    logits = (raw - raw.mean(axis=1, keepdims=True)).reshape(n, n, n)
    fitted = smallest(n * n, fit["fitted"], fit["seed"]).reshape(n, n)
    x, y, z = (np.argsort(sides[side]) for side in ("left", "right", "output"))
    logits, fitted = logits[x][:, y][:, :, z], fitted[x][:, y]
    if told["law"]["swapped"]:
        logits, fitted = logits.transpose(1, 0, 2), fitted.T
    logits = logits - logits.mean(axis=(0, 1))
    size, rest = (float(np.square(logits[on]).sum()) for on in (fitted, ~fitted))
    found: dict[str, Any] = {"keys": [], "characters": 0.0, "elements": 0.0}
    for key, basis in zip(told["keys"], bases, strict=True):
        inside = logits @ basis
        along = n / key["dimension"] * basis[table]
        weight = float((inside[fitted] * along[fitted]).sum() / np.square(along[fitted]).sum())
        said = weight * along
        for _ in range(PASSES):
            left = np.where(fitted[..., None], inside - said, 0.0)
            said = said + fitted.size / fitted.sum() * _projected(left, basis)
        shares = []
        for name, part in {"characters": weight * along, "elements": said}.items():
            gained = np.square(inside).sum(axis=2) - np.square(inside - part).sum(axis=2)
            shares.append(float(gained[fitted].sum()) / size)
            found[name] += float(gained[~fitted].sum()) / rest
        found["keys"].append((weight, *shares))
    return found


def _lead(keys: list[Mapping[str, Any]], weights: list[float], table: ndarray) -> Claims:
    """How far the keys' characters put the identity ahead, and how many elements they do not tell
    from it; the identity's class is the first.
    """
    characters = np.array([key["character"] for key in keys])
    lost = characters[:, :1] - characters
    sizes = np.unique(_classes(table), return_counts=True)[1]
    return {
        "figures.character_lead": float((np.array(weights) @ lost)[1:].min()),
        "figures.joint_kernel": float(sizes[(lost < CLOSE).all(axis=0)].sum()),
    }


def _projected(values: ndarray, basis: ndarray) -> ndarray:
    """Values [x, y, ...] projected in both x and y."""
    onto = basis @ basis.T
    return np.tensordot(onto, np.tensordot(onto, values, axes=(1, 1)), axes=(1, 1))


def _as_told(told: Mapping[str, Any], measured: Mapping[str, Any]) -> bool:
    """Whether weights, shares and fits are those of the mechanism."""
    pairs = [(told["fit"][name], measured[name]) for name in ("characters", "elements")]
    largest = max(abs(found[0]) for found in measured["keys"])
    for key, (weight, characters, elements) in zip(told["keys"], measured["keys"], strict=True):
        pairs.append((key["weight"] / largest, weight / largest))
        pairs += [(key["character_share"], characters), (key["element_share"], elements)]
    return told["fit"].keys() == {"characters", "elements"} and all(
        abs(one - other) <= CLOSE for one, other in pairs
    )


def _kept_and_removed(
    evidence: Evidence, sides: Mapping[str, ndarray], bases: list[ndarray]
) -> Claims:
    """Answers that stay with the keys' part of the embedding alone, and without it."""
    shape, n = evidence.architecture or {}, len(sides["left"])
    places: dict[tuple[str, int], list[ndarray]] = {}
    for place, side in enumerate(("left", "right")):
        name = f"W_E{place}" if shape.get("shared") is False else "W_E"
        start = shape.get("offsets", [0, 0])[place]
        spans = places.setdefault((name, start), [])
        spans += [basis[sides[side]] for basis in bases]
    rows = [(name, start + t) for name, start in places for t in range(n)]
    claims: Claims = {"figures.keys_kept": None, "figures.keys_removed": None}
    if len(set(rows)) < len(rows):
        return claims
    for name, keep in {"keys_kept": True, "keys_removed": False}.items():
        changed = {name: value.astype(np.float64) for name, value in evidence.weights.items()}
        for (parameter, start), spans in places.items():
            left, sizes, _ = np.linalg.svd(np.concatenate(spans, axis=1), full_matrices=False)
            basis, own = left[:, sizes > CLOSE * sizes[0]], changed[parameter][start : start + n]
            inside = basis @ (basis.T @ own)
            kept = own.mean(axis=0) + inside
            changed[parameter][start : start + n] = kept if keep else own - inside
        seen = evidence.checked
        answers = forward_pass(evidence, weights=changed)(seen.tokens).mid.argmax(axis=1)
        claims[f"figures.{name}"] = float((answers + evidence.outputs.start == seen.model).mean())
    return claims
