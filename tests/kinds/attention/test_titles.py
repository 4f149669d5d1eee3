"""What a program of selections is called is what it computes, held against the text itself."""

from dataclasses import replace
from itertools import product

import pytest

from distill.checker.selections import ANSWERS
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.mechanism import AttentionMechanism, Step, at_the_end
from distill.kinds.attention.titles import said

TEXTS = [list(text) for n in (1, 2, 3, 4) for text in product(range(3), repeat=n)]
NONE = -1


def selection(by):
    read = by.replace("(", " ").replace(")", " ").split()
    of = tuple(name for name, letter in (("tokens", "x"), ("at", "i")) if letter in read)
    keys = tuple(name for name, letter in (("tokens", "y"), ("at", "j")) if letter in read)
    return Step("chosen", "select", of, keys, by)


def taking(by, op="copy"):
    if op == "width":
        return AttentionMechanism((0, 2), 4, (selection(by), Step(ANSWERS, op, chosen="chosen")))
    last = Step(ANSWERS, op, keys=("tokens",), by="y", chosen="chosen", otherwise=NONE)
    return AttentionMechanism((0, 2), 4, (selection(by), last))


def _at(xs, place):
    return xs[place] if 0 <= place < len(xs) else NONE


def _counted(values):
    return {value: values.count(value) for value in values}


MEANT = {
    "whether the first token is the same as this one": (
        *("j == 0 and y == x", "width"),
        lambda xs, i: int(xs[0] == xs[i]),
    ),
    "whether the token before is smaller than this one": (
        *("j == i - 1 and y < x", "width"),
        lambda xs, i: int(i > 0 and xs[i - 1] < xs[i]),
    ),
    "whether the last token is 2": (
        *("y == 2 and j == len(xs) - 1", "width"),
        lambda xs, i: int(xs[-1] == 2),
    ),
    "whether there is a token before": ("j == i - 1", "width", lambda xs, i: int(i > 0)),
    "the token before if it is larger than this one, -1 where it is not": (
        *("j == i - 1 and y > x", "copy"),
        lambda xs, i: xs[i - 1] if i and xs[i - 1] > xs[i] else NONE,
    ),
    "the token before, -1 where there is none": (
        "j == i - 1",
        "copy",
        lambda xs, i: _at(xs, i - 1),
    ),
    "the token after, -1 where there is none": ("j == i + 1", "copy", lambda xs, i: _at(xs, i + 1)),
    "the token 2 positions before, -1 where there is none": (
        *("i == j + 2", "copy"),
        lambda xs, i: _at(xs, i - 2),
    ),
    "the token at the same place from the end": (
        *("j == len(xs) - 1 - i", "copy"),
        lambda xs, i: xs[-1 - i],
    ),
    "the first token": ("j == 0", "copy", lambda xs, i: xs[0]),
    "the number of positions with the same token": (
        *("x == y", "width"),
        lambda xs, i: xs.count(xs[i]),
    ),
    "the number of earlier positions with the same token": (
        *("j < i and y == x", "width"),
        lambda xs, i: xs[:i].count(xs[i]),
    ),
    "the largest token of the text": ("True", "greatest", lambda xs, i: max(xs)),
    "the smallest token at positions up to here": (
        *("j <= i", "least"),
        lambda xs, i: min(xs[: i + 1]),
    ),
    "the token at the last of the earlier positions with a smaller token, -1 where there is none": (
        *("j < i and y < x", "copy"),
        lambda xs, i: ([NONE] + [y for y in xs[:i] if y < xs[i]])[-1],
    ),
    "the largest token at later positions, -1 where there is none": (
        *("j > i", "greatest"),
        lambda xs, i: max(xs[i + 1 :], default=NONE),
    ),
    "the token at the first of the positions with another token than 0, -1 where there is none": (
        *("y != 0", "copy_first"),
        lambda xs, i: ([y for y in xs if y] + [NONE])[0],
    ),
    "the most frequent token of the text, of several the smallest": (
        *("True", "vote_least"),
        lambda xs, i: max(xs, key=lambda y: (xs.count(y), -y)),
    ),
    "the most frequent token of the text, of several the first met": (
        *("True", "vote"),
        lambda xs, i: max(xs, key=lambda y: (xs.count(y), -xs.index(y))),
    ),
}


