"""Lines of a loop as a person would write them."""

from distill.programs.loop_text import start_lines


def test_first_values_that_are_alike_share_a_line():
    start = {"a": 0, "b": 0, "c": 1, "d": 0, "kept": (0, 0), "e": 2, "f": 2, "mixed": (1, 2)}
    assert start_lines(start) == [
        "a = b = 0",
        "c = 1",
        "d = 0",
        "kept = [0] * 2",
        "e = f = 2",
        "mixed = [1, 2]",
    ]
    assert len(start_lines(dict.fromkeys("abcdefgh", 0))) == 2
