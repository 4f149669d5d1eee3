"""The inputs of a network that reads a text at once: lists of tokens, of any length up to one.

What `Domain` is for finitely many inputs, and `Channels` for steps that come one after another,
`Texts` is for a network that sees all of its input before it answers at any position.
"""

from __future__ import annotations

from dataclasses import dataclass

from distill.domains.finite import check_range
from distill.errors import TaskError

LENGTHS = range(1, 513)
"""Of the longest text."""


@dataclass(frozen=True)
class Texts:
    """What a text is made of.

    Attributes:
        tokens: the values of a token, a contiguous range.
        longest: tokens of the longest text that the network reads.

    Raises:
        TaskError: the range is empty, has a step or a single value, or no text is that long.
    """

    tokens: range
    longest: int

    def __post_init__(self) -> None:
        check_range("x", self.tokens)
        if isinstance(self.longest, bool) or self.longest not in LENGTHS:
            raise TaskError(f"longest = {self.longest!r}: expected 1 to {LENGTHS[-1]} tokens")

    @property
    def channels(self) -> tuple[range, ...]:
        """The one channel that a text has, as draws of sequences want it."""
        return (self.tokens,)

    def __str__(self) -> str:
        return f"x in {self.tokens.start}..{self.tokens.stop - 1}, up to {self.longest} tokens"
