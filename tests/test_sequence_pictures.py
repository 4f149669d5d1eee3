"""Pictures of runs over sequences: right figures, the same bytes, nothing lost or on top of it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from planted_linear import planted, system
from planted_machine import planted_network

from distill.domains.sequences import Channels
from distill.drawing.graph.placement import placed
from distill.drawing.hidden_view import hidden_view
from distill.drawing.picture import Picture
from distill.expressions.expression import Name, Operation
from distill.kinds.automaton.edges import edge_text, edges_of, short_text
from distill.kinds.automaton.exhibits import MachineExhibits, machine_exhibits
from distill.kinds.automaton.machine import Machine, random_minimal
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable
from distill.kinds.automaton.pictures import GROUPS, machine_pictures, state_graph
from distill.kinds.automaton.states import state_groups, state_names
from distill.kinds.exhibiting import ExhibitsJson, sequence_exhibits
from distill.kinds.recurrence.exhibits import RecurrenceExhibits, recurrence_exhibits
from distill.kinds.recurrence.pictures import recurrence_pictures
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.refused.sequence_exhibits import UnreadExhibits
from distill.networks.sequence_network import SequenceNetwork
from distill.pages.pictures.lengths import lengths_picture
from distill.pages.pictures.located import located_picture
from distill.pages.pictures.sequence_training import training_picture
from distill.pages.pictures.sequences import unread_picture
from distill.records.attempts import Attempt
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.refusal import Refusal
from distill.records.report import (
    Agreement,
    LengthAgreement,
    MechanismSummary,
    ProgramVsModel,
    Report,
    SequenceDisagreement,
    figure_of,
)
from distill.serialise import from_json, to_json

LENGTH = 10


def mechanism_of(machine: Machine, *variables: Variable) -> AutomatonMechanism:
    machine = machine.minimise()
    return AutomatonMechanism(
        *(machine.symbols, machine.transitions, machine.outputs, machine.access_words()),
        found=machine.states,
        rounds=0,
        variables=variables,
    )


def network_of(mechanism: AutomatonMechanism) -> SequenceNetwork:
    columns = list(zip(*mechanism.symbols, strict=True))
    channels = Channels(tuple(range(min(column), max(column) + 1) for column in columns))
    return SequenceNetwork(planted_network(mechanism.machine, seed=0), channels)


def counter(modulus: int, symbols: int) -> Machine:
    table = tuple(tuple((q + s) % modulus for s in range(symbols)) for q in range(modulus))
    return Machine(table, table, tuple((s,) for s in range(symbols)))


def adder(base: int) -> Machine:
    symbols = tuple((a, b) for a in range(base) for b in range(base))
    sums = tuple(tuple(carry + a + b for a, b in symbols) for carry in range(2))
    return Machine(
        tuple(tuple(total // base for total in row) for row in sums),
        tuple(tuple(total % base for total in row) for row in sums),
        symbols,
    )


def chain(states: int) -> Machine:
    last = states - 1
    return Machine(
        tuple((min(q + 1, last), q) for q in range(states)),
        tuple((int(q == last - 1), 0) for q in range(states)),
        ((0,), (1,)),
    )


MACHINES = {
    "parity": counter(2, 2),
    "binary addition": adder(2),
    "addition in base 7": adder(7),
    "counter": counter(8, 8),
    "five at random": random_minimal(np.random.default_rng(1), 5, 2),
    "sixty at random": random_minimal(np.random.default_rng(2), 60, 2),
}


@pytest.fixture(scope="module", params=MACHINES)
def shown(request) -> tuple[AutomatonMechanism, MachineExhibits]:
    mechanism = mechanism_of(MACHINES[request.param])
    return mechanism, machine_exhibits(mechanism, network_of(mechanism), LENGTH)


def words(drawn: Picture) -> list[str]:
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)</", drawn.svg)


def test_a_planted_machine_bears_every_exchange_within_a_state(shown):
    _, exhibits = shown
    found = exhibits.interchange
    assert found is not None
    table = np.array(found.accuracy, dtype=float)
    own = np.diagonal(table)
    assert set(own[~np.isnan(own)].tolist()) == {1.0}
    assert np.isfinite(own).sum() >= min(2, len(own))


def test_between_states_as_many_continuations_are_right_as_the_machine_says():
    mechanism = mechanism_of(MACHINES["five at random"])
    found = machine_exhibits(mechanism, network_of(mechanism), LENGTH).interchange
    assert found is not None
    table = np.array(found.accuracy, dtype=float)
    apart = table[~np.eye(len(table), dtype=bool)]
    assert found.alike == pytest.approx(apart.mean(), abs=0.002)
    assert apart.min() < 1


def test_states_that_the_network_does_not_hold_fail_the_exchange():
    true = mechanism_of(counter(6, 2))
    wrong = mechanism_of(counter(4, 2))
    found = machine_exhibits(wrong, network_of(true), LENGTH).interchange
    assert found is not None
    assert max(float(row[place] or 0) for place, row in enumerate(found.accuracy)) < 0.9


def test_pictures_are_small_and_the_same_bytes_every_time(shown):
    mechanism, exhibits = shown
    stored = to_json(exhibits, ExhibitsJson)
    again = machine_exhibits(mechanism, network_of(mechanism), LENGTH)
    assert to_json(again, ExhibitsJson) == stored
    assert len(stored) < 60_000
    read = from_json(ExhibitsJson, stored)
    drawn = machine_pictures(mechanism, exhibits)
    assert drawn == machine_pictures(mechanism, read)
    assert [each.name for each in drawn] == ["states", "hidden", "exchanges"]
    assert max(len(each.svg) for each in drawn) < 150_000
    for each in drawn:
        assert "#01" not in each.svg
        assert "nan" not in each.svg


@pytest.mark.parametrize("name", MACHINES)
def test_every_transition_stands_on_exactly_one_arrow(name):
    machine = mechanism_of(MACHINES[name]).machine
    listed = [
        (edge.source, symbol, answer, edge.target)
        for edge in edges_of(machine)
        for answer, symbols in edge.reads
        for symbol in symbols
    ]
    assert len(listed) == len(set(listed))
    assert set(listed) == {
        (q, s, machine.outputs[q][s], machine.transitions[q][s])
        for q in range(machine.states)
        for s in range(len(machine.symbols))
    }


def test_the_words_on_arrows_say_every_transition_once():
    machine = mechanism_of(MACHINES["five at random"]).machine
    graph, _, _ = state_graph(mechanism_of(machine))
    said = []
    for arrow in graph.arrows:
        for part in re.split(r";\s", arrow.text):
            symbols, answer = part.split(" → ")
            said += [(arrow.source, int(s), int(answer), arrow.target) for s in symbols.split(",")]
    assert sorted(said) == sorted(
        (q, s, machine.outputs[q][s], machine.transitions[q][s])
        for q in range(machine.states)
        for s in range(2)
    )


def test_words_stand_in_the_svg_as_text():
    mechanism = mechanism_of(adder(2))
    drawn = machine_pictures(mechanism, machine_exhibits(mechanism, network_of(mechanism), LENGTH))
    text = " ".join(words(drawn[0]))
    for part in ("q0", "q1", "00 → 0; 01,10 → 1", "11 → 0", "00 → 1", "01,10 → 0; 11 → 1"):
        assert part in text


def test_many_symbols_are_spans_and_more_than_there_is_room_for_is_counted():
    answers = tuple(s // 10 for s in range(30))
    machine = Machine(((0,) * 30,), (answers,), tuple((s,) for s in range(30)))
    (edge,) = edges_of(machine)
    assert edge_text(edge, machine) == "0–9 → 0; 10–19 → 1; 20–29 → 2"
    assert short_text(edge, machine, 12, 2) == "0–9 → 0; …\n(30 of 30 inputs)"
    (first, *_) = edges_of(adder(7))
    assert short_text(first, adder(7), 24, 3).endswith("; …\n(28 of 49 inputs)")


def test_beyond_sixty_states_groups_are_drawn():
    mechanism = mechanism_of(chain(300))
    graph, caption, alternative = state_graph(mechanism)
    assert len(graph.names) == GROUPS
    assert sum(int(name.split("\n")[1].split()[0]) for name in graph.names) == 300
    assert sum(int(arrow.text) for arrow in graph.arrows) == 600
    assert "300 states are too many" in caption
    assert "how many steps" in alternative


def test_of_hundreds_of_states_everything_stays_small():
    mechanism = mechanism_of(random_minimal(np.random.default_rng(3), 200, 2))
    exhibits = machine_exhibits(mechanism, network_of(mechanism), LENGTH)
    drawn = machine_pictures(mechanism, exhibits)
    assert len(to_json(exhibits, ExhibitsJson)) < 60_000
    assert max(len(each.svg) for each in drawn) < 150_000
    assert exhibits.interchange is not None
    assert len(exhibits.interchange.names) <= 24
    assert "grouped by how many steps" in drawn[2].caption
    own = [row[place] for place, row in enumerate(exhibits.interchange.accuracy)]
    assert {value for value in own if value is not None} == {1.0}


def test_groups_are_made_by_a_variable_where_the_program_has_one():
    machine = counter(113, 3).minimise()
    values = tuple(row[0] for row in machine.outputs)
    groups = state_groups(mechanism_of(machine, Variable("total", values)), 8)
    assert groups[0].name == "0–13"
    assert {values[state] for state in groups[0].states} == set(range(14))
    assert sorted(state for group in groups for state in group.states) == list(range(113))


def test_states_are_named_by_variables_that_tell_them_apart():
    machine = mechanism_of(adder(2))
    assert state_names(replace(machine, variables=(Variable("carry", (0, 1)),))) == (
        "carry=0",
        "carry=1",
    )
    assert state_names(replace(machine, variables=(Variable("carry", (0, 0)),))) == ("q0", "q1")


@pytest.mark.parametrize("seed", range(6))
def test_words_cover_no_state_and_stay_inside(seed):
    rng = np.random.default_rng(seed)
    mechanism = mechanism_of(random_minimal(rng, int(rng.integers(2, 7)), 2))
    graph, _, _ = state_graph(mechanism)
    found = placed(graph, 5.0, 4.8, 0.0)
    boxes = [box for box in found.words if box is not None]
    assert len(boxes) == len(graph.arrows)
    for box in boxes:
        middle = np.array([[box.x, box.y]])
        assert not any(node.holds(middle, 0.0)[0] for node in found.nodes)
        assert box.half_width - 0.02 < box.x < 5.02 - box.half_width
        for other in boxes:
            assert other is box or box.overlap(other) < 0.5 * 4 * box.half_width * box.half_height


def test_groups_that_are_apart_in_one_direction_are_seen_apart():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(6), 40)
    corners = rng.normal(size=(6, 5))
    noise = rng.normal(size=(240, 5)) * np.array([0.01, 0.01, 0.01, 0.01, 3.0])
    view = hidden_view(corners[groups] * [1, 1, 1, 1, 0] + noise, groups, np.zeros(5))
    seen, of = np.stack([view.x, view.y], axis=1), np.array(view.groups)
    centres = np.stack([seen[of == group].mean(axis=0) for group in range(6)])
    nearest = np.linalg.norm(seen[:, None] - centres[None], axis=2).argmin(axis=1)
    assert (nearest == of).all()
    assert view.side == "apart"
    assert view.share < 0.5  # most of the variance is noise, and is not what is looked at


def test_one_hidden_unit_is_its_own_direction():
    view = hidden_view(np.array([[0.0], [1.0], [1.0]]), np.array([0, 1, 1]), np.array([0.5]))
    assert view.side == "unit"
    assert sorted(set(zip(view.x, view.groups, strict=True))) == [(0.0, 0), (1.0, 1)]
    assert view.start[0] == 0.5


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


def report(**changes) -> Report:
    counted = ProgramVsModel(99, 100, None, None, False, 0.1, None, 5, 1)
    return Report(
        task="task",
        space="sequences",
        stored=True,
        verdict="approximate",
        located=False,
        reasons=(),
        holds_for=None,
        mechanism=MechanismSummary("automaton", "counter", 10),
        model_vs_task=None,
        program_vs_task=None,
        program_vs_model=counted,
        figures=(),
        program=None,
        meaning=None,
        proof=None,
        **changes,
    )


def test_lengths_say_who_is_right_and_where_they_part():
    longer = LengthAgreement(20, Agreement(300, 300), Agreement(120, 300), Agreement(121, 300))
    parted = SequenceDisagreement(((1,), (0,), (1,)), (2,), (3,))
    drawn = lengths_picture(report(longer=(longer,), diverges_at=parted), LENGTH)
    assert drawn is not None
    for figure in ("100.0% at 20", "40.0% at 20", "40.3% at 20", "99.0% at 10"):
        assert figure in drawn.alternative
    assert "after 3 steps (1, 0, 1): the program answers 2, the network 3" in drawn.caption


def test_lengths_without_a_task_are_against_each_other():
    longer = LengthAgreement(20, None, None, Agreement(300, 300))
    drawn = lengths_picture(report(longer=(longer,)), LENGTH)
    assert drawn is not None
    assert "task" not in drawn.alternative
    assert "program = network" in drawn.alternative
    assert lengths_picture(report(), LENGTH) is None


def test_the_tests_of_the_inside_stand_beside_their_decoys_and_bounds():
    figures = (
        figure_of("automaton", "variable: total", 0.5),
        figure_of("automaton", "interchange_accuracy", 0.875, 0.25),
        figure_of("automaton", "moved_accuracy", None),
    )
    drawn = located_picture(replace(report(), figures=figures))
    assert drawn is not None
    assert "read total 0.500, needed 0.8" in drawn.alternative
    assert "exchange 0.875 (decoy 0.250), needed 0.99" in drawn.alternative
    assert "not located" in drawn.caption
    assert "no decoy" in words(drawn)
    assert located_picture(report()) is None


def attempt(number, kind, d_hidden, **more):
    sizes = {"d_hidden": d_hidden}
    return Attempt(number, kind, sizes, "cross-entropy", "fresh sequences", **more)


def test_training_names_its_attempts():
    attempts = (
        attempt(1, "linear", 1, ruled_out="no fit"),
        attempt(2, "second-order", 16, steps=100, right=0.5),
        attempt(3, "second-order", 32, steps=200, right=1.0, reached_at=100, discarded=False),
    )
    points = [SequencePoint(1, d, step, 0.1, 0.5) for d in (16, 32) for step in (50, 100)]
    drawn = training_picture(SequenceCurve(tuple(points)), attempts)
    assert drawn is not None
    assert "second-order, 32 units" in words(drawn)
    assert "16 units: 50.0% right after 100 steps, discarded" in drawn.alternative
    assert "32 units: 100.0% right after 200 steps" in drawn.alternative
    assert "1 smaller or simpler" in drawn.caption
    assert training_picture(SequenceCurve(tuple(points[:1])), attempts) is None
    assert training_picture(None, attempts) is None


def test_a_network_that_was_not_understood_is_shown_by_its_answers():
    network = network_of(mechanism_of(counter(5, 3)))
    refusal = Refusal(("not understood",), {})
    exhibits = sequence_exhibits(refusal, network, LENGTH)
    assert isinstance(exhibits, UnreadExhibits)
    assert exhibits.answers == ("0", "1", "2", "3", "4")
    assert set(exhibits.hidden.groups) == set(range(5))
    assert from_json(ExhibitsJson, to_json(exhibits, ExhibitsJson)) == exhibits
    drawn = unread_picture(exhibits)
    assert "5 answers" in drawn.alternative
    assert sequence_exhibits(refusal, None, LENGTH) is None


def test_many_answers_are_spans():
    model = planted(LINEAR, np.random.default_rng(0), 0.0)
    network = SequenceNetwork(model, STEPS)
    exhibits = sequence_exhibits(Refusal((), {}), network, LENGTH)
    assert isinstance(exhibits, UnreadExhibits)
    assert len(exhibits.answers) == 8
    assert all(" to " in answer for answer in exhibits.answers)
