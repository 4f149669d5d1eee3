"""A map of answers is of whole numbers, and so are its ticks."""

from matplotlib.figure import Figure

from distill import Domain
from distill.drawing.answers import AnswerMap, answers_drawn
from distill.drawing.maps import Plane, plane_of


def test_what_is_counted_has_no_halves():
    plane = Plane(("a", "b"), (0, 1, 2), (0, 1, 2), ())
    figure = Figure()
    answers_drawn(AnswerMap(plane, ("0 1 2", "1 2 0", "2 0 1")), (0, 2))(figure)
    cells, bar = figure.axes
    for axis in (cells.xaxis, cells.yaxis, bar.yaxis):
        shown = [tick for tick in axis.get_majorticklocs() if -0.5 <= tick <= 2.5]
        assert shown == [0, 1, 2]


def test_other_inputs_are_held_in_the_middle_where_a_distance_is_no_sum():
    inputs = (range(5), range(3), range(1, 6), range(2))
    plane, tokens = plane_of(Domain(inputs, range(9)))
    assert [value for _, value in plane.held] == [3, 1]
    assert tokens[:, 2:].tolist() == [[2, 1]] * 15
