"""What a network whose attention is soft is read as: a program with its heads, or a refusal."""

from __future__ import annotations

from distill.kinds.attention.learned.hints import that_matter
from distill.kinds.attention.learned.matching import texts_for, with_heads
from distill.kinds.attention.learned.parted import parted
from distill.kinds.attention.learned.read import SEARCH_SEED, TRIED, ask, search, texts_of
from distill.kinds.attention.learned.settled import settled
from distill.kinds.attention.learned.writing import written
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.networks.text_network import TextNetwork
from distill.records.refusal import Refusal

LEAST = 0.9
"""Part of the texts that a program must answer as its network does; and of the answers that must
stay with its heads alone, before these are asked elsewhere."""


def read_learned(network: TextNetwork) -> tuple[float, AttentionMechanism | Refusal]:
    """The plainest program that answers as the network does, and the part of texts where it does.

    Where that is too small it is 0, and a refusal says so.
    """
    if network.shape.readout == "value":
        return 0.0, Refusal(("selections: no search over programs whose answers are reals",), {})
    found = search(network)
    if found is None or found.part < LEAST:
        best = "none was found" if found is None else f"the best answers {found.part:.1%} of texts"
        said = (
            f"selections: of the programs that were searched {best} as the network does, "
            f"expected {LEAST:.0%}"
        )
        return 0.0, Refusal((said,), {} if found is None else {"answered_alike": found.part})
    batches = texts_of(network, SEARCH_SEED + 1, TRIED)
    heads = that_matter(network, batches)
    texts = texts_for(ask(network, batches))
    bare = written(found, network)
    stays, best = with_heads(bare, network, heads, texts)
    for other in parted(bare, texts):
        more, mechanism = with_heads(other, network, heads, texts)
        if more > stays and all(it.head for it in mechanism.steps if it.op == "select"):
            stays, best = more, mechanism
    if stays < LEAST:  # where heads look elsewhere says nothing of what is not in them
        return found.part, best
    return found.part, settled(best, network, texts) or best
