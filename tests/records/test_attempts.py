"""What `run.json` says of training is what was done: seeds, recipe, and of which attempt it is."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from distill import pipeline
from distill.domains.sequences import Channels
from distill.networks.sequence_network import SequenceNetwork
from distill.pages.card import _objective
from distill.pipeline import Found
from distill.records.attempts import CellAttempt
from distill.runs.stages import Silent, Stages
from distill.runs.store import RunRecord
from distill.tasks.sequences import SequenceTask
from distill.train import over_sequences
from distill.train.cells import CELLS, CellData, TrainedCell, recipe_of, shown_part, train_cell
from distill.train.over_sequences import SequenceTraining
from distill.train.sequences import SequenceRecipe

BITS = Channels((range(2),))


def data_of(function, length=5, count=300):
    drawn = np.random.default_rng(0).integers(0, 2, (count, length, 1))
    return CellData(BITS, drawn, function(drawn), drawn, function(drawn))


def parity(sequences):
    return np.cumsum(sequences, axis=1) % 2


def task():
    return SequenceTask(inputs={"x": range(2)}, reference=lambda xs: xs, length=5)


def record(recipe, attempts):
    return RunRecord("t", 0, "shape", {}, recipe, attempts, {}, "here", 1, {})


def training(monkeypatch, verdicts, right=1.0):
    """A training whose networks end with these verdicts, one after another."""
    seeds, ended = list[int](), iter(verdicts)

    def trained(cell, data, seed, recipe, observe):
        seeds.append(seed)
        attempt = CellAttempt(cell, 2, 10, right, seed=seed)
        return TrainedCell(SimpleNamespace(), right, (attempt,))

    def distilled(view, *_):
        verdict = next(ended)
        report = SimpleNamespace(verdict=verdict)
        program = None if verdict == "refused" else object()
        found = object.__new__(Found)
        parts = {"view": view, "mechanism": None, "written": program}
        for name, part in {**parts, "verified": SimpleNamespace(report=report)}.items():
            object.__setattr__(found, name, part)
        return found

    monkeypatch.setattr(over_sequences, "train_cell", trained)
    monkeypatch.setattr(over_sequences, "_draw", lambda *_: data_of(parity))
    monkeypatch.setattr(pipeline, "_distill", distilled)
    network = object.__new__(SequenceNetwork)
    monkeypatch.setattr(over_sequences, "SequenceNetwork", lambda *_: network)
    made = SequenceTraining(task(), 3)
    return made, seeds, lambda: pipeline._first_understood(made, task(), Stages(Silent()))


@pytest.mark.parametrize(
    ("verdicts", "used"),
    [
        (["proved"], 0),
        (["approximate", "proved"], 1),
        (["refused", "approximate", "proved"], 2),
        (["approximate"] * 12, 0),
    ],
)
def test_every_attempt_has_its_seed_and_one_made_the_network(monkeypatch, verdicts, used):
    made, seeds, run = training(monkeypatch, verdicts)
    run()
    assert [attempt.seed for attempt in made.attempts] == seeds
    assert [not attempt.discarded for attempt in made.attempts].count(True) == 1
    assert not made.attempts[used].discarded
    assert made.recipe["cell"] == made.attempts[used].cell


def test_a_network_that_is_nearly_right_is_not_said_to_be_right_on_all(monkeypatch):
    made, _, run = training(monkeypatch, [], right=1 - 1 / 20_000)
    (reason, *_) = run().verified.report.reasons
    assert "100.0%" not in reason
    assert "at best 99.9% of fresh sequences are right at every step, where all are" in reason
    assert made.recipe == {}
    assert (shown_part(1.0), shown_part(0.99999)) == ("100.0%", "99.9%")


@pytest.mark.parametrize("cell", CELLS)
def test_a_recipe_says_what_a_kind_of_network_was_trained_on(cell):
    used = recipe_of(cell, data_of(parity), SequenceRecipe(logits=100))
    chooses = cell in {"second-order", "linear choice"}
    assert used["objective"] == ("cross-entropy" if chooses else "squared error")
    assert ("hardened_noise" in used) == (cell == "second-order")
    assert ("L-BFGS" in used["optimiser"]) == ("polish_steps" in used) == (not chooses)
    assert (used["sequences"], used["length"]) == (300, 5)
    assert used["batch_size"] == (1 if cell == "second-order" else 128)


@pytest.mark.parametrize("cell", ["linear", "second-order"])
def test_the_seed_of_an_attempt_is_the_one_that_its_generator_began_with(monkeypatch, cell):
    begun = list[int]()

    class Generator(torch.Generator):
        def manual_seed(self, seed):
            begun.append(seed)
            return super().manual_seed(seed)

    monkeypatch.setattr(torch, "Generator", Generator)
    recipe = SequenceRecipe(max_steps=2, members=2, check_every=1)
    data = data_of(lambda x: np.cumsum(x, axis=1))
    trained = train_cell(cell, data, 5, recipe, lambda *_: None)
    seeds = [attempt.seed for attempt in trained.attempts if attempt.seed is not None]
    assert seeds == begun
    assert seeds
    assert all(
        (attempt.seed is None) == (attempt.ruled_out is not None) for attempt in trained.attempts
    )


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(("cell", "said"), [("linear", "Squared error"), ("second-order", "Cross")])
def test_the_card_says_what_was_trained_on(cell, said, stored):
    """Also of runs that were stored before their record said it."""
    used = recipe_of(cell, data_of(parity), SequenceRecipe()) if stored else {"members": 8}
    attempts = (
        CellAttempt("relu", 2, 10, 0.5),
        CellAttempt(cell, 2, 10, 1.0, discarded=False),
    )
    (line,) = _objective(record(used, attempts))
    assert line.startswith(said)
    assert ("by Adam" in line) == stored
    (none,) = _objective(record({}, attempts))
    assert "No network" in none
