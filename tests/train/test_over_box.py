"""Training over a box: the Jacobian is right, small networks get far, and it can be ended."""

import re
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch

from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.networks.real_perceptron import RealPerceptron
from distill.tasks.reals import RealTask
from distill.train import least_squares
from distill.train.least_squares import jacobian
from distill.train.over_box import BoxRecipe, BoxTraining, shape_for, spread_points
from distill.train.trainer import Ended

TASK = RealTask({"x": (10.0, 14.0)}, lambda x: 5 + x**2 / 7, network={"widths": (6,)})
QUICK = BoxRecipe(points=120, adam=60, steps=120, good=1e-6)


class Watching:
    """Somebody who watches, and may end it."""

    def __init__(self, most=10**9):
        self.seen, self.most = 0, most

    @contextmanager
    def stage(self, name):
        yield []

    def training(self, done, line):
        self.seen += 1
        if self.seen > self.most:
            raise Ended("enough")


def trained(task=TASK, seed=0, watch=None):
    training = BoxTraining(task, seed, networks=1, recipe=QUICK)
    return training, training.next_network(None, watch or Watching())


def test_a_small_network_is_right_to_six_digits_and_reads_the_tasks_own_numbers():
    training, view = trained()
    points = TASK.box.draw(300, 9)
    off = view.values(points) - TASK.labels(points)
    assert np.abs(off).max() < 1e-4 * np.ptp(TASK.labels(points))
    (attempt,) = training.attempts
    assert attempt.steps > 60
    assert attempt.loss < 1e-9
    errors = [point.error for point in training.curve(None).points]
    assert errors[-1] < 1e-3 * errors[0]
    assert errors[-1] == pytest.approx(attempt.loss**0.5, rel=1e-3), "the curve ends at the network"
    assert training.next_network("approximate", Watching()) is None


def test_what_no_network_learned_is_said_of_a_refusal():
    """Of 1/x around its pole hardly anything is learned; what is learned but for its noise is."""
    pole = RealTask({"x": (-1.0, 1.0)}, lambda x: 1 / (x - 0.0123))
    (said,) = trained(pole)[0].remarks
    assert re.fullmatch(r"the network did not learn the task: at best .* off by \d+% .*", said)
    assert trained()[0].remarks == ()
    assert trained(replace(TASK, noise=0.1))[0].remarks == ()


def test_steps_that_are_bent_get_much_nearer_than_straight_ones(monkeypatch):
    bent = trained()[0].attempts[0].loss
    monkeypatch.setattr(least_squares, "_bend", lambda system, solved, straight, _: 0 * straight)
    assert bent < 0.5 * trained()[0].attempts[0].loss


def test_no_step_changes_a_weight_by_more_than_it_may(monkeypatch):
    shape, points = RealPerceptron(1, (6,), "tanh"), torch.linspace(-1, 1, 40).double()[:, None]
    start = shape.initialise(torch.Generator().manual_seed(0))

    def furthest(longest):
        monkeypatch.setattr(least_squares, "LONGEST", longest)
        targets = points[:, 0].square()
        told = least_squares.least_squares(shape, start, points, targets, 4, 0.0, lambda _: None)
        return max(float((told[0][name] - start[name]).abs().max()) for name in start)

    assert furthest(0.05) <= 4 * 0.05 < furthest(10.0)


def test_the_same_seed_gives_the_same_network():
    (_, one), (_, other), (_, third) = trained(), trained(), trained(seed=1)
    points = TASK.box.draw(5, 0)
    assert (one.values(points) == other.values(points)).all()
    assert (one.values(points) != third.values(points)).any()


def test_noise_stays_in_the_residuals():
    training, _ = trained(replace(TASK, noise=0.01))
    assert 1e-5 < training.attempts[0].loss < 3e-4


def test_training_that_is_ended_hands_on_what_there_is():
    training, view = trained(watch=Watching(most=6))
    assert training.ended == "enough"
    assert np.isfinite(view.values(TASK.box.draw(5, 0))).all()


def test_the_jacobian_is_what_autograd_says():
    shape = RealPerceptron(2, (4, 3), "silu")
    parameters = shape.initialise(torch.Generator().manual_seed(0))
    points = torch.rand(5, 2, dtype=torch.float64)
    answers, slopes = jacobian(shape, parameters, points)
    names = list(shape.shapes())

    def answered(*given):
        return shape.values(dict(zip(names, given, strict=True)), points)

    told = torch.autograd.functional.jacobian(answered, tuple(parameters[n] for n in names))
    assert torch.allclose(slopes, torch.cat([it.flatten(1) for it in told], dim=1), atol=1e-12)
    assert torch.allclose(answers, answered(*(parameters[name] for name in names)))


def test_points_reach_the_faces_of_the_box():
    box = Box.of({"x": (0.0, 1.0), "y": (2.0, 5.0)})
    points = spread_points(box, 400, 3)
    assert box.hold(points)
    assert {(0.0, 2.0), (1.0, 5.0)} <= {*map(tuple, points.tolist())}
    near = ((points[:, 0] < 0.01) | (points[:, 0] > 0.99)).mean()
    assert near > 0.05


@pytest.mark.parametrize(
    ("arch", "said"),
    [
        ("transformer", "learned by a perceptron"),
        ("perceptron,depth=3", "has no depth"),
        ("perceptron,widths=0-3", "units of every layer"),
        ("perceptron,activation=step", "expected one of"),
    ],
)
def test_another_network_is_refused(arch, said):
    with pytest.raises(DistillError, match=said):
        shape_for(TASK, arch)


def test_an_architecture_may_be_chosen():
    assert shape_for(TASK, "perceptron,widths=8-4,activation=silu") == RealPerceptron(
        1, (8, 4), "silu"
    )


def test_a_refusal_says_of_which_of_several_networks_it_is():
    training = BoxTraining(TASK, 0, recipe=BoxRecipe(points=20, adam=2, steps=1))
    training.next_network(None, Watching())
    training.take()
    assert not any("networks were trained" in line for line in training.remarks)
    training.next_network("refused", Watching())
    assert any("2 networks were trained" in line for line in training.remarks)
    assert any("this is of network 1" in line for line in training.remarks)
    training.take()
    assert any("this is of network 2" in line for line in training.remarks)
