"""What the pictures of a program of selections show: attention beside selections, and one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from torch import Tensor

from distill.checker.text_draws import structured
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import selections_of
from distill.networks.trace import TextTrace

FORMAT_VERSION = 1
SEED = 5
MOST_SHOWN = 10
"""Tokens of the text that is shown."""
OF_A_FORM = 40
"""Texts of a form that one is taken of."""
LEVELS = 255


@dataclass(frozen=True)
class Beside:
    """One head's attention along one text, and what the program chooses there.

    Attributes:
        name: of the selection.
        head: layer and head: of several the one that looks most as the selection does.
        others: further heads that it was found in.
        attention: of every position on every token, in parts of 255, row by row; the token before
            the text is left out.
        chosen: 1 where the program chooses, row by row.
    """

    name: str
    head: tuple[int, int]
    attention: tuple[str, ...]
    chosen: tuple[str, ...]
    others: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class AttentionExhibits:
    """Along one text.

    Attributes:
        text: its tokens.
        selections: every one of the program.
    """

    text: tuple[int, ...]
    selections: tuple[Beside, ...]
    kind: Literal["attention"] = "attention"
    format_version: int = FORMAT_VERSION


def attention_exhibits(mechanism: AttentionMechanism, view: TextTrace) -> AttentionExhibits:
    """Take them from a network."""
    network, texts = view.network, view.texts
    length = min(MOST_SHOWN, texts.longest)
    if texts.form is None:
        rows = _telling(structured(texts.tokens, OF_A_FORM, length, SEED))
    else:
        drawn = network.formed(OF_A_FORM, SEED)
        rows = min(drawn, key=lambda it: abs(it.shape[1] - length))[:1]
    seen: dict[str, Tensor] = {}

    def keep(site: str, there: Tensor) -> Tensor:
        seen[site] = there
        return there

    network.logits(rows, keep)
    chosen, before = selections_of(mechanism, rows), network.shape.before
    shown = list[Beside]()
    for step in mechanism.steps:
        if step.op != "select" or step.head is None:
            continue
        layer, head = step.head
        attention = seen[f"attention {layer}"][0, head, before:, before:].numpy()
        parts = np.rint(attention * LEVELS).astype(int)
        picked = np.broadcast_to(chosen[step.name][0], parts.shape).astype(int)
        others = tuple(sorted(step.also))
        shown.append(Beside(step.name, step.head, _rows(parts), _rows(picked), others))
    return AttentionExhibits(tuple(rows[0].tolist()), tuple(shown))


def _telling(texts: np.ndarray) -> np.ndarray:
    """The text of several that shows most: some token comes twice, and many are different."""
    kinds = [len(set(row)) for row in texts.tolist()]
    best = max(range(len(texts)), key=lambda at: (kinds[at] < texts.shape[1], kinds[at]))
    return texts[best : best + 1]


def _rows(cells: np.ndarray) -> tuple[str, ...]:
    return tuple(" ".join(map(str, row)) for row in cells.tolist())
