"""Evidence about an integer recurrence: searches, its registers in the hidden state, proof."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Real
from numpy import ndarray

from distill.checker.affine import affine_pass, is_system
from distill.checker.conformance import impulses
from distill.checker.draws import symbols
from distill.checker.linear_bound import linear_bound
from distill.errors import ProgramError
from distill.integer_model import IntegerModel
from distill.mechanism import RecurrenceMechanism
from distill.recurrence import Recurrence
from distill.report import DecodedVariable, FloatBound, Inside, Proof
from distill.sequence_network import SequenceNetwork
from distill.verify.hidden import answers_follow
from distill.verify.located import Test, failed
from distill.verify.second_search import least_sure_sequences

LOCATED = {"decode": 0.9, "moved": 0.9}
"""What the tests of the inside must show before a program's registers count as located."""

SEED = 5
SEQUENCES = 1_000


def searched_sequences(
    network: SequenceNetwork, length: int
) -> list[Int[ndarray, "n length channels"]]:
    """Sequences on which a program that is wrong anywhere is likely to be caught."""
    channels = network.channels.inputs
    unsure = least_sure_sequences(
        lambda rows: network.lead(symbols(rows, channels)), network.channels.size, length
    )
    return [impulses(channels, length), symbols(unsure, channels)]


def prove(source: str, mechanism: RecurrenceMechanism, network: SequenceNetwork) -> Proof | None:
    """Program = recurrence as sums, at every length; network = recurrence up to a length."""
    model = network.model
    if mechanism.system is None or not isinstance(model, IntegerModel):
        return None
    try:
        if not is_system(affine_pass(source), mechanism.system):
            return None
    except ProgramError:
        return None
    bound = linear_bound(model.weights, mechanism.system, network.channels.inputs)
    parts = ", in the parts that the program divides into," if mechanism.system.divisors else ""
    statement = (
        "the network's weights are an integer recurrence but for an error that is at most "
        f"{bound.error:.2g}{parts} within {bound.holds_to:,} steps, over all inputs, its own "
        "rounding in float64 included: less than a half, so that its rounded answers are the "
        "recurrence's"
        if bound.holds_to
        else "the network is further than a half from the recurrence at the first step, for some "
        "input"
    )
    return Proof(statement, bound.lead, None, FloatBound(False, 0.0), up_to_length=bound.holds_to)


def look_inside(
    recurrence: Recurrence,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
) -> Inside:
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
    variables = tuple(
        DecodedVariable(
            name,
            "value",
            _decoded(hidden, held[..., place]),
            # what is the same in every sequence has no decoy that is anything else
            _decoded(hidden, shuffled[..., place])
            if np.ptp(held[..., place], axis=0).any()
            else None,
        )
        for place, name in enumerate(recurrence.registers)
        if held[..., place].std() > 0
    )
    follows, astray = _moved(recurrence, network, chosen, hidden, held, rng)
    decoys = [v.decoy_r2 for v in variables if v.decoy_r2 is not None]
    return Inside(
        decode_r2=min((v.r2 for v in variables), default=None),
        decode_decoy_r2=max(decoys, default=None),
        moved_accuracy=follows,
        moved_decoy=astray,
        variables=variables,
    )


def doubts(inside: Inside, recurrence: Recurrence) -> list[str]:
    """Why the network was not shown to hold the registers; none if it was."""
    if not recurrence.registers:
        return ["not located: the program remembers nothing, so there is nothing to locate"]
    tests: dict[str, Test] = {
        f"R² of reading {variable.name}": (variable.r2, variable.decoy_r2, LOCATED["decode"])
        for variable in inside.variables
    }
    if inside.moved_accuracy is None:
        return [*failed(tests), "not located: no register could be moved"]
    moved = inside.moved_accuracy, inside.moved_decoy, LOCATED["moved"]
    return failed({**tests, "continuations after a move along a register": moved})


def _decoded(hidden: Float[ndarray, "n length d"], asked: Real[ndarray, "n length"]) -> float:
    """R² of a linear reading, fitted on the first half of the sequences, on the rest.

    What the number of the step alone tells of a register is taken out first: a sum grows with the
    steps, and so does the sum of anything else.
    """
    around = asked - asked.mean(axis=0)
    if np.any(around):
        asked, hidden = around, hidden - hidden.mean(axis=0)
    half = len(hidden) // 2
    fitted, rest = (
        np.concatenate([part.reshape(-1, part.shape[2]), np.ones((part[..., 0].size, 1))], axis=1)
        for part in (hidden[:half], hidden[half:])
    )
    given, wanted = asked[:half].reshape(-1).astype(float), asked[half:].reshape(-1).astype(float)
    weights = np.linalg.lstsq(fitted, given, rcond=None)[0]
    spread = float(np.square(wanted - wanted.mean()).sum())
    return 1 - float(np.square(rest @ weights - wanted).sum()) / spread if spread else 0.0


def _moved(
    recurrence: Recurrence,
    network: SequenceNetwork,
    sequences: Int[ndarray, "n length channels"],
    hidden: Float[ndarray, "n length d"],
    held: Int[ndarray, "n length registers"],
    rng: np.random.Generator,
) -> tuple[float | None, float | None]:
    """Continuations that follow the recurrence from one register changed, and the decoy's."""
    n, length, count = held.shape
    cut = max(1, length // 2)
    if not count or cut >= length:
        return None, None
    flat = held.reshape(-1, count).astype(float)
    design = np.concatenate([flat, np.ones((len(flat), 1))], axis=1)
    directions = np.linalg.lstsq(design, hidden.reshape(-1, hidden.shape[2]), rcond=None)[0][:-1]
    which = rng.integers(count, size=n)
    before = held[:, cut - 1]
    other = before[rng.permutation(n), which]
    amount = other - before[np.arange(n), which]
    usable = amount != 0
    if not usable.any():
        return None, None
    target = before.copy()
    target[np.arange(n), which] = other
    shift = amount[:, None] * directions[which]
    random = rng.normal(size=shift.shape)
    random *= np.linalg.norm(shift, axis=1, keepdims=True) / np.linalg.norm(
        random, axis=1, keepdims=True
    )
    rest = sequences[:, cut:]
    expected = recurrence.run_from(target, rest)
    right = answers_follow(network, hidden[:, cut - 1] + shift, rest, expected)[usable]
    astray = answers_follow(network, hidden[:, cut - 1] + random, rest, expected)[usable]
    return float(right.mean()), float(astray.mean())
