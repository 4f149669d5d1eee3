"""Programs of machines: exactly the machine, recognised where there is structure, and readable."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from exploring import explore, said, window
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distill.checker.sandbox import check_syntax, run_sequences
from distill.emit.machine import emit_machine
from distill.emit.machine_check import check_program
from distill.errors import MachineError, ProgramError
from distill.machine import random_minimal

GOLDEN = Path(__file__).parent / "golden"
BITS = (0, 1)


def agree(emitted, machine, seed=0, count=20, length=50):
    """Whether the program answers as the machine on random sequences."""
    words = np.random.default_rng(seed).integers(0, len(machine.symbols), (count, length))
    for word, outputs in zip(words, machine.run(words).tolist(), strict=True):
        steps = [
            machine.symbols[s] if machine.channels > 1 else machine.symbols[s][0] for s in word
        ]
        if emitted.program(steps) != outputs:
            return False
    return True


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 3))
def test_every_machine_is_written_exactly(seed, states, symbols):
    machine = random_minimal(np.random.default_rng(seed), states, symbols, outputs=4 + states)
    emitted = emit_machine(machine)
    check_syntax(emitted.program.source)
    assert agree(emitted, machine, seed)


@settings(max_examples=6, deadline=None)
@given(st.integers(2, 40), st.data())
def test_cyclic_counters_are_recognised_whatever_their_weights(n, data):
    factor, shift = data.draw(st.integers(1, n)), data.draw(st.integers(0, n))
    assume(np.gcd(np.gcd(factor, shift), n) == 1)
    machine = said(lambda s, x: (s + factor * x + shift) % n, 0, range(4))
    emitted = emit_machine(machine)
    assert emitted.name == f"counter mod {n}"
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
    assert f"carry = total // {base}" in emitted.program.source
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
    assert f"% {divisor}" in emitted.program.source or base == divisor
    assert agree(emitted, machine)


@pytest.mark.parametrize(
    ("length", "function"),
    [
        (2, lambda x, p: x == p),
        (3, lambda x, p, q: x ^ p ^ q),
        (4, lambda x, p, q, r: x ^ p ^ q ^ r),
        (3, lambda x, p, q: p != q and p != x),
        (3, lambda x, p, q: x & p & q),
    ],
)
def test_windows_are_recognised(length, function):
    machine = window(function, length)
    emitted = emit_machine(machine)
    assert emitted.name == f"window of {length} inputs"
    assert not emitted.tabulated
    assert agree(emitted, machine)


@pytest.mark.parametrize(("m", "n"), [(2, 4), (3, 3)])
def test_products_are_recognised(m, n):
    def step(state, x):
        following = ((state[0] + x) % m, (state[1] + 1) % n)
        return following, n * following[0] + following[1]

    machine = explore(step, (0, 0), BITS)
    emitted = emit_machine(machine)
    assert emitted.name == f"product of counter mod {m} and counter mod {n}"
    assert not emitted.tabulated
    assert len(emitted.variables) == 2
    assert agree(emitted, machine)


def test_what_has_no_structure_is_a_table_and_says_so():
    machine = random_minimal(np.random.default_rng(5), 12, 3, outputs=9)
    emitted = emit_machine(machine)
    assert emitted.tabulated
    assert emitted.name.startswith("table of 12 states")


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
    "machine_table": random_minimal(np.random.default_rng(7), 6, 2, outputs=6),
}


@pytest.mark.parametrize("name", GOLDEN_MACHINES)
def test_golden_programs(name):
    source = emit_machine(GOLDEN_MACHINES[name]).program.source
    assert source == (GOLDEN / f"{name}.py").read_text()


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
        ("return [True for x in xs]", "are not integers"),
        ("return [(x, x) for x in xs]", "are not integers"),
        ("seen.append(0)\n    return [len(seen) for x in xs]", "order in which it is asked"),
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
        ("% 15", "% 14"),
        ("// 15", "// 16"),
        ("x + error", "x - error"),
        ("error = 0", "error = 1"),
        ("total % 15", "total"),
    ],
)
def test_a_program_that_is_not_the_machine_is_noticed(old, new):
    source = (GOLDEN / "machine_dithering.py").read_text()
    head, loop = source.split("outputs = []")
    assert old in loop
    with pytest.raises(MachineError, match=r"the program (answers|has more)"):
        check_program(
            head + "outputs = []" + loop.replace(old, new), GOLDEN_MACHINES["machine_dithering"]
        )
