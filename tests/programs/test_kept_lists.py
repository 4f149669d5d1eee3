"""Lists that a program keeps: what is picked from one, and what passes through."""

from itertools import permutations

from builders.emitted_recurrences import op
from builders.recurrences import cascade

from distill.expressions.expression import Name
from distill.programs.kept_lists import delays, picked


def test_an_arg_max_is_one_on_every_order_of_the_registers():
    names = ("count_0", "count_1", "count_2")
    assert picked(cascade(">=", [0, 1, 2], 5), names) == ("max", 5)
    for order in permutations(range(3)):
        found = picked(cascade(">=", list(order), 0), names)
        assert (found == ("max", 0)) == (order == (0, 1, 2))
    only_two = op("if", op(">=", "count_0", "count_1"), 0, 1)
    assert picked(only_two, names) is None
    assert picked(op("if", op(">=", "count_0", 1), 0, 1), names) is None


def test_delays_are_chains_of_what_takes_over():
    updates = {"p": Name("x"), "q": Name("p"), "r": Name("y"), "s": op("+", "s", "q")}
    assert list(delays(updates, ("x", "y"))) == [("x", ("p", "q")), ("y", ("r",))]
