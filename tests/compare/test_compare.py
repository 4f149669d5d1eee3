"""Runs side by side: what is the same is found to be, and what differs is shown where."""

import dataclasses
import json
import math
import re
import shutil
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from builders.commands import distill_here
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted_model, square
from planted_linear import system
from planted_machine import planted_network

import distill
from distill.compare import compare, gather
from distill.compare.census import Census
from distill.compare.classes import classes_of, letter_of
from distill.compare.command import compare_command
from distill.compare.html import census_page
from distill.compare.overview import page_of
from distill.domains.sequences import Channels
from distill.errors import RunFolderError
from distill.kinds.automaton.compare import machine_difference, sorted_machine
from distill.kinds.automaton.machine import Machine, random_minimal
from distill.kinds.fourier.compare import (
    automorphism,
    chance_of_image,
    families,
    fold,
    overlap,
    scale,
)
from distill.kinds.fourier.coordinate import Coordinate, Logarithm, Polynomial
from distill.kinds.fourier.mechanism import Fit, FourierMechanism, Wave
from distill.kinds.recurrence.compare import system_difference, systems_equal, unnamed
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.terminal.page import page_markdown

P = 23
DOMAIN = ((range(P), range(P)), range(P))
SUM = Coordinate((1, 1), 0, P)


def waves_at(*keys, coordinate=SUM, label="clock"):
    waves = tuple(Wave(k, 1.0, 0.0, 1 / len(keys), label=label) for k in sorted(keys))
    return FourierMechanism(coordinate, waves, (), 1.0, Fit(0, 1, 1, 1.0, 1.0, 0.0), (), None)


def family_of(*mechanisms, domain=DOMAIN):
    (family,) = families({place: (each, domain) for place, each in enumerate(mechanisms)})
    return family


# frequencies


