"""Integer recurrences: program = recurrence as sums, at every length; network up to a length."""

from __future__ import annotations

from collections.abc import Mapping

from .affine import affine_pass, is_system
from .kind import FOLLOWS, VARIABLE, Claims, Proof, Test
from .linear_bound import IntegerSystem, linear_bound
from .read import read_as
from .sequences import SequenceEvidence

TESTS: tuple[Test, ...] = (
    Test(VARIABLE, "R² of reading", 0.9),
    Test("moved_accuracy", "continuations after a move along a register", 0.9, beside=True),
)
PROOFS: Mapping[str, Proof] = {
    method: Proof(
        lambda proof: bool(proof["up_to_length"]),
        "the network's weights are an integer recurrence but for an error that is at most "
        f"{{error:.2g}}{parts} within {{steps}}, over all inputs, its own rounding in float64 "
        "included: less than a half, so that its rounded answers are the recurrence's",
        "the network is further than a half from the recurrence at the first step, for some input",
    )
    for method, parts in (
        ("recurrence", ""),
        ("recurrence in parts", ", in the parts that the program divides into,"),
    )
}
LOOKED_AT: Mapping[str, frozenset[str] | None] = dict.fromkeys(("registers", "system"))

MATRIX, VECTOR = [[int]], [int]
SYSTEM = {
    **dict.fromkeys(("A", "B", "C", "D"), MATRIX),
    **dict.fromkeys(("constant", "start", "offset"), VECTOR),
    **{"after": bool, "divisors": [range(1, 1 << 62)]},
}
"""A system as `read_as` wants it."""


def derive(evidence: SequenceEvidence) -> Claims:
    """The registers; of a linear network, how far it is proved to be the recurrence."""
    claims: Claims = {"mechanism.variables": list(evidence.mechanism["registers"])}
    given, shape = evidence.mechanism["system"], evidence.shape
    if given is None or shape is None:
        return claims
    given = {"divisors": [], **given}
    read_as("the system of the mechanism", given, SYSTEM)
    system = IntegerSystem(
        **{name: tuple(map(tuple, given[name])) for name in ("A", "B", "C", "D")},
        **{name: tuple(given[name]) for name in ("constant", "start", "offset", "divisors")},
        after=given["after"],
    )
    if len(system.divisors) not in {0, len(system.offset)}:
        raise ValueError("an integer system does not say of every number what it is divided by")
    if shape["kind"] != "integer_recurrent" or shape["activation"] != "linear":
        raise ValueError("an integer system is claimed of a network that is not linear")
    if shape["readout"] != "value" or shape["one_hot"]:
        return claims
    bound = linear_bound(evidence.weights, system, evidence.channels)
    return claims | {
        FOLLOWS: is_system(affine_pass(evidence.program), system),
        "proof.method": "recurrence in parts" if system.divisors else "recurrence",
        "proof.smallest_lead": bound.lead,
        "proof.error": bound.error if bound.holds_to else None,
        "proof.up_to_length": bound.holds_to,
        "proof.float_bound.smallest_lead": 0.0,
        "proof.float_bound.covered": False,
        **dict.fromkeys(f"proof.{name}" for name in ("rounding", "nodes", "history")),
    }
