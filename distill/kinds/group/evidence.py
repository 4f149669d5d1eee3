"""Whether a network holds the key irreducibles that its logits are made of.

Agreement says that the answers are products. A network that looked them up would agree as well, but
it would not hold matrix elements of a few irreducible representations in its embedding, and of the
product in its last hidden layer. Both are tested, in weight space and by a linear probe, each time
beside the same with irreducibles that are no keys, and with the elements under other numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray

from distill.evidence.checked import Checked
from distill.evidence.figures import Measure, Measured
from distill.evidence.probe import linear_reading, readable_directions, slight_ridge
from distill.groups.families import products
from distill.groups.irreps import Irrep
from distill.groups.naming import irreps
from distill.kinds.group.cosets import coset_evidence
from distill.kinds.group.logits import on_group, shares
from distill.kinds.group.meaning import lead_of
from distill.kinds.group.mechanism import GroupMechanism, Law
from distill.networks.architecture import TokenArchitecture
from distill.networks.network import HIDDEN, HasActivations
from distill.networks.stored import Model, reads_tokens
from distill.networks.trace import Trace

SEED = 11
"""Of other numbers for the elements."""

EMBEDDED = ("keys_kept", "keys_removed", "keys_moved")


def keys_of(mechanism: GroupMechanism) -> tuple[Irrep, ...]:
    """The irreducibles that are keys."""
    names = {key.name for key in mechanism.keys}
    return tuple(irrep for irrep in irreps(mechanism.law.group) if irrep.name in names)


def others_of(mechanism: GroupMechanism) -> tuple[Irrep, ...]:
    """The irreducibles that are no keys, but for the trivial one."""
    names = {key.name for key in mechanism.keys}
    return tuple(irrep for irrep in irreps(mechanism.law.group) if irrep.name not in names)


def logit_evidence(trace: Trace, mechanism: GroupMechanism) -> Measured:
    """R² of the logits by matrix elements of the keys, and by their characters, off the fit.

    Beside them: the other irreducibles; and all of the keys with elements under other numbers.
    """
    assert mechanism.fit is not None, "there are keys"
    found = on_group(trace, mechanism.law)
    rest = found.spread(~found.fitted)
    said = [share.elements[1] / rest for share in shares(found, others_of(mechanism))]
    lead = lead_of(mechanism.keys, mechanism.law)
    return {
        "element_r2": Measure(mechanism.fit.elements, max(sum(said), 0.0) if said else None),
        "character_r2": Measure(mechanism.fit.characters),
        "character_lead": Measure(lead.least),
        "joint_kernel": Measure(float(lead.kernel)),
    }


@dataclass(frozen=True)
class Block:
    """Rows of a parameter that embed the values of some inputs: row start + t holds token t.

    Attributes:
        sides: the inputs.
    """

    parameter: str
    start: int
    sides: tuple[str, ...]


def blocks_of(network: Model[TokenArchitecture], order: int) -> tuple[Block, ...]:
    """Where a network embeds its inputs; none where two vocabularies share some of their rows."""
    places: dict[tuple[str, int], list[str]] = {}
    for place, side in enumerate(("left", "right")):
        places.setdefault(network.architecture.embedded(place), []).append(side)
    rows = [(name, start + t) for name, start in places for t in range(order)]
    if len(set(rows)) < len(rows):
        return ()
    return tuple(Block(name, start, tuple(sides)) for (name, start), sides in places.items())


class Embedding:
    """A network's embedding, and the subspace of functions on the group that some irreps span."""

    def __init__(self, network: Model[TokenArchitecture], law: Law) -> None:
        self.network, self.law = network, law
        self.blocks = blocks_of(network, law.order)
        self.rows = [
            network.parameters[block.parameter]
            .detach()
            .double()
            .numpy()[block.start : block.start + law.order]
            for block in self.blocks
        ]

    def inside(
        self, chosen: Sequence[Irrep], numbers: Int[ndarray, " n"] | None = None
    ) -> list[Float[ndarray, "n d"]]:
        """The part of every block's rows that is in the span of matrix elements.

        Args:
            chosen: the irreducibles.
            numbers: other numbers for the elements.
        """
        every = np.arange(self.law.order) if numbers is None else numbers
        found = []
        for block, rows in zip(self.blocks, self.rows, strict=True):
            spans = [
                irrep.basis[every[self.law.elements(side)]]  # pyright: ignore[reportArgumentType]
                for irrep in chosen
                for side in block.sides
            ]
            basis = _orthonormal(np.concatenate(spans, axis=1))
            found.append(basis @ (basis.T @ rows))
        return found

    def changed(self, rows: Sequence[Float[ndarray, "n d"]]) -> Model[TokenArchitecture]:
        """The network with other rows."""
        parameters: dict[str, torch.Tensor] = {}
        for block, new in zip(self.blocks, rows, strict=True):
            if block.parameter not in parameters:
                own = self.network.parameters[block.parameter]
                parameters[block.parameter] = own.detach().double().clone()
            place = slice(block.start, block.start + len(new))
            parameters[block.parameter][place] = torch.from_numpy(np.ascontiguousarray(new))
        return self.network.with_parameters(**parameters)

    def kept(self, inside: Sequence[Float[ndarray, "n d"]]) -> Model[TokenArchitecture]:
        """With the means of its rows and a part of them."""
        pairs = zip(self.rows, inside, strict=True)
        return self.changed([rows.mean(axis=0) + part for rows, part in pairs])

    def without(self, inside: Sequence[Float[ndarray, "n d"]]) -> Model[TokenArchitecture]:
        """Without a part of its rows."""
        return self.changed([rows - part for rows, part in zip(self.rows, inside, strict=True)])


