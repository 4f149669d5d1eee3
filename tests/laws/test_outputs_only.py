"""From outside: what is planted comes out by asking, and what asking cannot tell stays open."""

import numpy as np
import pytest
import torch
from asking_only import (
    OutputsOnly,
    learn_machine,
    learn_registers,
    learn_system,
)
from outputs_only import compared
from planted_linear import linear_network, planted, system
from planted_machine import planted_network, random_minimal

import distill
from distill.checker.draws import stress, uniform
from distill.domains.sequences import Channels
from distill.kinds.automaton.evidence import prove
from distill.kinds.automaton.extract import extract_machine
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.known import read, write
from distill.kinds.recurrence.extract import Reading, named
from distill.kinds.recurrence.linear.realisation import Realisation, realise
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model
from distill.networks.trace import SequenceTrace
from distill.records.refusal import Refusal

LENGTH = 10


def asked(model, channels):
    """The network, and what can be asked of it."""
    network = SequenceNetwork(model, channels)
    return network, OutputsOnly(network.run, channels)


def queue():
    """max(level + x, 0): a ReLU network of one unit."""
    weights = {"A": [[1]], "B": [[1]], "b": [0], "h_0": [0], "C": [[1]], "d": [0]}
    return Model(
        IntegerRecurrent(n_channels=1, d_hidden=1, n_outputs=1, activation="relu"),
        {name: torch.tensor(value, dtype=torch.float64) for name, value in weights.items()},
    )


def test_only_answers_can_be_had():
    network, box = asked(queue(), Channels((range(-3, 4),)))
    for inside in ("model", "weights", "parameters", "start", "step", "outputs", "hidden", "lead"):
        with pytest.raises(AttributeError):
            getattr(box, inside)
    with pytest.raises(AttributeError):
        box.model = network
    sequences = uniform(box.channels.inputs, 5, LENGTH, 1)
    np.testing.assert_array_equal(box.run(sequences), network.run(sequences))
    assert box.steps == 5 * LENGTH


@pytest.mark.parametrize("seed", range(4))
def test_a_machine_is_learned_by_asking_and_is_the_one_in_hidden_space(seed):
    machine = random_minimal(np.random.default_rng(seed), 5 + 3 * seed, 2 + seed % 2)
    channels = Channels((range(len(machine.symbols)),))
    model = planted_network(machine, seed)
    _, box = asked(model, channels)
    length = 4 * machine.states
    learned, held = learn_machine(box, length), extract_machine(model, machine.symbols, length)
    assert isinstance(learned, AutomatonMechanism), learned
    assert learned.machine.canonical() == machine.canonical()
    assert (learned.machine, learned.rounds) == (held.machine.minimise(), held.rounds)


LINEAR = {
    "spring": (system([[1, -1], [1, 0]], [[1], [1]], [[0, 1]]), (range(-10, 11),)),
    "gravity": (
        system([[1, 0], [1, 1]], [[1], [1]], [[0, 1]], constant=[-1, -1]),
        (range(-10, 11),),
    ),
    "two channels, none of them ever 0": (
        system([[1, 0], [1, 1]], [[1, 2], [1, 0]], [[0, 1], [1, 0]], start=[2, 0]),
        (range(3, 9), range(-7, -2)),
    ),
}


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_network_is_learned_from_its_answers_to_impulses(name):
    integers, ranges = LINEAR[name]
    channels = Channels(ranges, len(integers.C))
    model = planted(integers, np.random.default_rng(1), 1e-9)
    network, box = asked(model, channels)
    learned, held = learn_system(box, LENGTH), realise(model, channels, LENGTH)
    assert isinstance(learned, RecurrenceMechanism), learned
    assert isinstance(held, Realisation)
    assert learned == named(Reading(held.recurrence, held.assignments, None, ranges))
    long = np.concatenate([uniform(ranges, 50, 40, 1), stress(ranges, 50, 40, 2)])
    np.testing.assert_array_equal(learned.recurrence.run(long), network.run(long))


def test_what_symbols_add_is_learned_where_their_numbers_do_not_add_up():
    """A count of two symbols out of four."""
    model = linear_network([[1]], [[0, 1, 0, 1]], [0], [0], [[1]], [0], one_hot=True)
    network, box = asked(model, Channels((range(4),)))
    learned = learn_system(box, LENGTH)
    assert isinstance(learned, RecurrenceMechanism), learned
    assert len(learned.recurrence.registers) == 1
    long = uniform(box.channels.inputs, 50, 40, 1)
    np.testing.assert_array_equal(learned.recurrence.run(long), network.run(long))


def test_a_register_is_found_without_hidden_states_and_nothing_else_claims_it():
    network, box = asked(queue(), Channels((range(-3, 4),)))
    learned = learn_registers(box, LENGTH)
    assert isinstance(learned, RecurrenceMechanism), learned
    assert len(learned.recurrence.registers) == 1
    long = uniform(box.channels.inputs, 50, 60, 1)
    np.testing.assert_array_equal(learned.recurrence.run(long), network.run(long))
    not_added = learn_system(box, LENGTH)
    assert isinstance(not_added, Refusal)
    assert not_added.numbers["additive"] < 1
    counts = learn_machine(box, LENGTH)
    assert isinstance(counts, Refusal)


def echo():
    """Answers the symbol that it reads, always."""
    return Machine(((0, 0),), ((0, 1),), ((0,), (1,)))


def echo_with_a_lapse(every):
    """Answers the symbol that it reads, but for every so many steps, when it answers the other."""
    last = every - 1
    transitions = tuple(((step + 1) % every,) * 2 for step in range(every))
    answers = tuple((1, 0) if step == last else (0, 1) for step in range(every))
    return Machine(transitions, answers, ((0,), (1,)))


def test_what_never_shows_within_the_length_is_told_from_inside_alone():
    """Two networks answer alike for ten steps, and one of them differs at the fourteenth.

    By asking they are the same. Reading them from hidden space is fooled just as well, since its
    states are told apart by answers, too. The proof is not: it follows the weights, holds for the
    one at every length, and ends for the other one step before they part.
    """
    held = {}
    for name, machine in (("echo", echo()), ("lapse", echo_with_a_lapse(14))):
        network, box = asked(planted_network(machine), Channels((range(2),)))
        learned, (inside, *_), _ = learn_machine(box, LENGTH), *read(SequenceTrace(network, LENGTH))
        assert isinstance(learned, AutomatonMechanism)
        assert learned.machine == inside.machine == echo()
        emitted = write(learned)
        assert isinstance(emitted.mechanism, AutomatonMechanism)
        held[name] = prove(emitted.program.source, emitted.mechanism, network)[0]
    assert held["echo"].up_to_length is None
    assert held["lapse"].up_to_length == 13


def test_the_benchmark_reads_a_stored_network_in_both_ways():
    parity = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))
    model, channels = planted_network(parity), Channels((range(2),))
    run = distill.distill(model, channels, length=LENGTH, name="m")
    row = compared(run)
    assert row is not None
    assert (row.inside.verdict, row.outside.verdict) == ("proved", "exhaustive")
    assert row.asked > 0
    assert not row.outside.right  # there is no task to be right for
