"""What heads look at while a network learns: the scores by which induction heads are known.

Olsson et al. (arXiv 2209.11895): on random text that comes twice, a previous-token head looks one
back, a prefix-matching head at what followed the same token before, and a copying head raises what
it looks at. They arise together, with the loss late in a text falling below that early in it.
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
class HeadScores:
    """The largest of all heads.

    Attributes:
        previous_token: attention that is one position back.
        prefix_matching: attention that is where the token before is that of the query.
        copying: part of tokens whose own logit is that which a head raises most, looking at them;
            null where answers are no tokens.
    """

    previous_token: float
    prefix_matching: float
    copying: float | None


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
        every = torch.cat(seen, dim=1)
        late = every[:, :, half:]
        previous = late.diagonal(half - 1, dim1=2, dim2=3).mean(dim=(0, 2))
        before = torch.cat([torch.full_like(texts[:, :1], -1), texts[:, :-1]], dim=1)
        match = (before[:, None, :] == texts[:, half:, None]).to(every.dtype)
        prefix = (late * match[:, None]).sum(dim=3).mean(dim=(0, 2))
    copying = _copying(shape, parameters) if answers_are_tokens else None
    return HeadScores(float(previous.max()), float(prefix.max()), copying)


def _copying(shape: TextTransformer, parameters: Mapping[str, Tensor]) -> float:
    embedded, best = parameters["W_E"][list(shape.tokens)], 0.0
    for layer in range(shape.n_layers):
        block = shape.block(parameters, layer)
        for head in range(shape.n_heads):
            raised = embedded @ block["W_V"][head] @ block["W_O"][head] @ parameters["W_U"]
            raised = raised[:, : len(shape.tokens)] - raised.mean(dim=0)[: len(shape.tokens)]
            own = torch.arange(len(raised))
            best = max(best, float((raised.argmax(dim=1) == own).double().mean()))
    return best
