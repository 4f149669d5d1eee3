"""What is said of every position of a text, as it is said of the last one alone."""

from __future__ import annotations

import re

OF_THE_LAST = (
    (r"\bthis one\b", "the last one"),
    (r"\b(the|a) token before\b", r"\1 token before the last"),
    (r"\b(the|a) token (\d+) positions before\b", r"\1 token \2 positions before the last"),
    (r"\bthe token itself\b", "the last token"),
    (r"\bthe token at the same place from the end\b", "the first token"),
    (r"\bthe token(?=,? and\b|,|$)", "the last token"),
    (r"\bthe same token\b", "the same token as the last"),
    (r"\b((?:a|no) (?:smaller|larger) token|another token)\b(?! than)", r"\1 than the last"),
    (r"\bearlier positions\b", "positions before the last"),
    (r"\bat positions up to here(?! with| after| before)", "of the text"),
    (r"\bpositions up to here(?! with| after| before)", "positions of the text"),
    (r"\bpositions up to here\b", "positions"),
)
"""What is compared with the token that is answered for, or lies before it, by that token."""

NOT_OF_THE_LAST = (
    r"\b(i|the position|positions from here on|later positions|(the|a) token after|\d+ positions "
    r"after)\b"
)
"""What is left that speaks of a position which the words do not name."""


def at_the_end(told: str) -> str:
    """What is answered at the end of a text, in words.

    "whether the first token is the same as this one" is "... as the last one".

    Args:
        told: what would be answered at every position.
    """
    for pattern, words in OF_THE_LAST:
        told = re.sub(pattern, words, told)
    return f"{told}, at the end of the text" if re.search(NOT_OF_THE_LAST, told) else told
