"""The pipeline from Python, and what training may and may not see."""

import numpy as np
import pytest
from builders.networks import small_transformer

import distill
from distill.networks.trace import fitted_half
from distill.runs.stages import Stages
from distill.tasks.files import load_task
from distill.train import Data, DomainTrainer, Recipe
from distill.train.loop import clearness
from distill.train.over_domain import _probe
from distill.train.trainer import unobserved

SHORT = Recipe(max_steps=30, check_every=10)


def trained_on(tokens, labels, probe, score, recipe, observe=unobserved):
    """What came of training a small transformer, and the network."""
    data = Data(tokens, labels, tokens, labels)
    trainer = DomainTrainer(small_transformer(), data, probe, score, recipe, seed=0)
    return trainer.train(trainer.planned()[0], observe)


def test_run_from_python_keeps_everything_in_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    task = distill.Task(
        {"a": range(5), "b": range(5)}, range(5), lambda a, b: (a + b) % 5, train_fraction=0.8
    )
    run = distill.run(task, out=None, recipe=SHORT)
    assert run.folder is None
    assert run.record.attempts[-1].steps == 45  # its structure was near by 30
    assert set(run.record.seconds) >= {"task", "train", "trace", "extract", "verify"}
    assert list(tmp_path.iterdir()) == []
    assert run.extra == {}  # no page is drawn for nobody


def test_settings_belong_to_a_name():
    task = distill.Task({"a": range(5)}, range(5), lambda a: a, train_fraction=0.5)
    with pytest.raises(distill.DistillError, match="settings belong to a task's name"):
        distill.run(task, p=5)


def test_threads_are_put_back():
    import torch

    before = torch.get_num_threads()
    task = distill.Task({"a": range(5)}, range(5), lambda a: a, train_fraction=0.5)
    distill.run(task, out=None, recipe=SHORT)
    assert torch.get_num_threads() == before


def test_training_stops_on_the_score_and_nothing_else():
    """The loop gets training labels and a score; with a score of 1 it goes into the tail."""
    tokens = np.array([[0, 1], [1, 1], [2, 3]])
    labels = np.array([0, 1, 2])
    seen = []

    def score(logits):
        seen.append(logits.shape)
        return 1.0

    recipe = Recipe(check_every=20, tail=15, max_steps=400, learning_rate=0.1, rounds=0)
    ended, _ = trained_on(tokens, labels, tokens[:2], score, recipe)
    assert ended.reached_at is not None
    assert ended.steps == ended.reached_at + 15
    assert ended.stopped is None
    assert set(seen) == {(2, 5)}
    never, _ = trained_on(tokens, labels, tokens[:2], lambda _: 0.0, SHORT)
    assert (never.reached_at, never.steps) == (None, 30)
    assert never.stopped == "its 30 steps were over before it was cooled down"


def test_an_attempt_records_the_batch_that_was_drawn():
    """Of three inputs no 512 can be drawn."""
    tokens, labels = np.array([[0, 1], [1, 1], [2, 3]]), np.array([0, 1, 2])
    ended, network = trained_on(tokens, labels, tokens, lambda _: 0.0, SHORT)
    assert ended.recipe["batch_size"] == 3
    assert ended.recipe["max_steps"] == 30
    assert (ended.objective, ended.optimiser, ended.seed) == ("cross-entropy", "AdamW", (0, 0))
    assert ended.sizes["d_model"] == network.architecture.d_model
    assert "offsets" not in ended.sizes


def test_an_unsure_network_is_trained_on_and_the_clearest_end_is_kept(monkeypatch):
    """Whatever comes after it: no label is asked which of the ends was right."""
    tokens, labels = np.array([[0, 1], [1, 1], [2, 3]]), np.array([0, 1, 2])
    recipe = Recipe(check_every=10, tail=16, max_steps=400, again=20, rounds=2)

    def trained_with(*found):
        clear, ends = iter(found), []

        def clearness(logits, shown):
            assert shown.tolist() == [0, 1, 2]
            ends.append(logits)
            return (next(clear),) * 2

        monkeypatch.setattr("distill.train.loop.clearness", clearness)
        ended, model = trained_on(tokens, labels, tokens, lambda _: 1.0, recipe)
        logits = model.logits(tokens)
        kept = [np.abs(logits - logits.mean(axis=1, keepdims=True) - end).max() for end in ends]
        return ended.steps, len(ends), int(np.argmin(kept))

    once, ends, kept = trained_with(0.5)
    assert (ends, kept) == (1, 0)
    twice, ends, kept = trained_with(0.01, 0.5)
    assert (ends, kept) == (2, 1)
    assert (once, twice) == (36, 64)
    assert trained_with(0.01, 0.05, 0.02) == (94, 3, 1)


