"""Evidence about an integer recurrence: searches, its registers in the hidden state, proof."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from distill.checker.affine import affine_pass, is_system
from distill.checker.kind import VARIABLE
from distill.checker.linear_bound import linear_bound
from distill.errors import ProgramError
from distill.evidence.continued import answers_follow, astray
from distill.evidence.figures import Measure, Measured
from distill.evidence.probe import read_along
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import model_of
from distill.records.report import FloatBound, Proof

SEED = 5
SEQUENCES = 1_000


def prove(source: str, mechanism: RecurrenceMechanism, network: SequenceNetwork) -> Proof | None:
    """Program = recurrence as sums, at every length; network = recurrence up to a length."""
    model = model_of(network.model, IntegerRecurrent)
    if mechanism.system is None or model is None:
        return None
    try:
        if not is_system(affine_pass(source), mechanism.system):
            return None
    except ProgramError:
        return None
    bound = linear_bound(model.weights, mechanism.system, network.channels.inputs)
    return Proof(
        "recurrence in parts" if mechanism.system.divisors else "recurrence",
        bound.lead,
        None,
        FloatBound(False, 0.0),
        up_to_length=bound.holds_to,
        error=bound.error if bound.holds_to else None,
    )


def look_inside(
    recurrence: Recurrence,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
) -> Measured:
    """What the hidden state holds of the registers, along sequences.

    Every register is read linearly; its decoy is the same register along the same sequences with
    their steps in another order. Then the hidden state is moved along one register, by as much as
    makes it that of another sequence, and the network must go on as the recurrence does.
    """
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(sequences)[:SEQUENCES]
    hidden = network.hidden(chosen)
    held, _ = recurrence.along(chosen)
    shuffled, _ = recurrence.along(rng.permuted(chosen, axis=1))
    found = {
        f"{VARIABLE}{name}": _read(hidden, held[..., place], shuffled[..., place])
        for place, name in enumerate(recurrence.registers)
    }
    return found | {"moved_accuracy": _moved(recurrence, network, chosen, hidden, held, rng)}


def _read(
    hidden: Float[ndarray, "n length d"],
    held: Real[ndarray, "n length"],
    shuffled: Real[ndarray, "n length"],
) -> Measure:
    """How well a register is read, beside the same one along shuffled sequences.

    One that is the same at every step of every sequence cannot be told from a constant: it is not
    tested. What is the same in every sequence has no decoy that is anything else.
    """
    if not held.std():
        return Measure(None, note="it has one value along all sequences")
    decoy = read_along(hidden, shuffled)[1] if np.ptp(held, axis=0).any() else None
    return Measure(read_along(hidden, held)[1], decoy, "value")


def _moved(
    recurrence: Recurrence,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
    hidden: Float[ndarray, "n length d"],
    held: Int[ndarray, "n length registers"],
    rng: np.random.Generator,
) -> Measure:
    """Continuations that follow the recurrence from one register changed, and the decoy's."""
    n, length, count = held.shape
    cut = max(1, length // 2)
    if not count or cut >= length:
        return Measure(None)
    flat = held.reshape(-1, count).astype(float)
    design = np.concatenate([flat, np.ones((len(flat), 1))], axis=1)
    directions = np.linalg.lstsq(design, hidden.reshape(-1, hidden.shape[2]), rcond=None)[0][:-1]
    which = rng.integers(count, size=n)
    before = held[:, cut - 1]
    other = before[rng.permutation(n), which]
    amount = other - before[np.arange(n), which]
    usable = amount != 0
    if not usable.any():
        return Measure(None)
    target = before.copy()
    target[np.arange(n), which] = other
    shift = amount[:, None] * directions[which]
    decoys = astray(shift, rng)
    rest = sequences[:, cut:]
    expected = recurrence.run_from(target, rest)
    right = answers_follow(network, hidden[:, cut - 1] + shift, rest, expected)[usable]
    decoy = answers_follow(network, hidden[:, cut - 1] + decoys, rest, expected)[usable]
    return Measure(float(right.mean()), float(decoy.mean()))
