"""The search over what a run folder holds: `distill verify` is the checker, and this."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
from numpy import ndarray

from distill.checker import check, finite, sequences
from distill.checker.automaton import machine_of
from distill.checker.boxes import BoxEvidence
from distill.checker.check import Checkup
from distill.checker.derive import AnyEvidence
from distill.checker.draws import symbols
from distill.checker.finite import Evidence
from distill.checker.forward import DOUBLE, margins
from distill.checker.kind import Claims
from distill.checker.sandbox import program_of, run_program, run_sequences
from distill.checker.sequences import SequenceEvidence
from distill.checker.texts import TextEvidence
from distill.search.conformance import impulses, padded, walks
from distill.search.search import (
    Ask,
    Asked,
    Searched,
    search_inputs,
    search_sequences,
    search_texts,
    seed_of,
    texts_searched,
)

WALK_SEED = 3


def check_run(folder: Path, seed: int | None = None) -> Checkup:
    """All that the checker finds, and a search that is made again: what it comes to is derived.

    Args:
        folder: of the run.
        seed: of the inputs that are drawn anew; drawn from the operating system where it is null.

    Raises:
        RunFolderError: the folder is incomplete, truncated, or of another format version.
    """
    return check.check_run(folder, seed, search_claims)


def search_claims(evidence: AnyEvidence) -> Claims:
    """What a search comes to, by its names in the report; nothing where none is made."""
    if isinstance(evidence, BoxEvidence):
        return {}  # by the checker itself
    if isinstance(evidence, TextEvidence):
        found = text_search(evidence)
        return {} if found is None else _claims(found)
    if isinstance(evidence, SequenceEvidence):
        if not evidence.stored:
            return {}
        hints = program_of(evidence.program).constants
        found = search_beyond(
            asked(evidence), tried(evidence), evidence.channels, evidence.length, hints
        )
    elif evidence.architecture is None or evidence.sample is None:
        return {}
    else:
        first = evidence.inputs[0].start
        hints = [value - first for value in program_of(evidence.program).constants]
        shape = tuple(len(values) for values in evidence.inputs)
        found = search_inputs(asked(evidence), shape, constants=hints)
    return _claims(found)


def _claims(found: Searched) -> Claims:
    return {
        "program_vs_model.searched": found.visited,
        "program_vs_model.search_disagreements": found.disagreements,
    }


def text_search(evidence: TextEvidence) -> Searched | None:
    """A search over texts; null where all were gone through, or there is nothing left to search.

    Texts of a form are not searched: what follows a prompt takes a pass for every token.
    """
    sets = evidence.through_sets
    settled = sets is not None and (sets.up_to == evidence.longest or len(sets.differ) > 0)
    if evidence.every or evidence.form is not None or settled:
        return None
    constants = program_of(evidence.program).constants

    def ask(rows: ndarray) -> Asked:
        ((alike, lead),) = evidence.compared([rows])
        return Asked(~alike, lead)

    budget, seed = texts_searched(evidence.shape, evidence.longest), seed_of(evidence.weights)
    return search_texts(ask, evidence.tokens, evidence.longest, constants, budget, seed)


def asked(evidence: Evidence | SequenceEvidence) -> Ask:
    """How program and stored network of a run are asked: about tokens, or about sequences."""
    if isinstance(evidence, SequenceEvidence):

        def ask_sequences(rows: ndarray) -> Asked:
            program = run_sequences(evidence.program, rows, evidence.outputs)
            model, lead = sequences.network_answers(evidence, rows)
            return Asked((program != model).any(axis=2), lead)

        return ask_sequences
    forward = finite.forward_pass(evidence, DOUBLE)

    def ask_inputs(rows: ndarray) -> Asked:
        answers = run_program(evidence.program, evidence.values(rows)).answers
        network, lead, _ = margins(forward(rows))
        return Asked(answers != network + evidence.outputs.start, lead)

    return ask_inputs


def tried(evidence: SequenceEvidence) -> list[ndarray]:
    """What a search over sequences begins with: walks through all of a machine, or impulses."""
    if evidence.mechanism["kind"] != "automaton":
        return [impulses(evidence.channels, evidence.length)]
    transitions, outputs, _ = machine_of(evidence)
    words = padded(walks(transitions, outputs), prod(map(len, evidence.channels)), WALK_SEED)
    return [symbols(part, evidence.channels) for part in words]


def search_beyond(
    ask: Ask,
    tried: Sequence[ndarray],
    channels: tuple[range, ...],
    length: int,
    constants: Sequence[int],
) -> Searched:
    """Look for sequences on which program and network differ, beyond some that are tried first.

    Args:
        ask: what they answer along sequences [n, any length, channels].
        tried: sequences to begin with, of any length; what lies beyond `length` is not counted.
        channels: the ranges.
        length: of the sequences that are searched then.
        constants: integers that stand in the program.
    """
    searched = differ = 0
    for rows in tried:
        searched += len(rows)
        differ += int(np.any(ask(rows).differs[:, :length], axis=1).sum())
    more = search_sequences(ask, channels, length, constants=constants)
    return Searched(searched + more.visited, differ + more.disagreements, more.first)
