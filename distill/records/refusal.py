"""Why nothing is claimed: what stands in `mechanism.json` in place of a mechanism."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
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

    @property
    def nearness(self) -> float:
        """Part of the network's answers that what came closest gives; 0 where nothing did."""
        numbers = self.numbers
        of = {**numbers, "all": 1}
        given = [
            float(part) / float(whole)
            for name, total in NEAR.items()
            if (part := of.get(name)) is not None and (whole := of.get(total))
        ]
        missed, traced = numbers.get("missed"), numbers.get("traced")
        if missed is not None and traced:
            given.append(1 - missed / traced)
        return max(given, default=0.0)


NEAR = {"agree": "inputs", "agreement": "all", "waves_agree": "all"}
"""Numbers that say how much what came closest gives, and what they are parts of."""


def together(refusals: Sequence[Refusal]) -> Refusal:
    """All that was said by those that looked, what came closest to the network first."""
    near_first = sorted(refusals, key=lambda refusal: -refusal.nearness)
    return Refusal(
        tuple(reason for refusal in near_first for reason in refusal.reasons),
        {key: value for refusal in refusals for key, value in refusal.numbers.items()},
    )


def distance(refusal: Refusal) -> tuple[float, float]:
    """How far a refusal is from a formula, to compare those of several networks by.

    One whose expression gives the values is the nearer, the fewer numbers in it are not simple
    (`floats`); any other is further, by how far its expression is off (`apart`). Where nothing of
    that was measured, none is nearer than another.
    """
    floats = refusal.numbers.get("floats")
    apart = refusal.numbers.get("apart")
    return inf if floats is None else floats, inf if apart is None else apart


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
        said: what it is beside that, in a few more.
    """

    label: str
    said: str


def shown(value: float) -> str:
    """A number of a refusal: a count whole, anything else to three digits."""
    if float(value).is_integer():
        return f"{int(value):,}"
    if 0.9995 <= value < 1:  # not what a whole part is
        return f"{math.floor(value * 10**6) / 10**6:.6f}".rstrip("0")
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


NUMBERS = {
    "agree": Number("inputs answered alike", "by the closest expression"),
    "agreement": Number("answers alike", "part of the network's that what came closest gives"),
    "all_waves": Number(
        "all frequencies together", "part of the logits that those of the best coordinate explain"
    ),
    "apart": Number(
        "distance from the network",
        "of the nearest expression, in parts of the spread of the network's values",
    ),
    "answers": Number("different answers", "of the network"),
    "associative": Number(
        "triples that associate", "part of those of its output table; in a group all do"
    ),
    "best_right": Number("best network right", "part of fresh sequences, at every step"),
    "bits": Number("bits of the expression", "the closest one, with its exceptions"),
    "bits of the list": Number("bits of a list", "of all answers"),
    "candidates": Number(
        "coordinates tried", "functions of the inputs that frequencies were looked for in"
    ),
    "commonest_answer": Number("commonest answer", "part of all answers that it is"),
    "continuations": Number("continuations tried", "sequences that states were told apart by"),
    "deviation": Number(
        "distance from integers", "of what the network responds to an input of 1, at most"
    ),
    "error": Number("rounding of a logit", "of the program, at most"),
    "exceptions": Number("exceptions", "inputs that waves answer otherwise than the network"),
    "floats": Number("numbers that are not simple", "in the nearest expression"),
    "function_of_a_sum": Number(
        "R² as a function of a sum", "of the logits; below 0 it is further off than their mean"
    ),
    "gcd": Number("common divisor", "of the frequencies and the modulus: so many answers tie"),
    "held": Number("registers held", "integers that its hidden state was found to have"),
    "heldout_r2": Number(
        "R² on inputs not fitted", "of the logits; below 0 it is further off than their mean"
    ),
    "inequalities": Number("inequalities as simple", "as the one that fits, or simpler"),
    "inputs": Number("inputs compared", "with the values of expressions"),
    "key_frequencies": Number("frequencies tried", "of the waves in the best coordinate"),
    "lags": Number("steps read", "of what the network responds to one input"),
    "latin": Number(
        "lines with every output", "part of the rows and columns of its table that have each once"
    ),
    "margin": Number("lead of the best answer", "over the next, as the waves have it"),
    "missed": Number("answers missed", "by the best inequality"),
    "needed_length": Number("steps needed", "to reach every state"),
    "noise": Number(
        "roughness",
        "how far the network's values seem to be off any one formula, in parts of their spread; "
        "nothing of the task",
    ),
    "registers": Number("registers tried", "integers that may be remembered"),
    "self_aligned": Number("alike around every answer", "part of the logits that is so"),
    "states": Number("states told apart", "by what the network goes on with"),
    "strongest_share": Number(
        "share of the strongest frequency", "of the logits around the answers"
    ),
    "strongest_wave": Number("strongest frequency", "part of the logits that it explains"),
    "sums": Number("values of the sum", "that an inequality would be of"),
    "tie": Number(
        "nearness to a tie",
        "how close an answer comes to half-way between two integers, in parts of its step",
    ),
    "traced": Number("inputs looked at", "the network was run on them"),
    "values": Number("values gone through", "of registers"),
    "waves_agree": Number(
        "answers that the waves give", "part of the network's, without a list of others"
    ),
}
"""What the numbers of a refusal are called, and what they are, by their names in its files."""
