"""States that inputs multiply come out as arithmetic modulo m; shuffled tables stay tables."""

import numpy as np
import pytest
from builders.exploring import agree, explore, said

from distill.kinds.automaton.emit import emit_machine

PLANTED = {
    "a product": (
        said(lambda s, x: s * x % 5, 1, range(5)),
        "running product mod 5",
        "product = product * x % 5",
    ),
    "a product modulo no prime": (
        said(lambda s, x: s * x % 6, 1, range(6)),
        "running product mod 6",
        "product = product * x % 6",
    ),
    "of a pair": (
        said(lambda s, a, b: (s * a + b) % 5, 0, range(3), range(5)),
        "affine map mod 5 chosen by the input",
        "remainder = (remainder * a + b) % 5",
    ),
    "one more": (
        said(lambda s, x: (s * x + 1) % 7, 0, range(7)),
        "affine map mod 7 chosen by the input",
        "remainder = (remainder * x + 1) % 7",
    ),
    "asked of a product": (
        explore(lambda s, x: (t := s * x % 7, t % 2), 1, range(7)),
        "whether the product mod 7 is odd",
        "product = product * x % 7",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_state_that_is_multiplied_is_written_so(name):
    machine, title, line = PLANTED[name]
    emitted = emit_machine(machine)
    assert emitted.name == title
    assert line in [each.strip() for each in emitted.program.source.splitlines()]
    assert not emitted.tabulated
    assert agree(emitted, machine, 0)


@pytest.mark.parametrize(("modulus", "seed"), [(5, 3), (7, 1), (11, 2)])
def test_affine_maps_of_any_numbers_are_found_though_their_states_have_other_names(modulus, seed):
    rng = np.random.default_rng(seed)
    by, more = rng.permutation(np.arange(2, modulus))[:3], rng.permutation(modulus)[:3]
    chosen = rng.permutation(modulus)[: modulus // 2]  # whose members are told from the others

    def step(state, x):
        after = int(by[x] * state + more[x]) % modulus
        return after, int(after in chosen)

    machine = explore(step, 0, range(3))
    emitted = emit_machine(machine)
    source = emitted.program.source
    assert f") % {modulus}\n" in source, source
    assert "NEXT" not in source
    assert agree(emitted, machine, seed)


@pytest.mark.parametrize("seed", range(3))
def test_inputs_that_shuffle_the_states_in_no_order_stay_a_table(seed):
    rng = np.random.default_rng(seed)
    shuffles = [rng.permutation(7) for _ in range(4)]
    machine = said(lambda s, x: int(shuffles[x][s]), 0, range(4))
    emitted = emit_machine(machine)
    assert emitted.tabulated
    assert "affine" not in emitted.name
    assert agree(emitted, machine, seed)
