"""Transformers over texts are trained: one seed gives the same bytes, and heads are watched."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.changed_folder import changed
from builders.compiled_texts import as_file, shifted

from distill.checker.check import check_run
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.networks.text_transformer import TextTransformer
from distill.pages.pictures.text_training import text_training_picture
from distill.pages.report_page import report_page
from distill.pipeline import run, run_model
from distill.tasks.files import load_task
from distill.tasks.texts import TextTask
from distill.train import over_texts
from distill.train.hard_texts import Hard
from distill.train.over_texts import TextTraining
from distill.train.text_recipes import AGAIN, BEGINNINGS, TextRecipe, initial, shape_for
from distill.train.trainer import Ended

SHORT = TextRecipe(pool=400, max_steps=200, tail=100, check_every=50, warmup=20, rounds=1, again=50)


class Watching:
    """Who watches, and ends a training at a look."""

    def __init__(self, looks=99):
        self.looks, self.seen = looks, []

    @contextmanager
    def stage(self, name):
        yield self.seen

    def training(self, done, line):
        self.looks -= 1
        if self.looks <= 0:
            raise Ended("it was interrupted")


def trained(seed=0, looks=99, recipe=SHORT):
    task = load_task("copy", {"size": 4, "length": 4})
    training = TextTraining(task, seed, recipe=recipe)
    return training, training.next_network(None, Watching(looks))


def test_a_copy_is_learned_in_seconds_and_the_same_seed_gives_the_same_bytes():
    (training, view), (again, same) = trained(), trained()
    assert training.attempts[0].right == 1
    for name, weights in view.network.model.parameters.items():
        assert torch.equal(weights, same.network.model.parameters[name])
    assert training.curve(None) == again.curve(None)
    _, other = trained(1)
    assert not torch.equal(other.network.parameters["W_E"], view.network.parameters["W_E"])
    rows = np.array([[3, 1, 0, 2]])
    assert view.network.run(rows).tolist() == [[3, 1, 0, 2]]
    training.take()
    picture = text_training_picture(training.curve(None), training.attempts)
    assert "100.0% of fresh texts" in picture.alternative


def test_a_training_that_is_ended_hands_on_what_there_is():
    training, view = trained(looks=2)
    assert training.ended == "it was interrupted"
    assert training.attempts[0].steps == 100
    assert isinstance(view.network.shape, TextTransformer)
    assert training.next_network("refused", Watching()) is None


@pytest.mark.parametrize(
    "arch", ["gru", "transformer,n_layers=0", "transformer,d_hidden=3", "transformer,n_heads=3"]
)
def test_another_architecture_is_refused_before_anything_is_drawn(arch):
    with pytest.raises(DistillError, match="expected"):
        shape_for(load_task("sort"), arch)


def test_an_architecture_says_what_is_to_be_other():
    shape = shape_for(load_task("sort"), "transformer,n_layers=3,layer_norm=true,d_mlp=0")
    assert (shape.n_layers, shape.layer_norm, shape.d_mlp) == (3, True, 0)
    weights = initial(shape, torch.Generator().manual_seed(0))
    assert {name: tuple(it.shape) for name, it in weights.items()} == shape.shapes()


def previous(outputs=range(-1, 2)):
    return TextTask({"x": range(2)}, outputs, lambda xs: [-1, *xs[:-1]], 4, name="previous")


def test_what_is_right_for_the_task_is_counted_and_derived_again(tmp_path):
    file = as_file(shifted(tokens=2, longest=4), tmp_path / "shift.npz")
    finished = run_model(file, previous(), out=tmp_path)
    report = finished.report
    assert report.model_vs_task.agree == report.program_vs_task.agree == 30
    assert check_run(finished.folder).ok

    def less(report):
        report["program_vs_task"]["agree"] -= 1

    found = changed(finished.folder, tmp_path / "forged", "verification.json", less)
    assert "program_vs_task.agree" in {each.name for each in found.findings if not each.ok}


def test_a_task_over_texts_is_none_of_another_network(tmp_path):
    file = as_file(shifted(tokens=3, longest=4), tmp_path / "shift.npz")
    with pytest.raises(DistillError, match="set the task to the network's tokens"):
        run_model(file, previous(), out=None)
    with pytest.raises(
        DistillError, match=r"is over a in 0\.\.112, .* with outputs 0\.\.112: leave it out"
    ):
        run_model(file, "mod_add", out=None)


def test_a_run_goes_from_a_task_to_a_report(monkeypatch):
    monkeypatch.setattr(over_texts, "recipe_for", lambda task: SHORT)
    finished = run(load_task("copy", {"size": 3, "length": 3}), out=None, attempts=1)
    assert finished.report.model_vs_task.agree == finished.report.model_vs_task.total == 39
    assert finished.certificate.space == Texts(range(3), 3)
    assert finished.curve.kind == "texts"
    assert b"head scores" in report_page(finished).encode()


def test_the_network_is_that_which_knew_most_texts_well(monkeypatch):
    """A round may make it worse: then it is as it was before."""
    counts, seen = iter([5, 5, 9, 9, 7, 7]), []

    def looked(shape, parameters, pools, most):
        seen.append({name: it.detach().clone() for name, it in parameters.items()})
        kept = [over_texts.Pool(it.texts[:most], it.answers[:most]) for it in pools]
        return Hard(kept, next(counts))

    monkeypatch.setattr(over_texts, "hardest", looked)
    task = load_task("copy", {"size": 4, "length": 4})
    recipe = replace(SHORT, rounds=2, again=10, looked_through=400, hard=16)
    view = TextTraining(task, 0, recipe=recipe).next_network(None, Watching())
    assert len(seen) == 6, "at every look texts near those that were found are looked at too"
    own = view.network.model.parameters
    assert all(torch.equal(own[name], it) for name, it in seen[0].items())
    assert not torch.equal(own["W_E"], seen[-1]["W_E"])


def test_a_network_goes_on_with_texts_on_which_its_program_parts_from_it(monkeypatch):
    """With its own weights, and those texts among what is looked through; else another begins."""
    looked = []

    def kept(shape, parameters, pools, most):
        looked.append([it.texts.tolist() for it in pools])
        return Hard([over_texts.Pool(it.texts[:most], it.answers[:most]) for it in pools], 1)

    monkeypatch.setattr(over_texts, "hardest", kept)
    training, view = trained()
    text = [3, 3, 0, 3]
    rows = np.repeat([text], 5, axis=0)
    training.parted((rows,))
    before = len(looked)
    again = training.next_network("approximate", Watching())
    first, second = training.attempts
    assert (first.goes_on, second.goes_on) == (None, 1)
    assert second.steps < first.steps
    assert looked[before][3][-5:] == rows.tolist()
    own, other = (it.network.model.parameters for it in (view, again))
    far = max(float((own[name] - other[name]).abs().max()) for name in own)
    assert 0 <= far < 0.1, "it is the same network, a little further"
    training.parted(())
    assert training.next_network("tested", Watching()) is not None
    assert training.attempts[2].goes_on is None


def test_it_does_not_go_on_for_ever(monkeypatch):
    monkeypatch.setattr(over_texts, "MENDED", 24)  # a round of it has 10
    monkeypatch.setattr(
        over_texts, "hardest", lambda shape, parameters, pools, most: Hard(pools, 1)
    )
    recipe = replace(SHORT, max_steps=20, tail=10, check_every=10, warmup=5, again=10)
    training, _ = trained(recipe=recipe)
    for _ in range(9):
        training.parted((np.array([[0, 1, 2, 3]]),))
        if training.next_network("approximate", Watching()) is None:
            break
    goes_on = [attempt.goes_on for attempt in training.attempts]
    assert goes_on == [None, 1, 2, 3, None, 5, 6, 7]


def test_no_further_network_is_begun_where_much_was_trained(monkeypatch):
    training, _ = trained()
    monkeypatch.setattr(over_texts, "MOST_COST", 1)
    assert training.next_network("approximate", Watching()) is None
    assert len(training.attempts) == 1


def test_shorter_texts_on_which_they_part_are_trained_on_as_beginnings(monkeypatch):
    """Where the longest texts alone are drawn, a shorter one stands at the start of one."""
    looked = []

    def kept(shape, parameters, pools, most):
        looked.append([it.texts.tolist() for it in pools])
        return Hard([over_texts.Pool(it.texts[:most], it.answers[:most]) for it in pools], 1)

    monkeypatch.setattr(over_texts, "hardest", kept)
    task = load_task("previous_token", {"size": 4, "length": 5})
    training = TextTraining(task, 0, recipe=replace(SHORT, tail=0, max_steps=50))
    training.next_network(None, Watching())
    training.parted((np.array([[3, 1]]), np.array([[2, 0, 0, 0, 1]])))
    before = len(looked)
    training.next_network("approximate", Watching())
    (texts,) = looked[before]
    assert texts[-2:] == [[3, 1, 3, 1, 3], [2, 0, 0, 0, 1]]


def test_what_is_right_of_a_text_s_beginning_counts():
    """A network that is wrong at the last position alone is right on four of five texts."""
    task = replace(previous(), length=5, network={"d_mlp": 0})
    training = TextTraining(task, 0, recipe=replace(SHORT, max_steps=50))
    assert [it.texts.shape[1] for it in training.fresh] == [1, 2, 3, 4, 5], "it may look ahead"
    causal = TextTraining(replace(task, causal=True), 0, recipe=replace(SHORT, max_steps=50))
    (pool,) = causal.fresh
    shape, weights = causal.shape, initial(causal.shape, torch.Generator().manual_seed(0))
    with torch.no_grad():
        said = shape.logits(weights, pool.texts).argmax(dim=-1)
    said[:, 4] = (said[:, 4] + 1) % 3
    causal.fresh = [over_texts.Pool(pool.texts, said)]
    whole, positions, _ = causal._right(weights)
    assert whole == positions == pytest.approx(4 / 5)


def test_the_rate_falls_over_all_rounds_but_for_a_network_that_goes_on():
    rates = [BEGINNINGS.rate_again(0, place) for place in range(BEGINNINGS.rounds)]
    assert rates[0] == 1.0
    assert rates == sorted(rates, reverse=True)
    assert 0.01 < BEGINNINGS.rate_again(BEGINNINGS.again, BEGINNINGS.rounds - 1) + 1e-9 < 0.011
    assert BEGINNINGS.rate_again(0, None) == TextRecipe().rate_again(0, 3) == AGAIN


def test_a_network_that_votes_along_beginnings_is_trained_by_its_own_settings():
    """And no other task is: they come to the weights that they came to before."""
    recipes = {name: TextTraining(load_task(name), seed=0).recipe for name in ("induction", "copy")}
    assert recipes == {"induction": BEGINNINGS, "copy": TextRecipe()}
