"""Programs of machines: exactly the machine, recognised where there is structure, and readable."""

import re
import subprocess
import sys
from itertools import permutations

import numpy as np
import pytest
from builders.amount import examples
from builders.exploring import agree, explore, loop_of_program, said, window
from builders.paths import GOLDEN
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from planted_machine import random_minimal

from distill.checker.language import read_program
from distill.checker.loop import walk
from distill.checker.sandbox import run_sequences
from distill.errors import ProgramError
from distill.kinds.automaton.contradiction import contradicted
from distill.kinds.automaton.emit import emit_machine
from distill.programs.guarded import guarded

BITS = (0, 1)


@settings(max_examples=examples(12), deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7), st.integers(1, 3))
@example(seed=173674, states=2, symbols=3)  # a choice between a number and a truth
def test_every_machine_is_written_exactly(seed, states, symbols):
    machine = random_minimal(np.random.default_rng(seed), states, symbols, outputs=4 + states)
    emitted = emit_machine(machine)
    read_program(emitted.program.source)
    assert agree(emitted, machine, seed)


@settings(max_examples=examples(8), deadline=None)
@given(st.integers(3, 30), st.data())
def test_cyclic_counters_are_recognised_whatever_their_weights(n, data):
    factor, shift = data.draw(st.integers(1, n)), data.draw(st.integers(0, n))
    assume(np.gcd(np.gcd(factor, shift), n) == 1)
    machine = said(lambda s, x: (s + factor * x + shift) % n, 0, range(4))
    emitted = emit_machine(machine)
    plain = factor % n == 1 and not shift % n
    assert emitted.name == f"{'running sum' if plain else 'counter'} mod {n}"
    assert not emitted.tabulated
    assert agree(emitted, machine)


@pytest.mark.parametrize(
    ("factor", "shift", "name"),
    [
        (1, 0, "counter mod 2"),
        (1, 1, "parity of the inputs that are even"),
        (2, 1, "parity of the number of steps"),
    ],
)
def test_a_counter_modulo_two_says_what_it_counts(factor, shift, name):
    machine = said(lambda s, x: (s + factor * x + shift) % 2, 0, range(4))
    emitted = emit_machine(machine)
    assert emitted.name == name
    assert not emitted.tabulated
    assert agree(emitted, machine)


@settings(max_examples=5, deadline=None)
@given(st.integers(3, 9), st.integers(0, 4), st.integers(1, 2))
def test_saturating_counters_are_recognised(high, low, step):
    machine = said(lambda s, x: max(-low, min(high, s + step * x)), 0, range(-1, 2))
    emitted = emit_machine(machine)
    assert not emitted.tabulated
    assert emitted.program.lines <= 14
    assert agree(emitted, machine)


