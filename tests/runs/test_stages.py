"""A training whose time is up ends, and the run is finished with what there is."""

import os
import signal
from types import SimpleNamespace

import pytest
from planted_machine import planted_network

import distill
from distill import found as finding
from distill.cli.run import _interrupts
from distill.found import Found, first_understood
from distill.kinds.automaton.machine import Machine
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace
from distill.runs.stages import Silent, Stages
from distill.train.over_sequences import SequenceTraining
from distill.train.trainer import Ended

pytestmark = pytest.mark.usefixtures("page_undrawn")

FINITE = distill.Task(
    {"a": range(7), "b": range(7)}, range(7), lambda a, b: (a + b) % 7, train_fraction=0.8
)
COPIES = Machine(((0, 0),), ((0, 1),), ((0,), (1,)))
STEPS = distill.SequenceTask({"x": range(2)}, reference=lambda xs: [*xs], length=5)


class Count:
    """Somebody who wants training to end at the n-th look."""

    def __init__(self, most):
        self.left = most

    def __call__(self):
        self.left -= 1
        return self.left < 0


def test_a_training_ends_at_its_limit_or_when_somebody_wants_it_to():
    Stages(Silent()).training(0.5, "")
    Stages(Silent(), 60.0, lambda: False).training(0.5, "")
    with pytest.raises(Ended, match="the limit of 1e-09 minutes was reached"):
        Stages(Silent(), 1e-9).training(0.5, "")
    with pytest.raises(Ended, match="it was interrupted"):
        Stages(Silent(), None, lambda: True).training(0.5, "")


def test_over_a_finite_domain_the_network_is_read_as_it_is_by_then(tmp_path):
    run = distill.run(FINITE, out=tmp_path, stop=Count(3))
    (attempt,) = run.record.attempts
    assert attempt.stopped == "it was interrupted"
    assert 0 < attempt.steps < 1000
    assert run.folder is not None
    assert "training was ended early: it was interrupted" in run.report.remarks
    assert "training was ended early: it was interrupted" in run.report.explanations


def test_over_sequences_a_network_that_did_not_learn_yet_is_refused_and_why_is_said(tmp_path):
    run = distill.run(STEPS, out=tmp_path, minutes=1e-9)
    assert run.report.verdict == "refused"
    assert any("ended early: the limit of 1e-09 minutes" in each for each in run.report.reasons)
    assert run.record.attempts[-1].stopped == "the limit of 1e-09 minutes was reached"
    assert len({attempt.kind for attempt in run.record.attempts}) == 1  # no other is begun


def test_a_program_in_hand_is_kept_where_the_next_training_is_ended(monkeypatch):
    """As where a first network's program is approximate, and a second one takes too long."""
    monkeypatch.setattr(Found, "understood", property(lambda _: False))
    training = SequenceTraining(STEPS, 0)
    view = SequenceTrace(SequenceNetwork(planted_network(COPIES), STEPS.channels), 5)
    networks = iter([view, None])
    monkeypatch.setattr(training, "next_network", lambda *_: next(networks))
    found = first_understood(training, STEPS, Stages(Silent()))
    assert found.written is not None
    assert found.view is view


def test_of_several_networks_whose_programs_part_the_nearest_is_taken(monkeypatch):
    """By counts of program and network alone: nothing of the task chooses."""
    parted = iter([9, 4, 6])
    monkeypatch.setattr(Found, "understood", property(lambda _: False))
    monkeypatch.setattr(Found, "parted", property(lambda it: counts[id(it)]))
    counts, kept = dict[int, int](), list[Found]()
    whole = finding.distilled

    def distilled(*given):
        kept.append(whole(*given))
        counts[id(kept[-1])] = next(parted)
        return kept[-1]

    monkeypatch.setattr(finding, "distilled", distilled)
    training = SequenceTraining(STEPS, 0)
    network = SequenceNetwork(planted_network(COPIES), STEPS.channels)
    views = [SequenceTrace(network, 5) for _ in range(3)]
    networks = iter([*views, None])
    monkeypatch.setattr(training, "next_network", lambda *_: next(networks))
    assert first_understood(training, STEPS, Stages(Silent())).view is views[1]


def test_how_often_a_program_parts_is_counted_and_searched():
    counted = SimpleNamespace(total=10, agree=7, search_disagreements=5)
    found = object.__new__(Found)
    for counts, said in ((counted, 8), (None, 0)):
        report = SimpleNamespace(program_vs_model=counts, verdict="approximate")
        object.__setattr__(found, "verified", SimpleNamespace(report=report))
        object.__setattr__(found, "written", SimpleNamespace(exceptions=0))
        assert found.parted == said
        assert found.rank == (1, said)


def test_ctrl_c_is_noted_once_and_obeyed_the_second_time(capsys):
    with _interrupts(False) as stop:
        assert stop is None
    before = signal.getsignal(signal.SIGINT)
    with _interrupts(True) as stop:
        assert not stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert stop()
        assert "finishing with what there is" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
