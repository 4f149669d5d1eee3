"""An active learner asks a network for its machine."""

import numpy as np
from builders.exploring import drawn, one_wrong
from planted_machine import planted_network

from distill.cross_checks.learner import apart, learned_machine


def test_an_active_learner_arrives_at_the_same_machine():
    machine = drawn(7, 12, 2)
    network = planted_network(machine, 1)
    found = learned_machine(network.run, 2, 12)
    assert apart(found, (machine.delta, machine.answers)) is None
    wrong = one_wrong(machine, 1)
    word = apart(found, (wrong.delta, wrong.answers))
    words = np.array([word])
    assert machine.run(words)[0, -1] != wrong.run(words)[0, -1]