@pytest.mark.parametrize("title", MEANT)
def test_what_is_said_of_a_program_is_what_it_answers(title):
    by, op, meant = MEANT[title]
    mechanism = taking(by, op)
    assert said(mechanism.data, range(3)) == (title if len(title) <= 84 else None)
    program = emit_attention(mechanism)
    assert len(program.name) <= 48
    assert program.name != "attend"
    for xs in TEXTS:
        assert program(xs) == [meant(xs, i) for i in range(len(xs))], xs


LAST_ALONE = {
    "whether the first token is the same as this one": (
        "whether the first token is the same as the last one"
    ),
    "whether the token before is smaller than this one": (
        "whether the token before the last is smaller than the last one"
    ),
    "whether the last token is 2": "whether the last token is 2",
    "whether there is a token before": "whether there is a token before the last",
    "the token before if it is larger than this one, -1 where it is not": (
        "the token before the last if it is larger than the last one, -1 where it is not"
    ),
    "the token before, -1 where there is none": (
        "the token before the last, -1 where there is none"
    ),
    "the token after, -1 where there is none": (
        "the token after, -1 where there is none, at the end of the text"
    ),
    "the token at the same place from the end": "the first token",
    "the first token": "the first token",
    "the number of positions with the same token": (
        "the number of positions with the same token as the last"
    ),
    "the number of earlier positions with the same token": (
        "the number of positions before the last with the same token as the last"
    ),
    "the largest token of the text": "the largest token of the text",
    "the smallest token at positions up to here": "the smallest token of the text",
    "the largest token at later positions, -1 where there is none": (
        "the largest token at later positions, -1 where there is none, at the end of the text"
    ),
}


@pytest.mark.parametrize("everywhere", LAST_ALONE)
def test_what_is_answered_at_the_end_alone_is_said_of_the_last_token(everywhere):
    """What a token is held against is named: there is one position, which is no "this one"."""
    by, op, _ = MEANT[everywhere]
    steps = at_the_end(taking(by, op).steps)
    title = LAST_ALONE[everywhere]
    told = said(AttentionMechanism((0, 2), 4, tuple(steps)).data, range(3))
    assert told == (title if len(title) <= 84 else None)


def test_a_map_at_the_end_alone_reads_the_last_token():
    *before, last = taking("j == i - 1").steps
    steps = (*before, Step("copied", last.op, (), last.keys, last.by, "chosen", NONE))
    answer = Step(ANSWERS, "map", ("tokens", "copied"), by="(x + copied_i) % 3")
    mechanism = AttentionMechanism((0, 2), 4, tuple(at_the_end([*steps, answer])))
    assert said(mechanism.data, range(3)) == (
        "a function of the last token and the token before the last"
    )


RANKED = {
    ("count_j <= i", "y < x", "greatest"): (
        "the largest token with at most i smaller ones",
        lambda xs, i: max(y for y in xs if sum(z < y for z in xs) <= i),
    ),
    ("count_j == i", "y < x", "greatest"): (
        "the largest token with exactly i smaller ones, -1 where there is none",
        lambda xs, i: max((y for y in xs if sum(z < y for z in xs) == i), default=NONE),
    ),
    ("count_j < 2 and j < i", "y > x", "copy"): (
        "... of the earlier positions with fewer than 2 larger ones, -1 where ...",
        lambda xs, i: ([NONE] + [y for y in xs[:i] if sum(z > y for z in xs) < 2])[-1],
    ),
    ("count_j <= 0 and j <= i", "y < x", "greatest"): (
        "... at positions up to here with at most 0 smaller ones, -1 where there is none",
        lambda xs, i: max((y for y in xs[: i + 1] if y == min(xs)), default=NONE),
    ),
    ("count_j <= 1", "y == x", "greatest"): (
        "the largest token with at most 1 of the same, -1 where there is none",
        lambda xs, i: max((y for y in xs if xs.count(y) == 1), default=NONE),
    ),
    ("count_j > i", "y <= x", "least"): (
        "the smallest token with more than i that are no larger, -1 where there is none",
        lambda xs, i: min((y for y in xs if sum(z <= y for z in xs) > i), default=NONE),
    ),
    ("count_j > 1", "y == x", "least"): (
        "the smallest token with more than 1 of the same, -1 where there is none",
        lambda xs, i: min((y for y in xs if xs.count(y) > 1), default=NONE),
    ),
}