def test_an_answer_that_hardly_leads_is_seen_without_labels():
    sure = np.array([[9.0, 0, 0, 1], [0, 9, 0, 1], [0, 0, 9, 1], [8, 0, 0, 0]])
    unsure = np.vstack([sure, [4.0, 3.9, 0, 0]])
    shown = np.arange(4)
    assert clearness(sure, shown)[0] == pytest.approx(1)
    assert clearness(unsure, shown)[0] == pytest.approx(0.1 / 8)
    assert clearness(unsure, np.array([0, 2, 3]))[0] == pytest.approx(1)  # never shown: not counted


def test_observers_do_not_change_training():
    tokens, labels = np.array([[0, 1], [1, 1], [2, 3]]), np.array([0, 1, 2])
    states = []
    _, plain = trained_on(tokens, labels, tokens, lambda _: 0.0, SHORT)
    _, watched = trained_on(tokens, labels, tokens, lambda _: 0.0, SHORT, states.append)
    assert [state.step for state in states] == list(range(31))
    assert {state.attempt.kind for state in states} == {"transformer"}
    for name, weights in plain.parameters.items():
        assert (weights == watched.parameters[name]).all()


def test_the_same_loss_gradient_reaches_every_parameter():
    import torch

    shape = small_transformer()
    parameters = shape.initialise(torch.Generator().manual_seed(0))
    leaves = {name: w.clone().requires_grad_() for name, w in parameters.items()}
    shape.logits(leaves, torch.tensor([[0, 1], [2, 3]])).square().sum().backward()
    assert all(w.grad is not None and w.grad.abs().sum() > 0 for w in leaves.values())


def test_stages_are_timed_and_told():
    told = []

    class Watcher:
        def begin(self, stage):
            told.append(stage)

        def training(self, done, line):
            pass

        def done(self, stage, line, seconds):
            told.append((stage, line))

    stages = Stages(Watcher())
    with stages.stage("x") as lines:
        lines.append("one")
    assert told == ["x", ("x", "one")]
    assert stages.seconds["x"] >= 0


@pytest.mark.claim
def test_a_memorised_network_is_refused_with_the_numbers_that_show_why():
    """No weight decay: the training pairs by heart, and nothing else."""
    recipe = Recipe(weight_decay=0.0, max_steps=250, check_every=1000)
    run = distill.run("mod_add", out=None, recipe=recipe, p=23, fraction=0.4)
    last = run.curve.points[-1]
    assert last.train_accuracy == 1
    assert run.report.verdict == "refused"
    assert run.report.model_vs_task.agree < 0.8 * 529
    assert run.report.numbers["strongest_share"] < 0.3
    assert run.program is None
    best = max(attempt.right for attempt in run.record.attempts)
    assert [attempt.seed for attempt in run.record.attempts] == [(0, 0), (0, 1)]
    assert [attempt.discarded for attempt in run.record.attempts] == [True, False]
    told = f"did not learn the task: at best {best:.1%} of the held-out inputs are right"
    assert told in run.report.explanations[0]
    assert "in 2 attempts" in run.report.explanations[0]
    counted = run.report.model_vs_task
    trained = int(0.4 * 529)
    last = (counted.agree - trained) / (counted.total - trained)
    assert run.record.used.right == pytest.approx(last)


@pytest.mark.parametrize(
    ("p", "fraction", "steps", "attempts"),
    [(13, 0.8, 200, 1), pytest.param(31, 0.5, 400, None, marks=pytest.mark.claim)],
)
def test_shuffled_labels_are_refused(p, fraction, steps, attempts):
    order = np.random.default_rng(0).permutation(p)
    table = np.random.default_rng(1).permuted(np.add.outer(order, order) % p, axis=0)
    task = distill.Task(
        {"a": range(p), "b": range(p)}, range(p), lambda a, b: int(table[a, b]), fraction
    )
    again = {} if attempts is None else {"attempts": attempts}
    run = distill.run(task, out=None, recipe=Recipe(max_steps=steps), **again)
    assert run.report.verdict == "refused"
    assert run.report.numbers["strongest_share"] < 0.5


def test_settings_scale_with_the_data():
    assert Recipe.for_data(3830, 12769) == Recipe()
    assert Recipe.for_data(1392, 3481).batch_size == 512
    more = Recipe.for_data(10_000, 12_500)
    assert (more.batch_size, more.weight_decay) == (1250, 0.5)
    assert Recipe.for_data(3830, 12769, "mlp") == Recipe(structured=0.85)


def test_what_stops_training_is_never_what_is_scored():
    """The probe of the structure score lies in the half that may be fitted."""
    domain = load_task("mod_add", {}).domain
    probe = set(_probe(domain).tolist())
    scored = np.flatnonzero(~fitted_half(domain.size))
    assert len(probe) == 4096
    assert probe.isdisjoint(scored.tolist())
