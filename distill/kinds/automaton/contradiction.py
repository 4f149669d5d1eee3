"""Whether a machine answers otherwise than its title says, on some sequence of any length."""

from __future__ import annotations

from distill.kinds.automaton.machine import Machine
from distill.programs.claims import claim_of

MAX_PAIRS = 200_000
"""Pairs of a state and what a title remembers that are walked through; beyond, it is believed."""


def contradicted(title: str, machine: Machine) -> bool:
    """Whether a machine answers otherwise than its title says, on some sequence of any length."""
    claim = claim_of(title)
    if claim is None:
        return False
    seen = {(0, claim.start)}
    frontier = [(0, claim.start)]
    for state, held in frontier:  # grows while it is walked
        for symbol, values in enumerate(machine.symbols):
            after, answer = claim.step(held, values)
            if answer is not None and answer != machine.outputs[state][symbol]:
                return True
            pair = (machine.transitions[state][symbol], after)
            if pair not in seen and len(seen) < MAX_PAIRS:
                seen.add(pair)
                frontier.append(pair)
    return False
