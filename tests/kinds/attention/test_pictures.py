"""Attention beside a selection: what a caption says is drawn, and how alike the two are."""

from distill.kinds.attention.exhibits import AttentionExhibits, Beside
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.pictures import attention_pictures

HEAD = (0, 0)


def picture(op, chosen, attention, spread=()):
    seen = Step("larger", "select", ("tokens",), ("tokens",), "y > x", head=HEAD, spread=spread)
    last = Step("answers", op, (), ("tokens",), "y", "larger", -1)
    mechanism = AttentionMechanism((0, 2), 3, (seen, last))
    beside = Beside("larger", HEAD, attention, chosen)
    (shown,) = attention_pictures(mechanism, AttentionExhibits((0, 1, 2), (beside,)))
    return shown


def test_what_is_drawn_of_chosen_positions_is_said():
    """Of soft heads that take the largest, only that."""
    everything = picture("greatest", ("0 1 1", "0 0 1", "0 0 0"), ("0 85 170", "0 0 255", "0 0 0"))
    assert "for the program, the positions that its variable larger chooses." in everything.caption
    soft = ((0.1, 0.0),)
    one = picture("greatest", ("0 0 1", "0 0 1", "0 0 0"), ("0 85 170", "0 0 255", "0 0 0"), soft)
    words = "of the positions that its variable larger chooses those of the largest value."
    assert words in one.caption


def test_how_much_attention_is_on_what_is_chosen_is_said_beside_even_attention():
    """Rows in which nothing is chosen do not count, and attention beside it is no likeness."""
    chosen = ("0 0 1", "0 0 1", "0 0 0")
    sharp = picture("greatest", chosen, ("0 0 255", "0 0 255", "255 0 0")).alternative
    assert "100% of the attention of head 0 of layer 0 to the text" in sharp
    assert "even attention has 33% there" in sharp
    beside = picture("greatest", chosen, ("255 0 0", "204 0 51", "0 0 255")).alternative
    assert " 10% of the attention" in beside
    none = picture("greatest", ("0 0 0",) * 3, ("255 0 0",) * 3)
    assert "nothing is chosen for head 0 of layer 0 to look at" in none.alternative
    assert "Nothing is chosen along this text." in none.caption


def test_heads_that_look_where_their_selection_does_come_first():
    """The first picture was of a head with nothing of its attention on the selection beside it."""
    seen = [Step(name, "select", ("tokens",), ("tokens",), "y > x", head=HEAD) for name in "ab"]
    last = Step("answers", "greatest", (), ("tokens",), "y", "a", -1)
    mechanism = AttentionMechanism((0, 2), 3, (*seen, last))
    chosen, off, on = ("0 0 1",) * 3, ("255 0 0",) * 3, ("51 0 204",) * 3
    besides = tuple(Beside(name, HEAD, it, chosen) for name, it in (("a", off), ("b", on)))
    first, second = attention_pictures(mechanism, AttentionExhibits((0, 1, 2), besides))
    assert "variable b chooses" in first.caption
    assert (
        "80% of the head's attention to the text is on what is drawn on the right" in first.caption
    )
    assert "The head looks there no more than at the rest: 0% of the head's" in second.caption
    assert "even attention would have 33% there" in second.caption
    assert (first.name, second.name) == ("attention-0", "attention-1")
    (alone,) = attention_pictures(mechanism, AttentionExhibits((0, 1, 2), besides[:1]))
    assert alone.name != "attention-0", "it is no picture for the first screen"
