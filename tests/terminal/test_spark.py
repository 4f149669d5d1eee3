"""A curve in a line of characters."""

import io
from types import SimpleNamespace

from rich.console import Console

from distill.records.curve import SequenceCurve, SequencePoint
from distill.terminal.spark import BLOCKS, WIDTH, show_sparks, spark, sparks


def test_a_spark_rises_as_its_numbers_do():
    assert spark([float(step) for step in range(8)]) == BLOCKS
    assert spark([3.0, 3.0]) == BLOCKS[0] * 2
    assert spark([0.0, float("-inf"), 1.0]) == f"{BLOCKS[0]} {BLOCKS[-1]}"
    assert len(spark([float(step) for step in range(1000)])) <= WIDTH
    assert spark([float("nan")]) == ""


def shown(losses, attempts, spectrum=()):
    points = tuple(
        SequencePoint(attempt, 4, step, loss, 0.0)
        for step, (loss, attempt) in enumerate(zip(losses, attempts, strict=True))
    )
    curve = SequenceCurve(points=points)
    return SimpleNamespace(curve=curve, spectrum=spectrum)


def test_a_line_is_of_one_training_and_says_of_which():
    """Two trainings one after the other looked like one that rose in the middle."""
    ((name, blocks, ends),) = sparks(shown([8.0, 1.0, 4.0, 0.5], [1, 1, 2, 2]))
    assert (name, ends) == ("loss, last training", "4 to 0.5 (log)")
    assert blocks == BLOCKS[-1] + BLOCKS[0]
    ((name, *_),) = sparks(shown([8.0, 1.0], [1, 1]))
    assert name == "loss"


def test_on_a_pipe_every_line_is_whole():
    out = io.StringIO()
    spectrum = tuple(float(k) for k in range(1, 40))
    show_sparks(Console(file=out, width=40), shown([8.0, 1.0], [1, 1], spectrum))
    lines = out.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("frequencies 1 to 39, at most 39")
