"""Why nothing is claimed: what stands in `mechanism.json` in place of a mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Refusal:
    """No mechanism: every extractor that looked, what it saw and why that is not enough."""

    reasons: tuple[str, ...]
    numbers: dict[str, float | int | None]
    kind: Literal["refused"] = "refused"
    format_version: int = FORMAT_VERSION


NUMBERS = {
    "agree": "inputs on which the closest expression gives the network's answer",
    "agreement": "part of the network's answers that what came closest gives",
    "all_waves": "part of the logits that all frequencies of the best coordinate explain",
    "apart": "how far the nearest expression is from the network, in parts of the spread of its "
    "values",
    "answers": "different answers that the network gives",
    "associative": "part of the triples of its output table that associate; in a group all do",
    "best_right": "part of fresh sequences on which the best network is right at every step",
    "bits": "length of the closest expression and its exceptions, in bits",
    "bits of the list": "length of a list of all answers, in bits",
    "candidates": "coordinates (functions of the inputs) that frequencies were looked for in",
    "commonest_answer": "part of the network's answers that its commonest one is",
    "continuations": "sequences that states were told apart by",
    "deviation": "how far what the network responds to an input of 1 is from integers, at most",
    "error": "rounding that a logit of the program may be off by, at most",
    "exceptions": "inputs that waves answer otherwise than the network",
    "floats": "numbers of the nearest expression that are no simple ones",
    "function_of_a_sum": "R² of the logits as a function of a sum of the inputs; below 0 "
    "it is further off than their mean",
    "gcd": "common divisor of the frequencies and the modulus: so many answers tie",
    "held": "registers of integers that its hidden state was found to hold",
    "heldout_r2": "R² of the logits on inputs that were not fitted; below 0 it is further off than "
    "their mean",
    "inequalities": "inequalities that are as simple as the one that fits",
    "inputs": "inputs that expressions were held against",
    "key_frequencies": "frequencies of the waves that were tried",
    "lags": "steps of what the network responds to one input that were read",
    "latin": "part of the rows and columns of its output table that hold every output once",
    "margin": "by how much the best answer of the waves leads",
    "missed": "answers that the best inequality misses",
    "needed_length": "steps that it takes to reach every state",
    "noise": "how far the network seems to be off a formula, from its values alone, in parts of "
    "their spread",
    "registers": "registers that were tried",
    "self_aligned": "part of the logits that is the same around every answer",
    "states": "states that were told apart",
    "strongest_share": "part of the logits around the answers that the strongest frequency is",
    "strongest_wave": "part of the logits that the strongest frequency explains",
    "sums": "different values of the sum that an inequality would be of",
    "tie": "how near an answer comes to half-way between two integers, in parts of its step",
    "traced": "inputs that were looked at",
    "values": "values of registers that were gone through",
    "waves_agree": "part of the network's answers that the waves give, without a list of others",
}
"""What the numbers of a refusal are, in a few words each."""
