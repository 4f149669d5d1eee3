"""What a program says of itself is true of it: titles, sentences and names, by running it.

Each claim is looked for in the text of a docstring, and tested on the values that the program's own
variables and answers take along sequences. Nothing here knows how a text was chosen.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from builders.amount import examples, some
from builders.emitted_families import BITS, machines
from builders.emitted_recurrences import op, recurrences
from builders.exploring import explore, loop_of_program
from builders.exploring import said as answers_its_state
from builders.told import holds, names_hide_nothing, title_is_true
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.expressions.expression import Name
from distill.kinds.automaton.contradiction import contradicted
from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.machine import Machine
from distill.kinds.recurrence.contradiction import contradicted as contradicted_along
from distill.kinds.recurrence.contradiction import drawn
from distill.kinds.recurrence.emit import emit_recurrence
from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.claims import claim_of
from distill.programs.names import RESERVED

QUICK = re.compile(
    r"count ([35] 0 [12]|3 1 1|before|of two|answered.*)|listed steps|affine (2 5 0|-1 7 0)|"
    r"only up|"
    r"max (range.0, 5. [02]|answered.*|before)|min range.-2, 3. 0|difference of extremes 4|halved|"
    r"parity [01]|parity of (steps 1|both|zeros 0)|latch [01]|opposite of a parity|xor .*|"
    r"window (equal|xor|sum|change|delay|xor of numbers|sum of those before)|addition 3 3 0|"
    r"now (even|large|same|mirrored|third|larger of two|xor of two|first.*)|random 3|"
    r"long division 2 3 2 0|dithering 5 4 [12] 0"
)
"""Machines that are written in a moment, some of every family."""


MACHINES = some([(name, each) for name, each in machines() if QUICK.fullmatch(name)], 30)
RECURRENCES = list(recurrences())


@cache
def emitted_machines() -> list[tuple[Machine, str, str]]:
    """Machines with the title and the source of their program."""
    programs = ((machine, emit_machine(machine)) for _, machine in MACHINES)
    return [(machine, emitted.name, emitted.program.source) for machine, emitted in programs]


@cache
def emitted_recurrences() -> list[tuple[Recurrence, tuple[range, ...], str, str]]:
    """Recurrences, with the names of their program, what they read, its title and its source."""
    chosen = some([*RECURRENCES[:-40:4], *RECURRENCES[-40:]], 28)
    programs = ((ranges, emit_recurrence(one, ranges=ranges)) for _, one, ranges in chosen)
    return [(e.recurrence, ranges, e.name, e.program.source) for ranges, e in programs]


def test_what_a_machines_program_says_of_itself_is_true():
    read = {
        title_is_true(holds(source, machine.symbols)) for machine, _, source in emitted_machines()
    }
    assert len(read) > 8, "titles are read, and not passed over"


def test_what_a_recurrences_program_says_of_itself_is_true():
    read = {
        title_is_true(holds(source, [(value,) for value in ranges[0]]))
        for _, ranges, _, source in emitted_recurrences()
    }
    assert len(read) > 4, "titles are read, and not passed over"


def test_every_title_is_true_of_the_machine_that_it_names():
    """Of the program's loop, run as Python: what is answered, and what its variables are."""
    for machine, title, source in emitted_machines():
        assert not contradicted(title, *loop_of_program(source, machine.symbols)), title


def test_every_title_is_true_of_the_recurrence_that_it_names():
    for recurrence, ranges, title, _ in emitted_recurrences():
        assert not contradicted_along(title, recurrence, ranges), title


def test_a_title_is_refused_where_one_answer_is_another():
    for machine, title, source in emitted_machines():
        loop, rows = loop_of_program(source, machine.symbols)
        if claim_of(title) is not None:
            answers = [list(row) for row in loop.outputs]
            answers[-1][-1] += 1
            other = Machine(loop.transitions, tuple(map(tuple, answers)), loop.symbols)
            assert contradicted(title, other, rows), title


