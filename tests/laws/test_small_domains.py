"""Over a small finite domain, whatever a network does: a program or a refusal, and true figures."""

import ast
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
import torch
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

import distill
from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate, Listed
from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.refusal import listed_numbers
from distill.networks.black_box import BlackBox
from distill.networks.trace import trace
from distill.pages.report_page import report_page
from distill.programs.program import Program
from distill.records.refusal import MECHANISM, Refusal, lists
from distill.train import Recipe
from distill.verify.chance import no_better_than_chance


def over(shape, logits):
    """A black box with these logits, [inputs, outputs] in the order of the domain."""
    table = torch.from_numpy(np.asarray(logits, dtype=float))

    def network(tokens):
        return table[np.ravel_multi_index(tuple(tokens.numpy().T), shape)]

    return network


def answering(shape, outputs, rule):
    """A black box that is sure of what a rule says."""
    answers = np.array([rule(*values) for values in np.ndindex(shape)])
    return over(shape, 5 * np.eye(outputs)[answers])


def found(shape, outputs, network):
    """What is read in it: a mechanism or a refusal."""
    domain = Domain(tuple(map(range, shape)), range(outputs))
    return extract(trace(BlackBox.over(network, domain), domain))


def percentages(page):
    """Every percentage that a reader of a page sees."""
    text = re.sub(r"<(style|script)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", " ", text))
    return [float(part.replace(",", "")) for part in re.findall(r"([-−]?[\d,]*\.?\d+) ?%", text)]


SHAPES = st.lists(st.integers(2, 6), min_size=1, max_size=3).filter(lambda s: np.prod(s) > 2)


