"""Training over widths: what is learned, what is given up, and that hardening loses nothing."""

import dataclasses

import numpy as np
import pytest
import torch

from distill.errors import DistillError
from distill.networks.second_order import Recurrent
from distill.networks.stored import Model
from distill.train.ensemble import box_losses, noisy_losses, right_parts
from distill.train.hardening import Descent, Growth, Sequences, harden
from distill.train.ladder import TrainedInOrder, train_in_order
from distill.train.sequences import SequenceRecipe

SMALL = SequenceRecipe(members=4, hardened_members=2, noise_steps=60, radius_steps=60)


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
    return words, function(words), fresh, function(fresh)


def right_at(made: TrainedInOrder, function, length, symbols=2):
    words = np.random.default_rng(99).integers(0, symbols, (200, length))
    answers = tuple(range(made.architecture.n_outputs))
    network = Model(made.architecture, made.trained.parameters, answers)
    return (network.run(words) == function(words)).all(axis=1).mean()


@pytest.fixture(scope="module")
def learned():
    heard = []
    made = train_in_order(2, 2, *drawn(parity), 0, SMALL, (6, 12), lambda *told: heard.append(told))
    return made, heard


def test_the_first_width_that_learns_ends_the_ladder(learned):
    made, _ = learned
    assert made.learned
    assert made.architecture.d_hidden == 6
    (attempt,) = made.attempts
    assert (attempt.number, attempt.d_hidden, attempt.discarded) == (1, 6, False)
    assert attempt.right == made.trained.right == 1
    assert attempt.steps > attempt.learned_at > 0
    assert attempt.noise > SMALL.noise
    assert right_at(made, parity, 10) == 1
    assert right_at(made, parity, 300) == 1  # which needs hidden states that are kept apart


def test_the_observer_hears_every_look_in_order(learned):
    made, heard = learned
    assert {(number, width) for number, width, *_ in heard} == {(1, 6)}
    steps = [step for _, _, step, *_ in heard]
    assert steps == sorted(steps)
    assert steps[-1] == made.trained.steps
    assert all(step <= most == SMALL.most_steps for _, _, step, most, _, _ in heard)
    right = [part for *_, part, _ in heard]
    assert right == sorted(right)
    assert right[-1] == 1
    assert heard[-1][-1] < heard[0][-1]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(learned):
    made, _ = learned
    again = train_in_order(2, 2, *drawn(parity), 0, SMALL, (6, 12))
    other = train_in_order(2, 2, *drawn(parity), 1, SMALL, (6, 12))
    assert again.attempts == made.attempts
    for name, weights in made.trained.parameters.items():
        assert torch.equal(weights, again.trained.parameters[name])
    assert not torch.equal(other.trained.parameters["W"], made.trained.parameters["W"])


def test_a_width_that_cannot_learn_is_given_up_and_recorded():
    """One hidden unit does not hold five remainders; eight do."""
    recipe = dataclasses.replace(SMALL, patience=100)
    made = train_in_order(2, 2, *drawn(remainder), 0, recipe, (1, 12))
    first, second = made.attempts
    assert first.discarded
    assert first.learned_at is first.noise is first.radius is None
    assert first.right < 1
    assert first.steps < recipe.max_steps
    assert (second.number, second.d_hidden, second.discarded) == (2, 12, False)
    assert made.architecture.d_hidden == 12
    assert right_at(made, remainder, 100) == 1


def test_labels_that_mean_nothing_are_given_up_at_every_width():
    rng = np.random.default_rng(0)
    words, labels, fresh, fresh_labels = rng.integers(0, 2, (4, 500, 10))
    recipe = dataclasses.replace(SMALL, patience=50)
    made = train_in_order(2, 2, words, labels, fresh, fresh_labels, 0, recipe, (4, 8))
    assert not made.learned
    assert not made.trained.hardened
    assert [attempt.discarded for attempt in made.attempts] == [True, True]
    assert made.trained.right == max(attempt.right for attempt in made.attempts) < 0.1
    assert all(attempt.steps < recipe.max_steps for attempt in made.attempts)


def harshly_hardened(learned, steps):
    """An ensemble hardened far beyond what it can bear, and what is left of that ensemble."""
    made, _ = learned
    shape, chosen = made.architecture, made.trained.parameters
    words, labels, fresh, fresh_labels = drawn(parity)
    data = Sequences(words, labels, fresh, fresh_labels, 64, 200, 10)
    ensemble = {name: torch.stack([value, value]) for name, value in chosen.items()}
    # a level that starts where nothing can be told apart, and a rate that forgets
    growth = Growth(least=30.0, most=60.0, steps=steps, easy=1e-9, hard=1e9, factor=1.1)
    descent = Descent(0.3, (0.9, 0.98), torch.Generator().manual_seed(0))
    found = harden(shape, ensemble, chosen, data, growth, growth, descent)
    return shape, chosen, data, found


def test_hardening_that_loses_the_task_gives_back_what_was_learned(learned):
    shape, chosen, data, found = harshly_hardened(learned, 40)
    assert found.noise is found.radius is None
    for name, weights in chosen.items():
        assert torch.equal(found.parameters[name], weights)
    assert data.right(shape, found.parameters) == 1


def test_hardening_steps_back_to_what_is_borne():
    """Noise that this width cannot bear: the level falls short of it, and the task is kept."""
    recipe = dataclasses.replace(SMALL, hardened_noise=4.0, hardened_radius=4.0, growth=1.2)
    made = train_in_order(2, 2, *drawn(remainder), 0, recipe, (12,))
    assert made.trained.right == 1
    assert right_at(made, remainder, 10) == 1
    assert made.trained.hardened
    assert SMALL.noise <= made.trained.hardened_noise < 4
    assert made.trained.hardened_radius is None or made.trained.hardened_radius < 4


def test_hardening_makes_the_worst_of_a_box_right(learned):
    made, _ = learned
    trained = made.trained
    words, labels, *_ = (torch.from_numpy(array) for array in drawn(parity, 5, 200))
    alone = {name: weights[None] for name, weights in trained.parameters.items()}
    radius = torch.tensor([trained.hardened_radius])
    generator = torch.Generator().manual_seed(0)
    shape = made.architecture
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
    words, labels, *_ = (torch.from_numpy(array) for array in drawn(parity, 0, 50))
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
    first, second = right_parts(shape, parameters, words, labels)
    assert first == 0.75
    assert second < 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths": ()}, "no width to train"),
        ({"n_outputs": 1}, "labels hold numbers from 0 to 1: expected 0 to 0"),
        ({"n_symbols": 1}, "sequences hold numbers from 0 to 1: expected 0 to 0"),
    ],
)
def test_what_cannot_be_trained_is_refused(change, message):
    given = {"n_symbols": 2, "n_outputs": 2, "seed": 0, "recipe": SMALL, "widths": (4,)} | change
    names = ("sequences", "labels", "fresh", "fresh_labels")
    data = dict(zip(names, drawn(parity, 0, 50), strict=True))
    with pytest.raises(DistillError, match=message):
        train_in_order(**given, **data)


def test_no_sequences_are_refused():
    words, labels, fresh, fresh_labels = drawn(parity, 0, 50)
    with pytest.raises(
        DistillError, match=r"fresh sequences are \[0, 10\] and fresh labels \[0, 10\]"
    ):
        train_in_order(2, 2, words, labels, fresh[:0], fresh_labels[:0], 0, SMALL)
