"""Program = network over sets of texts, as the checker shows it again."""

from __future__ import annotations

from dataclasses import asdict

from distill.checker.text_proof import over_sets
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.kind import Proved
from distill.networks.trace import TextTrace
from distill.records.report import FloatBound, Proof, WhereUnique


def proved(mechanism: AttentionMechanism, source: str, view: TextTrace) -> Proved:
    """What a search through all texts shows; nothing where network or program are of another sort.

    Args:
        mechanism: of the program.
        source: of the program.
        view: the network.
    """
    network, texts = view.network, view.texts
    if texts.form is not None:
        return Proved()
    weights = {name: it.detach().numpy() for name, it in network.model.parameters.items()}
    about = (source, mechanism.data, texts.tokens, texts.longest, network.answers)
    found = over_sets(*about, asdict(network.shape), weights)
    if found is None:
        return Proved()
    differ = (found.differ,) if len(found.differ) else ()
    settles = found.up_to == texts.longest or bool(differ)
    if not found.up_to:
        return Proved(differ=differ, settles=settles)
    bound = FloatBound(False, 0.0)
    every, unique = found.every, found.unique
    more = None
    if unique is not None:
        more = WhereUnique(unique.up_to, unique.lead, unique.lost, unique.sets, *found.drawn)
    proof = Proof("sets", every.lead, every.lost, bound, every.up_to, every.sets, where_unique=more)
    return Proved(proof, differ=differ, settles=settles)
