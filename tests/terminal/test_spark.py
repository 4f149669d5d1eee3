"""A curve in a line of characters."""

import io
from types import SimpleNamespace

from rich.console import Console

from distill.records.attempts import Attempt
from distill.records.curve import BoxCurve, BoxPoint, SequenceCurve, SequencePoint
from distill.terminal.spark import BLOCKS, WIDTH, show_sparks, spark, sparks


def test_a_spark_rises_as_its_numbers_do():
    assert spark([float(step) for step in range(8)]) == BLOCKS
    assert spark([3.0, 3.0]) == BLOCKS[0] * 2
    assert spark([0.0, float("-inf"), 1.0]) == f"{BLOCKS[0]} {BLOCKS[-1]}"
    assert len(spark([float(step) for step in range(1000)])) <= WIDTH
    assert spark([float("nan")]) == ""


def attempt(number, discarded=True):
    sizes = {"d_hidden": 4}
    return Attempt(number, "relu", sizes, "cross-entropy", "fresh sequences", discarded=discarded)


def shown(losses, attempts, spectrum=(), made=()):
    points = tuple(
        SequencePoint(attempt, 4, step, loss, 0.0)
        for step, (loss, attempt) in enumerate(zip(losses, attempts, strict=True))
    )
    curve = SequenceCurve(points=points)
    return SimpleNamespace(curve=curve, spectrum=spectrum, attempts=made)


def test_a_line_is_of_one_training_and_says_of_which():
    """Two trainings one after the other looked like one that rose in the middle."""
    ((name, blocks, ends),) = sparks(shown([8.0, 1.0, 4.0, 0.5], [1, 1, 2, 2]))
    assert (name, ends) == ("loss, last training", "4 to 0.5 (log)")
    assert blocks == BLOCKS[-1] + BLOCKS[0]
    ((name, *_),) = sparks(shown([8.0, 1.0], [1, 1]))
    assert name == "loss"


def test_the_line_is_of_the_network_that_was_taken_and_not_of_the_last():
    made = (attempt(1, discarded=False), attempt(2))
    ((name, _, ends),) = sparks(shown([8.0, 1.0, 4.0, 0.5], [0, 0, 1, 1], made=made))
    assert (name, ends) == ("loss of this network", "8 to 1 (log)")
    points = (BoxPoint(1, "Adam", 1, 1.0), BoxPoint(1, "Adam", 2, 0.3), BoxPoint(2, "Adam", 1, 2.0))
    run = SimpleNamespace(curve=BoxCurve(points), spectrum=(), attempts=made)
    assert sparks(run)[0][0::2] == ("error of this network", "1 to 0.3 (log)")


def test_on_a_narrow_terminal_no_block_is_cut():
    out = io.StringIO()
    narrow = Console(file=out, width=30, force_terminal=True, color_system=None)
    show_sparks(narrow, shown([2.0**-step for step in range(70)], [1] * 70))
    assert "…" not in out.getvalue()
    assert any(len(line) > 20 and set(line) <= set(BLOCKS) for line in out.getvalue().splitlines())


def test_on_a_pipe_every_line_is_whole():
    out = io.StringIO()
    spectrum = tuple(float(k) for k in range(1, 40))
    show_sparks(Console(file=out, width=40), shown([8.0, 1.0], [1, 1], spectrum))
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("frequencies 1 to 39, at most 39")
