"""A map of answers is of whole numbers, and so are its ticks."""

import pytest
from matplotlib.figure import Figure

from distill import Domain
from distill.drawing.answers import AnswerMap, answers_drawn, scale_said
from distill.drawing.maps import Plane, plane_of
from distill.groups.families import Abelian
from distill.groups.named import group_named
from distill.kinds.closed_form.pictures import scale_of as of_expression
from distill.kinds.group.mechanism import Law
from distill.kinds.group.pictures import scale_of as of_law


def test_what_is_counted_has_no_halves():
    plane = Plane(("a", "b"), (0, 1, 2), (0, 1, 2), ())
    figure = Figure()
    answers_drawn(AnswerMap(plane, ("0 1 2", "1 2 0", "2 0 1")), (0, 2), "ordered")(figure)
    cells, bar = figure.axes
    for axis in (cells.xaxis, cells.yaxis, bar.yaxis):
        shown = [tick for tick in axis.get_majorticklocs() if -0.5 <= tick <= 2.5]
        assert shown == [0, 1, 2]


def test_other_inputs_are_held_in_the_middle_where_a_distance_is_no_sum():
    inputs = (range(5), range(3), range(1, 6), range(2))
    plane, tokens = plane_of(Domain(inputs, range(9)))
    assert [value for _, value in plane.held] == [3, 1]
    assert tokens[:, 2:].tolist() == [[2, 1]] * 15


@pytest.mark.parametrize(
    ("expression", "outputs", "scale"),
    [
        ("a + b", (0, 78), "ordered"),
        ("(a + b) % 23", (0, 22), "round"),
        ("a * b % 23 + 1", (1, 23), "round"),
        ("(a + b) % 23", (0, 30), "ordered"),
        ("(a + b) % 23 + 1", (0, 22), "ordered"),
        ("a % 7 + b % 5", (0, 10), "ordered"),
        ("a % 2", (0, 1), "ordered"),
        ("max(a, b)", (0, 9), "ordered"),
    ],
)
def test_colours_go_round_where_an_expression_wraps(expression, outputs, scale):
    assert of_expression(expression, outputs) == scale


def test_colours_of_elements_go_round_in_a_cyclic_group_alone():
    turned = (1, 2, 3, 4, 0)
    assert of_law(Law(Abelian((5,)))) == "round"
    assert of_law(Law(Abelian((5,)), output=turned)) == "round"  # drawn by elements
    assert of_law(Law(Abelian((2, 2)))) == "apart"
    assert of_law(Law(group_named("S3"))) == "apart"


def test_what_colours_go_by_is_said():
    assert "modulo 23: that of 22 is next to that of 0" in scale_said("round", (0, 22))
    assert "from dark to light with the answer, from 1 to 30" in scale_said("ordered", (1, 30))
    assert "colour of its own" in scale_said("apart", (0, 5))