@settings(deadline=None)
@given(
    p=st.sampled_from([5, 12, 15, 23, 59]),
    data=st.data(),
)
def test_a_key_set_times_a_unit_is_found_to_be_alike(p, data):
    keys = data.draw(st.sets(st.integers(1, p // 2), min_size=1, max_size=p // 2))
    unit = data.draw(st.sampled_from([u for u in range(1, p) if math.gcd(u, p) == 1]))
    moved = frozenset(fold(unit * k, p) for k in keys)
    found = automorphism(frozenset(keys), moved, p)
    assert found is not None
    assert frozenset(fold(found * k, p) for k in keys) == moved


def test_key_sets_that_are_no_images_are_told_apart():
    # 1, 2 have the ratio 2, and 1, 3 the ratios ±3 and ±1/3 = ±8 modulo 23
    assert automorphism(frozenset({1, 2}), frozenset({1, 3}), P) is None
    assert automorphism(frozenset({1, 2}), frozenset({1, 2, 3}), P) is None
    assert automorphism(frozenset({1}), frozenset({3}), 15) is None  # 3 divides 15, 1 does not


def test_a_family_says_who_shares_what_up_to_which_automorphism():
    keys = [(2, 7, 9), (4, 9, 5), (2, 7, 9), (1, 2, 4)]  # the second is twice the first
    family = family_of(*(waves_at(*each) for each in keys))
    images = {(image.one, image.other): image.unit for image in family.images}
    assert set(images) == {(0, 1), (0, 2), (1, 2)}
    assert images[0, 1] == 2
    assert images[0, 2] == 1
    assert family.orbits == ((0, 1, 2), (3,))
    assert family.key_sets == 3
    usage = dict(family.usage)
    assert usage[9] == (0, 1, 2)
    assert usage[2] == (0, 2, 3)
    assert family.overlap.shared == sum(
        len(set(one) & set(other)) for one, other in combinations(keys, 2)
    )


def test_labels_have_to_go_along():
    one = dataclasses.replace(
        waves_at(2, 7),
        waves=(Wave(2, 1.0, 0.0, 0.5, label="pizza"), Wave(7, 1.0, 0.0, 0.5, label="clock")),
    )
    other = dataclasses.replace(
        waves_at(4, 9),
        waves=(Wave(4, 1.0, 0.0, 0.5, label="pizza"), Wave(9, 1.0, 0.0, 0.5, label="clock")),
    )
    assert family_of(one, other).images[0].labels
    swapped = family_of(one, waves_at(4, 9, label="clock"))
    assert not swapped.images[0].labels
    assert swapped.labels == Counter({"clock": 3, "pizza": 1})


def test_frequencies_are_compared_in_the_same_coordinate():
    """3a + 3b, held against 3c, at frequency k says what a + b, held against c, says at 3k."""
    tripled = Coordinate((3, 3), 0, P, output=Polynomial((3,)))
    assert scale(SUM, tripled, DOMAIN, DOMAIN) == 3
    family = family_of(waves_at(6, 2), waves_at(2, 7, coordinate=tripled))
    assert family.keys[0] == tuple(sorted(family.keys[1], key=lambda key: key.frequency))
    assert family.images[0].unit == 1


def test_logarithms_to_two_bases_are_one_coordinate():
    domain = ((range(1, P), range(1, P)), range(1, P))
    bases = [5, 7]  # two primitive roots of 23
    one, other = (
        Coordinate((1, 1), 0, P - 1, (Logarithm(base, P),) * 2, Logarithm(base, P))
        for base in bases
    )
    unit = scale(one, other, domain, domain)
    assert unit is not None
    assert pow(bases[1], unit, P) == bases[0]  # log_7 x = log_7 5 · log_5 x


@pytest.mark.parametrize(
    "other",
    [
        Coordinate((1, -1), 0, P),
        Coordinate((1, 1), 4, P),
        Coordinate((2, 2), 0, P),
        Coordinate((1, 1), 0, P, (Polynomial((0, 1)),) * 2),
    ],
)
def test_other_functions_are_other_families(other):
    assert scale(SUM, other, DOMAIN, DOMAIN) is None
    found = families({0: (waves_at(2), DOMAIN), 1: (waves_at(2, coordinate=other), DOMAIN)})
    assert [family.runs for family in found] == [(0,), (1,)]


def test_chance_is_what_counting_all_key_sets_gives():
    """The mean and the variance of the overlap, and the part of key sets that are images."""
    sizes, available = (2, 3, 2), P // 2
    every = [[frozenset(each) for each in combinations(range(1, available + 1), n)] for n in sizes]
    rng = np.random.default_rng(0)
    found = overlap([each[0] for each in every], available)
    pairs = [(0, 1), (0, 2), (1, 2)]
    expected = sum(
        np.mean([len(one & other) for one in every[i] for other in every[j]]) for i, j in pairs
    )
    assert found.expected == pytest.approx(expected)
    drawn = [[each[rng.integers(len(each))] for each in every] for _ in range(20_000)]
    totals = [sum(len(sets[i] & sets[j]) for i, j in pairs) for sets in drawn]
    assert found.deviation == pytest.approx(np.std(totals), rel=0.03)

    keys = frozenset({1, 2, 5})
    images = [other for other in every[1] if automorphism(keys, other, P) is not None]
    assert chance_of_image(keys, P) == pytest.approx(len(images) / len(every[1]))


# machines


def shuffled(machine, rng):
    """The same machine with other numbers for its states and its symbols in another order."""
    number = [0, *(1 + rng.permutation(machine.states - 1)).tolist()]
    rows = np.argsort(number).tolist()
    order = rng.permutation(len(machine.symbols)).tolist()
    return Machine(
        tuple(tuple(number[machine.transitions[q][s]] for s in order) for q in rows),
        tuple(tuple(machine.outputs[q][s] for s in order) for q in rows),
        tuple(machine.symbols[s] for s in order),
    )


def answers(machine, values):
    """By hand: the answers along a sequence of values."""
    state, said = 0, []
    for value in values:
        symbol = machine.symbols.index(value)
        said.append(machine.outputs[state][symbol])
        state = machine.transitions[state][symbol]
    return said


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 3))
def test_isomorphic_machines_are_the_same(seed, states, symbols):
    rng = np.random.default_rng(seed)
    machine = random_minimal(rng, states, symbols)
    other = shuffled(machine, rng)
    assert sorted_machine(machine) == sorted_machine(other)
    assert machine_difference(machine, other) is None


@settings(deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_one_transition_makes_a_difference_that_is_shortest(seed, states):
    rng = np.random.default_rng(seed)
    machine = random_minimal(rng, states, 2)
    state, symbol = int(rng.integers(states)), int(rng.integers(2))
    rows = [list(row) for row in machine.transitions]
    rows[state][symbol] = (rows[state][symbol] + 1) % states
    changed = Machine(tuple(map(tuple, rows)), machine.outputs, machine.symbols)
    found = machine_difference(machine, shuffled(changed, rng))
    assert found is not None, "a minimal machine tells its states apart"
    one, other = answers(machine, found.inputs), answers(changed, found.inputs)
    assert one[:-1] == other[:-1]
    assert ((one[-1],), (other[-1],)) == (found.one, found.other)
    assert one[-1] != other[-1]
    if len(found.inputs) <= 8:
        steps = len(found.inputs) - 1
        for word in np.ndindex(*(2,) * steps):
            values = [machine.symbols[symbol] for symbol in word]
            assert answers(machine, values) == answers(changed, values)


# recurrences


def recurrence(registers, start, updates, outputs, linear=None):
    return RecurrenceMechanism(
        ("x",), tuple(registers), tuple(start), tuple(updates), tuple(outputs), True, linear, None
    )


BALANCED = recurrence(
    ("total", "lowest"),
    (0, 5),
    ("total + (1 - 2 * x)", "min(lowest, total + (1 - 2 * x))"),
    ("int(total == 0 and lowest == 0)",),
)


def test_registers_of_other_names_in_another_order_are_the_same_program():
    renamed = recurrence(
        ("m", "lowest"),  # a name that the other one has for something else
        (5, 0),
        ("min(m, lowest + (1 - 2 * x))", "lowest + (1 - 2 * x)"),
        ("int(lowest == 0 and m == 0)",),
    )
    assert unnamed(BALANCED) == unnamed(renamed)
    assert unnamed(BALANCED).start == (0, 5)


@pytest.mark.parametrize(
    "change",
    [
        {"start": (0, 4)},
        {"updates": ("total + (1 - 2 * x)", "max(lowest, total + (1 - 2 * x))")},
        {"updates": ("total + (1 - 2 * x)", "min(total, lowest + (1 - 2 * x))")},
        {"outputs": ("int(lowest == 0 and lowest == 0)",)},
        {"after": False},
    ],
)
def test_another_program_is_not_the_same_under_any_names(change):
    assert unnamed(BALANCED) != unnamed(dataclasses.replace(BALANCED, **change))


def test_registers_that_no_answer_depends_on_make_no_difference():
    more = recurrence(
        ("unused", *BALANCED.registers),
        (1, *BALANCED.start),
        ("unused + total", *BALANCED.updates),
        BALANCED.outputs,
    )
    assert unnamed(more) == unnamed(BALANCED)


SPRING = system([[1, -1], [1, 0]], [[1], [1]], [[0, 1]])


def in_basis(spring, turn):
    """The same recurrence in registers T r, for a T with determinant 1 or -1."""
    back = np.rint(np.linalg.inv(turn)).astype(int)
    A, B, C = (np.array(rows) for rows in (spring.A, spring.B, spring.C))
    return system((turn @ A @ back).tolist(), (turn @ B).tolist(), (C @ back).tolist())


def run_system(spring, values):
    """By hand: the answers along a sequence of one channel."""
    r, said = np.array(spring.start, dtype=object), []
    for x in values:
        before = r
        r = np.array(spring.A) @ r + np.array(spring.B)[:, 0] * x + np.array(spring.constant)
        seen = r if spring.after else before
        said.append(tuple(np.array(spring.C) @ seen + np.array(spring.D)[:, 0] * x + spring.offset))
    return said


@pytest.mark.parametrize("turn", [[[1, 1], [0, 1]], [[2, 1], [1, 1]], [[0, 1], [-1, 3]]])
def test_a_linear_recurrence_in_another_basis_is_equal(turn):
    other = in_basis(SPRING, np.array(turn))
    assert other.A != SPRING.A
    assert systems_equal(SPRING, other)
    assert system_difference(SPRING, other, (range(-3, 4),)) is None


def cycle(*pattern):
    """Answers a pattern over and over, whatever the inputs."""
    n = len(pattern)
    A = [[1 if column == (row + 1) % n else 0 for column in range(n)] for row in range(n)]
    turning = system(A, [[0]] * n, [[1] + [0] * (n - 1)], start=pattern)
    return dataclasses.replace(turning, after=False)


def chain(length, last):
    """An input comes back `length` steps later, `last` times."""
    A = [[1 if row == column + 1 else 0 for column in range(length)] for row in range(length)]
    B = [[1 if row == 0 else 0] for row in range(length)]
    return system(A, B, [[0] * (length - 1) + [last]])


@pytest.mark.parametrize("values", [range(-3, 4), range(5, 7), range(-6, -4)])
@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        (chain(6, 1), chain(6, 2), 6),  # alike for as many steps as there are registers, less one
        (chain(6, 1), chain(3, 1), 3),
        # the longest that periods of 3 and of 5 can agree (Fine and Wilf, 1965)
        (cycle(0, 1, 0), cycle(0, 1, 0, 0, 1), 7),
        (SPRING, dataclasses.replace(SPRING, start=(0, 1)), 2),
        (SPRING, dataclasses.replace(SPRING, offset=(2,)), 1),
        (SPRING, dataclasses.replace(SPRING, after=False), 1),
        (chain(4, 1), dataclasses.replace(chain(4, 1), start=(7, 0, 0, 0)), 3),
    ],
)
def test_where_linear_recurrences_differ_is_found_and_is_first(one, other, steps, values):
    found = system_difference(one, other, (values,))
    assert found is not None
    assert not systems_equal(one, other)
    assert len(found.inputs) == steps
    assert all(value in values for (value,) in found.inputs)
    said = [run_system(each, [value for (value,) in found.inputs]) for each in (one, other)]
    assert said[0][:-1] == said[1][:-1]
    assert (said[0][-1], said[1][-1]) == (found.one, found.other)
    assert found.one != found.other


