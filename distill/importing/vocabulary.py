"""What the rows of an embedding stand for: words, and tokens that stand around a text.

No tensor says it. It is read from a side file that a user names (`--facts FILE`, JSON), and from
options; what neither says is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.domains.texts import Form
from distill.errors import shown
from distill.importing.values import LayoutError

MAX_FACTS = 8 * 1024**2
AROUND = ("bos", "sep", "eos", "pad")
"""Tokens that are no letters: before a text, between its parts, behind it, and filling it up."""
FIELDS = {"bos": ("bos",), "sep": ("sep", "separator"), "eos": ("eos",), "pad": ("pad",)}
"""What side files call them."""
READOUTS = {"next-token argmax": "choice", "multi-label": "set"}
"""How a side file's `head` begins, and what is read out then."""


@dataclass(frozen=True)
class Facts:
    """What is known of a network over texts beside its tensors.

    Attributes:
        words: of the rows, in their order; null where nobody says.
        around: the rows of tokens that are no letters, by what they are; null for none.
        readout: "choice" or "set".
        told: who said what, in words.
    """

    words: tuple[str, ...] | None
    around: Mapping[str, int | None]
    readout: str | None
    told: tuple[str, ...]


def read_facts(path: Path | None, options: Mapping[str, str]) -> Facts:
    """Facts from a side file, and from options, which must not contradict it.

    Args:
        path: of the side file; null for none.
        options: rows of `bos`, `sep`, `eos`, `pad`, or "none"; and `readout`.

    Raises:
        LayoutError: the file is no such JSON, or says otherwise than an option.
    """
    given = {} if path is None else _json(path)
    words = given.get("vocab")
    if words is not None and not (
        isinstance(words, list) and all(isinstance(it, str) for it in words)
    ):
        raise LayoutError(f"'{path}' says vocab = {shown(words)}: expected a list of words")
    if words is not None and len(set(words)) != len(words):
        raise LayoutError(f"'{path}' lists a word twice under vocab: expected one for every row")
    around = dict[str, int | None]()
    for name, fields in FIELDS.items():
        field = next((it for it in fields if it in given), None)
        if field is not None:
            around[name] = _row(given[field], words, f"'{path}' says {field}")
    readout, told = _readout(given, path), list[str]()
    if path is not None and (around or readout):
        told.append(f"{', '.join((*around, *(['readout'] if readout else [])))} by '{path.name}'")
    for name, value in options.items():
        read = value if name == "readout" else None if value == "none" else int(value)
        known = readout if name == "readout" else around.get(name, read)
        if known not in (None, read) or (name in around and around[name] != read):
            raise LayoutError(
                f"--layout says {name}={value}, and '{path}' says {known}: expected the same; "
                "leave one out"
            )
        told.append(f"{name} {value} by --layout")
        if name == "readout":
            readout = value
        else:
            around[name] = read  # type: ignore[assignment]  # a row, or none
    return Facts(None if words is None else tuple(words), around, readout, tuple(told))


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FACTS:
            raise ValueError("it is too long")
        given = json.loads(path.read_text("utf-8"))
        if not isinstance(given, dict):
            raise ValueError("no JSON object")
    except (OSError, ValueError, RecursionError) as error:
        raise LayoutError(
            f"facts '{path}' cannot be read ({error}): expected a JSON object with vocab, bos, "
            "separator, eos, pad and readout"
        ) from error
    return given


def _row(value: Any, words: Sequence[str] | None, place: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and words is not None and value in words:
        return words.index(value)
    if type(value) is int and value >= 0:
        return value
    raise LayoutError(f"{place} = {shown(value)}: expected a word of vocab, a row, or null")


def _readout(given: Mapping[str, Any], path: Path | None) -> str | None:
    said = given.get("readout", given.get("head"))
    if said is None or said in READOUTS.values():
        return said
    found = [ours for theirs, ours in READOUTS.items() if str(said).startswith(theirs)]
    if not found:
        raise LayoutError(
            f"'{path}' says readout = {shown(said)}: expected choice (the largest logit), or set "
            "(the logits above 0)"
        )
    return found[0]


@dataclass(frozen=True)
class Numbered:
    """The values of tokens: letters first, in the order of their rows, then a separator.

    Attributes:
        rows: of the tokens that stand in texts, in the order of their values.
        words: of all rows.
        letters: how many of the tokens are letters; they come first.
    """

    rows: tuple[int, ...]
    words: tuple[str, ...]
    letters: int

    @property
    def value_of(self) -> dict[int, int]:
        """The value of a token by its row."""
        return {row: value for value, row in enumerate(self.rows)}

    def answers(self, readout: str) -> tuple[int, ...]:
        """What every output stands for: its token's value; those of other rows come after these.

        Of a set it is two to the power of that.
        """
        rest = [row for row in range(len(self.words)) if row not in self.rows]
        values = {row: value for value, row in enumerate((*self.rows, *rest))}
        ordered = [values[row] for row in range(len(self.words))]
        return tuple(1 << value if readout == "set" else value for value in ordered)

    def legend(self, readout: str) -> str:
        """Which number stands for which word, where that is not plain."""
        answers = self.answers("choice")
        both = sorted((answers[row], word) for row, word in enumerate(self.words))
        named = [
            f"{value} for {word!r}" for value, word in both if not re.fullmatch(str(value), word)
        ]
        if not named:
            return ""
        more = f" and {len(named) - 40} more" if len(named) > 40 else ""
        said = f"tokens and answers are {', '.join(named[:40])}{more}"
        return said + ("; a set is the sum of 2 ** token" if readout == "set" else "")


def numbered(facts: Facts, n_rows: int, form_has_separator: bool, place: str) -> Numbered:
    """Values for the rows of an embedding.

    Raises:
        LayoutError: words or rows are more or fewer than the embedding's.
    """
    words = facts.words or tuple(map(str, range(n_rows)))
    rows = {name: row for name, row in facts.around.items() if row is not None}
    if len(words) != n_rows or any(row >= n_rows for row in rows.values()):
        found = f"{len(words)} words" if len(words) != n_rows else f"rows {sorted(rows.values())}"
        raise LayoutError(f"'{place}' embeds {n_rows} tokens: found {found} said of them")
    if len(set(rows.values())) != len(rows):
        raise LayoutError(
            f"'{place}': {', '.join(rows)} are rows {', '.join(map(str, rows.values()))}: expected "
            "rows of their own"
        )
    letters = [row for row in range(n_rows) if row not in rows.values()]
    separator = [rows["sep"]] if form_has_separator and "sep" in rows else []
    return Numbered((*letters, *separator), words, len(letters))


@dataclass(frozen=True)
class Example:
    """How the texts of a network look, and who says so."""

    form: Form
    longest: int
    starts: int
    said: str
