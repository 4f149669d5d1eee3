"""What a proposal is: integers in place of states."""

from __future__ import annotations

from dataclasses import dataclass

from distill.kinds.automaton.machine import Machine


@dataclass(frozen=True)
class Labelling:
    """Integer variables whose values tell the states of a machine apart.

    Attributes:
        machine: behaves as the machine that was asked about, which may have merged some of these
            states (a window remembers symbols that no longer matter).
        names: of the variables.
        values: of the variables in every state, [states][variables]; none where a variable may
            have any value, since nothing depends on it any more.
        prior: what the structure it was read from adds to the cost of a program: below 0 where
            that is how a person would describe the machine.
    """

    machine: Machine
    names: tuple[str, ...]
    values: tuple[tuple[int | None, ...], ...]
    prior: float = 0.0
