"""What heads look at: the scores by which induction heads are known.

Olsson et al. (arXiv 2209.11895): on random text that comes twice, a previous-token head looks one
back, a prefix-matching head at what followed the same token before, and a copying head raises what
it looks at. They arise together, with the loss late in a text falling below that early in it.
Beside every score stands what a wrong one would be: of the same heads, one place off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from distill.networks.text_transformer import TextTransformer

TEXTS = 64
"""Random texts, each of them twice in a row."""


@dataclass(frozen=True)
class Score:
    """The largest score of all heads, and what it would be of the token one place off."""

    value: float
    decoy: float


@dataclass(frozen=True)
class HeadScores:
    """What the heads of a network are known by.

    Attributes:
        previous_token: attention that is one position back; and two back.
        prefix_matching: attention that is where the token before is that of the query; and where
            the token two before is.
        copying: part of tokens whose own logit is that which a head raises most, looking at them;
            and whose successor's is. Null where answers are no tokens.
    """

    previous_token: Score
    prefix_matching: Score
    copying: Score | None


def head_scores(
    shape: TextTransformer, parameters: Mapping[str, Tensor], answers_are_tokens: bool
) -> HeadScores | None:
    """Scores of a network; null where its texts are too short to come twice."""
    half = shape.longest // 2
    if half < 2:
        return None
    generator = torch.Generator().manual_seed(0)
    some = torch.randint(len(shape.tokens), (TEXTS, half), generator=generator)
    texts, seen = torch.cat([some, some], dim=1), list[Tensor]()

    def keep(site: str, there: Tensor) -> Tensor:
        if site.startswith("attention"):
            seen.append(there[:, :, shape.before :, shape.before :])
        return there

    with torch.no_grad():
        shape.logits(parameters, texts, keep)
        late = torch.cat(seen, dim=1)[:, :, half:]
        previous = Score(
            *(
                float(late.diagonal(half - back, dim1=2, dim2=3).mean(dim=(0, 2)).max())
                for back in (1, 2)
            )
        )
        matched = Score(*(_matched(late, texts, back) for back in (1, 2)))
    copying = _copying(shape, parameters) if answers_are_tokens else None
    return HeadScores(previous, matched, copying)


def _matched(late: Tensor, texts: Tensor, back: int) -> float:
    """Attention from the second half where the token so far before the key is the query's."""
    half = texts.shape[1] // 2
    before = torch.cat([torch.full_like(texts[:, :back], -1), texts[:, :-back]], dim=1)
    match = (before[:, None, :] == texts[:, half:, None]).to(late.dtype)
    return float((late * match[:, None]).sum(dim=3).mean(dim=(0, 2)).max())


def _copying(shape: TextTransformer, parameters: Mapping[str, Tensor]) -> Score:
    embedded = parameters["W_E"][list(shape.tokens)]
    scores = list[tuple[float, float]]()
    for layer in range(shape.n_layers):
        block = shape.block(parameters, layer)
        for head in range(shape.n_heads):
            raised = embedded @ block["W_V"][head] @ block["W_O"][head] @ parameters["W_U"]
            raised = raised[:, : len(shape.tokens)] - raised.mean(dim=0)[: len(shape.tokens)]
            own, most = torch.arange(len(raised)), raised.argmax(dim=1)
            right = [float((most == own.roll(-off)).double().mean()) for off in (0, 1)]
            scores.append((right[0], right[1]))
    value, decoy = (max(column) for column in zip(*scores, strict=True))
    return Score(value, decoy)
