"""What stood before: the tokens of the positions behind one, and where two of them come again.

A text begins somewhere, and networks take what is before its first token for one that they know:
for the separator, mostly. So a token from before the text may be any that may be named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from distill.kinds.attention.learned.terms import (
    TOKEN,
    Atom,
    Selection,
    Variable,
    compared,
)

NAMED = 0.5
"""What there is to read in a token that stands for those before the text."""
MOST_NAMED = 8


def tokens_behind(
    place: tuple[Atom, ...], nothing: int, constants: Sequence[int]
) -> Iterator[Variable]:
    """The token at one position before, with every token that may stand before the text.

    Args:
        place: that a key is at that position.
        nothing: what no token is.
        constants: tokens that may be named.
    """
    chosen = Selection(place)
    yield Variable("copy", "token", 1.0, reads=(TOKEN,), chosen=chosen, otherwise=nothing)
    for value in constants if len(constants) <= MOST_NAMED else ():
        yield Variable("copy", "token", 1.0 + NAMED, "", (TOKEN,), chosen, value)


def come_again(one: Variable, two: Variable) -> Iterator[tuple[Atom, ...]]:
    """That the token before a key is the one at the query; and that the two before it are those at
    the query and before it.

    Args:
        one: the token one position before.
        two: the token two positions before.
    """
    same = compared("==")
    yield (Atom(same, one, TOKEN),)
    yield (Atom(same, one, TOKEN), Atom(same, two, one))


def is_behind(place: tuple[Atom, ...], by: int) -> bool:
    """Whether a place is the one so many positions before."""
    return [atom.relation.text for atom in place] == [f"j == i - {by}"]
