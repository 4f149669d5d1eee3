"""The inputs of a network that reads a text at once: lists of tokens, of any length up to one.

What `Domain` is for finitely many inputs, and `Channels` for steps that come one after another,
`Texts` is for a network that sees all of its input before it answers at any position.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from distill.checker.text_forms import check_form, form_in_words
from distill.domains.finite import check_range
from distill.errors import TaskError

LENGTHS = range(1, 513)
"""Of the longest text."""


@dataclass(frozen=True)
class Part:
    """A stretch of a text.

    Attributes:
        tokens: the values that stand there.
        fewest: how many at least; most: at most.
        step: by which their number grows from the fewest on.
        apart: whether no token (1), or no two in a row (2), come twice in it.
        clear: of how many interleaved texts it is, in each of which one token is more frequent than
            any other: of itself alone, or of every second token and the others; 0 where that is not
            so.
    """

    tokens: tuple[int, ...]
    fewest: int
    most: int
    step: int = 1
    apart: Literal[0, 1, 2] = 0
    clear: int = 0


@dataclass(frozen=True)
class Form:
    """How the texts of a network look: parts in a row, and what follows (`checker.text_forms`).

    Attributes:
        then: "nothing"; "chosen": what the network answers, token after token, until it answers
            none; "allowed": any token of the set that it answers, up to a length that is drawn.
        more: tokens that follow at most.
        together: tokens of all parts at most; null for no other limit than theirs.
    """

    parts: tuple[Part, ...]
    then: Literal["nothing", "chosen", "allowed"] = "nothing"
    more: int = 0
    together: int | None = None

    @property
    def data(self) -> dict[str, Any]:
        """As a certificate has it."""
        return asdict(self)

    def __str__(self) -> str:
        return form_in_words(self.data)


@dataclass(frozen=True)
class Texts:
    """What a text is made of.

    Attributes:
        tokens: the values of a token, a contiguous range.
        longest: tokens of the longest text that the network reads.
        form: how its texts look; null where every text is one.

    Raises:
        TaskError: the range is empty, has a step or (without a form) a single value, no text is
            that long, or the form has other tokens or longer texts.
    """

    tokens: range
    longest: int
    form: Form | None = None

    def __post_init__(self) -> None:
        if self.form is None or len(self.tokens) != 1:  # a single letter, and where a text ends
            check_range("x", self.tokens)
        if isinstance(self.longest, bool) or self.longest not in LENGTHS:
            raise TaskError(f"longest = {self.longest!r}: expected 1 to {LENGTHS[-1]} tokens")
        if self.form is not None:
            readout = "set" if self.form.then == "allowed" else "choice"
            try:
                check_form(self.form.data, self.tokens, self.longest, readout)
            except ValueError as error:
                raise TaskError(f"texts of the form {self.form}: {error}") from error

    @property
    def ranges(self) -> tuple[range, ...]:
        """The values of what is read: one token at every place."""
        return (self.tokens,)

    @property
    def with_answers(self) -> str:
        """What is read and, where that is no single answer, what is answered, in words."""
        return str(self)

    @property
    def channels(self) -> tuple[range, ...]:
        """The one channel that a text has, as draws of sequences want it."""
        return (self.tokens,)

    def __str__(self) -> str:
        found = f"x in {self.tokens.start}..{self.tokens.stop - 1}, up to {self.longest} tokens"
        return found if self.form is None else f"{found}, {self.form}"
