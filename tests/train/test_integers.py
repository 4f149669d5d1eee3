"""Networks on integers: they learn what they should, and what cannot be learned is known before."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest
import torch
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_linear import linear_network

from distill.errors import DistillError
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.stored import Model
from distill.train import Data, train_in_order
from distill.train.integer_recipes import ChoiceRecipe, ValueRecipe
from distill.train.integers import IntegerCell, IntegerTrainer
from distill.train.linear_limits import linear_limit

QUICK = ValueRecipe(members=4, steps=200)
QUICK_CHOICE = ChoiceRecipe(members=4)
LENGTH = 8


def trained_on(cell, given, seed=0, **more):
    return train_in_order(IntegerTrainer(cell, given, seed, QUICK, QUICK_CHOICE), **more)


def data(function, values: range, seed: int = 0) -> Data:
    """Sequences of one channel, and the answers of a function of lists."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(values.start, values.stop, (2, 2000, LENGTH, 1))
    labels = [
        np.array([function(row) for row in part[:, :, 0].tolist()])[:, :, None] for part in drawn
    ]
    return Data(drawn[0], labels[0], drawn[1], labels[1])


def two_ago(xs):
    return [0, 0, *xs][: len(xs)]


def test_a_delay_is_learned_at_the_width_that_it_needs():
    trained = trained_on(IntegerCell(), data(two_ago, range(10)))
    assert trained.learned
    last, model = trained.attempt, trained.network
    assert last is not None
    assert (last.d_hidden, last.right, last.reached_at) == (3, 1, last.steps)
    assert last.loss is not None
    assert last.loss < 1e-20
    ruled_out = [attempt for attempt in trained.attempts if attempt.ruled_out]
    assert [attempt.d_hidden for attempt in ruled_out] == [1, 2]
    assert "less than 3 units" in str(ruled_out[0].ruled_out)
    assert {attempt.seed for attempt in ruled_out} == {None}
    assert model is not None
    assert model.architecture.d_hidden == 3
    longer = np.random.default_rng(5).integers(0, 10, (50, 30, 1))
    expected = [two_ago(row) for row in longer[:, :, 0].tolist()]
    assert model.run(longer)[:, :, 0].tolist() == expected


def test_a_seed_gives_the_same_network_and_another_one_another():
    total = data(lambda xs: list(accumulate(xs)), range(5))
    found = [trained_on(IntegerCell(), total, seed).network for seed in (3, 3, 4)]
    first, again, other = ({k: v.tolist() for k, v in one.parameters.items()} for one in found)
    assert first == again
    assert first != other


def test_no_linear_network_is_trained_on_what_none_can_learn():
    watched = []
    largest = data(lambda xs: list(accumulate(xs, max)), range(20))
    trained = trained_on(IntegerCell(), largest, observe=watched.append)
    assert trained.network is trained.attempt is None
    assert {(attempt.steps, attempt.right) for attempt in trained.attempts} == {(0, None)}
    assert not watched
    assert {attempt.ruled_out for attempt in trained.attempts} == {
        "no linear network answers the sequences that are trained on"
    }


@pytest.mark.parametrize(
    ("function", "values"),
    [
        (lambda xs: [abs(x) for x in xs], range(-9, 10)),
        (lambda xs: [x ^ before for before, x in zip([0, *xs], xs, strict=False)], range(2)),
    ],
    ids=["absolute value: least squares", "exclusive or: linear program"],
)
def test_functions_that_are_not_linear_are_seen_to_be(function, values):
    drawn = data(function, values)
    assert linear_limit(drawn.inputs, drawn.labels).least_width is None


def test_a_rounded_linear_function_is_not_ruled_out():
    """(a + b) // 2 of bits is their AND: within 1/2 of the linear (a + b) / 2 - 1/4."""
    both = data(lambda xs: [x & y for y, x in zip([0, *xs], xs, strict=False)], range(2))
    assert linear_limit(both.inputs, both.labels).least_width is not None


def test_a_choice_of_which_no_network_is_nearly_right_is_given_up():
    """Remainders by 5 of a running sum: no linear map of counts leads with the right one."""
    remainders = data(lambda xs: [total % 5 for total in accumulate(xs)], range(5))
    recipe = replace(QUICK_CHOICE, check_every=20, patience=40)
    cell = IntegerCell(readout="choice", n_symbols=5, widths=(3,))
    for nearly, steps in ((0.9, 40), (0.0, 80)):
        asked = replace(recipe, nearly=nearly, steps=80)
        (attempt,) = train_in_order(IntegerTrainer(cell, remainders, 0, QUICK, asked)).attempts
        assert attempt.steps == steps
        assert ("right on 90% of the fresh" in attempt.stopped) == (steps == 40)


@given(st.integers(1, 4), st.integers(0, 2**32 - 1), st.integers(2, 60))
@settings(max_examples=examples(40), deadline=None)
def test_no_width_is_ruled_out_at_which_a_network_is_right(width, seed, most):
    rng = np.random.default_rng(seed)
    A = np.linalg.qr(rng.normal(size=(width, width)))[0] * rng.uniform(0.3, 1.1)
    B, C = rng.normal(size=(width, 2)), 3 * rng.normal(size=(1, width))
    network = linear_network(A, B, rng.normal(size=width), np.zeros(width), C, [0.3])
    sequences = rng.integers(0, most, (300, LENGTH, 2))
    found = linear_limit(sequences, network.run(sequences)).least_width
    assert found is not None
    assert found <= width


