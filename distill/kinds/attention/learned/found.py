"""What a network whose attention is soft is read as: a program with its heads, or a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jaxtyping import Int
from numpy import ndarray

from distill.kinds.attention.learned.asked import ask
from distill.kinds.attention.learned.by_pair import weighing_pairs
from distill.kinds.attention.learned.by_token import few_tokens, weighing_tokens
from distill.kinds.attention.learned.carried import SURE, carried, shown_by
from distill.kinds.attention.learned.even import exchanging, in_no_attention
from distill.kinds.attention.learned.hints import that_matter
from distill.kinds.attention.learned.itself import from_the_same
from distill.kinds.attention.learned.matching import with_heads
from distill.kinds.attention.learned.parted import parted
from distill.kinds.attention.learned.read import (
    FAR,
    SEARCH_SEED,
    TRIED,
    search,
    texts_of,
)
from distill.kinds.attention.learned.seen import texts_for
from distill.kinds.attention.learned.settled import settled
from distill.kinds.attention.learned.tallied import tallied
from distill.kinds.attention.learned.trying import Tried
from distill.kinds.attention.learned.unmet import unmet
from distill.kinds.attention.learned.writing import written
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.networks.text_network import TextNetwork
from distill.records.refusal import Refusal
from distill.waits import part, tell

LEAST = 0.9
"""Part of the texts that a program must answer as its network does; and of the answers that must
stay with its heads alone, before these are asked elsewhere."""


SEARCH = 0.7
"""Part of the work that the search for programs is, about; the rest is looking for their heads."""


def read_learned(network: TextNetwork) -> tuple[float, AttentionMechanism | Refusal]:
    """The plainest program that answers as the network does, and the part of texts where it does.

    Of several that answer as much alike, the plainest that its network's heads carry; and of what
    may be said of how these do it, the plainest that other texts bear out.

    Where that is too small it is 0, and a refusal says so.
    """
    if network.shape.readout == "value":
        return 0.0, Refusal(("selections: no search over programs whose answers are reals",), {})
    with part(0.0, SEARCH):
        every = search(network)
    if not every or every[0].part < LEAST:
        best = f"the best answers {every[0].part:.1%} of texts" if every else "none was found"
        said = (
            f"selections: of the programs that were searched {best} as the network does, "
            f"expected {LEAST:.0%}"
        )
        if every and every[0].part < FAR:
            said += f"; the search ended early, as it does where that is less than {FAR:.0%}"
        return 0.0, Refusal((said,), {"answered_alike": every[0].part} if every else {})
    batches = texts_of(network, SEARCH_SEED + 1, TRIED)
    heads = that_matter(network, batches)
    texts = texts_for(ask(network, batches))
    plainest: AttentionMechanism | None = None
    for place, tried in enumerate(every):
        left = (1 - SEARCH) * place / len(every)
        tell(SEARCH + left, f"the network's heads for program {place + 1} of {len(every)} at most")
        nearest: tuple[float, AttentionMechanism] | None = None
        for mechanism in _described(tried, network, heads, texts):
            plainest = plainest or mechanism
            if carried(mechanism, network, texts):
                by = shown_by(mechanism, network)
                if nearest is None or by > nearest[0]:
                    nearest = by, mechanism
                if by >= SURE:
                    break
        if nearest is not None:
            return tried.part, nearest[1]
    assert plainest is not None, "some were found"
    return every[0].part, plainest


def _described(
    tried: Tried,
    network: TextNetwork,
    heads: Sequence[tuple[int, int]],
    texts: Sequence[Int[ndarray, "_ _"]],
) -> Iterator[AttentionMechanism]:
    """A program in heads that do what it says, the plainest description first: with two weights for
    each head; with its token from where it stands; either with weights of tokens, and with tokens
    that look harder than others; and with counts in what heads write, of those that look at
    everything alike (up to weights of tokens), and then of what was computed where they look.
    """
    mechanism = _inside(tried, network, heads, texts)
    yield mechanism
    itself = from_the_same(mechanism, network.shape.causal) if heads else None
    if itself is not None:
        yield (itself := with_heads(itself, network, heads, texts)[1])
    for harder in (False, True):
        for each in (mechanism, itself):
            if each is not None:
                weighing = weighing_tokens(each, network, texts, harder)
                yield from () if weighing is None else (weighing,)
    bare = written(tried, network)
    how = network, heads, texts
    yield from _in_what_heads_write(bare, in_no_attention(mechanism), mechanism, *how)
    if heads and (other := tallied(bare, texts)) is not None:
        yield from _in_what_heads_write(other[0], [other[1]], other[0], *how)


def _in_what_heads_write(
    bare: AttentionMechanism,
    counted: Sequence[str],
    mechanism: AttentionMechanism,
    network: TextNetwork,
    heads: Sequence[tuple[int, int]],
    texts: Sequence[Int[ndarray, "_ _"]],
) -> Iterator[AttentionMechanism]:
    """A program whose counts are in what heads write: in those that look at everything alike, up to
    weights of tokens, and up to weights of pairs of tokens; and of what was computed.

    Args:
        bare: without heads.
        counted: what no head looks at.
        mechanism: with heads, as far as it has some.
        network: what it was found in.
        heads: those that matter.
        texts: of one length in each batch.
    """
    for weighing in (False, True) if counted and few_tokens(network) else (False,):
        if counted:
            _, mechanism = with_heads(bare, network, heads, texts, counted, weighing)
            yield mechanism
        if (other := exchanging(mechanism)) != mechanism:
            yield other
    if (pairs := weighing_pairs(mechanism, network, texts)) is not None:
        yield pairs


def _inside(
    tried: Tried,
    network: TextNetwork,
    heads: Sequence[tuple[int, int]],
    texts: Sequence[Int[ndarray, "_ _"]],
) -> AttentionMechanism:
    """A program that was found, with the heads of its selections."""
    bare = written(tried, network)
    stays, best = with_heads(bare, network, heads, texts)
    for other in parted(bare, texts):
        more, mechanism = with_heads(other, network, heads, texts)
        if more > stays and all(it.head for it in mechanism.steps if it.op == "select"):
            stays, best = more, mechanism
    if stays < LEAST:  # where heads look elsewhere says nothing of what is not in them
        return best
    best = unmet(best, network, texts) or best
    return settled(best, network, texts) or best