# stored runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two networks with waves, the second at twice the frequencies, and two with machines."""
    out = tmp_path_factory.mktemp("runs")
    for keys in ({2: 5.0, 7: 4.0, 9: 3.0}, {4: 5.0, 9: 4.0, 5: 3.0}):
        distill.distill(planted_model(P, keys), square(P), name="waves", out=out)
    parity = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))
    seen = Machine(((0, 1), (1, 1)), ((0, 1), (1, 1)), ((0,), (1,)))
    for machine, times in ((parity, 1.0), (parity, 1.25), (seen, 1.0)):
        network = planted_network(machine, 0)
        scaled = network.parameters | {"W_out": times * network.parameters["W_out"]}
        network = dataclasses.replace(network, parameters=scaled)
        run = distill.distill(network, Channels((range(2),)), length=8, name="bits", out=out)
        assert run.report.verdict == "proved"
    return out


def test_a_census_finds_the_classes_and_a_sequence_that_tells_them_apart(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    assert [each.runs for each in bits.classes] == [(0, 1), (2,)]
    assert bits.classes[0].states == 2
    assert bits.alike == 2
    (found,) = bits.distances
    assert (found.one, found.other) == ("A", "B")
    # parity and "was there a 1": alike until the second 1
    assert found.difference.inputs in {((1,), (0,)), ((1,), (1,))}
    assert found.difference.one != found.difference.other
    assert found.difference.shortest
    assert "2 of 3 networks found the same machine of 2 states" in bits.sentence
    assert "1 found another machine" in bits.sentence


def test_a_census_over_tasks_compares_each_with_itself(runs):
    census = compare(gather([str(runs)], runs), by_task=True)
    assert [each.title for each in census.comparisons] == ["bits", "waves"]
    assert census.runs == 5
    assert census.sentence.startswith("In 1 of 2 tasks all networks found the same")
    (family,) = census.comparisons[1].families
    assert [image.unit for image in family.images] == [2]
    assert "2 different key sets, 1 of 1 pair alike" in census.comparisons[1].sentence


@pytest.fixture(scope="module")
def written(runs):
    """A stored run whose program is replaced by a recurrence of the reader's choice."""
    bits = gather(["bits"], runs)[0]

    def write(mechanism, loop, outputs="outputs.append(total)"):
        source = (
            '__all__ = ["run"]\n\ndef run(xs: list[int]) -> list[int]:\n'
            f"    outputs = []\n    total = 0\n    for x in xs:\n        {loop}\n"
            f"        {outputs}\n    return outputs\n"
        )
        return dataclasses.replace(bits, mechanism=mechanism, source=source)

    return write


SUM_LINEAR = system([[1]], [[1]], [[1]])
SUM_OF_INPUTS = recurrence(("total",), (0,), ("total + x",), ("total",), SUM_LINEAR)


def test_recurrences_are_one_class_by_text_by_names_or_by_what_they_answer(written):
    plain = written(SUM_OF_INPUTS, "total += x")
    named = written(recurrence(("s",), (0,), ("s + x",), ("s",)), "total = total + x")
    doubled = written(
        recurrence(("t",), (0,), ("t - x",), ("-t",), system([[1]], [[-1]], [[-1]])),
        "total -= x",
        "outputs.append(-total)",
    )
    for others, why in (((plain,), "text"), ((named,), "names"), ((doubled, plain), "answers")):
        classes, distances = classes_of(dict(enumerate((plain, *others))))
        assert [each.why for each in classes] == [why]
        assert not distances


def test_what_cannot_be_proved_equal_is_run_along_the_stored_sequences(written):
    known = written(recurrence(("t",), (0,), ("t + x",), ("t",)), "total += x")
    alike = written(recurrence(("t",), (0,), ("t + max(x, 0)",), ("t",)), "total += max(x, 0)")
    other = written(
        recurrence(("t",), (0,), ("t + x * (t < 6)",), ("t",)), "total += x * (total < 6)"
    )
    classes, (same, differs) = classes_of({0: known, 1: alike, 2: other})
    assert [each.letter for each in classes] == ["A", "B", "C"]
    assert same.difference is None
    assert same.agreed > 256
    found = differs.difference
    assert sum(value for (value,) in found.inputs) == 7, "one counts to 7, the other stops at 6"
    assert (found.one, found.other) == ((7,), (6,))
    assert not found.shortest


def test_a_machine_and_a_recurrence_are_run_side_by_side(runs, written):
    machine = gather(["bits"], runs)[0]
    total = written(SUM_OF_INPUTS, "total += x")
    _, (found,) = classes_of({0: machine, 1: total})
    assert sum(value for (value,) in found.difference.inputs) == 2, "parity is 0, the sum is 2"
    assert (found.difference.one, found.difference.other) == ((0,), (2,))


def test_other_alphabets_are_not_compared(runs):
    bits = gather(["bits"], runs)[0]
    trits = dataclasses.replace(
        bits, certificate=dataclasses.replace(bits.certificate, inputs=((0, 2),))
    )
    classes, distances = classes_of({0: bits, 1: trits})
    assert [each.channels for each in classes] == ["x in 0..1", "x in 0..2"]
    assert not distances


def test_refusals_are_listed_with_their_reason(runs, tmp_path):
    folder = shutil.copytree(runs / "bits", tmp_path / "bits") / "network"
    report = json.loads((folder / "verification.json").read_text())
    report |= {"verdict": "refused", "reasons": ["nothing was found\nat all"], "program": None}
    (folder / "verification.json").write_text(json.dumps(report))
    census = compare(gather(["bits"], tmp_path), by_task=True)
    assert "1 of 3 refused" in census.sentence
    shown = page_markdown(page_of(census))
    assert "Refused:\n\n- network: nothing was found" in shown
    assert "at all" not in shown


@pytest.mark.parametrize("name", ["bits", "waves"])
def test_a_network_that_two_runs_have_is_one_network(runs, tmp_path, name):
    """The same run made twice is no second witness, and is said to be the same network."""
    folders = sorted((runs / name).iterdir())
    for copy in ("one", "two"):
        shutil.copytree(folders[0], tmp_path / name / copy)
    census = compare(gather([name], tmp_path), by_task=True)
    (compared,) = census.comparisons
    assert (compared.networks, compared.alike, compared.repeats) == (1, 1, ((1, 0),))
    assert census.sentence.startswith("1 of 1 networks ")
    assert "1 run is of a network that another run here has" in census.sentence
    shown = page_markdown(page_of(census))
    assert "- two: has the weights of one: one network, which counts once" in shown
    assert "()" not in shown


def test_letters_go_on_after_z():
    assert [letter_of(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


# the command and the page


def test_the_command_compares_two_runs(runs):
    given = ("compare", "waves/network", "waves/network-2", "--out", str(runs))
    shown = distill_here(*given, cwd=runs)
    assert shown.returncode == 0, shown.stderr
    words = " ".join(shown.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "2 of 2 networks compute a + b mod 23" in words
    assert "2 ●, 7 ●, 9 ●" in words
    assert "4 ●, 5 ●, 9 ●" in words
    assert "the first times 2 mod 23 are the second" in words


def test_json_and_markdown_are_of_the_same_comparison(runs, capsys):
    given = (["waves/network", "waves/network-2"], runs)
    compare_command(*given, "json", None, False, None)
    data = json.loads(capsys.readouterr().out)
    assert data["format_version"] == 1
    (family,) = data["comparisons"][0]["families"]
    assert family["images"] == [{"one": 0, "other": 1, "unit": 2, "labels": True}]
    assert family["overlap"]["shared"] == 1

    compare_command(*given, "markdown", None, False, None)
    text = capsys.readouterr().out
    assert text.startswith("2 of 2 networks compute")
    assert "| run | verdict |" in text


def test_the_page_is_self_contained_and_the_same_every_time(runs, tmp_path):
    pages = []
    done = distill_here("compare", str(runs), "--output", "one.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pages.append((tmp_path / "one.html").read_bytes())
    compare_command([str(runs)], runs, "json", tmp_path / "two.html", False, None)
    pages.append((tmp_path / "two.html").read_bytes())
    assert pages[0] == pages[1]
    page = pages[0].decode()
    linked = re.findall(r'(?:src|href)="([^"#][^"]*)"|url\((?!#)([^)]*)\)|@import', page)
    assert linked == [("data:,", "")], "an icon that is empty, so that none is asked for"
    assert "default-src 'none'" in page
    assert str(runs) not in page
    names = re.findall(r'\bid="([^"]*)"', page)
    assert len(names) == len(set(names)), "ids are unique on a page"
    assert page.count("<svg") == 1
    assert "2 networks use 5 of 11 frequencies; used by more than one: 9 by 2." in page
    themes = re.findall(r"@media.*prefers-color-scheme.*", page)
    assert themes == ["@media screen and (prefers-color-scheme: dark) {"], "paper is light"
    assert "@media print" in page


def test_names_of_tasks_do_not_reach_the_page_as_markup(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    page = census_page(Census("", (dataclasses.replace(bits, title="<b>&"),)))
    assert "<b>&<" not in page
    assert "&lt;b&gt;&amp;" in page


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["nothing"], r"no run 'nothing', also not below"),
        (["waves/network"], r"is one run: expected two or more, or a folder that holds several"),
        (["waves/network", "nothing"], r"no run 'nothing'"),
        (["waves/network", "waves/network"], r"is given twice: expected different runs"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(runs, given, message):
    with pytest.raises(RunFolderError, match=message) as told:
        gather(given, runs)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("page", "show", "message"),
    [
        (None, True, "it needs --output FILE.html"),
        ("no/such/folder/page.html", False, "cannot write .*give another file to --output"),
    ],
)
def test_a_page_that_cannot_be_written_is_told(runs, tmp_path, page, show, message):
    path = None if page is None else tmp_path / page
    with pytest.raises(RunFolderError, match=message):
        compare_command(["bits"], runs, "json", path, show, None)


def test_bad_input_is_one_line_and_status_2(runs):
    done = distill_here("compare", "bits", "--out", str(runs), "--json", "--markdown", cwd=runs)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"distill: --json and --markdown: expected one of them\n", done.stderr)


def test_a_damaged_run_is_told(runs, tmp_path):
    shutil.copytree(runs / "bits", tmp_path / "bits")
    (tmp_path / "bits" / "network" / "program.py").unlink()
    with pytest.raises(RunFolderError, match=r"has no readable program.py"):
        gather(["bits"], tmp_path)
