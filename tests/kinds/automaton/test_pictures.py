"""Pictures of runs over sequences: right figures, the same bytes, nothing lost or on top of it."""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from builders.exploring import explore
from builders.pictures import words
from PIL import Image
from planted_machine import planted_network, random_minimal

from distill.domains.sequences import Channels
from distill.drawing.graph.placement import placed
from distill.drawing.hidden_view import hidden_view
from distill.kinds.automaton.edges import edge_text, edges_of, short_text, symbols_text
from distill.kinds.automaton.exhibits import MachineExhibits, machine_exhibits
from distill.kinds.automaton.kind import AutomatonKind
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable
from distill.kinds.automaton.pictures import COLOURED, DRAWN, machine_pictures, state_graph
from distill.kinds.automaton.states import state_groups, state_names, what_names_mean
from distill.kinds.automaton.transition_grid import transition_grid
from distill.kinds.known import exhibits_json
from distill.networks.sequence_network import SequenceNetwork
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


@pytest.mark.part(2)
def test_pictures_are_small_and_the_same_bytes_every_time(shown):
    mechanism, exhibits = shown
    stored = to_json(exhibits, exhibits_json())
    again = machine_exhibits(mechanism, network_of(mechanism), LENGTH)
    assert to_json(again, exhibits_json()) == stored
    assert len(stored) < 60_000
    read = from_json(exhibits_json(), stored)
    drawn = machine_pictures(mechanism, exhibits)
    assert drawn == machine_pictures(mechanism, read)
    first = "states" if mechanism.states <= DRAWN else "transitions"
    assert [each.name for each in drawn] == [first, "hidden", "exchanges"]
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
    graph, _, _ = state_graph(mechanism_of(machine)) or pytest.fail("it can be drawn")
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


def test_no_machine_of_many_states_is_drawn_with_arrows():
    few, many = mechanism_of(chain(DRAWN)), mechanism_of(chain(DRAWN + 1))
    assert state_graph(few) is not None
    assert state_graph(many) is None
    drawn = machine_pictures(many, machine_exhibits(many, network_of(many), LENGTH))
    assert drawn[0].name == "transitions"


def cells(drawn) -> np.ndarray:
    """The places in its palette of the larger image of a picture."""
    found = re.findall(r'href="data:image/png;base64,([^"]*)"', drawn.svg)
    images = [np.array(Image.open(BytesIO(b64decode(data)))) for data in found]
    return max(images, key=lambda image: image.size).astype(int)


def test_the_table_has_the_next_state_of_every_state_and_input():
    mechanism = mechanism_of(random_minimal(np.random.default_rng(2), 30, 3))
    assert (cells(transition_grid(mechanism)) == np.array(mechanism.transitions)).all()


def test_rows_of_the_table_are_in_the_order_of_the_programs_variables():
    machine = counter(20, 3)
    mechanism = mechanism_of(machine)
    values = tuple(row[0] for row in mechanism.outputs)
    told = replace(mechanism, variables=(Variable("total", values),))
    drawn = transition_grid(told)
    total = np.arange(20)[:, None]
    assert (cells(drawn) == (total + np.arange(3)) % 20).all()
    assert "the machine counts" in drawn.caption
    assert {"0", "19"} <= {*words(drawn)}


def test_the_table_says_what_is_so_and_nothing_else():
    random = transition_grid(mechanism_of(random_minimal(np.random.default_rng(2), 30, 3)))
    assert "counts" not in random.caption
    assert "every third state" in transition_grid(mechanism_of(chain(300))).caption
    assert "every" not in random.caption.split("The colour")[1].split("It starts")[0]


def test_of_many_groups_a_few_are_named_and_colours_follow_their_order():
    mechanism = mechanism_of(counter(20, 3))
    drawn = machine_pictures(mechanism, machine_exhibits(mechanism, network_of(mechanism), LENGTH))
    hidden = next(each for each in drawn if each.name == "hidden")
    named = [text for text in words(hidden) if text.startswith("q")]
    assert 2 <= len(named) <= 8
    found = re.search(r"a few of the (\d+) groups are named", hidden.caption)
    assert found is not None
    colours = {*re.findall(r"fill: (#[0-9a-f]{6})", hidden.svg)}
    assert len(colours) == int(found[1]) > 15


def test_of_hundreds_of_states_everything_stays_small():
    mechanism = mechanism_of(random_minimal(np.random.default_rng(3), 200, 2))
    exhibits = machine_exhibits(mechanism, network_of(mechanism), LENGTH)
    drawn = machine_pictures(mechanism, exhibits)
    assert len(to_json(exhibits, exhibits_json())) < 60_000
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
    graph, _, _ = state_graph(mechanism) or pytest.fail("it can be drawn")
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


def test_a_state_with_several_values_of_a_variable_is_not_said_to_allow_any():
    """Steps since the last 1, at most 3: the count of 3 and of 2 answer alike from then on."""
    moves = tuple((min(q + 1, 2), 0) for q in range(3))
    answers = tuple((min(q + 1, 3), 0) for q in range(3))
    written = AutomatonKind().write(mechanism_of(Machine(moves, answers, ((0,), (1,)))))
    (variable,) = written.mechanism.variables
    assert None in variable.values
    assert written.mechanism.states == 3
    (said,) = written.remarks
    assert f"{variable.name} has several values in some states, which no answer tells apart" in said
    assert "* is where it has several" in what_names_mean(written.mechanism)
    assert "*" not in what_names_mean(mechanism_of(counter(3, 2), Variable("n", (0, 1, 2))))


def test_where_the_input_alone_tells_the_state_no_arrows_go_from_all_to_all():
    """Seven states, 49 arrows without answers: a tangle over `previous < x`; now its answers."""
    machine = explore(lambda p, x: (x, int(x > p)), 0, range(-3, 4))
    few = explore(lambda p, x: (x, int(x > p)), 0, range(3))
    assert state_graph(mechanism_of(machine)) is None
    assert state_graph(mechanism_of(few)) is not None
    drawn = transition_grid(mechanism_of(machine))
    assert (cells(drawn) == np.array(machine.outputs)).all()
    assert not (cells(drawn) == np.array(machine.transitions)).all()
    assert "The colour is that of the answer" in drawn.caption
    assert "told by the input alone" in drawn.caption


def test_no_more_arrows_are_drawn_than_can_be_followed():
    crowded = random_minimal(np.random.default_rng(3), 9, 7)
    found = state_graph(mechanism_of(crowded))
    assert found is None or len(found[0].arrows) <= COLOURED
    assert state_graph(mechanism_of(counter(9, 3))) is not None


def test_two_numbers_are_not_written_as_one():
    symbols = tuple((amount, kind) for amount in range(2) for kind in range(3))
    machine = Machine(((0,) * 6,), ((0,) * 6,), symbols)
    assert symbols_text((3, 4), machine) == "(1,0),(1,1)"
    bits = Machine(((0,) * 4,), ((0,) * 4,), ((0, 0), (0, 1), (1, 0), (1, 1)))
    assert symbols_text((1, 2), bits) == "01,10"