PLANTED = (
    (r"(?<=function of the last )\d+", lambda n: str(int(n[0]) - 1)),
    (
        r"(?<!function of the last )(?<![-\d])\d+(?! steps? before$| is )",
        lambda n: str(int(n[0]) + 7),
    ),
    ("maximum", "minimum"),
    ("minimum", "maximum"),
    ("(?<!bitwise )xor|^parity of the inputs$", "bitwise and of the inputs"),
    (r"\bsum of(?= running| the last)", "product of"),
    ("(.*) minus (.*)", r"sum of \1 and \2"),
    ("zeros", "ones"),
    (r"\beven\b", "odd"),
    ("evenness", "parity"),
    ("above", "below"),
    ("equals", "minus"),
    ("most", "least"),
    ("counter mod", "affine map mod 0 and counter mod"),
    ("saturating counter", "walk between"),
    ("latch", "counter mod 2"),
    ("^(current|previous) input$", "opposite bit"),
    ("^", "very fine "),
)
"""Ways to make a title wrong, or such that it says nothing that can be tested."""


def planted(title: str) -> Iterator[str]:
    """Titles that are not so, each of which differs from a true one in a word or a number."""
    for pattern, other in PLANTED:
        for found in re.finditer(pattern, title):
            word = other(found) if callable(other) else found.expand(other)
            yield title[: found.start()] + word + title[found.end() :]


def test_a_title_with_a_wrong_word_or_number_is_refused():
    wrong = set[str]()
    for machine, title, source in emitted_machines():
        loop = loop_of_program(source, machine.symbols)
        for other in planted(title):
            assert contradicted(other, *loop), (title, other)
            wrong.add(other)
    for recurrence, ranges, title, _ in emitted_recurrences():
        answers = recurrence.run(drawn(ranges))
        for other in planted(title) if len(np.unique(answers)) > 1 else ():
            assert contradicted_along(other, recurrence, ranges), (title, other)
            wrong.add(other)
    assert len(wrong) > 60


@pytest.mark.parametrize(
    ("title", "step", "start", "values"),
    [
        ("counter mod 4", lambda s, x: min(s + x, 3), 0, range(3)),
        ("counter mod 4 of the inputs that are 1", lambda s, x: (s + x) % 4, 0, range(3)),
        ("counter mod 4 of the inputs that are not 0", lambda s, x: (s + x) % 4, 0, range(3)),
        ("saturating counter 0 to 3", lambda s, x: (s + x) % 4, 0, range(3)),
        ("running maximum", lambda s, x: max(s, x) if x < 3 else 0, 0, range(4)),
        ("latch", lambda s, x: s ^ x, 0, BITS),
        ("run of ones up to 2", lambda s, x: min(s + 1, 2) if x == 1 else s, 0, BITS),
        ("stages 0 to 3", lambda s, x: (s + (x == 1)) % 4, 0, BITS),
        ("affine map mod 5", lambda s, x: s * s % 5 + x if s < 4 else x, 2, BITS),
        ("running bitwise or", lambda s, x: s & x, 3, range(4)),
        ("running product mod 5", lambda s, x: (s + x) % 5, 1, range(5)),
        ("product mod 5", lambda s, x: s * (x + 1) % 5, 1, range(4)),
        ("affine map mod 5 chosen by the input", lambda s, x: s * s % 5 + x, 2, BITS),
        ("function of the last 2 inputs", lambda s, x: (s + x) % 2, 0, BITS),
        ("latest input that is not 2", lambda s, x: x if x != 1 else s, 0, range(3)),
        ("latest input that is not 1, from 2", lambda s, x: x if x != 1 else s, 0, range(3)),
        ("variable of 3 values", lambda s, x: (s + x) % 4, 0, BITS),
        ("state machine with 3 states", lambda s, x: (s + x) % 4, 0, BITS),
        ("iteration of (state + x) % 3", lambda s, x: (s + x) % 4, 0, BITS),
        ("iteration of nothing", lambda s, x: (s + x) % 4, 0, BITS),
        ("linear map of 2 bits, by exclusive or", lambda s, x: s * x % 4, 3, range(4)),
        ("product in an abelian group of order 8", lambda s, x: (s + x) % 4, 0, BITS),
        ("action of the symmetric group of 4 on 4 states", lambda s, x: (s + x) % 4, 0, BITS),
        ("division by 3 that carries the remainder", lambda s, x: (s + x) % 3, 0, range(3)),
    ],
)
def test_a_title_of_another_machine_is_refused(title, step, start, values):
    machine = answers_its_state(step, start, values)
    source = emit_machine(machine).program.source
    assert contradicted(title, *loop_of_program(source, machine.symbols))