@pytest.mark.parametrize("made", RANKED)
def test_what_is_counted_at_positions_says_which_they_are(made):
    by, counted, op = made
    title, meant = RANKED[made]
    seen = Step("seen", "select", ("tokens",), ("tokens",), counted)
    asked = tuple(
        name for name, letter in (("count", "count_j"), ("at", "and j <")) if letter in by
    )
    of = ("at",) if "i" in by.split() else ()
    chosen = Step("chosen", "select", of, asked, by)
    last = Step(ANSWERS, op, keys=("tokens",), by="y", chosen="chosen", otherwise=NONE)
    count = Step("count", "width", chosen="seen")
    mechanism = AttentionMechanism((0, 2), 4, (seen, count, chosen, last))
    assert said(mechanism.data, range(3)) == (None if len(title) > 84 or title[0] == "." else title)
    program = emit_attention(mechanism)
    for xs in TEXTS:
        assert program(xs) == [meant(xs, i) for i in range(len(xs))], xs


@pytest.mark.parametrize(
    ("place", "otherwise", "words"),
    [("j == i - 1", -1, "after"), ("i == j - 1", -1, "before"), ("j == i - 1", 2, None)],
)
def test_what_stands_beside_says_which_positions_they_are(place, otherwise, words):
    """Not where what is said of the first position could be a token before it."""
    before = Step("before", "select", ("at",), ("at",), place)
    copied = Step("copied", "copy", (), ("tokens",), "y", "before", otherwise)
    chosen = Step(
        "chosen", "select", ("tokens", "at"), ("copied", "at"), "j <= i and copied_j == x"
    )
    voted = Step("voted", "vote_least", (), ("tokens",), "y", "chosen", NONE)
    last = Step(ANSWERS, "map", ("voted",), by="voted_i % 4")
    mechanism = AttentionMechanism((0, 2), 4, (before, copied, chosen, voted, last))
    title = f"a function of the most frequent token at positions up to here {words} the same token"
    assert said(mechanism.data, range(3)) == (None if words is None else title)
    assert len(emit_attention(mechanism).name) <= 48


def test_what_a_map_reads_is_said_of_it():
    *before, last = taking("j == i - 1").steps
    steps = (*before, Step("copied", last.op, (), last.keys, last.by, "chosen", NONE))
    answer = Step(ANSWERS, "map", ("at", "copied"), by="i if i == 0 else copied_i")
    assert said(AttentionMechanism((0, 2), 4, (*steps, answer)).data, range(3)) == (
        "a function of the position and the token before"
    )
    own = Step(ANSWERS, "map", ("tokens",), by="x")
    assert said(AttentionMechanism((0, 2), 4, (own,)).data, range(3)) == "the token itself"


@pytest.mark.parametrize(
    "by", ["j == 2 * i", "y == x and y == 1", "j <= i and j > i", "(x + y) % 2 == 0", "i % 2 == 0"]
)
def test_what_has_no_words_is_called_by_what_it_is_made_of(by):
    mechanism = taking(by)
    assert said(mechanism.data, range(3)) is None
    assert mechanism.name == "a value copied from a chosen position, by 1 selection"
    assert emit_attention(mechanism).name == "value_copied_from_a_chosen_position"


def test_what_is_computed_of_several_values_is_not_said_to_be_of_one():
    """Neither of one that only says which positions are chosen."""
    rank = selection("y < x")
    count = Step("count", "width", chosen="chosen")
    asked = Step("asked", "select", ("at",), ("count",), "count_j == i + 1")
    copied = Step("copied", "copy", (), ("tokens",), "y", "asked", NONE)
    half = Step("half", "map", ("count",), by="count_i // 2")
    answer = Step(ANSWERS, "map", ("copied",), by="copied_i % 3")
    alone = AttentionMechanism((0, 2), 4, (rank, count, asked, copied, answer))
    assert alone.name == "a function of a value copied from a chosen position, by 2 selections"
    answer = replace(
        answer, of=("copied", "half"), by="max(copied_i, half_i) * (2 if copied_i else 1)"
    )
    both = AttentionMechanism((0, 2), 4, (rank, count, half, asked, copied, answer))
    assert (
        both.name == "a function of 2 values that are taken from chosen positions, by 2 selections"
    )
    more = Step("more", "width", chosen="asked")
    answer = replace(answer, of=("more", "half"), by="more_i - half_i")
    counts = AttentionMechanism((0, 2), 4, (rank, count, half, asked, more, answer))
    assert counts.name == "a function of 2 counts of chosen positions, by 2 selections"


def test_a_title_is_the_first_line_of_its_program():
    program = emit_attention(taking("j == i - 1"))
    assert program.source.startswith('"""The token before, -1 where there is none.\n')


