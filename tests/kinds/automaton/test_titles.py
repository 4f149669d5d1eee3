"""Loops and titles as a person would write them; a title that is not so is refused."""

import re
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from builders.exploring import agree, explore, loop_of_program, said
from planted_machine import random_minimal

from distill.checker.derive import called
from distill.checker.sandbox import program_of
from distill.kinds.automaton.contradiction import contradicted
from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.kind import AutomatonKind
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import automaton_of
from distill.kinds.automaton.variables import listed_title
from distill.programs.claims import claim_of

BITS = (0, 1)


def _kept(state, low, high):
    return max(low, min(high, state))


OVER_2 = range(-2, 3)
AS_A_PERSON_WOULD = {
    "a game": (
        said(lambda s, x: 0 if s == 0 else _kept(s + (1, -1, 0)[x], 0, 5), 3, range(3)),
        "saturating counter 0 to 5 that stays at 0",
        ["if count != 0:", "count = min(count + STEP[x], 5)"],
    ),
    "a walk that ends": (
        said(lambda s, x: s if s in (0, 6) else s + x, 3, (-1, 0, 1)),
        "saturating counter 0 to 6 that stays at 0 and 6",
        ["if 1 <= count <= 5:", "count += x"],
    ),
    "a switch": (
        said(lambda s, x: 1 if x == 2 else 0 if x == 3 else s, 0, range(4)),
        "bit set where the input is 2 and cleared where the input is 3",
        ["if x == 2:", "switch = 1", "elif x == 3:", "switch = 0"],
    ),
    "a lamp": (
        said(lambda s, x: 1 - s if x == 1 else 0 if x == 2 else s, 0, range(4)),
        "bit turned round where the input is 1 and cleared where the input is 2",
        ["if x == 1:", "switch = 1 - switch", "elif x == 2:", "switch = 0"],
    ),
    "a lamp with two buttons more": (
        said(lambda s, x: (s, 1 - s, 0, 1)[x], 0, range(4)),
        "bit turned round where the input is 1, set where the input is 3 and cleared where the "
        "input is 2",
        [
            "if x == 1:",
            "switch = 1 - switch",
            "elif x == 3:",
            "switch = 1",
            "elif x == 2:",
            "switch = 0",
        ],
    ),
    "a thermostat": (
        said(lambda s, x: 1 if x < 2 else 0 if x > 4 else s, 0, range(7)),
        "bit set where the input is at most 1 and cleared where the input is at least 5",
        ["if x <= 1:", "switch = 1", "elif x >= 5:", "switch = 0"],
    ),
    "an account": (
        said(lambda s, x: s + x if 0 <= s + x <= 6 else s, 2, OVER_2),
        "counter 0 to 6 that leaves out steps beyond",
        ["if 0 <= count + x <= 6:", "count += x"],
    ),
    "a follower": (
        said(lambda s, x: s + (x > s) - (x < s), 0, range(5)),
        "input followed by at most 1 a step",
        ["follower -= 1", "follower += 1"],
    ),
    "a record that is reset": (
        said(lambda s, x: 0 if x == 3 else max(s, x), 0, range(5)),
        "running maximum, set to 0 where the input is 3",
        ["highest = max(highest, x)", "highest = 0"],
    ),
    "a count that is reset": (
        said(lambda s, x: 0 if x == 0 else min(s + x, 6), 0, range(3)),
        "saturating counter 0 to 6, set to 0 where the input is 0",
        ["count = min(count + x, 6)", "count = 0"],
    ),
    "a till": (
        said(lambda s, a, b: (s + (a, -a, 0)[b]) % 7, 0, range(4), range(3)),
        "counter mod 7",
        ["place = (place + a) % 7", "place = (place - a) % 7"],
    ),
    "a sample": (
        said(lambda s, a, b: s if b else a, 0, range(4), BITS),
        "latest input a where input b is 0",
        ["if b == 0:", "latest = a"],
    ),
    "two switches": (
        explore(
            lambda s, x: (t := (s[0] | (x == 1), s[1] | (x == 2)), t[0] & t[1]), (0, 0), range(3)
        ),
        "whether the running bitwise or is 3",
        ["bits |= x", "outputs.append(int(bits == 3))"],
    ),
    "sorted so far": (
        explore(lambda s, x: (t := x if s <= x else 9, int(t != 9)), 0, range(5)),
        "whether previous <= x at every step",
        ["if previous > x:", "valid = 0"],
    ),
    "a rise of two": (
        explore(lambda p, x: (x, int(x > p + 1)), 0, range(5)),
        "whether previous + 1 < x, of the last 2 inputs",
        ["outputs.append(int(previous + 1 < x))"],
    ),
    "next in a circle": (
        explore(lambda p, x: (x, int(x == (p + 1) % 4)), 0, range(4)),
        "whether (x - previous) % 4 == 1, of the last 2 inputs",
        ["outputs.append(int((x - previous) % 4 == 1))"],
    ),
    "a peak": (
        explore(lambda w, x: ((x, w[0]), int(w[0] > x and w[0] > w[1])), (0, 0), range(4)),
        "whether previous2 < previous and previous > x, of the last 3 inputs",
        ["outputs.append(int(previous2 < previous and previous > x))"],
    ),
    "equal or one more": (
        explore(lambda p, x: (x, int(x in (p, p + 1))), 0, range(4)),
        "whether 0 <= x - previous <= 1, of the last 2 inputs",
        ["outputs.append(int(0 <= x - previous <= 1))"],
    ),
    "far apart": (
        explore(lambda p, x: (x, int(abs(x - p) > 1)), 0, range(5)),
        "whether abs(previous - x) > 1, of the last 2 inputs",
        ["outputs.append(int(abs(previous - x) > 1))"],
    ),
}
"""Machines that a person would make, and the title and lines that one would write for them."""


