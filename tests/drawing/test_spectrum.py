"""Bars whose numbers can be read, and windows around an answer."""

from distill.drawing.spectrum import WINDOW, _levels, near_zero, window_said


def test_numbers_of_neighbours_do_not_cover_each_other():
    heights = [0.0] * 50
    heights[0] = heights[1] = 1.0
    heights[29] = 0.5
    levels = _levels([1, 2, 30], tuple(heights))
    assert levels == {1: 0, 2: 1, 30: 0}
    heights[1] = 0.3  # far below its neighbour: no need
    assert _levels([1, 2], tuple(heights)) == {1: 0, 2: 0}


def test_of_many_outputs_a_window_around_the_answer_is_drawn():
    profile = tuple(float(s) for s in range(113))
    steps, (line,) = near_zero(profile)
    assert steps == [*range(-WINDOW, WINDOW + 1)]
    assert line[WINDOW] == 0
    assert line[WINDOW - 1] == 112
    assert "113" in window_said(113)
    steps, _ = near_zero((0.0, 1.0, 2.0))
    assert steps == [-1, 0, 1]
    assert window_said(3) == ""
