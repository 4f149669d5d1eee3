"""What a loop over trainings keeps: the first that learned, else the best; all are recorded."""

from dataclasses import replace

import pytest

from distill.records.attempts import Attempt, keep, used
from distill.train import train_in_order
from distill.train.trainer import Ended, TrainingState


class Planned:
    """A trainer whose trainings end as they are told to: (right, reached_at, network)."""

    def __init__(self, *ends, ruled_out=(), latest=False):
        self.ends, self.out, self.latest = ends, ruled_out, latest
        self.trained = []

    def planned(self):
        return tuple(
            Attempt(
                0, "kind", {"d_hidden": n}, "cross-entropy", "fresh sequences", "Adam", {}, (n,)
            )
            for n in range(1, len(self.ends) + 1)
        )

    def ruled_out(self, planned, tried):
        assert len(tried) == planned.d_hidden - 1
        return "too narrow" if planned.d_hidden in self.out else None

    def prefers(self, attempt, over):
        return self.latest or attempt.right > over.right

    def train(self, planned, observe):
        self.trained.append(planned.d_hidden)
        right, reached_at, network = self.ends[planned.d_hidden - 1]
        return replace(planned, steps=1, right=right, reached_at=reached_at), network


def test_the_first_that_learned_ends_it():
    trainer = Planned((0.5, None, "a"), (1.0, 7, "b"), (1.0, 7, "c"))
    made = train_in_order(trainer, before=4)
    assert (made.network, made.learned, made.attempt.number) == ("b", True, 6)
    assert trainer.trained == [1, 2]
    assert [attempt.number for attempt in made.attempts] == [5, 6]


@pytest.mark.parametrize(("latest", "network"), [(False, "b"), (True, "c")])
def test_of_those_that_did_not_learn_the_trainer_says_which(latest, network):
    ends = [(0.2, None, "a"), (0.9, None, "b"), (0.9, None, "c")]
    made = train_in_order(Planned(*ends, latest=latest))
    assert (made.network, made.learned) == (network, False)


def test_what_was_ruled_out_or_overflowed_gives_no_network_and_stays_in_the_record():
    ends = [(1.0, 1, "never trained"), (0.0, None, None)]
    trainer = Planned(*ends, ruled_out={1})
    made = train_in_order(trainer)
    assert made.network is made.attempt is None
    assert not made.learned
    assert trainer.trained == [2]
    first, second = made.attempts
    assert (first.ruled_out, first.seed, first.recipe, first.steps) == ("too narrow", None, None, 0)
    assert (second.ruled_out, second.seed) == (None, (2,))


def test_one_attempt_made_the_network():
    made = train_in_order(Planned((0.5, None, "a"), (1.0, 7, "b")))
    assert used(made.attempts) is None
    kept = keep(made.attempts, 2)
    assert [attempt.discarded for attempt in kept] == [True, False]
    assert used(kept) == replace(made.attempt, discarded=False)


class Watched(Planned):
    """The same, where every training is looked at once, before it comes to anything."""

    def train(self, planned, observe):
        observe(TrainingState(planned, 1, 2, {}))
        return super().train(planned, observe)


def test_what_an_observer_ends_is_recorded_and_what_was_there_before_is_kept():
    def observe(state):
        if state.attempt.number == 2:
            raise Ended("the limit of 3 minutes was reached")

    made = train_in_order(Watched((0.5, None, "a"), (1.0, 7, "b"), (1.0, 7, "c")), observe)
    assert (made.network, made.ended) == ("a", "the limit of 3 minutes was reached")
    assert [attempt.stopped for attempt in made.attempts] == [None, made.ended]