def test_wider_networks_are_not_tried_where_the_best_linear_answer_is_wrong():
    """1 at the end of eight zeros: too rare for the linear program to see, and not linear."""
    rare = data(lambda xs: [0] * (LENGTH - 1) + [int(not any(xs))], range(2))
    limit = linear_limit(rare.inputs, rare.labels)
    assert limit.least_width == 0
    trained = trained_on(IntegerCell(), rare)
    assert not trained.learned
    last = trained.attempts[-1]
    assert "as near to the answers as linear ones can be" in str(last.ruled_out)
    assert trained.attempts[0].ruled_out is None
    assert limit.floor > 0.5


def test_the_least_width_is_met_where_inputs_are_wide():
    drawn = data(lambda xs: [sum(xs[max(0, t - 2) : t + 1]) for t in range(len(xs))], range(100))
    assert linear_limit(drawn.inputs, drawn.labels).least_width == 3


def test_a_rectified_network_learns_an_absolute_value():
    cell = IntegerCell("relu", "value", 0, (2, 4))
    trained = trained_on(cell, data(lambda xs: list(map(abs, xs)), range(-9, 10)))
    assert trained.learned
    assert trained.network.run(np.array([[[-7], [9], [0]]])).tolist() == [[[7], [9], [0]]]


def test_a_choice_learns_which_symbol_came_more_often():
    def majority(xs):
        return [5 if 2 * sum(xs[: t + 1]) > t + 1 else 3 for t in range(len(xs))]

    cell = IntegerCell("linear", "choice", 2, (2, 4))
    trained = trained_on(cell, data(majority, range(2)))
    assert trained.learned
    assert trained.network.answers == (3, 5)
    assert trained.network.run(np.array([[[1], [0], [0], [1], [1]]])).ravel().tolist() == [
        5, 3, 3, 3, 5,
    ]  # fmt: skip


def test_symbols_may_count_for_anything():
    """One-hot inputs: the sum of the squares of what the symbols stand for."""
    squares = data(lambda xs: list(accumulate(x * x for x in xs)), range(4))
    trained = trained_on(IntegerCell("linear", "value", 4, (1, 2)), squares)
    assert trained.learned
    assert trained.network.architecture.shapes()["B"] == (1, 4)


def test_what_is_trained_runs_the_same_in_torch_and_numpy():
    a = IntegerRecurrent(2, 3, 2, "relu")
    parameters = a.initialise(torch.Generator().manual_seed(1), 5)
    sequences = np.random.default_rng(0).integers(-5, 6, (7, 6, 2))
    inputs = a.encoded(torch.from_numpy(sequences))
    hidden = a.hidden(parameters, inputs)
    model = Model(a, {name: weights[2] for name, weights in parameters.items()})
    assert np.allclose(model.hidden(sequences), hidden[2].numpy())
    expected = a.outputs(parameters, hidden)[2].round().long()
    assert (model.run(sequences) == expected.numpy()).all()


def test_unusable_networks_are_refused_with_what_was_expected():
    with pytest.raises(DistillError, match="one-hot network reads one channel"):
        IntegerRecurrent(1, 2, 1, one_hot=True)
    with pytest.raises(DistillError, match="one-hot network reads one channel"):
        IntegerRecurrent(1, 2, 1, n_symbols=3)
    a = IntegerRecurrent(1, 2, 1)
    whole = {name: torch.zeros(shape) for name, shape in a.shapes().items()}
    with pytest.raises(DistillError, match=r"parameter 'A' has shape \(3, 3\)"):
        Model(a, {**whole, "A": torch.zeros(3, 3)})
    with pytest.raises(DistillError, match="'b' holds values that are not finite"):
        Model(a, {**whole, "b": torch.tensor([0.0, torch.nan])})
    with pytest.raises(DistillError, match="2 answers to choose from; expected 0"):
        Model(a, whole, (1, 2))


def test_what_every_symbol_counts_for_is_learned_in_one_unit_and_ruled_out_where_it_cannot_be():
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 6, (2, 2000, 8, 1))
    weights = np.array([0, 7, -2, 2, 5, 1])
    first, fresh = (np.cumsum(weights[part], axis=1) for part in drawn)
    cell = IntegerCell(n_symbols=6)
    found = trained_on(cell, Data(drawn[0], first, drawn[1], fresh))
    assert found.learned
    assert found.attempts[-1].d_hidden == 1
    highest, most = (np.maximum.accumulate(part, axis=1) for part in drawn)
    none = trained_on(cell, Data(drawn[0], highest, drawn[1], most))
    assert none.network is None
    assert all(attempt.ruled_out for attempt in none.attempts)


@pytest.mark.parametrize(
    ("losses", "best", "given_up"),
    [
        ((2.28, 2.26, 2.27), 0.0, True),  # of a hash, at the widths 1, 2 and 3
        ((2.28, 2.26), 0.0, False),  # one that came no nearer may be a poor start
        ((0.82, 0.39, 0.38), 0.4, False),  # the one before came nearer
        ((0.36, 0.36, 0.38), 0.6, False),  # most of it is right: the last errors take widths
        ((0.30, 0.28, 0.25), 0.2, False),
    ],
)
def test_widths_that_come_no_nearer_end_a_kind(losses, best, given_up):
    cell = IntegerCell(readout="choice", n_symbols=10)
    trainer = IntegerTrainer(cell, data(two_ago, range(10)), 0)
    plan = trainer.planned()
    tried = [
        replace(attempt, steps=800, loss=loss, right=best)
        for attempt, loss in zip(plan, losses, strict=False)
    ]
    why = trainer.ruled_out(plan[len(losses)], tried)
    assert (why is not None) == given_up
    assert why is None or "came no nearer" in why
