"""From a recurrent network to a mechanism: weights, architecture, alphabet and length go in."""

from __future__ import annotations

from distill.extract.automaton import extract_machine
from distill.mechanism import AutomatonMechanism, Refusal
from distill.sequence_network import SequenceNetwork


def extract_sequences(network: SequenceNetwork, length: int) -> AutomatonMechanism | Refusal:
    """What a recurrent network computes, or why that was not found.

    Args:
        network: the network, and what its symbols stand for.
        length: of the sequences that the network can be trusted on.
    """
    symbols = tuple(tuple(int(value) for value in row) for row in network.channels.alphabet)
    found = extract_machine(network.model, symbols, length)
    if isinstance(found, Refusal):
        return found
    machine = found.machine.minimise()
    return AutomatonMechanism(
        symbols=symbols,
        transitions=machine.transitions,
        outputs=machine.outputs,
        access=machine.access_words(),
        found=found.machine.states,
        rounds=found.rounds,
    )
