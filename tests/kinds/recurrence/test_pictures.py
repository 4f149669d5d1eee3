"""Pictures of registers: what a network holds, and the sequence that its program follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders.pictures import words
from planted_linear import planted, system

from distill.domains.sequences import Channels
from distill.expressions.expression import Constant, Name, Operation
from distill.kinds.recurrence.exhibits import RecurrenceExhibits, recurrence_exhibits
from distill.kinds.recurrence.pictures import recurrence_pictures
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.sequence_network import SequenceNetwork
from distill.records.figure import figure_of

LENGTH = 10


LINEAR = system(A=[[1, 0], [1, 1]], B=[[1], [1]], C=[[0, 1]])


VELOCITY, POSITION = Name("velocity"), Name("position")


FASTER = Operation("+", (VELOCITY, Name("x")))


MOVING = Recurrence(
    *(("x",), ("velocity", "position"), (0, 0)),
    updates=(FASTER, Operation("+", (FASTER, POSITION))),
    outputs=(POSITION,),
)


STEPS = Channels((range(-5, 6),))


@pytest.fixture(scope="module")
def moving() -> RecurrenceExhibits:
    model = planted(LINEAR, np.random.default_rng(0), 1e-9)
    return recurrence_exhibits(MOVING, SequenceNetwork(model, STEPS), LENGTH)


def test_registers_of_a_planted_network_are_read_as_they_are(moving):
    assert [pair.name for pair in moving.variables] == ["velocity", "position"]
    for pair in moving.variables:
        assert len(set(pair.true)) > 10
        np.testing.assert_allclose(pair.decoded, pair.true, atol=1e-3)


def test_registers_that_the_network_does_not_hold_are_not_read():
    other = replace(MOVING, updates=(FASTER, Operation("-", (FASTER, POSITION))))
    model = planted(LINEAR, np.random.default_rng(0), 1e-9)
    found = recurrence_exhibits(other, SequenceNetwork(model, STEPS), LENGTH)
    far = np.abs(np.array(found.variables[1].true) - np.array(found.variables[1].decoded))
    assert far.max() > 5


def test_the_sequence_that_is_followed_is_the_programs(moving):
    seen = moving.followed
    inputs = np.array(seen.inputs).T[None]
    held, said = MOVING.along(inputs)
    assert held[0].T.tolist() == [list(row) for row in seen.registers]
    assert said[0].T.tolist() == [list(row) for row in seen.program]
    np.testing.assert_allclose(seen.network, seen.program, atol=1e-3)
    assert not moving.chooses


def test_the_sequence_that_is_followed_tells_the_variables_apart():
    """Along ones alone, which have the most different answers, all three are the same."""
    run, highest = Name("run"), Name("highest")
    longer = Operation("*", (Name("x"), Operation("+", (run, Constant(1)))))
    streak = Recurrence(
        *(("x",), ("run", "highest"), (0, 0)),
        updates=(longer, Operation("max", (highest, longer))),
        outputs=(highest,),
    )
    model = planted(LINEAR, np.random.default_rng(0), 1e-9)
    seen = recurrence_exhibits(streak, SequenceNetwork(model, Channels((range(2),))), 4).followed
    assert len({*seen.inputs, *seen.registers}) == 3


def test_pictures_of_registers_hold_their_figures(moving):
    read = {
        "velocity": figure_of("recurrence", "variable: velocity", 0.987, 0.123),
        "position": figure_of("recurrence", "variable: position", 0.456),
    }
    drawn = recurrence_pictures(moving, read)
    assert drawn == recurrence_pictures(moving, read)
    followed, registers = drawn
    assert "velocity: R² 0.987, decoy 0.123" in registers.alternative
    assert "less than 0.001 from its value" in registers.alternative
    assert "decoy 0.12" in " ".join(words(registers))
    assert ", ".join(map(str, moving.followed.program[0])) in followed.alternative
    assert max(len(each.svg) for each in drawn) < 150_000