@pytest.mark.parametrize("base", range(2, 8))
def test_addition_carries_in_every_base(base):
    machine = explore(
        lambda c, a, b: ((a + b + c) // base, (a + b + c) % base), 0, range(base), range(base)
    )
    emitted = emit_machine(machine)
    assert emitted.name == f"addition with carry, base {base}"
    assert f"carry, digit = divmod(a + b + carry, {base})" in emitted.program.source
    assert emitted.variables == (("carry", (0, 1)),)
    assert agree(emitted, machine)


@pytest.mark.parametrize("base", [2, 3])
@pytest.mark.parametrize("divisor", [3, 5, 7])
def test_long_division_is_recognised(base, divisor):
    machine = explore(
        lambda r, x: ((base * r + x) % divisor, (base * r + x) // divisor), 0, range(base)
    )
    emitted = emit_machine(machine)
    assert not emitted.tabulated
    if base == divisor:  # the quotient of a number by its base is the number without its last digit
        assert emitted.name == "previous input"
    else:
        assert emitted.name == f"long division by {divisor} in base {base}"
        assert f"quotient, remainder = divmod({base} * remainder + " in emitted.program.source
    assert agree(emitted, machine)


@pytest.mark.parametrize(
    ("length", "function", "name"),
    [
        (2, lambda x, p: x == p, "whether the last 2 inputs are equal"),
        (3, lambda x, p, q: x ^ p ^ q, "parity of the last 3 inputs"),
        (4, lambda x, p, q, r: x ^ p ^ q ^ r, "parity of the last 4 inputs"),
        (3, lambda x, p, q: p != q and p != x, "whether the last 3 inputs alternate"),
        (3, lambda x, p, q: x & p & q, "bitwise and of the last 3 inputs"),
        (4, lambda x, p, q, r: r, "input 3 steps before"),
        (
            *(3, lambda x, p, q: x & (p ^ q)),
            "whether previous2 != previous and x != 0, of the last 3 inputs",
        ),
    ],
)
def test_windows_are_recognised(length, function, name):
    machine = window(function, length)
    emitted = emit_machine(machine)
    assert emitted.name == name
    assert not emitted.tabulated
    assert emitted.program.lines <= 12, "one line of first values and one of what becomes older"
    assert agree(emitted, machine)


def test_a_long_window_is_a_list_that_is_followed_through_every_length():
    machine = window(lambda x, p, q, r, s: x ^ s, 5)
    emitted = emit_machine(machine)
    assert "recent = [x, *recent[:-1]]" in emitted.program.source
    walked = walk(emitted.program.source, machine.delta, machine.answers, machine.values)
    assert walked.differs is None
    assert walked.names == ("recent[0]", "recent[1]", "recent[2]", "recent[3]")
    assert emitted.variables == tuple(zip(walked.names, walked.values, strict=True))
    wrong = emitted.program.source.replace("recent[-1]", "recent[-2]")
    assert wrong != emitted.program.source
    assert walk(wrong, machine.delta, machine.answers, machine.values).differs is not None


@pytest.mark.parametrize(
    ("step", "name", "line"),
    [
        (lambda s, x: s ^ x, "parity of the inputs", "parity ^= x"),
        (lambda s, x: s ^ (x == 0), "parity of the inputs that are 0", "if x == 0:"),
        (lambda s, x: 1 - s, "parity of the number of steps", "position = 1 - position"),
    ],
)
def test_parities_are_named_by_what_changes_them(step, name, line):
    emitted = emit_machine(machine := said(step, 0, BITS))
    assert (emitted.name, line in emitted.program.source) == (name, True)
    assert agree(emitted, machine)


def test_a_parity_of_several_bits_together_is_one_line():
    machine = explore(lambda s, a, b: (s ^ (a & b), s ^ (a & b)), 0, BITS, BITS)
    emitted = emit_machine(machine)
    assert emitted.name == "parity of the steps with all inputs 1"
    assert "parity ^= a & b" in emitted.program.source
    assert agree(emitted, machine)


@pytest.mark.parametrize(
    ("answer", "name", "line"),
    [
        (lambda x: x % 2 == 0, "whether the input is even", "return [int(x % 2 == 0) for x in xs]"),
        (lambda x: x, "current input", "return list(xs)"),
        (lambda x: 5 - x, "5 - x, of the current input", "return [5 - x for x in xs]"),
    ],
)
def test_what_remembers_nothing_is_one_line(answer, name, line):
    machine = explore(lambda s, x: (0, int(answer(x))), 0, range(6))
    emitted = emit_machine(machine)
    assert (emitted.name, line in emitted.program.source) == (name, True)
    assert agree(emitted, machine)


@pytest.mark.parametrize(("m", "n"), [(2, 4), (3, 3)])
def test_products_are_recognised(m, n):
    def step(state, x):
        following = ((state[0] + x) % m, (state[1] + 1) % n)
        return following, n * following[0] + following[1]

    machine = explore(step, (0, 0), BITS)
    emitted = emit_machine(machine)
    assert emitted.name == f"counter mod {m} and counter mod {n}"
    assert not emitted.tabulated
    assert len(emitted.variables) == 2
    assert agree(emitted, machine)


def test_weights_without_a_formula_are_listed_and_the_counter_is_still_a_counter():
    steps = (3, 1, 4, 0, 2, 2, 4)
    machine = said(lambda s, x: (s + steps[x]) % 5, 0, range(7))
    emitted = emit_machine(machine)
    assert emitted.name == "counter mod 5"
    assert "STEP = [3, 1, 4, 0, 2, 2, 4]" in emitted.program.source
    assert "(place + STEP[x]) % 5" in emitted.program.source
    assert not emitted.tabulated
    assert agree(emitted, machine)


def table_of(after, words):
    """The machine of an automaton from state 0, which answers whether the word so far is in."""
    return explore(lambda s, x: (after[s][x], after[s][x] in words), 0, BITS)


TOMITA_3 = table_of([(0, 1), (2, 0), (3, 4), (2, 3), (4, 4)], {0, 1, 3})


def dihedral(n):
    def step(state, x):
        reflected, turns = state
        following = (1 - reflected, turns) if x else (reflected, (turns + 1 - 2 * reflected) % n)
        return following, n * following[0] + following[1]

    return explore(step, (0, 0), BITS)


def shuffles(n):
    def step(things, x):
        first, second, *rest = things
        things = (second, *rest, first) if x else (second, first, *rest)
        return things, sorted(permutations(range(n))).index(things)

    return explore(step, tuple(range(n)), BITS)


def bounded(depth):
    def step(height, x):
        height = height if height in (-1, depth + 1) else height + 1 - 2 * x
        return height, 0 <= height <= depth

    return explore(step, 0, BITS)


@pytest.mark.parametrize(
    ("machine", "lines"),
    [
        (TOMITA_3, ["if phase == x:", "phase += odd", "odd = 1 - odd"]),
        (dihedral(5), ["rotation = (rotation + 1 - 2 * reflected) % 5"]),
        (shuffles(3), ["a, b = b, a", "a, b, c = b, c, a", "outputs.append(2 * a + (c < b))"]),
        (bounded(3), ["if 0 <= height <= 3:", "height += 1 - 2 * x"]),
        (
            table_of([(0, 1), (2, 1), (0, 3), (3, 3)], {3}),
            ["if (previous2, previous, x) == (1, 0, 1):", "seen = 1"],
        ),
        (
            said(lambda s, x: min(s + 1, 3) if x == 0 else 0, 0, BITS),
            ["if x == 0:", "zeros = min(zeros + 1, 3)", "zeros = 0"],
        ),
    ],
    ids=["tomita3", "dihedral", "shuffles", "walk", "search", "run"],
)
def test_structure_is_written_as_a_person_would(machine, lines):
    emitted = emit_machine(machine)
    assert not emitted.tabulated
    assert agree(emitted, machine)
    body = [line.strip() for line in emitted.program.source.splitlines()]
    assert not [line for line in lines if line not in body], emitted.program.source


def test_parity_beside_a_position_is_two_variables_and_not_a_counter_of_both():
    def step(state, x):
        parity, position = state[0] ^ x, (state[1] + 1) % 3
        return (parity, position), parity == 1 and position == 0

    emitted = emit_machine(machine := explore(step, (0, 0), BITS))
    assert emitted.name == "counter mod 2 and counter mod 3"
    assert agree(emitted, machine)


def test_a_random_machine_is_claimed_to_be_nothing_else():
    machine = random_minimal(np.random.default_rng(0), 8, 2)
    emitted = emit_machine(machine)
    assert emitted.tabulated
    assert emitted.name == "state machine with 8 states"


def test_what_has_no_structure_is_a_table_and_says_so():
    machine = random_minimal(np.random.default_rng(5), 12, 3, outputs=9)
    emitted = emit_machine(machine)
    assert emitted.tabulated
    assert emitted.name == "state machine with 12 states"


GOLDEN_MACHINES = {
    "machine_parity": said(lambda s, x: s ^ x, 0, BITS),
    "machine_binary_addition": explore(
        lambda c, a, b: ((a + b + c) // 2, (a + b + c) % 2), 0, BITS, BITS
    ),
    "machine_sum_mod_113": said(lambda s, x: (s + x) % 113, 0, range(113)),
    "machine_division_by_7": explore(lambda r, x: ((2 * r + x) % 7, (2 * r + x) // 7), 0, BITS),
    "machine_alternating_last3": window(lambda x, p, q: p != q and p != x, 3),
    "machine_dithering": explore(lambda e, x: ((e + x) % 15, (e + x) // 15), 0, range(16)),
    "machine_squares": explore(lambda s, x: (0, x in (0, 1, 4, 9, 16)), 0, range(20)),
    "machine_majority": explore(
        lambda s, x: (max(-3, min(3, s + 2 * x - 1)), max(-3, min(3, s + 2 * x - 1)) > 0), 0, BITS
    ),
    "machine_tomita3": TOMITA_3,
    "machine_dihedral_5": dihedral(5),
    "machine_shuffles_3": shuffles(3),
    "machine_walk": bounded(3),
    "machine_table": random_minimal(np.random.default_rng(7), 6, 2, outputs=6),
}


@pytest.mark.part(8)
@pytest.mark.parametrize("name", GOLDEN_MACHINES)
def test_golden_programs(name):
    machine = GOLDEN_MACHINES[name]
    emitted = emit_machine(machine)
    source = (GOLDEN / f"{name}.py").read_text()
    ranges = [range(min(values), max(values) + 1) for values in zip(*machine.symbols, strict=True)]
    assert guarded(emitted.program, ranges).source == source
    assert not contradicted(emitted.name, *loop_of_program(emitted.program.source, machine.symbols))


@pytest.mark.parametrize(
    ("name", "words", "printed"),
    [
        ("machine_parity", ["1", "0", "1", "1"], "[1, 1, 0, 1]"),
        ("machine_binary_addition", ["1,1", "0,1", "0,0"], "[0, 0, 1]"),
    ],
)
def test_programs_run_from_the_command_line(name, words, printed):
    command = [sys.executable, "-I", "-S", str(GOLDEN / f"{name}.py"), *words]
    assert subprocess.check_output(command, text=True, timeout=20).strip() == printed


def test_the_sandbox_runs_sequences_of_one_channel_and_of_several():
    rng = np.random.default_rng(0)
    for name in ("machine_dithering", "machine_binary_addition"):
        machine = GOLDEN_MACHINES[name]
        words = rng.integers(0, len(machine.symbols), (30, 50))
        said_by = run_sequences((GOLDEN / f"{name}.py").read_text(), machine.values[words])
        assert (said_by[..., 0] == machine.run(words)).all()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return xs[:-1]", "as many outputs as inputs"),
        ("return [True for x in xs]", "not an integer"),
        ("return [(x, x) for x in xs]", "not an integer"),
        (
            "seen.append(0)\n    return [len(seen) for x in xs]",
            "has a statement that is not known",
        ),
        ("return xs[99]", "failed"),
    ],
)
def test_the_sandbox_refuses_answers_that_are_none(body, message):
    source = f'__all__ = ["f"]\nseen = []\n\n\ndef f(xs: list[int]) -> list[int]:\n    {body}\n'
    with pytest.raises(ProgramError, match=message):
        run_sequences(source, np.zeros((3, 4, 1), dtype=np.int64))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("remainder, 15)", "remainder, 14)"),
        ("remainder, 15)", "remainder, 16)"),
        ("x + remainder", "x - remainder"),
        ("remainder = 0", "remainder = 1"),
        ("outputs.append(quotient)", "remainder += x\n        outputs.append(quotient)"),
    ],
)
def test_a_program_that_is_not_the_machine_is_noticed(old, new):
    source = (GOLDEN / "machine_dithering.py").read_text()
    head, loop = source.split("outputs = []")
    assert old in loop
    machine = GOLDEN_MACHINES["machine_dithering"]
    changed = head + "outputs = []" + loop.replace(old, new)
    try:
        said = walk(changed, machine.delta, machine.answers, machine.values).differs
    except ProgramError as error:
        said = str(error)
    assert said is not None
    assert re.search("the program answers|no end to the values", said)


@pytest.mark.parametrize(
    ("step", "symbols", "name", "told"),
    [
        (
            lambda s, x: 0 if x == 0 else (s + x - 1) % 3,
            3,
            "counter mod 3 of the inputs that are 2, set to 0 where the input is 0",
            "every input that is 2 moves the place on a circle of 3 on by 1, and no other moves "
            "it; where the input is 0, it is set to 0.",
        ),
        (
            lambda s, x: (s + (x >= 3)) % 5,
            6,
            "counter mod 5 of the inputs that are at least 3",
            "every input that is at least 3 moves the place on a circle of 5 on by 1, and no other",
        ),
        (lambda s, x: (s + 2) % 5, 2, "counter mod 5", "every step moves the place on a circle"),
        (lambda s, x: (s + 2 * x) % 5, 3, "counter mod 5", "0 moves the place on a circle of 5"),
        (
            lambda s, x: (s + x * x) % 7,
            9,
            "counter mod 7",
            "every input moves the place on a circle of 7 on by what STEP says.",
        ),
    ],
)
def test_a_counter_says_by_how_much_each_input_moves_it_and_which_it_counts(
    step, symbols, name, told
):
    emitted = emit_machine(said(step, 0, range(symbols)))
    assert emitted.name == name
    assert told in " ".join(emitted.program.source.split())
