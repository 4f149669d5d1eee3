"""A map of answers is of whole numbers, and so are its ticks."""

from matplotlib.figure import Figure

from distill.drawing.answers import AnswerMap, answers_drawn
from distill.drawing.maps import Plane


def test_what_is_counted_has_no_halves():
    plane = Plane(("a", "b"), (0, 1, 2), (0, 1, 2), ())
    figure = Figure()
    answers_drawn(AnswerMap(plane, ("0 1 2", "1 2 0", "2 0 1")), (0, 2))(figure)
    cells, bar = figure.axes
    for axis in (cells.xaxis, cells.yaxis, bar.yaxis):
        shown = [tick for tick in axis.get_majorticklocs() if -0.5 <= tick <= 2.5]
        assert shown == [0, 1, 2]
