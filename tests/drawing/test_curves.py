"""Pictures of curves can be read: words do not lie on each other, ticks are where points are."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from distill.drawing.curves import Curve, Mark, curves


def drawn(*given, **how):
    figure = Figure(figsize=(4.6, 2.6), layout="constrained")
    FigureCanvasAgg(figure)
    curves(*given, **how)(figure)
    figure.canvas.draw()
    return figure, figure.axes[0]


@pytest.mark.parametrize("log", ["", "x"])
@pytest.mark.parametrize(
    "places", [(1, 40, 250), (1, 2, 3), (900, 980, 1000), (1, 500, 520, 1000)], ids=str
)
def test_words_of_marks_are_above_the_axes_within_the_figure_and_apart(log, places):
    marks = [Mark(place, word) for place, word in zip(places, WORDS, strict=False)]
    figure, axes = drawn([Curve([1, 1000], [0, 1], "one")], "x", "y", log, marks)
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == len(places)
    for box in boxes:
        assert box.y0 >= axes.bbox.y1
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.legends[0].get_window_extent().y0 + 1
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)


WORDS = ("memorisation", "circuit", "clean-up", "half of it")


@pytest.mark.parametrize(
    ("x", "log", "ticks"),
    [
        ([16, 32, 64, 128], "x", ["16", "32", "64", "128"]),
        ([2, 3, 4, 5], "", ["2", "3", "4", "5"]),
        ([0.5, 1, 2], "", ["0.5", "1", "2"]),
        ([1, 1.001, 2], "", None),
        (list(range(30)), "", None),
    ],
)
def test_ticks_are_at_points_where_those_are_few_and_apart(x, log, ticks):
    _, axes = drawn([Curve(x, range(len(x)))], "x", "y", log)
    low, high = axes.get_xlim()
    labels = [
        label.get_text()
        for label in axes.get_xticklabels()
        if low <= label.get_position()[0] <= high
    ]
    if ticks is None:
        assert 2 <= len(labels) <= 10
    else:
        assert labels == ticks


def test_what_is_counted_has_whole_ticks():
    _, axes = drawn([Curve([10_000, 10_001, 10_002], [0, 1, 2])], "x", "y")
    assert all(float(tick).is_integer() for tick in axes.get_xticks())


def test_a_short_logarithmic_axis_has_more_than_one_tick():
    _, axes = drawn([Curve([1, 2], [0.07, 0.18])], "x", "y", "y")
    low, high = axes.get_ylim()
    assert sum(low <= tick <= high for tick in axes.get_yticks()) >= 3
