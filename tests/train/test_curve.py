"""The curve tells the story of a real training, and costs little."""

import json

import pytest

from distill.train.curve import is_observed


@pytest.fixture(scope="module")
def curve(small_run):
    return json.loads((small_run / "training.json").read_text())


def test_memorisation_comes_before_generalisation(curve):
    points = curve["points"]
    memorised = next(p["step"] for p in points if p["train_accuracy"] > 0.95)
    generalised = next(p["step"] for p in points if p["heldout_accuracy"] > 0.95)
    assert memorised < generalised
    assert points[0]["step"] == 0
    assert points[-1]["heldout_accuracy"] == 1


def test_excluded_loss_rises_as_the_circuit_takes_over(curve):
    points = curve["points"]
    lowest = min(p["excluded_loss"] for p in points)
    assert points[-1]["excluded_loss"] > lowest + 1
    assert points[-1]["restricted_loss"] < 0.05
    assert points[0]["restricted_loss"] > 1


def test_the_key_frequencies_are_the_ones_that_survive(curve, small_run):
    last = curve["points"][-1]["amplitudes"]
    assert len(last) == 29
    keys = curve["key_frequencies"]
    order = sorted(range(1, 30), key=lambda k: -last[k - 1])
    assert sorted(order[: len(keys)]) == keys
    mechanism = json.loads((small_run / "mechanism.json").read_text())
    assert [wave["frequency"] for wave in mechanism["waves"]] == keys


def test_steps_are_dense_at_the_beginning():
    steps = [step for step in range(1001) if is_observed(step)]
    assert steps[:5] == [0, 1, 2, 5, 10]
    assert len(steps) < 40


@pytest.mark.claim
def test_the_observer_costs_less_than_a_tenth_of_training(monkeypatch):
    """Of the default network; in seconds of this process, so that a busy machine does not count."""
    import time

    import distill
    from distill.train import Recipe
    from distill.train.curve import CurveRecorder

    spent = []
    call = CurveRecorder.__call__

    def timed(self, state):
        start = time.process_time()
        result = call(self, state)
        spent.append(time.process_time() - start)
        return result

    monkeypatch.setattr(CurveRecorder, "__call__", timed)
    recipe = Recipe(max_steps=400, check_every=1000)
    run = distill.run("mod_add", out=None, recipe=recipe, attempts=1)
    assert len(spent) == 401
    assert sum(spent) < 0.1 * run.record.seconds["train"]
