"""Why nothing is claimed: what stands in `mechanism.json` in place of a mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

FORMAT_VERSION = 1


MECHANISM = "mechanism.json"
"""The file that a refusal stands in."""


@dataclass(frozen=True)
class Refusal:
    """No mechanism: every extractor that looked, what it saw and why that is not enough.

    Attributes:
        reasons: a sentence each.
        numbers: what was measured (`NUMBERS` says what is what), and the entries of the lists that
            a reason names: `NUMBER[3]`.
    """

    reasons: tuple[str, ...]
    numbers: dict[str, float | int | None]
    kind: Literal["refused"] = "refused"
    format_version: int = FORMAT_VERSION


def one_of(name: str, value: int) -> str:
    """What an entry of a list is called among the numbers of a refusal."""
    return f"{name}[{value}]"


def is_listed(name: str) -> bool:
    """Whether a number of a refusal is an entry of a list that a reason names."""
    return name.endswith("]")


def lists(numbers: Mapping[str, float | int | None]) -> dict[str, str]:
    """The lists that reasons of a refusal name, as Python: `{1: 0, 2: 17}`."""
    found = dict[str, list[str]]()
    for entry, number in numbers.items():
        if is_listed(entry):
            name, value = entry.removesuffix("]").split("[")
            found.setdefault(name, []).append(f"{value}: {number}")
    return {name: f"{{{', '.join(entries)}}}" for name, entries in found.items()}


class Number(NamedTuple):
    """A number of a refusal in words.

    Attributes:
        label: what it is called where numbers are shown, in two to four words.
        said: what it is, in a few more.
    """

    label: str
    said: str


NUMBERS = {
    "agree": Number(
        "inputs answered alike", "inputs on which the closest expression gives the network's answer"
    ),
    "agreement": Number(
        "answers alike", "part of the network's answers that what came closest gives"
    ),
    "all_waves": Number(
        "all frequencies together",
        "part of the logits that all frequencies of the best coordinate explain",
    ),
    "apart": Number(
        "distance from the network",
        "how far the nearest expression is from the network, in parts of the spread of its values",
    ),
    "answers": Number("different answers", "different answers that the network gives"),
    "associative": Number(
        "triples that associate",
        "part of the triples of its output table that associate; in a group all do",
    ),
    "best_right": Number(
        "best network right",
        "part of fresh sequences on which the best network is right at every step",
    ),
    "bits": Number(
        "bits of the expression", "length of the closest expression and its exceptions, in bits"
    ),
    "bits of the list": Number("bits of a list", "length of a list of all answers, in bits"),
    "candidates": Number(
        "coordinates tried",
        "coordinates (functions of the inputs) that frequencies were looked for in",
    ),
    "commonest_answer": Number(
        "commonest answer", "part of the network's answers that its commonest one is"
    ),
    "continuations": Number("continuations tried", "sequences that states were told apart by"),
    "deviation": Number(
        "distance from integers",
        "how far what the network responds to an input of 1 is from integers, at most",
    ),
    "error": Number(
        "rounding of a logit", "rounding that a logit of the program may be off by, at most"
    ),
    "exceptions": Number("exceptions", "inputs that waves answer otherwise than the network"),
    "floats": Number(
        "numbers that are not simple", "numbers of the nearest expression that are no simple ones"
    ),
    "function_of_a_sum": Number(
        "R² as a function of a sum",
        "R² of the logits as a function of a sum of the inputs; below 0 it is further off than "
        "their mean",
    ),
    "gcd": Number(
        "common divisor", "common divisor of the frequencies and the modulus: so many answers tie"
    ),
    "held": Number(
        "registers held", "registers of integers that its hidden state was found to hold"
    ),
    "heldout_r2": Number(
        "R² on inputs not fitted",
        "R² of the logits on inputs that were not fitted; below 0 it is further off than their "
        "mean",
    ),
    "inequalities": Number(
        "inequalities as simple", "inequalities that are as simple as the one that fits"
    ),
    "inputs": Number("inputs compared", "inputs that expressions were held against"),
    "key_frequencies": Number("frequencies tried", "frequencies of the waves that were tried"),
    "lags": Number("steps read", "steps of what the network responds to one input that were read"),
    "latin": Number(
        "lines with every output",
        "part of the rows and columns of its output table that hold every output once",
    ),
    "margin": Number("lead of the best answer", "by how much the best answer of the waves leads"),
    "missed": Number("answers missed", "answers that the best inequality misses"),
    "needed_length": Number("steps needed", "steps that it takes to reach every state"),
    "noise": Number(
        "distance from any formula",
        "how far the network seems to be off a formula, from its values alone, in parts of their "
        "spread",
    ),
    "registers": Number("registers tried", "registers that were tried"),
    "self_aligned": Number(
        "alike around every answer", "part of the logits that is the same around every answer"
    ),
    "states": Number("states told apart", "states that were told apart"),
    "strongest_share": Number(
        "share of the strongest frequency",
        "part of the logits around the answers that the strongest frequency is",
    ),
    "strongest_wave": Number(
        "strongest frequency", "part of the logits that the strongest frequency explains"
    ),
    "sums": Number(
        "values of the sum", "different values of the sum that an inequality would be of"
    ),
    "tie": Number(
        "nearness to a tie",
        "how near an answer comes to half-way between two integers, in parts of its step",
    ),
    "traced": Number("inputs looked at", "inputs that were looked at"),
    "values": Number("values gone through", "values of registers that were gone through"),
    "waves_agree": Number(
        "answers that the waves give",
        "part of the network's answers that the waves give, without a list of others",
    ),
}
"""What the numbers of a refusal are called, and what they are, by their names in its files."""
