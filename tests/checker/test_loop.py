"""Loops are followed beside a machine through every length, as Python runs them."""

import numpy as np
import pytest
from adversary_forgeries import LATE, is_late, late
from builders.exploring import window

from distill.checker.loop import walk
from distill.errors import ProgramError
from distill.kinds.automaton.machine import Machine


def test_a_loop_that_goes_wrong_after_many_steps_is_followed_as_python_runs_it():
    """Fifty ways to be wrong in step 60: the walk sees each, or does not follow the program."""
    echo = (np.array([[0, 0]]), np.array([[0, 1]]), np.array([[0], [1]]))
    followed = 0
    for name in LATE:
        source = late(name)
        assert is_late(source), name
        try:
            found = walk(source, *echo)
        except ProgramError:
            continue
        assert found.differs is not None, name
        followed += 1
    assert followed >= 20


def loop(body, before="    state = 0\n", top="", after="    return outputs\n"):
    return (
        f'__all__ = ["f"]\n{top}\ndef f(xs: list[int]) -> list[int]:\n    outputs = []\n{before}'
        f"    for x in xs:\n{body}{after}"
    )


NEXT_TO = "    state = 0\n    seen = "


SAME = '__all__ = ["f"]\ndef f(xs: list[int]) -> list[int]:\n'


PARITY = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))


TWO_LINES = "        state ^= x\n        outputs.append(state)\n"


PUT = "        seen = [x, *seen[1:]]\n" + TWO_LINES


def walked(source):
    return walk(source, PARITY.delta, PARITY.answers, PARITY.values)


def test_a_loop_is_followed_through_every_length():
    found = walked(loop(TWO_LINES))
    assert (found.differs, found.names, found.values) == (None, ("state",), ((0, 1),))
    wrong = loop("        outputs.append(state)\n        state ^= x\n")
    assert "to [1]: the program answers 0, not 1" in walked(wrong).differs


def test_a_loop_may_keep_a_list_and_begin_several_variables_alike():
    """Here the parity is of the last two inputs: what was kept of them is all that is kept."""
    lines = (
        "        outputs.append(sum(recent) % 2 ^ x ^ other)\n        recent = [x, *recent[:-1]]\n"
    )
    before = "    other = unused = 0\n    recent = [0] * 2\n"
    machine = window(lambda x, p, q: x ^ p ^ q, 3)
    found = walk(loop(lines, before), machine.delta, machine.answers, machine.values)
    assert (found.differs, found.pairs) == (None, 4)
    assert found.names == ("recent[0]", "recent[1]")  # the others never change
    wrong = loop(lines.replace("[x, *recent[:-1]]", "[*recent[1:], 0]"), before)
    assert walk(wrong, machine.delta, machine.answers, machine.values).differs is not None


def test_an_answer_of_the_input_alone_is_followed():
    machine = Machine(((0, 0),), ((1, 0),), ((0,), (1,)))
    for answer, differs in (("1 - x", False), ("x", True)):
        source = SAME + f"    return [{answer} for x in xs]\n"
        found = walk(source, machine.delta, machine.answers, machine.values)
        assert (found.differs is not None) == differs
    same = Machine(((0, 0),), ((0, 1),), ((0,), (1,)))
    source = SAME + "    return list(xs)\n"
    assert walk(source, same.delta, same.answers, same.values).differs is None


def test_a_loop_that_is_wrong_only_after_many_steps_is_found_out():
    late = "        n = min(n + 1, 300)\n        state ^= x if n < 300 else 0\n"
    source = loop(late + "        outputs.append(state)\n", "    state = 0\n    n = 0\n")
    assert walked(source).differs is not None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (loop("        n += 1\n" + TWO_LINES, "    state = 0\n    n = 0\n"), "no end to the val"),
        (loop("        SEEN.append(x)\n" + TWO_LINES, top="SEEN = []\n"), "not known: SEEN.append"),
        (loop("        SEEN[0] = x\n" + TWO_LINES, top="SEEN = [0]\n"), "no variable"),
        (loop("        SEEN.pop()\n" + TWO_LINES, top="SEEN = [0]\n"), "not known: SEEN.pop"),
        (loop(TWO_LINES + "        if len(outputs) > 50:\n            state = 0\n"), "does more"),
        (loop(TWO_LINES + "        if x > 5:\n            break\n"), "may end early"),
        (loop(TWO_LINES, "    state = len(xs) // 100\n"), "more with its argument"),
        (loop(TWO_LINES, "    state = 0\n    xs = xs[:9]\n"), "more with its argument"),
        (loop(TWO_LINES, top="IT = iter([1])\n"), "calls iter"),
        (loop(TWO_LINES, top="IT = reversed([1])\n"), "gone through"),
        (loop(TWO_LINES, after="    return outputs[:90]\n"), "not a loop over its argument"),
        (loop("        seen += [x]\n" + TWO_LINES, NEXT_TO + "[0]\n"), "adds to a list"),
        (
            loop("        s = SEEN\n        s += [x]\n" + TWO_LINES, top="SEEN = [0]\n"),
            "adds to a list",
        ),
        (
            loop("        seen = [x, *seen]\n" + TWO_LINES, NEXT_TO + "[0]\n"),
            "is not 1 integers",
        ),
        (loop("        seen = x\n" + TWO_LINES, NEXT_TO + "[0]\n"), "is not 1 integers"),
        (loop("        seen = [seen]\n" + TWO_LINES, NEXT_TO + "[0]\n"), "is not 1 integers"),
        (loop(PUT, NEXT_TO + "[0] * 9999\n"), "neither integers nor one"),
        (loop(PUT, NEXT_TO + "[]\n"), "neither integers nor one"),
        (SAME + "    return [x for x in xs if x]\n", "not a loop over its argument"),
        (SAME + "    return [len(xs) for x in xs]\n", "more with its argument"),
        (SAME + "    print(0)\n    return [x for x in xs]\n", "not known: print"),
        (
            SAME.replace("def f", "def list") + "    return list(xs)\n",
            "which is taken",
        ),
        (loop("        old = new\n        new = x\n" + TWO_LINES), "before it is bound"),
        (loop(TWO_LINES, top="def g(x): return x\n"), "only one function"),
    ],
)
def test_a_program_that_could_hide_something_is_not_followed(source, message, monkeypatch):
    monkeypatch.setattr("distill.checker.loop.MAX_PAIRS", 1000)  # of 200,000: for what has no end
    with pytest.raises(ProgramError, match=message):
        walked(source)
