"""Pictures of runs over sequences, whatever their kind: lengths, tests of the inside, training."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from builders.exploring import said
from builders.pictures import words
from planted_linear import planted, system
from planted_machine import planted_network

from distill.domains.sequences import Channels
from distill.kinds.known import exhibits_json, show
from distill.kinds.refused.pictures import unread_picture
from distill.kinds.refused.sequence_exhibits import UnreadExhibits
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace
from distill.pages.evidence import evidence_rows
from distill.pages.pictures.lengths import lengths_picture
from distill.pages.pictures.located import located_picture
from distill.pages.pictures.sequence_training import training_picture
from distill.records.attempts import Attempt
from distill.records.counts import Agreement, LengthAgreement, ProgramVsModel, SequenceDisagreement
from distill.records.curve import SequenceCurve, SequencePoint
from distill.records.figure import figure_of
from distill.records.refusal import Refusal
from distill.records.report import MechanismSummary, Report
from distill.serialise import from_json, to_json

LENGTH = 10


def attempt(number, kind, d_hidden, **more):
    sizes = {"d_hidden": d_hidden}
    return Attempt(number, kind, sizes, "cross-entropy", "fresh sequences", **more)


def report(**changes) -> Report:
    counted = ProgramVsModel(99, 100, None, None, False, 0.1, None, 5, 1)
    return Report(
        task="task",
        space="sequences",
        stored=True,
        verdict="approximate",
        located=False,
        reasons=(),
        holds_for=None,
        mechanism=MechanismSummary("automaton", "counter", 10),
        model_vs_task=None,
        program_vs_task=None,
        program_vs_model=counted,
        figures=(),
        program=None,
        meaning=None,
        proof=None,
        **changes,
    )


def test_lengths_say_who_is_right_and_where_they_part():
    longer = LengthAgreement(20, Agreement(300, 300), Agreement(120, 300), Agreement(121, 300))
    parted = SequenceDisagreement(((1,), (0,), (1,)), (2,), (3,))
    drawn = lengths_picture(report(longer=(longer,), diverges_at=parted), LENGTH)
    assert drawn is not None
    for figure in ("100.0% at 20", "40.0% at 20", "40.3% at 20", "99.0% at 10"):
        assert figure in drawn.alternative
    assert "after 3 steps (1, 0, 1): the program answers 2, the network 3" in drawn.caption


def test_where_all_are_right_no_bar_hides_another():
    longer = LengthAgreement(20, Agreement(300, 300), Agreement(300, 300), Agreement(300, 300))
    counted = replace(report().program_vs_model, agree=100)
    whole = replace(
        report(longer=(longer,)),
        program_vs_model=counted,
        program_vs_task=Agreement(100, 100),
        model_vs_task=Agreement(100, 100),
    )
    drawn = lengths_picture(whole, LENGTH)
    assert drawn is not None
    for colour in (0, 1, 2):
        bars = re.findall(rf'd="M ([-\d.]+) [^"]*"[^>]*fill: var\(--series-{colour}\)', drawn.svg)
        assert len(bars) >= 2
        assert len({*bars}) == len(bars)


def test_lengths_without_a_task_are_against_each_other():
    longer = LengthAgreement(20, None, None, Agreement(300, 300))
    drawn = lengths_picture(report(longer=(longer,)), LENGTH)
    assert drawn is not None
    assert "task" not in drawn.alternative
    assert "program = network" in drawn.alternative
    assert lengths_picture(report(), LENGTH) is None


def test_of_a_network_that_was_given_nobody_says_how_long_it_was_trained():
    longer = LengthAgreement(20, None, None, Agreement(300, 300))
    here, given = (lengths_picture(report(longer=(longer,)), LENGTH, it) for it in (True, False))
    assert "training ended at 10 steps" in here.caption
    assert "trained" in here.svg
    assert "train" not in given.caption + given.svg
    counted = replace(report().program_vs_model, length=10)
    (row, *_) = evidence_rows(replace(report(), program_vs_model=counted))
    assert row.note == "on sequences drawn at random of 10 steps, right at every step"


def test_the_tests_of_the_inside_stand_beside_their_decoys_and_bounds():
    figures = (
        figure_of("automaton", "variable: total", 0.5),
        figure_of("automaton", "interchange_accuracy", 0.875, 0.25),
        figure_of("automaton", "moved_accuracy", None),
    )
    drawn = located_picture(replace(report(), figures=figures))
    assert drawn is not None
    assert "read total 0.500, needed 0.8" in drawn.alternative
    assert "exchanged 0.875 (decoy 0.250), needed 0.99" in drawn.alternative
    assert "not located" in drawn.caption
    assert "no decoy" in words(drawn)
    assert "No decoy stands where every variable of another machine" in drawn.caption
    beside = tuple(replace(figure, decoy=0.1) for figure in figures)
    every = located_picture(replace(report(), figures=beside))
    assert every is not None
    assert "No decoy stands" not in every.caption
    units = [text for text in words(drawn) if text.startswith(("R²", "part of"))]
    assert units == ["R² of reading it", "part of continuations right"]
    assert located_picture(report()) is None


def test_training_names_its_attempts():
    attempts = (
        attempt(1, "linear", 1, ruled_out="no fit"),
        attempt(2, "second-order", 16, steps=100, right=0.5),
        attempt(3, "second-order", 32, steps=200, right=1.0, reached_at=100, discarded=False),
    )
    points = [SequencePoint(1, d, step, 0.1, 0.5) for d in (16, 32) for step in (50, 100)]
    drawn = training_picture(SequenceCurve(tuple(points)), attempts)
    assert drawn is not None
    assert "second-order, 32 units (used)" in words(drawn)
    assert "second-order, 16 units" in words(drawn)
    assert "16 units: 50.0% right after 100 steps, discarded" in drawn.alternative
    assert "32 units: 100.0% right after 200 steps" in drawn.alternative
    assert "1 smaller or simpler" in drawn.caption
    given_up = (*points, SequencePoint(1, 48, 50, 0.1, 0.5))
    left = training_picture(SequenceCurve(given_up), attempts)
    assert left is not None
    assert "Not drawn: 1 looked at once, when training ended" in left.caption
    assert "48 units" not in " ".join(words(left))
    assert training_picture(SequenceCurve(tuple(points[:1])), attempts) is None
    assert training_picture(None, attempts) is None


def test_the_network_that_was_used_is_drawn_though_it_was_looked_at_once():
    attempts = (
        attempt(1, "second-order", 16, steps=100, right=0.5),
        *(attempt(1 + d, "relu", d, steps=80, right=0.1) for d in (1, 2)),
        attempt(4, "relu", 4, steps=727, right=1.0, discarded=False),
        *(attempt(5 + n, "relu", 10 + n, steps=100, right=0.1) for n in range(8)),
    )
    points = [SequencePoint(0, 16, step, 0.1, 0.5) for step in (50, 100)]
    points += [SequencePoint(1, d, 100 * d, 0.01, 0.5) for d in (1, 2, 4)]
    points += [SequencePoint(4, 10 + n, step, 0.1, 0.5) for n in range(8) for step in (50, 100)]
    drawn = training_picture(SequenceCurve(tuple(points)), attempts)
    assert drawn is not None
    assert "relu, 4 units (used, one look)" in words(drawn)
    assert "The diamond is the network that was used, relu, 4 units" in drawn.caption
    assert "thick line" not in drawn.caption
    assert (
        "Not drawn: 2 looked at once, when training ended and 3 that came before" in drawn.caption
    )
    none = tuple(replace(each, discarded=True) for each in attempts)
    unused = training_picture(SequenceCurve(tuple(points)), none)
    assert unused is not None
    assert "No network of these was used" in unused.caption
    assert "used" not in " ".join(words(unused))


def test_a_network_that_was_not_understood_is_shown_by_its_answers():
    counter = said(lambda count, x: (count + x) % 5, 0, range(3))
    network = SequenceNetwork(planted_network(counter), Channels((range(3),)))
    refusal = Refusal(("not understood",), {})
    exhibits = show(refusal, SequenceTrace(network, LENGTH))
    assert isinstance(exhibits, UnreadExhibits)
    assert exhibits.answers == ("0", "1", "2", "3", "4")
    assert set(exhibits.hidden.groups) == set(range(5))
    assert from_json(exhibits_json(), to_json(exhibits, exhibits_json())) == exhibits
    drawn = unread_picture(exhibits)
    assert "5 answers" in drawn.alternative


def test_many_answers_are_spans():
    places = system(A=[[1, 0], [1, 1]], B=[[1], [1]], C=[[0, 1]])
    model = planted(places, np.random.default_rng(0), 0.0)
    network = SequenceNetwork(model, Channels((range(-5, 6),)))
    exhibits = show(Refusal((), {}), SequenceTrace(network, LENGTH))
    assert isinstance(exhibits, UnreadExhibits)
    assert len(exhibits.answers) == 8
    assert all(" to " in answer for answer in exhibits.answers)
