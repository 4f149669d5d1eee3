"""What `run.json` says of training is what was done: seeds, recipe, and of which attempt it is."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from distill import found as finding
from distill.domains.sequences import Channels
from distill.found import Found
from distill.networks.sequence_network import SequenceNetwork
from distill.pages.card import _objective
from distill.records.attempts import Attempt, shown_part
from distill.runs.stages import Silent, Stages
from distill.runs.store import RunRecord
from distill.tasks.sequences import SequenceTask
from distill.train import Data, Trained, over_sequences, train_in_order
from distill.train.cells import APART, CELLS, READINGS, plan_of_cells, trainer_of
from distill.train.learning import SecondOrderRecipe
from distill.train.over_sequences import SequenceTraining
from distill.train.second_order import SecondOrderTrainer

BITS = Channels((range(2),))


def data_of(function, length=5, count=300):
    drawn = np.random.default_rng(0).integers(0, 2, (count, length, 1))
    return Data(drawn, function(drawn), drawn, function(drawn))


def parity(sequences):
    return np.cumsum(sequences, axis=1) % 2


def task():
    return SequenceTask(inputs={"x": range(2)}, reference=lambda xs: xs, length=5)


def record(*attempts):
    return RunRecord("t", 0, "shape", None, {}, attempts, {}, "here", 1, {})


def training(monkeypatch, verdicts, right=1.0):
    """A training whose networks end with these verdicts, one after another."""
    seeds, ended = list[int](), iter(verdicts)

    def trained(trainer, observe, before):
        seeds.append((trainer.seed,))
        ended = dataclasses.replace(
            trainer.planned()[0],
            number=before + 1,
            seed=seeds[-1],
            right=right,
            reached_at=5 if right == 1 else None,
        )
        return Trained(SimpleNamespace(), ended, (ended,))

    def distilled(view, *_):
        verdict, found = next(ended), object.__new__(Found)
        parts = {
            "view": view,
            "written": None if verdict == "refused" else SimpleNamespace(exceptions=0),
            "mechanism": SimpleNamespace(),
            "verified": SimpleNamespace(
                report=SimpleNamespace(verdict=verdict, program_vs_model=None), differ=()
            ),
        }
        for name, part in parts.items():
            object.__setattr__(found, name, part)
        return found

    monkeypatch.setattr(over_sequences, "train_in_order", trained)
    monkeypatch.setattr(over_sequences, "_draw", lambda *_: data_of(parity))
    monkeypatch.setattr(finding, "distilled", distilled)
    network = object.__new__(SequenceNetwork)
    monkeypatch.setattr(over_sequences, "SequenceNetwork", lambda *_: network)
    made = SequenceTraining(task(), 3)
    return made, seeds, lambda: finding.first_understood(made, task(), Stages(Silent()))


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
    assert [attempt.number for attempt in made.attempts] == [*range(1, len(seeds) + 1)]


@pytest.mark.parametrize(("verdict", "again"), [("refused", False), ("approximate", True)])
def test_a_kind_is_tried_again_where_its_program_parts_and_not_where_it_is_refused(
    monkeypatch, verdict, again
):
    made, _, run = training(monkeypatch, [verdict, "proved"])
    run()
    first, second = (attempt.kind for attempt in made.attempts)
    assert (first == second) == again


def test_a_network_that_is_nearly_right_is_not_said_to_be_right_on_all(monkeypatch):
    made, _, run = training(monkeypatch, [], right=1 - 1 / 20_000)
    (reason, *_) = run().verified.report.reasons
    assert "100.0%" not in reason
    assert "at best 99.9% of fresh sequences are right at every step, where all are" in reason
    assert all(attempt.discarded for attempt in made.attempts)
    assert (shown_part(1.0), shown_part(0.99999)) == ("100.0%", "99.9%")


def test_the_plan_says_in_what_order_kinds_are_tried_and_from_what_seeds():
    plan = plan_of_cells(BITS, data_of(parity), 3)
    assert tuple(planned.cell for planned in plan) == CELLS
    for planned in plan:
        assert planned.unfit is None
        seeds = [trainer.seed for trainer in planned.trainers]
        assert seeds == [3 + APART * n for n in range(READINGS)]
        assert {attempt.kind for attempt in planned.trainers[0].planned()} == {planned.cell}


def test_a_kind_that_does_not_fit_stands_in_the_plan_with_the_reason():
    wide = Channels((range(800),))
    plan = {planned.cell: planned for planned in plan_of_cells(wide, data_of(parity), 0)}
    assert plan["linear"].trainers
    assert plan["second-order"].trainers == ()
    assert "800 symbols" in plan["second-order"].unfit


@pytest.mark.parametrize("cell", CELLS)
def test_a_recipe_says_what_a_kind_of_network_was_trained_with(cell):
    trainer = trainer_of(cell, BITS, data_of(parity), 0)
    if isinstance(trainer, SecondOrderTrainer):
        trainer = dataclasses.replace(trainer, recipe=SecondOrderRecipe(logits=100))
    attempt = trainer.planned()[0]
    chooses = cell in {"second-order", "linear choice"}
    assert attempt.objective == ("cross-entropy" if chooses else "squared error")
    assert ("L-BFGS" in attempt.optimiser) == (not chooses)
    used = attempt.recipe
    assert ("hardened_noise" in used) == (cell == "second-order")
    assert ("polish_steps" in used) == (not chooses)
    assert (used["sequences"], used["length"]) == (300, 5)
    assert used["batch_size"] == (1 if cell == "second-order" else 128)


@pytest.mark.parametrize("cell", ["linear", "second-order"])
def test_the_seed_of_an_attempt_is_the_one_that_its_generator_began_with(monkeypatch, cell):
    begun = list[int]()

    class Generator(torch.Generator):
        def manual_seed(self, seed):
            begun.append((seed,))
            return super().manual_seed(seed)

    monkeypatch.setattr(torch, "Generator", Generator)
    trainer = trainer_of(cell, BITS, data_of(lambda x: np.cumsum(x, axis=1)), 5)
    if isinstance(trainer, SecondOrderTrainer):
        short = SecondOrderRecipe(max_steps=2, members=2, check_every=1)
        trainer = dataclasses.replace(trainer, recipe=short)
    trained = train_in_order(trainer)
    seeds = [attempt.seed for attempt in trained.attempts if attempt.seed is not None]
    assert seeds == begun
    assert seeds
    for attempt in trained.attempts:
        ruled_out = attempt.ruled_out is not None
        assert (attempt.seed is None) == (attempt.recipe is None) == ruled_out
        assert (attempt.right is None) == (attempt.steps == 0) == ruled_out


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize(("cell", "said"), [("linear", "Squared error"), ("second-order", "Cross")])
def test_the_card_says_what_was_trained_on(cell, said, recorded):
    """Also of runs that were made before their record said by what."""
    first = trainer_of("relu", BITS, data_of(parity), 0).planned()[0]
    used = trainer_of(cell, BITS, data_of(parity), 0).planned()[0]
    used = dataclasses.replace(used, number=2, discarded=False)
    if not recorded:
        used = dataclasses.replace(used, optimiser=None, recipe=None, seed=None)
    (line,) = _objective(record(first, used))
    assert line.startswith(said)
    assert ("by Adam" in line) == recorded
    (none,) = _objective(record(first))
    assert "No network" in none


def test_the_card_says_how_a_network_over_a_finite_domain_was_trained():
    settings = {"weight_decay": 0.5, "learning_rate": 0.01}
    used = Attempt(
        *(1, "mlp", {}, "cross-entropy", "held-out inputs", "AdamW", settings),
        structure=0.875,
        discarded=False,
    )
    descended, stopped = _objective(record(used))
    assert descended == (
        "Cross-entropy on the trained inputs; AdamW with weight decay 0.5 and learning rate 0.01."
    )
    assert "0.88" in stopped
    (alone,) = _objective(record(dataclasses.replace(used, recipe=None, structure=None)))
    assert alone == "Cross-entropy on the trained inputs; AdamW."