def test_a_table_is_called_one_only_if_it_is_one():
    """Coins that are listed as what they add are rules; a list that something else looks up says
    how much it lists.
    """

    def coins(paid, coin):
        paid += (1, 2, 4)[coin]
        return (0, 1) if paid >= 4 else (paid, 0)

    def halving(s, x):
        s = ((s // 2 if s % 2 == 0 else 3 * s + 1) + x) % 16
        return s, s

    vending, collatz = (
        emit_machine(explore(*case)) for case in ((coins, 0, range(3)), (halving, 1, BITS))
    )
    for emitted in (vending, collatz):
        assert emitted.name.startswith("state machine with ")
        assert "NEXT has the next state" not in emitted.program.source
    assert not vending.tabulated
    assert "listed: NEXT (9 cells)" in collatz.program.source


def test_numbers_that_are_combined_bit_by_bit_are_one_line():
    machine = explore(lambda s, x: (s ^ x, s ^ x), 0, range(8))
    emitted = emit_machine(machine)
    assert "bits ^= x" in emitted.program.source
    assert not emitted.tabulated


@pytest.mark.parametrize(
    ("step", "values", "line", "function"),
    [
        (
            lambda s, x: x if x != 3 else s,
            range(4),
            "latest = x",
            "latest_input_that_is_not_3",
        ),
        (
            lambda s, x: (s >> 1) ^ x,
            range(8),
            "state = (state >> 1) ^ x",
            "iteration_of_state_shifted_right_by_1_xor_x",
        ),
        (
            lambda s, x: (s ^ x) & 5,
            range(8),
            "state = (state ^ x) & 5",
            "iteration_of_state_xor_x_and_5",
        ),
        (
            lambda s, x: (s + x) // 2,
            range(9),
            "state = (state + x) // 2",
            "iteration_of_state_plus_x_divided_by_2",
        ),
        (
            lambda s, x: ((s << 1 ^ x) ^ (11 if s & 4 else 0)) & 7,
            range(2),
            "state = (state >> 2) ^ ((state >> 1) & 2) ^ ((state << 1) & 6) ^ x",
            "linear_map_of_3_bits_by_exclusive_or",
        ),
    ],
)
def test_shifts_masks_and_exclusive_or_are_found_and_said(step, values, line, function):
    emitted = emit_machine(explore(lambda s, x: (step(s, x),) * 2, 0, values))
    assert line in emitted.program.source
    assert f"def {function}(" in emitted.program.source
    assert not emitted.tabulated
    holds(emitted.program.source, tuple((x,) for x in values))


def test_a_gray_code_is_an_expression_of_its_counter():
    machine = explore(lambda s, x: ((s + x) % 8, ((s + x) % 8) ^ ((s + x) % 8) >> 1), 0, range(3))
    source = emit_machine(machine).program.source
    assert "(total >> 1) ^ total" in source or "total ^ (total >> 1)" in source


def test_more_than_eight_channels_keep_their_letters():
    machine = explore(lambda s, *x: (s ^ x[8], s ^ x[8]), 0, *[range(2)] * 9)
    emitted = emit_machine(machine)
    assert "parity ^= i" in emitted.program.source
    holds(emitted.program.source, machine.symbols)


WANTED = st.sampled_from(
    [
        *sorted(RESERVED)[:60],
        "sum",
        "min",
        "int",
        "map",
        "values",
        "given",
        "list",
        "x",
        "running_sum",
    ]
)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(WANTED, min_size=2, max_size=2, unique=True), st.booleans())
def test_registers_of_any_name_hide_nothing(names, named):
    one, other = (f"{name}_" if name == "x" and named else name for name in names)
    if "x" in (one, other):
        return
    recurrence = Recurrence(
        ("x",),
        (one, other),
        (0, -2),
        (op("+", one, "x"), op("max", other, "x")),
        (op("-", one, other),),
    )
    emitted = emit_recurrence(recurrence, ranges=(range(-2, 3),))
    names_hide_nothing(ast.parse(emitted.program.source))
    xs = [1, -2, 2, 0]
    assert emitted.program(xs) == recurrence.run(np.array(xs)[None, :, None])[0, :, 0].tolist()
    alone = Recurrence(("x",), (one,), (0,), (op("+", op("*", 2, one), "x"),), (Name(one),))
    source = emit_recurrence(alone, ranges=(range(2),)).program.source
    names_hide_nothing(ast.parse(source))