def _orthonormal(columns: Float[ndarray, "n k"]) -> Float[ndarray, "n r"]:
    left, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, sizes > 1e-6 * sizes[0]]


def embedding_evidence(
    network: Model[TokenArchitecture], mechanism: GroupMechanism, sample: Checked
) -> Measured:
    """What answers become with the keys' span of the embedding alone, without it, or moved.

    Of the decoys (other irreducibles, and the keys' span of elements under other numbers) the best
    stands beside; without their span answers must stay, which is asked of other irreducibles where
    there are any, as a large span under other numbers has a part in every key. For the interchange
    every value is given the keys' part of another value: answers must follow, and with the rest
    moved in its place they must not.
    """
    law, keys, others = mechanism.law, keys_of(mechanism), others_of(mechanism)
    embedding = Embedding(network, law)
    rng = np.random.default_rng(SEED)
    scrambled = rng.permutation(law.order)
    inside = embedding.inside(keys)
    wrong = [embedding.inside(keys, scrambled)]
    if others:
        wrong.append(embedding.inside(others))

    def same(model: Model[TokenArchitecture], wanted: Int[ndarray, " n"]) -> float:
        return float((model.logits(sample.tokens).argmax(axis=1) == wanted).mean())

    kept = [same(embedding.kept(part), sample.answers) for part in (inside, *wrong)]
    removed = [
        same(embedding.without(part), sample.answers) for part in (inside, *wrong[bool(others) :])
    ]
    moved = rng.permutation(law.order)
    follows = law.table()[moved[sample.tokens[:, 0]], moved[sample.tokens[:, 1]]]
    pairs = list(zip(embedding.rows, inside, strict=True))
    ours = embedding.changed([rows - part + part[moved] for rows, part in pairs])
    rest = embedding.changed([part + (rows - part)[moved] for rows, part in pairs])
    return {
        "keys_kept": Measure(kept[0], max(kept[1:])),
        "keys_removed": Measure(removed[0], min(removed[1:])),
        "keys_moved": Measure(same(ours, follows), same(rest, follows)),
    }


def decoded(network: HasActivations, trace: Trace, mechanism: GroupMechanism) -> Measure:
    """The keys' matrix elements of the product, read from the last hidden layer: the worst key.

    Decoys are irreducibles that are no keys, or keys with the elements under other numbers.
    """
    if HIDDEN not in network.places:
        return Measure(None)
    activations = network.activations(HIDDEN, trace.tokens)
    if activations is None:
        return Measure(None)
    law, rng = mechanism.law, np.random.default_rng(SEED)
    left, right = (
        law.elements(side)[trace.tokens[:, place]]  # pyright: ignore[reportArgumentType]
        for place, side in enumerate(("left", "right"))
    )
    pair = (right, left) if law.swapped else (left, right)
    product = products(law.group)[pair]
    scrambled = rng.permutation(law.order)[product]
    ours = [(irrep, product) for irrep in keys_of(mechanism)]
    wrong = [(irrep, product) for irrep in others_of(mechanism)]
    wrong += [(irrep, scrambled) for irrep, _ in ours]
    targets = [irrep.basis[at] for irrep, at in (*ours, *wrong)]
    groups = np.repeat(np.arange(len(targets)), [each.shape[1] for each in targets])
    readable = readable_directions(activations, trace.fitted)
    ridge = slight_ridge(readable, trace.fitted)
    read = linear_reading(readable, np.concatenate(targets, axis=1), trace.fitted, ridge)
    scores = read.score(groups)
    return Measure(float(scores[: len(ours)].min()), float(scores[len(ours) :].max()))


def inside_evidence(trace: Trace, mechanism: GroupMechanism, sample: Checked) -> Measured:
    """All tests of the inside; what cannot be made of a network is not passed."""
    network, found = trace.network, logit_evidence(trace, mechanism)
    if reads_tokens(network) and blocks_of(network, mechanism.law.order):
        found |= embedding_evidence(network, mechanism, sample)
    else:
        found |= dict.fromkeys(EMBEDDED, Measure(None))
    found["product_r2"] = Measure(None)
    if isinstance(network, HasActivations):
        found["product_r2"] = decoded(network, trace, mechanism)
    return found | coset_evidence(network, mechanism.law)
