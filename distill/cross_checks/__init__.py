"""Checks beside the checker's own, by well-kept libraries: they are asked for, and claim nothing.

Hypothesis searches for disagreements (`distill verify --search hypothesis`); AALpy, where it is
installed, learns the machine of a network by asking it, and arrives at the one that was read.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from jaxtyping import Int
from numpy import ndarray

from distill.checker import automaton, sequences
from distill.checker.boxes import BoxEvidence
from distill.checker.check import Finding, evidence_of
from distill.checker.draws import symbols
from distill.checker.errors import DistillError
from distill.checker.finite import Evidence
from distill.checker.sequences import SequenceEvidence
from distill.checker.texts import TextEvidence
from distill.cross_checks.learner import cross_check
from distill.cross_checks.second_search import second_search_inputs, second_search_sequences
from distill.search.folder import asked


def require_search() -> None:
    """Make sure that the second search can be made.

    Raises:
        DistillError: hypothesis is not installed.
    """
    if importlib.util.find_spec("hypothesis") is None:
        raise DistillError(
            "hypothesis is not installed, and `--search hypothesis` searches with it: "
            "pip install 'distill[search]', or verify without --search"
        )


def searched_again(folder: Path) -> Finding:
    """What hypothesis finds between the program and the stored network of a run.

    Raises:
        DistillError: hypothesis is not installed.
    """
    require_search()
    evidence = evidence_of(folder)
    if isinstance(evidence, TextEvidence):
        return Finding("hypothesis", True, "not searched: texts are drawn anew instead")
    if isinstance(evidence, BoxEvidence):
        return Finding("hypothesis", True, "not searched: the checker searches boxes itself")
    if isinstance(evidence, Evidence):
        if evidence.architecture is None:
            return Finding("hypothesis", True, "not searched: the network was not stored")
        shape = tuple(len(values) for values in evidence.inputs)
        found = second_search_inputs(asked(evidence), shape)
    else:
        ask = asked(evidence)
        found = second_search_sequences(ask, evidence.channels, evidence.length)
    detail = f"program and network differ on {found.disagreements:,} of {found.visited:,}"
    if found.first is not None:
        detail += f", first on {found.first.tolist()}"
    return Finding("hypothesis", not found.disagreements, detail)


def learned_again(folder: Path) -> Finding | None:
    """What an active learner finds beside the machine of a run; null where there is none."""
    evidence = evidence_of(folder)
    if not isinstance(evidence, SequenceEvidence) or evidence.shape is None:
        return None
    if evidence.mechanism["kind"] != "automaton":
        return None
    transitions, outputs, _ = automaton.machine_of(evidence)

    def ask(words: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        read = symbols(words, evidence.channels)
        return sequences.network_answers(evidence, read)[0][..., 0]

    found = cross_check(ask, (transitions, outputs), evidence.length)
    return None if found is None else Finding("active learner", *found)
