"""What attention heads do in context (Olsson et al., arXiv 2209.11895)."""

from __future__ import annotations

from jaxtyping import Float, Int
from torch import Tensor


def in_context_score(
    losses: Float[Tensor, "*members texts positions"], early: int, late: int
) -> Float[Tensor, "*members"]:
    """Loss late in a text less that early in it: below 0 where the text so far helps.

    Args:
        losses: of the next token, at every position.
        early: the earlier position (50 in the paper, of texts of 512).
        late: the later one (500).
    """
    return (losses[..., late] - losses[..., early]).mean(dim=-1)


def previous_token_scores(
    attention: Float[Tensor, "*members texts heads positions positions"],
) -> Float[Tensor, "*members heads"]:
    """Mean attention of every head on the token before."""
    return attention.diagonal(-1, dim1=-2, dim2=-1).mean(dim=(-3, -1))


def prefix_matching_scores(
    attention: Float[Tensor, "*members texts heads positions positions"],
    tokens: Int[Tensor, "*members texts positions"],
) -> Float[Tensor, "*members heads"]:
    """Mean attention of every head on what followed the same token before.

    Args:
        attention: on texts that repeat themselves; queries come first.
        tokens: of the texts. Positions whose token has not been there before do not count.
    """
    same = tokens[..., :, None] == tokens[..., None, :]
    after = same.roll(1, dims=-1)
    after[..., 0] = False
    after = after.tril(-1).to(attention.dtype)
    there = (after.sum(dim=-1) > 0).to(attention.dtype)
    on = (attention * after[..., None, :, :]).sum(dim=-1)  # [..., texts, heads, positions]
    counted = there.sum(dim=(-2, -1)).clamp(min=1.0)
    return (on * there[..., None, :]).sum(dim=(-3, -1)) / counted[..., None]
