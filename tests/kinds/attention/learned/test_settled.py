"""What is answered where texts never lead is what the network answers there."""

from builders.compiled_texts import shifted

from distill.checker.attended import texts_replaced
from distill.checker.selections import ANSWERS
from distill.kinds.attention.learned.settled import settled
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.replacing import replaced_along

NETWORK = shifted(but=2)
"""The token before, unless it is 2: along no text does its head look at a 2."""


def answering(by, head=(0, 0)):
    return AttentionMechanism(
        (0, 2),
        4,
        (
            Step("chosen", "select", ("at",), ("tokens", "at"), "j == i - 1 and y != 2", head=head),
            Step("copied", "copy", (), ("tokens",), "y", "chosen", -1),
            Step(ANSWERS, "map", ("copied",), by=by),
        ),
        none=-1,
    )


def texts():
    return [rows for rows in texts_replaced(range(3), 4) if rows.shape[1] > 1]


def test_an_answer_that_no_text_asks_for_is_asked_of_the_heads():
    """Sent to a 2, the head brings it: the answer is 2, and not what the plainest line says."""
    plainest = answering("0 if copied_i == 2 else copied_i")
    found = settled(plainest, NETWORK, texts())
    assert found.steps[-1].by == "copied_i"
    rows = [replaced_along(it, NETWORK, texts())["followed_accuracy"] for it in (plainest, found)]
    assert rows[0].value < 0.7
    assert rows[1].value == 1.0


def test_answers_that_texts_ask_for_stay():
    """Also those that are wrong: they are held against the network elsewhere."""
    found = settled(answering("9 if copied_i == 2 else 1 - copied_i"), NETWORK, texts())
    space = {by: eval(found.steps[-1].by, {"copied_i": by}) for by in (-1, 0, 1, 2)}
    assert space == {-1: 2, 0: 1, 1: 0, 2: 2}


def test_a_line_that_follows_its_heads_stays():
    assert settled(answering("copied_i"), NETWORK, texts()) is None


def test_of_a_program_in_no_head_nothing_is_asked():
    assert (
        settled(answering("0 if copied_i == 2 else copied_i", head=None), NETWORK, texts()) is None
    )