@cache
def emitted_of(what):
    """What is written of one of these, which takes a second or two, for all who look at it."""
    return emit_machine(AS_A_PERSON_WOULD[what][0])


@pytest.mark.parametrize("what", AS_A_PERSON_WOULD)
def test_a_loop_says_nothing_that_a_person_would_not_and_its_title_what_it_computes(what):
    machine, title, lines = AS_A_PERSON_WOULD[what]
    emitted = emitted_of(what)
    body = [line.strip() for line in emitted.program.source.splitlines()]
    assert emitted.name == title
    assert not [line for line in lines if line not in body], emitted.program.source
    assert not re.search(r"else:\s+(\w+) = \1$", emitted.program.source, re.M)
    assert len(emitted.program.name) <= 48
    assert agree(emitted, machine)


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("a game", "saturating counter 0 to 5 that stays at 5"),
        ("a game", "saturating counter 0 to 5"),
        ("a walk that ends", "saturating counter 0 to 6 that stays at 6"),
        ("a switch", "bit set where the input is 1 and cleared where the input is 3"),
        ("a lamp", "bit set where the input is 1 and cleared where the input is 2"),
        ("a lamp", "bit turned round where the input is 2 and cleared where the input is 1"),
        ("a thermostat", "bit set where the input is at most 2 and cleared where the input is 6"),
        ("an account", "saturating counter 0 to 6"),
        ("an account", "counter 0 to 5 that leaves out steps beyond"),
        ("a follower", "input followed by at most 2 a step"),
        ("a record that is reset", "running maximum, set to 0 where the input is 2"),
        ("a record that is reset", "running maximum"),
        ("a record that is reset", "running minimum, set to 0 where the input is 3"),
        ("a count that is reset", "saturating counter 0 to 6, set to 1 where the input is 0"),
        ("a sample", "latest input b where input a is 0"),
        ("two switches", "whether the running bitwise or is 2"),
        ("two switches", "2 minus the running bitwise or"),
        ("a rise of two", "whether previous < x, of the last 2 inputs"),
        ("a rise of two", "whether previous9 + 1 < x, of the last 2 inputs"),
        ("far apart", "whether abs(previous - x) > 2, of the last 2 inputs"),
    ],
)
def test_such_a_title_is_refused_where_it_is_not_so(what, wrong):
    machine, title, _ = AS_A_PERSON_WOULD[what]
    source = emitted_of(what).program.source
    loop, rows = loop_of_program(source, machine.symbols)
    assert not contradicted(title, loop, rows)
    assert contradicted(wrong, loop, rows)


@pytest.mark.parametrize(
    ("function", "how"),
    [
        (lambda x, p: x > p, "above"),
        (lambda x, p: x >= p, "at least"),
        (lambda x, p: x < p, "below"),
        (lambda x, p: x <= p, "at most"),
    ],
)
def test_a_comparison_with_an_earlier_input_is_named_and_the_name_is_held_against_it(function, how):
    """ "function of the last 2 inputs" said nothing of `previous < x`."""
    machine = explore(lambda p, x: (x, int(function(x, p))), 0, range(-2, 3))
    emitted = emit_machine(machine)
    assert emitted.name == f"whether the input is {how} the one before"
    assert f"def input_is_{how.replace(' ', '_')}_the_one_before" in emitted.program.source
    claims = [claim_of(emitted.name), claim_of("whether the input is above the one 2 steps before")]
    held, answers = [claim.start for claim in claims], [[], []]
    for x in (1, 2, 2, -1, 0, -2):
        for place, claim in enumerate(claims):
            held[place], answer = claim.step(held[place], (x,))
            answers[place].append(answer)
    assert answers[0][1:] == emitted.program([1, 2, 2, -1, 0, -2])[1:]
    assert answers[1] != answers[0]


