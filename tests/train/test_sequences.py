"""Training over widths: what is learned, what is given up, and that hardening loses nothing."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
import torch

from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.networks.second_order import Recurrent
from distill.train import Data, TrainingState, train_in_order
from distill.train.cells import plan_of_cells
from distill.train.ensemble import box_losses, noisy_losses, right_part, right_parts
from distill.train.hardening import Descent, Growth, harden
from distill.train.learning import SecondOrderRecipe
from distill.train.second_order import SecondOrderTrainer

SMALL = SecondOrderRecipe(members=4, hardened_members=2, noise_steps=60, radius_steps=60)


def parity(words):
    return words.cumsum(axis=1) % 2


def remainder(words):
    """Of division by 5, bit by bit: five states."""
    states = np.zeros(len(words), dtype=np.int64)
    answers = np.empty_like(words)
    for t, bits in enumerate(words.T):
        answers[:, t], states = (2 * states + bits) // 5, (2 * states + bits) % 5
    return answers


def drawn(function, seed=0, count=3000, symbols=2):
    rng = np.random.default_rng(seed)
    words, fresh = rng.integers(0, symbols, (2, count, 10))
    return labelled(words, function(words), fresh, function(fresh))


def labelled(*parts):
    return Data(*(part[..., None] for part in parts))


def right_at(made, function, length, symbols=2):
    words = np.random.default_rng(99).integers(0, symbols, (200, length))
    return (made.network.run(words) == function(words)).all(axis=1).mean()


@pytest.fixture(scope="module")
def learned():
    heard = []
    trainer = SecondOrderTrainer(2, drawn(parity), 0, SMALL, (6, 12))
    return train_in_order(trainer, heard.append), heard


def test_the_first_width_that_learns_ends_the_training(learned):
    made, _ = learned
    assert made.learned
    assert made.network.architecture.d_hidden == 6
    (attempt,) = made.attempts
    assert made.attempt == attempt
    assert (attempt.number, attempt.d_hidden, attempt.right) == (1, 6, 1)
    assert attempt.ruled_out is attempt.stopped is None
    assert attempt.steps > attempt.reached_at > 0
    assert attempt.noise > SMALL.noise
    assert right_at(made, parity, 10) == 1
    assert right_at(made, parity, 300) == 1  # which needs hidden states that are kept apart


def test_the_observer_hears_every_look_in_order(learned):
    made, heard = learned
    assert {(state.attempt.number, state.attempt.d_hidden) for state in heard} == {(1, 6)}
    assert all(before.step < after.step for before, after in pairwise(heard))
    assert heard[-1].step == made.attempt.steps
    assert all(state.step <= state.most_steps == SMALL.most_steps for state in heard)
    assert all(state.done == state.step / SMALL.most_steps for state in heard)
    right = [state.right for state in heard]
    assert right == sorted(right)
    assert right[-1] == 1
    assert heard[-1].loss < heard[0].loss
    members = [len(state.parameters["h_0"]) for state in heard]
    assert (members[0], members[-1]) == (SMALL.members, SMALL.hardened_members)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(learned):
    made, _ = learned
    again, other = (
        train_in_order(SecondOrderTrainer(2, drawn(parity), seed, SMALL, (6, 12)))
        for seed in (0, 1)
    )
    assert again.attempts == made.attempts
    for name, weights in made.network.parameters.items():
        assert torch.equal(weights, again.network.parameters[name])
    assert not torch.equal(other.network.parameters["W"], made.network.parameters["W"])


def test_a_width_that_cannot_learn_is_given_up_and_recorded():
    """One hidden unit does not hold five remainders; eight do."""
    recipe = dataclasses.replace(SMALL, patience=100, nowhere=0.0)
    made = train_in_order(SecondOrderTrainer(2, drawn(remainder), 0, recipe, (1, 12)), before=7)
    first, second = made.attempts
    assert first.reached_at is first.noise is first.radius is None
    assert first.right < 1
    assert first.steps < recipe.max_steps
    assert first.stopped == "no member was better than before for 100 steps"
    assert (second.number, second.d_hidden) == (9, 12)
    assert made.attempt == second
    assert made.network.architecture.d_hidden == 12
    assert right_at(made, remainder, 100) == 1


def test_labels_that_mean_nothing_are_given_up_at_every_width():
    rng = np.random.default_rng(0)
    words, labels, fresh, fresh_labels = rng.integers(0, 2, (4, 500, 10))
    recipe = dataclasses.replace(SMALL, patience=50)
    data = labelled(words, labels, fresh, fresh_labels)
    made = train_in_order(SecondOrderTrainer(2, data, 0, recipe, (4, 8)))
    assert not made.learned
    assert made.attempt.noise is None
    assert len(made.attempts) == 2
    assert made.attempt.right == max(attempt.right for attempt in made.attempts) < 0.1
    assert all(attempt.steps < recipe.max_steps for attempt in made.attempts)


def harshly_hardened(learned, steps):
    """An ensemble hardened far beyond what it can bear, and what is left of that ensemble."""
    made, _ = learned
    shape, chosen, data = made.network.architecture, made.network.parameters, drawn(parity)
    ensemble = {name: torch.stack([value, value]) for name, value in chosen.items()}
    # a level that starts where nothing can be told apart, and a rate that forgets
    growth = Growth(least=30.0, most=60.0, steps=steps, easy=1e-9, hard=1e9, factor=1.1)
    descent = Descent(0.3, (0.9, 0.98), 64, 10, 200, torch.Generator().manual_seed(0))
    begun = TrainingState(made.attempt, 0, 2 * steps, ensemble)
    found = harden(shape, ensemble, chosen, data, growth, growth, descent, begun)
    return shape, chosen, data, found


def test_hardening_that_loses_the_task_gives_back_what_was_learned(learned):
    shape, chosen, data, found = harshly_hardened(learned, 40)
    assert found.noise is found.radius is None
    for name, weights in chosen.items():
        assert torch.equal(found.parameters[name], weights)
    assert right_part(shape, found.parameters, data) == 1


def test_hardening_steps_back_to_what_is_borne():
    """Noise that this width cannot bear: the level falls short of it, and the task is kept."""
    recipe = dataclasses.replace(SMALL, hardened_noise=4.0, hardened_radius=4.0, growth=1.2)
    made = train_in_order(SecondOrderTrainer(2, drawn(remainder), 0, recipe, (12,)))
    assert made.attempt.right == 1
    assert right_at(made, remainder, 10) == 1
    assert SMALL.noise <= made.attempt.noise < 4
    assert made.attempt.radius is None or made.attempt.radius < 4


def test_hardening_makes_the_worst_of_a_box_right(learned):
    made, _ = learned
    data = drawn(parity, 5, 200)
    words, labels = (torch.from_numpy(part[..., 0]) for part in (data.inputs, data.labels))
    alone = {name: weights[None] for name, weights in made.network.parameters.items()}
    radius = torch.tensor([made.attempt.radius])
    generator = torch.Generator().manual_seed(0)
    shape = made.network.architecture
    assert box_losses(shape, alone, words, labels, radius, 0.0, generator).item() < 0.2
    fresh = shape.initialise(generator, 1)
    assert box_losses(shape, fresh, words, labels, radius, 0.0, generator).item() > 0.5


@pytest.mark.parametrize(("symbols", "uneven"), [(2, False), (7, False), (7, True), (90, True)])
def test_boxes_hold_every_run_that_is_off_by_no_more_than_the_radius(symbols, uneven):
    """For symbols that are grouped, and for ones so uneven that they are not."""
    generator = torch.Generator().manual_seed(symbols)
    shape = Recurrent(symbols, 3, 4)
    parameters = shape.initialise(generator, 2)
    words = torch.randint(symbols, (40, 6), generator=generator)
    if uneven:
        words = torch.where(torch.rand(words.shape, generator=generator) < 0.9, 1, words)
    radius = torch.tensor([0.05, 0.3])
    centre, half = shape.boxes(parameters, words, radius, 0.0, generator)
    exact, none = shape.boxes(parameters, words, torch.zeros(2), 0.0, generator)
    torch.testing.assert_close(exact, shape.hidden(parameters, words))
    assert none.abs().max() < 1e-6
    for _ in range(20):
        hidden = parameters["h_0"][:, None].expand(2, 40, 4)
        for t, symbol in enumerate(words.unbind(dim=1)):
            hidden = shape.ensemble_step(parameters, hidden, symbol)
            assert ((hidden - centre[:, :, t]).abs() <= half[:, :, t] + 1e-5).all()
            corner = torch.randint(2, hidden.shape, generator=generator) * 2 - 1
            hidden = hidden + radius[:, None, None] * corner


def test_a_step_takes_every_symbol_through_its_own_map():
    generator = torch.Generator().manual_seed(3)
    for symbols in (torch.randint(9, (50,), generator=generator), torch.full((50,), 8)):
        shape = Recurrent(9, 2, 5)
        parameters = shape.initialise(generator, 3)
        hidden = torch.randn((3, 50, 5), generator=generator)
        stepped = shape.ensemble_step(parameters, hidden, symbols)
        for row, symbol in enumerate(symbols.tolist()):
            moved = parameters["W"][:, symbol] @ hidden[:, row, :, None]
            expected = torch.tanh(moved[..., 0] + parameters["b"][:, symbol])
            torch.testing.assert_close(stepped[:, row], expected)


def test_noise_is_every_members_own():
    generator = torch.Generator().manual_seed(0)
    shape = Recurrent(2, 2, 4)
    single = shape.initialise(generator, 1)
    twice = {name: weights.expand(2, *weights.shape[1:]) for name, weights in single.items()}
    data = drawn(parity, 0, 50)
    words, labels = (torch.from_numpy(part[..., 0]) for part in (data.inputs, data.labels))
    calm, shaken = noisy_losses(shape, twice, words, labels, torch.tensor([0.0, 3.0]), generator)
    quiet = noisy_losses(shape, single, words, labels, 0.0, generator)
    torch.testing.assert_close(calm, quiet[0])
    assert abs(shaken - calm) > 0.05


def test_sequences_are_counted_right_only_where_every_step_is():
    """In parts, where there are many outputs, as in one go."""
    shape = Recurrent(2, 2, 4)
    parameters = shape.initialise(torch.Generator().manual_seed(0), 2)
    words = np.random.default_rng(0).integers(0, 2, (60, 10))
    said = shape.logits(parameters, shape.hidden(parameters, torch.from_numpy(words)))
    labels = said.argmax(dim=-1)[0].numpy().copy()
    labels[:15, 4] ^= 1
    data = labelled(words, labels, words, labels)
    first, second = right_parts(shape, parameters, data)
    assert first == 0.75
    assert second < 1
    assert right_parts(shape, parameters, data, glance=30)[0] == 0.5


def test_no_width_is_refused():
    with pytest.raises(DistillError, match="nothing to train: expected one or more widths"):
        train_in_order(SecondOrderTrainer(2, drawn(parity, 0, 50), 0, SMALL, ()))


def test_a_value_that_no_channel_has_is_refused():
    with pytest.raises(
        DistillError, match=r"inputs hold numbers from 0 to 1: expected x in 2\.\.5"
    ):
        plan_of_cells(Channels((range(2, 6),)), drawn(parity, 0, 50), 0)


def test_no_sequences_or_other_labels_are_refused():
    data = drawn(parity, 0, 50)
    nothing = {"fresh": data.fresh[:0], "fresh_labels": data.fresh_labels[:0]}
    with pytest.raises(DistillError, match=r"fresh inputs are \[0, 10, 1\] and their labels \[0"):
        dataclasses.replace(data, **nothing)
    with pytest.raises(
        DistillError, match=r"inputs are \[50, 10, 1\] and their labels \[50, 9, 1\]"
    ):
        dataclasses.replace(data, labels=data.labels[:, 1:])


def test_a_width_that_goes_nowhere_is_given_up():
    """A little better at every look, as with a hash, is nothing to wait for."""
    rng = np.random.default_rng(0)
    inputs, fresh = rng.integers(0, 2, (2, 3000, 6, 1))

    def hashed(words):
        state = np.full(len(words), 7)
        given = []
        for symbol in words[:, :, 0].T:
            state = (state * state + 31 * symbol + 11) % 997
            given.append(state % 10)
        return np.stack(given, axis=-1)[:, :, None]

    data = Data(inputs, hashed(inputs), fresh, hashed(fresh))
    recipe = dataclasses.replace(SMALL, patience=50, nowhere=0.99)
    (attempt,) = train_in_order(SecondOrderTrainer(2, data, 0, recipe, (4,))).attempts
    assert attempt.steps == 50
    assert "right on 99% of the fresh sequences after 50 steps" in str(attempt.stopped)


LOOKS = dataclasses.replace(SMALL, check_every=10, glance=200, noise_steps=10, radius_steps=10)
"""Looks that are close together: nothing is right after 10 steps."""


def test_what_was_set_aside_goes_on_as_if_there_had_been_no_pause():
    recipe = dataclasses.replace(LOOKS, asked=((10, 0.99),))
    trainer = SecondOrderTrainer(2, drawn(parity), 0, recipe, (6,))
    made = train_in_order(trainer)
    (aside,) = made.attempts
    assert not made.learned
    assert aside.steps == 10
    reason = "set aside, as no member was right on 99% of the fresh sequences after 10 steps"
    assert aside.stopped == reason
    later = trainer.set_aside()
    again = train_in_order(later, before=4)
    straight = train_in_order(SecondOrderTrainer(2, drawn(parity), 0, LOOKS, (6,)))
    (taken_up,) = again.attempts
    assert taken_up.number == 5
    assert (taken_up.steps, taken_up.reached_at) == (
        *(straight.attempt.steps, straight.attempt.reached_at),
    )
    for name, weights in straight.network.parameters.items():
        assert torch.equal(weights, again.network.parameters[name])


def test_nothing_is_set_aside_that_is_as_right_as_is_asked_for():
    recipe = dataclasses.replace(LOOKS, asked=((10, 0.0),))
    trainer = SecondOrderTrainer(2, drawn(parity), 0, recipe, (6,))
    assert train_in_order(trainer).learned
    assert trainer.set_aside() is None


@pytest.mark.parametrize(
    ("asked", "begun", "order"),
    [
        (((10, 0.99), (500, 1.0)), 2, {6, 12}),  # slow: a wider one may be faster
        (((10, 1.0),), 1, {6, 12}),  # it came as far as it was asked to: the wider one waits
    ],
)
def test_a_wider_network_waits_with_one_that_has_nearly_learned_the_task(asked, begun, order):
    recipe = dataclasses.replace(LOOKS, asked=asked, max_steps=20)
    trainer = SecondOrderTrainer(2, drawn(remainder), 0, recipe, (6, 12))
    attempts = train_in_order(trainer).attempts
    assert [attempt.steps > 0 for attempt in attempts] == [n < begun for n in range(2)]
    later = trainer.set_aside()
    assert {attempt.d_hidden for attempt in later.planned()} == order
    trained = train_in_order(later).attempts
    assert [attempt.steps for attempt in trained] == [20, 20]
    seeds = {attempt.d_hidden: attempt.seed for attempt in trainer.planned()}
    assert all(attempt.seed == seeds[attempt.d_hidden] for attempt in trained)