@st.composite
def small_networks(draw):
    """A shape, outputs and logits: noise, tables, few values, constants, waves."""
    shape, outputs = tuple(draw(SHAPES)), draw(st.integers(2, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    size = int(np.prod(shape))
    kind = draw(st.sampled_from(["noise", "table", "few", "constant", "linear", "waves"]))
    if kind == "noise":
        return shape, outputs, rng.normal(size=(size, outputs))
    if kind == "table":
        return shape, outputs, 5 * np.eye(outputs)[rng.integers(0, outputs, size)]
    if kind == "few":
        return shape, outputs, rng.integers(-1, 2, size=(size, outputs)).astype(float)
    if kind == "constant":
        return shape, outputs, np.tile(rng.choice([0.0, 1 / 3, 7.0], outputs), (size, 1))
    weights = rng.integers(-2, 3, len(shape))
    phi = np.array([np.dot(weights, values) for values in np.ndindex(shape)])
    if kind == "linear":
        return shape, outputs, 5 * np.eye(outputs)[phi % outputs]
    away = np.arange(outputs)[None, :] - phi[:, None]
    return shape, outputs, np.cos(2 * np.pi * away / outputs) + rng.normal(size=away.shape) / 10


@settings(max_examples=examples(60), deadline=None)
@given(small_networks())
def test_every_small_network_is_read_or_refused(case):
    shape, outputs, logits = case
    read = found(shape, outputs, over(shape, logits))
    assert isinstance(read, FourierMechanism | Refusal)
    if isinstance(read, Refusal):
        assert all(value is None or np.isfinite(value) for value in read.numbers.values())
        shares = percentages(" ".join(read.reasons))
        assert all(0 <= share <= 100 for share in shares), read.reasons


@settings(max_examples=4, deadline=None)
@given(small_networks())
def test_every_run_over_a_small_domain_ends_with_figures_that_can_be(case):
    shape, outputs, logits = case
    run = distill.distill(over(shape, logits), [range(n) for n in shape], range(outputs))
    page = report_page(run)
    assert all(0 <= share <= 100 for share in percentages(page)), run.report.reasons
    assert (run.program is None) == (run.report.verdict == "refused")
    if run.program is not None:
        counted = run.report.program_vs_model
        assert counted.agree >= 0.99 * counted.total


@pytest.mark.parametrize(
    ("shape", "outputs", "rule"),
    [
        ((5, 5), 2, lambda a, b: int(a < b)),
        ((5, 5), 2, lambda a, b: int(a == b)),
        ((5, 5), 8, lambda a, b: int(a >= b)),
        ((19, 19), 2, lambda a, b: int(a * b % 19 in {x * x % 19 for x in range(19)})),
        ((2, 2), 2, lambda a, b: a & b),
        ((2, 2), 2, lambda a, b: a | b),
        ((2, 2), 2, lambda a, b: a ^ b),
    ],
)
def test_what_has_no_waves_is_refused(shape, outputs, rule):
    assert isinstance(found(shape, outputs, answering(shape, outputs, rule)), Refusal)


@pytest.mark.parametrize(
    ("shape", "outputs", "rule", "expression"),
    [
        ((12, 12), 2, lambda a, b: (a + b) % 2, "a + b"),
        ((5, 5), 5, lambda a, b: a, "a"),
        ((5, 5), 5, lambda a, b: b, "b"),
        ((7,), 7, lambda a: 3 * a % 7, "3 * a"),
        ((2, 2, 2), 2, lambda a, b, c: a ^ b ^ c, "a + b + c"),
    ],
)
def test_sums_of_few_values_are_read(shape, outputs, rule, expression):
    read = found(shape, outputs, answering(shape, outputs, rule))
    assert isinstance(read, FourierMechanism), read
    assert read.coordinate.expression == expression


@pytest.mark.parametrize("answer", [0, 3])
def test_a_constant_is_refused_as_what_it_is(answer):
    read = found((5, 5), 5, answering((5, 5), 5, lambda a, b: answer))
    assert isinstance(read, Refusal)
    assert f"the same on every input, where it answers {answer}" in read.reasons[0]


def test_a_network_that_prefers_nothing_is_refused_as_that():
    read = found((5, 5), 3, over((5, 5), np.full((25, 3), 1 / 3)))
    assert isinstance(read, Refusal)
    assert "prefers no answer" in read.reasons[0]


@pytest.mark.parametrize("size", [1e200, 1e-200])
def test_logits_whose_squares_are_no_numbers_are_told(size):
    with pytest.raises(distill.DistillError, match="rescale them"):
        found((3, 3), 3, over((3, 3), size * np.eye(3)[np.arange(9) % 3]))


def parity(tokens):
    return 5 * torch.nn.functional.one_hot(tokens.sum(1) % 2, 2).double()


@pytest.mark.parametrize("inputs", [8, 9, 10])
def test_no_input_is_dropped_however_many_there_are(inputs):
    domain = Domain((range(2),) * inputs, range(2))
    traced = trace(BlackBox.over(parity, domain), domain)
    mechanism = extract(traced)
    assert isinstance(mechanism, FourierMechanism)
    written = emit_fourier(mechanism, traced.domain)
    assert isinstance(written, Emitted)
    for last in range(inputs):
        values = [int(place == last) for place in range(inputs)]
        assert written.program(*values) == 1
    assert all(name in written.meaning.statement for name in domain.names)
    assert no_better_than_chance(written.program, traced) is None


def test_a_program_at_chance_is_refused_with_its_numbers():
    """As one was that left out an input: right on half, and its logits further off than a mean."""
    domain = Domain((range(2),) * 6, range(2))
    traced = trace(BlackBox.over(parity, domain), domain)
    mechanism = extract(traced)
    assert isinstance(mechanism, FourierMechanism)
    coordinate = replace(mechanism.coordinate, weights=(1, 1, 1, 1, 1, 0))
    written = emit_fourier(replace(mechanism, coordinate=coordinate), traced.domain)
    assert isinstance(written, Emitted)
    refused = no_better_than_chance(written.program, traced)
    assert refused is not None
    assert "not clearly more" in refused.reasons[0]
    assert refused.numbers["agreement"] < 0.8


@pytest.mark.parametrize(
    ("shape", "outputs", "only"), [((2,), 2, 1), ((2, 2), 5, 3), ((12, 12), 7, 0)]
)
def test_a_network_that_always_answers_alike_is_found_to_be_constant(shape, outputs, only):
    domain = [range(size) for size in shape]
    run = distill.distill(answering(shape, outputs, lambda *_: only), domain, range(outputs))
    assert run.report.verdict == "tested"  # at best, of a callable
    assert run.report.mechanism.name == str(only)
    assert run.program(*(0 for _ in shape)) == only


def test_a_constant_that_is_no_preference_or_not_known_to_be_one_is_refused(monkeypatch):
    flat = distill.distill(over((4, 4), np.zeros((16, 3))), [range(4)] * 2, range(3))
    assert flat.report.verdict == "refused"
    assert any("prefers no answer" in reason for reason in flat.report.reasons)
    monkeypatch.setattr("distill.networks.trace.TRACE_LIMIT", 100)
    some = distill.distill(answering((12, 12), 5, lambda *_: 2), [range(12)] * 2, range(5))
    assert some.report.verdict == "refused"
    assert any("too little to say" in reason for reason in some.report.reasons)


def test_a_program_whose_logits_explain_nothing_is_refused_however_right_it_is():
    domain = Domain((range(2),) * 6, range(2))
    traced = trace(BlackBox.over(parity, domain), domain)
    written = emit_fourier(extract(traced), traced.domain)
    assert isinstance(written, Emitted)
    loud = Program(written.program.source.replace("{1: 2.5}", "{1: 10.0}"))
    refused = no_better_than_chance(loud, traced)
    assert refused is not None
    assert "explain nothing" in refused.reasons[0]


def test_a_refusal_does_not_deny_what_it_says():
    """An exact table is a function of a + b, and all of its frequencies are alike."""
    read = found((23, 23), 23, answering((23, 23), 23, lambda a, b: (a + b) % 23))
    assert isinstance(read, Refusal)
    said = " ".join(read.reasons)
    assert " 0.0%" not in said
    assert "all of them together 100.0%" in said
    assert "a function of a + b mod 23 (100.0%" in said


def test_what_a_refusal_names_it_explains():
    read = found((19, 19), 2, answering((19, 19), 2, lambda a, b: int(a * b % 19 in {1, 4, 5, 6})))
    assert isinstance(read, Refusal)
    for name in re.findall(r"(NUMBER\w*|LOG)\[", " ".join(read.reasons)):
        assert re.search(rf"{name}\b[^\[]*(numbers of the values|the logarithm)", read.reasons[0])


def test_the_lists_that_a_refusal_names_stand_among_its_numbers():
    """A wave of number of a + number of b, and noise that is too much to answer alike."""
    p, rng = 13, np.random.default_rng(4)
    turns = 4 * np.pi / p * rng.permutation(p)
    away = turns[:, None, None] + turns[:, None] - 4 * np.pi / p * np.arange(p)
    noisy = np.cos(away) + 0.3 * rng.normal(size=away.shape)
    read = found((p, p), p, over((p, p), noisy.reshape(-1, p)))
    assert isinstance(read, Refusal)
    named = set(re.findall(r"(NUMBER\w*)\[", read.reasons[0]))
    listed = {name: ast.literal_eval(text) for name, text in lists(read.numbers).items()}
    assert listed.keys() == named != set()
    assert all([*each] == [*range(p)] for each in listed.values())
    assert f"listed in {MECHANISM}" in read.reasons[0]


def test_listed_numbers_are_those_of_the_values():
    one, other = Listed(-2, (3, 0, 4, 1)), Listed(5, (2, 2, 0))
    coordinate = Coordinate((1, 1, 2), 0, 5, (one, other, one))
    told = {
        name: ast.literal_eval(text) for name, text in lists(listed_numbers(coordinate)).items()
    }
    assert coordinate.expression == "NUMBER_1[a] + NUMBER_2[b] + 2 * NUMBER_1[c]"
    for name, held in (("NUMBER_1", one), ("NUMBER_2", other)):
        assert [*told[name].values()] == held.numbers(np.array([*told[name]]), 5).tolist()


def test_names_of_inputs_are_no_other_names():
    """Of a program or its docstring: k is a frequency, p a modulus, x a number."""
    taken = {"k", "p", "x", "y", "A", "pi", "cos", "turn", "sys", "cache", "difference"}
    for count in range(1, 27):
        names = Domain((range(2),) * count, range(2)).names
        assert len(set(names)) == count
        assert not taken & set(names)


QUICK = Recipe(max_steps=30, check_every=10, tail=10, rounds=0)


@st.composite
def small_tasks(draw):
    """Domains of one input and of several, of values that begin anywhere; few answers, all of
    them used or not; constants, copies, tables, sums; part of it trained on, or all."""
    shape = draw(st.lists(st.integers(2, 5), min_size=1, max_size=4))
    first, outputs = draw(st.integers(-3, 3)), draw(st.integers(2, 6))
    low = draw(st.integers(-2, 2))
    kind = draw(st.sampled_from(["constant", "copy", "table", "sum", "order"]))
    table = np.random.default_rng(draw(st.integers(0, 99))).integers(0, outputs, shape)

    def reference(*values):
        places = [value - first for value in values]
        rules = {
            "constant": 0,
            "copy": places[0],
            "table": int(table[tuple(places)]),
            "sum": sum(places),
            "order": int(places[0] < places[-1]),
        }
        return low + rules[kind] % outputs

    inputs = {f"v{place}": range(first, first + size) for place, size in enumerate(shape)}
    fraction = draw(st.sampled_from([1, 1.0, 0.9, 0.5]))
    return inputs, range(low, low + outputs), reference, fraction


@settings(max_examples=examples(6), deadline=None)
@given(small_tasks(), st.sampled_from([None, "mlp", "numbers", "feedforward", "mlp-concat"]))
def test_every_small_task_ends_with_a_verdict(case, arch):
    task = distill.Task(*case)
    run = distill.run(task, architecture=arch, recipe=QUICK, out=None)
    held_out = task.domain.size - task.train_count
    assert run.report.verdict in {"proved", "exhaustive", "tested", "approximate", "refused"}
    assert run.record.used.trained_right is not None
    assert (run.record.used.right is None) == (held_out == 0)
    said = "every input was trained on: nothing was held out"
    assert (said in run.report.remarks) == (held_out == 0)
    page = report_page(run)
    assert "nan" not in " ".join(map(str, percentages(page)))
    if run.program is not None:
        assert run.report.program_vs_model.agree >= 0.99 * run.report.program_vs_model.total


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ({"a": range(1)}, range(2), "a single value"),
        ({"a": range(3)}, range(1), "a single value"),
        ({}, range(2), "input"),
    ],
)
def test_a_domain_of_one_value_is_told_in_one_line(inputs, outputs, message):
    with pytest.raises(distill.DistillError, match=message) as told:
        _ = distill.Task(inputs, outputs, lambda *values: 0, 1.0).domain
    assert "\n" not in str(told.value)