@pytest.mark.parametrize(("instead", "words"), [("x", "the token itself"), ("7", "7")])
def test_what_is_answered_where_there_is_nothing_to_take_is_said_as_that(instead, words):
    """And the letters that a docstring explains are those that stand in the program."""
    *before, last = taking("j == i - 2").steps
    steps = (*before, Step("copied", last.op, (), last.keys, last.by, "chosen", NONE))
    by = f"{instead} if copied_i == {NONE} else copied_i"
    answer = Step(ANSWERS, "map", ("copied", "tokens")[: 1 + (instead == "x")], by=by)
    mechanism = AttentionMechanism((0, 2), 4, (*steps, answer))
    title = f"the token 2 positions before, where there is none {words}"
    assert said(mechanism.data, range(3)) == title
    program = emit_attention(mechanism)
    assert program.name.startswith("token_2_positions_before")
    for xs in TEXTS:
        due = [xs[i - 2] if i > 1 else (xs[i] if instead == "x" else 7) for i in range(len(xs))]
        assert program(xs) == due
    told = " ".join(program.source.split('"""')[1].split())
    assert ("x is the token at i." in told) == (instead == "x")
    assert " y " not in told
    other = replace(mechanism, steps=(*steps, replace(answer, by=by.replace(str(NONE), "3"))))
    assert "where there is none" not in (said(other.data, range(3)) or "")


TRUTHS = {
    ("y != x", "place", "-copied_i"): "whether the first token is the same as this one",
    ("y < x", "place", "copied_i + 1"): "whether the first token is smaller than this one",
    ("y == 2", "place", "int(copied_i == -1)"): "whether the first token is not 2",
    ("y >= x", "count", "1 - copied_i"): "whether the first token is smaller than this one",
    ("y != 1", "count", "int(copied_i == 0)"): "whether the first token is 1",
}
MEANS = {
    "the same as this one": lambda y, x: y == x,
    "smaller than this one": lambda y, x: y < x,
    "not 2": lambda y, x: y != 2,
    "1": lambda y, x: y == 1,
}


@pytest.mark.parametrize("made", TRUTHS)
def test_a_place_that_is_the_first_or_none_is_told_as_the_truth_that_it_is(made):
    """ "A function of a value copied from a chosen position" was said of every one of these."""
    held, what, by = made
    taken = {
        "place": Step("copied", "copy", keys=("at",), by="j", chosen="chosen", otherwise=-1),
        "count": Step("copied", "width", chosen="chosen"),
    }[what]
    steps = (selection(f"j == 0 and {held}"), taken, Step(ANSWERS, "map", ("copied",), by=by))
    mechanism = AttentionMechanism((0, 2), 4, steps)
    assert said(mechanism.data, range(3)) == TRUTHS[made]
    means = MEANS[TRUTHS[made].removeprefix("whether the first token is ")]
    for xs in TEXTS:
        assert emit_attention(mechanism)(xs) == [int(means(xs[0], x)) for x in xs], xs
    elsewhere = replace(mechanism, steps=(selection(f"j == i - 1 and {held}"), *steps[1:]))
    assert not str(said(elsewhere.data, range(3))).startswith("whether the token before is")


def test_of_counts_of_single_tokens_it_is_said_which_they_are():
    """ "A function of 3 counts of chosen positions" was said."""
    chosen = ("j == i + 1 and y < x", "j == i - 1 and y >= x", "j == i + 1")
    steps = list[Step]()
    for place, by in enumerate(chosen):
        name = f"chosen{place}"
        steps += [replace(selection(by), name=name), Step(f"c{place}", "width", chosen=name)]
    value = Step("value", "map", ("c0", "c1"), by="c0_i - c1_i")
    last = Step(ANSWERS, "map", ("value", "c2"), by="int(value_i == c2_i)")
    mechanism = AttentionMechanism((0, 2), 4, (*steps, value, last))
    title = "a function of how the token after and the token before compare with this one"
    assert said(mechanism.data, range(3)) == title
    program, like = emit_attention(mechanism), dict[tuple[int, ...], int]()
    for xs in TEXTS:
        for i, answer in enumerate(program(xs)):
            around = [(_at(xs, place), xs[i]) for place in (i - 1, i + 1)]
            met = tuple(2 if y == NONE else (y > x) - (y < x) for y, x in around)
            assert like.setdefault(met, answer) == answer
    fixed = replace(steps[0], by="j == i + 1 and y == 2", of=("at",))
    other = replace(mechanism, steps=(fixed, *mechanism.steps[1:]))
    assert said(other.data, range(3)) is None