@pytest.mark.parametrize(
    ("group", "states", "title"),
    [
        (None, 6, "state machine with 6 states"),
        ("abelian group of order 8", 8, "product in an abelian group of order 8"),
        ("group of order 56", 8, "action of a group of order 56 on 8 states"),
        ("symmetric group of 4", 4, "action of the symmetric group of 4 on 4 states"),
    ],
)
def test_what_is_listed_is_called_by_what_it_computes(group, states, title):
    machine = random_minimal(np.random.default_rng(0), states, 2)
    assert listed_title(machine, group) == title


def test_what_forgets_its_state_at_every_step_is_no_iteration():
    """The state is the input plus 1, with 0 for none yet: whether an input is the one before."""
    machine = explore(lambda s, x: (x + 1, int(s == x + 1)), 0, range(3))
    assert "iteration" not in emit_machine(machine).name


def test_it_is_the_state_of_a_machine_that_may_be_a_number_and_never_the_machine():
    rng = np.random.default_rng(7)
    moves = [[int(q) for q in row] for row in rng.integers(0, 8, (8, 2))]
    answers = tuple(tuple(int(q != 3) for q in row) for row in moves)
    machine = Machine(tuple(map(tuple, moves)), answers, ((0,), (1,))).minimise()
    emitted = emit_machine(machine)
    title = "whether the state of a machine with 8 states is not 3"
    assert (emitted.name, emitted.program.name) == (
        title,
        "state_of_a_machine_with_8_states_is_not_3",
    )
    loop, rows = loop_of_program(emitted.program.source, machine.symbols)
    assert not contradicted(title, loop, rows)
    assert contradicted(title.replace("not 3", "not 4"), loop, rows)
    assert contradicted(title.replace("8", "7"), loop, rows)


def test_states_are_counted_as_those_that_answers_tell_apart_where_a_program_has_more():
    """Steps since the last 1, at most 4: at 3 and at 4 the next answers are the same."""
    machine = explore(lambda s, x: (0, 0) if x else (min(s + 1, 4),) * 2, 0, BITS)
    minimal = machine.minimise()
    written = AutomatonKind().write(automaton_of(minimal, machine.states, 0))
    title, name = program_of(written.program.source).title, written.mechanism.name
    assert minimal.states == 4
    assert name.startswith("run of zeros up to 4 (")
    assert name.endswith("(4 states that answers tell apart)")
    evidence = SimpleNamespace(mechanism={"transitions": minimal.transitions})
    program = SimpleNamespace(title=title)
    assert called(evidence, program, name) == name
    assert called(evidence, program, name.replace("4 states", "5 states")) == title
    plain = explore(lambda s, x: (min(s + 1, 4), min(s, 4)), 0, BITS).minimise()
    assert "tell apart" not in AutomatonKind().write(automaton_of(plain, 5, 0)).mechanism.name


def test_what_holds_at_every_step_is_held_against_every_step():
    """A title that says another condition, or "some", is refused."""
    machine = explore(lambda s, x: (t := x if s <= x else 9, int(t != 9)), 0, range(5))
    emitted = emit_machine(machine)
    loop, rows = loop_of_program(emitted.program.source, machine.symbols)
    assert not contradicted("whether previous <= x at every step", loop, rows)
    for wrong in (
        "whether previous < x at every step",
        "whether previous <= x at some step",
        "whether previous > x at some step",
        "whether other <= x at every step",
        "whether previous <=> x at every step",
    ):
        assert contradicted(wrong, loop, rows), wrong


GIVEN_NUMBERS = {
    "the latest are 1, 0, 1": (
        explore(lambda s, x: ((s[1], x), int((*s, x) == (1, 0, 1))), (0, 0), BITS),
        "whether the last 3 inputs are 1, 0, 1",
        "last_3_inputs_are_1_0_1",
    ),
    "the latest are all 2": (
        explore(lambda s, x: (x, int((s, x) == (2, 2))), 0, range(4)),
        "whether the last 2 inputs are all 2",
        "last_2_inputs_are_all_2",
    ),
    "two channels": (
        explore(lambda s, a, b: (0, int((a, b) == (1, 2))), 0, range(3), range(3)),
        "whether input a is 1 and input b is 2",
        "input_a_is_1_and_input_b_is_2",
    ),
    "a stage": (
        explore(lambda s, x: (t := s + (s < 4 and x != s % 2), int(t != 4)), 0, BITS),
        "whether the stage (0 to 4) is not 4",
        "stage_0_to_4_is_not_4",
    ),
}


@pytest.mark.parametrize("case", GIVEN_NUMBERS)
def test_a_title_says_which_numbers_it_asks_for_in_words(case):
    """In the order in which they are read; and a title with another number is refused."""
    machine, title, function = GIVEN_NUMBERS[case]
    emitted = emit_machine(machine)
    assert (emitted.name, emitted.program.name) == (title, function)
    loop = loop_of_program(emitted.program.source, machine.symbols)
    assert not contradicted(title, *loop)
    for other in (title[:-1] + "3", title.replace("1, 0", "0, 1").replace("not 4", "3")):
        assert other == title or contradicted(other, *loop), other
