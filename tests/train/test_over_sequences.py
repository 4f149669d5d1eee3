"""In what order kinds of networks over sequences are trained, where some are set aside."""

from types import SimpleNamespace

import pytest

from distill import SequenceTask, scan
from distill.records.attempts import Attempt
from distill.runs.stages import Silent, Stages
from distill.train import over_sequences
from distill.train.cells import PlannedCell
from distill.train.over_sequences import SequenceTraining

PARITY = SequenceTask(
    inputs={"x": range(2)}, reference=scan(lambda s, x: ((s + x) % 2,) * 2, 0), length=4
)


class Planned:
    """Trains one network, which learns the task, does not, or is set aside to go on later."""

    def __init__(self, kind, seed, learns, later=None):
        self.kind, self.seed, self.learns, self.later = kind, seed, learns, later

    def planned(self):
        return (Attempt(1, self.kind, {}, "cross-entropy", "fresh sequences", seed=(self.seed,)),)

    def ruled_out(self, *_):
        return None

    def prefers(self, *_):
        return False

    def train(self, planned, _):
        reached, steps = (5, 5) if self.learns else (None, 3)
        stopped = None if self.learns else "it ended"
        fields = {"steps": steps, "reached_at": reached, "right": 0.5, "stopped": stopped}
        return Attempt(**(vars(planned) | fields)), SimpleNamespace()

    def set_aside(self):
        return self.later


@pytest.fixture
def trained(monkeypatch):
    """The kinds and seeds of the attempts of a training, of cells with trainers, by verdicts."""

    def run(cells, verdicts):
        plan = [PlannedCell(cell, tuple(trainers)) for cell, trainers in cells]
        monkeypatch.setattr(over_sequences, "plan_of_cells", lambda *_: plan)
        monkeypatch.setattr(over_sequences, "_draw", lambda *_: SimpleNamespace())
        monkeypatch.setattr(over_sequences, "SequenceNetwork", lambda *_: SimpleNamespace())
        monkeypatch.setattr(over_sequences, "SequenceTrace", lambda *_: SimpleNamespace())
        training, verdict, left = SequenceTraining(PARITY, 0), None, iter(verdicts)
        while verdict != "proved" and training.next_network(verdict, Stages(Silent())) is not None:
            verdict = next(left)
        return training.attempts

    return run


def slow(learns_later, seed=1):
    return Planned("slow", seed, False, Planned("slow", seed, learns_later))


def named(attempts):
    return [(attempt.kind, *attempt.seed) for attempt in attempts]


def test_what_learns_slowly_is_trained_on_after_all_other_kinds(trained):
    cells = [("slow", [slow(True)]), ("a", [Planned("a", 2, False)]), ("b", [Planned("b", 3, 0)])]
    attempts = trained(cells, ["refused"])
    assert named(attempts) == [("slow", 1), ("a", 2), ("b", 3), ("slow", 1)]
    assert attempts[0].stopped == "set aside after 3 steps, and taken up again"
    assert attempts[1].stopped == "it ended"
    assert attempts[3].reached_at == 5


def test_a_second_network_is_trained_where_that_one_and_its_program_part(trained):
    cells = [("slow", [slow(True), Planned("slow", 9, True)]), ("a", [Planned("a", 2, False)])]
    again = [("slow", 1), ("a", 2), ("slow", 1), ("slow", 9)]
    assert named(trained(cells, ["approximate", "proved"])) == again
    cells = [("slow", [slow(True), Planned("slow", 9, True)]), ("a", [Planned("a", 2, False)])]
    assert named(trained(cells, ["refused"])) == again[:3]


def test_what_was_set_aside_is_left_where_another_kind_was_understood(trained):
    cells = [("slow", [slow(True)]), ("a", [Planned("a", 2, True)])]
    assert named(trained(cells, ["proved"])) == [("slow", 1), ("a", 2)]
    cells = [("slow", [slow(True)]), ("a", [Planned("a", 2, True)])]
    assert named(trained(cells, ["refused", "proved"])) == [("slow", 1), ("a", 2), ("slow", 1)]
