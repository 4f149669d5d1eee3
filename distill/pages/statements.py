"""What was checked and what was not, in plain sentences made from a report.

A reader is to know what a verdict leaves open without knowing how the checks work. Everything that
is said here follows from fields of the report and the kind of its certificate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from distill.checker.kind import DECOY, VARIABLE
from distill.checker.kinds import KINDS
from distill.checker.scope import at_most, many
from distill.pages.heads_said import REPLACED, of_heads, way_of_heads
from distill.records.counts import Agreement, ProgramVsModel
from distill.records.figures import STRESS, three, words_of
from distill.records.report import Meaning, Report
from distill.records.sentences import TAKEN, not_derived, texts_counted

if TYPE_CHECKING:  # what is shown on a terminal does not wait for torch
    from distill.runs.store import Run


WAYS: Mapping[str, tuple[str, ...]] = {
    "removing": ("removed_accuracy", "keys_removed", "line_removed_accuracy"),
    "moving": ("moved_accuracy", "keys_moved"),
    "exchanging": ("interchange_accuracy",),
    "decoding": (VARIABLE, "decode_r2"),
}
"""What is done to what a network holds, by the tests that do it."""


def ways_of(kind: str, selects: bool = True) -> str:
    """How a network of a mechanism of this kind is shown to hold what its program computes with:
    "removing and moving it", by the tests that the kind has.

    Args:
        kind: of the mechanism.
        selects: whether a program over texts has selections.
    """
    tests = {test.name for test in KINDS[kind].TESTS}
    ways = [way for way, names in WAYS.items() if tests & {*names}]
    said = [f"{listed(ways)} it"] if ways else []
    if REPLACED in tests:
        said.append(way_of_heads(selects))
    return listed(said)


def listed(words: Sequence[str]) -> str:
    """As in "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def located(report: Report) -> str | None:
    """The word of the badge, explained; null where there is no program."""
    if report.verdict == "refused":
        return None
    if report.located:
        how = report.mechanism.kind, bool(report.mechanism.variables)
        tests = tuple(test.name for test in KINDS[report.mechanism.kind].TESTS)
        rows = [row for row in report.figures if row.name.startswith(tests)]
        decoys = any(row.decoy is not None or row.name.startswith(DECOY) for row in rows)
        return (
            "Located: not only do the answers agree; the network was shown to hold what the "
            f"program computes with, by {ways_of(*how)}"
            f"{', with decoys beside' if decoys else ''}."
        )
    if not any(row.needs is not None and row.value is not None for row in report.figures):
        return "Not located: the answers agree, and no test of the inside was made."
    return (
        "Not located: the answers agree, but not every test showed that the network holds what "
        "the program computes with."
    )


def checked(report: Report) -> list[str]:
    """What was done, with its result, the most important first."""
    counted = report.program_vs_model
    said = [] if counted is None else _agreement(report, counted)
    said += _over_a_box(report)
    said += _beyond(report)
    if report.proof is not None and report.verdict == "proved":
        said.append(f"Proof: {report.proof.statement}.")
    if report.meaning is not None:
        said.append(f"What the program is was proved: {meaning_statement(report.meaning)}.")
    if counted is not None:
        said += _inside(report)
    said += _task(report)
    if counted is None:
        said.append("Every way of reading the network that applies was tried; none explained it.")
    return said


def not_checked(run: Run) -> list[str]:
    """What the verdict leaves open."""
    report = run.report
    if report.program_vs_model is None:
        return _refused(report)
    left = [*_domain_left(report, report.program_vs_model), *_proof_left(run)]
    if not report.located:
        left.append(
            "That the network computes as the program does: the answers agree, the inside was not "
            "shown to."
        )
    if report.meaning is None and _is_summed(report):
        left.append("What function its sums make the program: no formula was proved to be it.")
    if report.model_vs_task is None:
        left.append("Whether network or program is right: there was no task to hold them against.")
    left.append("How the network came to be: its weights are taken as they are stored.")
    again = _not_derived(report)
    if again and run.certificate.architecture is not None:
        left.append(f"Figures that distill verify does not derive again with the verdict: {again}.")
    return left


def _is_summed(report: Report) -> bool:
    """Whether the program chooses the largest of sums: what function that is, it does not say."""
    return any(test.name == "logit_r2" for test in KINDS[report.mechanism.kind].TESTS)


def _refused(report: Report) -> list[str]:
    left = [
        "No program was written, so nothing was compared with the network.",
        "That there is no mechanism: only that none was found by the ways that exist here.",
    ]
    if report.model_vs_task is None:
        left.append("Whether the network is right: there was no task to hold it against.")
    return left


def _of(counted: Agreement | ProgramVsModel) -> str:
    return f"{counted.agree:,} of {counted.total:,}"


def _agreement(report: Report, counted: ProgramVsModel) -> list[str]:
    steps = report.over_sequences
    things = f"sequences of {many(counted.length or 0, 'step')}" if steps else "inputs"
    if report.space == "texts":
        things = f"texts of up to {many(counted.length or 0, 'token')}"
    if counted.total == 1:
        things = re.sub("^(inputs|sequences|texts)", lambda plural: plural[0][:-1], things)
    which = f"{counted.total:,} {things}"
    which = f"All {which}" if counted.exhaustive else f"{which}, drawn at random,"
    agree = _of(counted)
    if counted.drawn is not None:
        which = f"{counted.total:,} {things}"
        agree = texts_counted(report.tree["program_vs_model"])
    said = [
        f"{which} went through the network and through program.py as it is stored: they agree on "
        f"{agree}."
    ]
    if counted.heldout_total:
        said.append(
            f"The network was not trained on {counted.heldout_total:,} of these inputs; on them "
            f"both agree on {counted.heldout_agree:,}."
        )
    if counted.stress is not None:
        said.append(
            f"{'Texts' if report.space == 'texts' else 'Sequences'} that random ones almost never "
            f"contain ({STRESS[report.space]}): both agree on {_of(counted.stress)}."
        )
    if counted.searched is not None:
        more = {"sequences": "sequence", "texts": "text"}.get(report.space, "input")
        visited = many(counted.searched, f"more {more}")
        found = f"{counted.search_disagreements:,}" if counted.search_disagreements else "none"
        said.append(f"A search for disagreements visited {visited} and found {found}.")
    return said


def _over_a_box(report: Report) -> list[str]:
    """How far apart counts as the same over reals, and how far each is from the task."""
    apart = report.deviation
    if apart is None:
        return []
    found = "no value somewhere" if apart.found is None else at_most(apart.found)
    same = at_most(apart.tolerance)
    said = [
        "Over reals nothing is exactly the same: two answers agree here where they are no more "
        f"than {same} apart, of answers that spread over {apart.spread:.3g}. The largest deviation "
        f"that was found is {found}."
    ]
    network, program = apart.network_from_task, apart.program_from_task
    if network is not None and program is not None and None not in (network.rms, program.rms):
        said.append(
            f"How far each is from the task, as root mean square over the drawn points: the "
            f"network {network.rms:.2g}, the program {program.rms:.2g}."
        )
    return said


def _beyond(report: Report) -> list[str]:
    if not report.longer:
        return []
    parts = [
        f"{_of(longer.program_vs_model)} at length {longer.length:,}" for longer in report.longer
    ]
    return [f"Longer sequences: both agree on {', '.join(parts)}."]


def meaning_statement(meaning: Meaning) -> str:
    """What function the program is, and how often it answers from a list instead."""
    if not meaning.exceptions or " but for " in meaning.statement:
        return meaning.statement
    return (
        f"{meaning.statement}, but for {many(meaning.exceptions, 'input')} that the program lists"
    )


def _inside(report: Report) -> list[str]:
    """The tests that the kind of the mechanism has, and what they gave."""
    said, steps = [], report.over_sequences
    row, variables = report.figure, report.each(VARIABLE)
    logits, kept, removed = row("logit_r2"), row("kept_only_accuracy"), row("removed_accuracy")
    if logits is not None and logits.value is not None:
        against = "" if logits.decoy is None else f"; the best decoy explains {three(logits.decoy)}"
        said.append(
            f"The program explains {logits.value:.3f} of the variance of the network's logits, on "
            f"inputs not used for fitting{against}."
        )
    if kept and removed and kept.value is not None and removed.value is not None:
        said.append(
            f"With nothing but the program's planes left in the embedding, the network gives "
            f"{kept.value:.1%} of its answers; without them {removed.value:.1%}."
        )
    read = {name: figure.value for name, figure in variables.items() if figure.value is not None}
    if read:
        worst = min(read, key=lambda name: read[name])
        said.append(
            f"The program's variables were decoded from the hidden state: the worst, {worst}, with "
            f"R² {read[worst]:.3f}."
        )
    exchanged, moved = row("interchange_accuracy"), row("moved_accuracy")
    if exchanged is not None and exchanged.value is not None:
        where = "from another state" if steps else "on other circles"
        beside = "" if exchanged.decoy is None else f" ({where} {exchanged.decoy:.1%})"
        what = (
            "The network went on from the hidden state of another prefix that the program does not "
            "tell apart from its own, and was right"
            if steps
            else "Values were exchanged on the program's circles, and the answers followed"
        )
        said.append(f"{what} in {exchanged.value:.1%}{beside}.")
    said += _by_keys(report)
    said += of_heads(report)
    if moved is not None and moved.value is not None:
        said.append(
            "The hidden state was moved to what another state, or another value, of the program "
            f"looks like: the network went on as from there in {moved.value:.1%}."
        )
    return said


def _by_keys(report: Report) -> list[str]:
    """What the matrix elements of key representations do, where a group was found."""
    found = [
        report.value(name) for name in ("element_r2", "keys_kept", "keys_removed", "keys_moved")
    ]
    elements, kept, removed, moved = found
    if elements is None:
        return []
    said = [
        f"Matrix elements of the key representations explain {elements:.3f} of the variance of the "
        "network's logits, on pairs not used for fitting."
    ]
    if kept is not None and removed is not None:
        said.append(
            f"With nothing else in the embedding, the network gives {kept:.1%} of its answers; "
            f"without them {removed:.1%}."
        )
    if moved is not None:
        said.append(
            "Values were given the matrix elements of other values, and the answers followed in "
            f"{moved:.1%}."
        )
    return said


def _task(report: Report) -> list[str]:
    pairs = (("network", report.model_vs_task), ("program", report.program_vs_task))
    parts = [f"the {name} is right on {_of(versus)}" for name, versus in pairs if versus]
    if not parts:
        return []
    return [f"Against the task, which was not used before: {', '.join(parts)}."]


def _domain_left(report: Report, counted: ProgramVsModel) -> list[str]:
    holds, left = report.holds_for, []
    if holds is None:
        return []
    if report.over_sequences:
        if report.space == "texts":
            left += [] if counted.exhaustive else ["Other texts than those that were drawn."]
        elif report.verdict != "proved":
            longest = max((longer.length for longer in report.longer), default=None)
            beyond = "" if longest is None else f", and none beyond {many(longest, 'step')}"
            left.append(f"Other sequences than those that were drawn{beyond}.")
        elif holds.lengths != "every length":
            left.append(f"A proof for longer sequences: it holds for {holds.lengths}.")
    elif report.space == "box":
        left += (
            []
            if report.verdict == "proved"
            else [f"The rest of the box: {counted.total:,} points were drawn, and searched from."]
        )
    elif not counted.exhaustive:
        drawn = "" if holds.inputs is None else f" of {holds.inputs:,}"
        left.append(f"The rest of the domain: {counted.total:,}{drawn} inputs were run.")
    left.append(f"Inputs outside of {holds.domain}.")
    return left


def _proof_left(run: Run) -> list[str]:
    report, proof = run.report, run.report.proof
    if run.certificate.architecture is None:
        return [
            "The network itself, by anybody else: it was given as a callable and not stored, so "
            "that nobody can run it again."
        ]
    if report.verdict != "proved" or proof is None:
        return ["Rounding: the network was run in float64, and no bound on its rounding is given."]
    if report.space == "box":
        return [
            "Rounding: the proof is about the stored weights and the program's constants in real "
            "arithmetic."
        ]
    if not proof.float_bound.covered:
        return [
            "The network evaluated in float32: the proof is about its stored weights in real "
            "arithmetic and in float64."
        ]
    return []


def _not_derived(report: Report) -> str:
    """Rows and fields of this report that the checker takes as they are, in words."""
    said = []
    for name in not_derived(report.tree):
        row = report.figure(name)
        if row is None:
            said.append(TAKEN.get(name, name))
        elif row.value is not None:
            words = words_of(report, row)
            said.append(words.taken or words.title)
    return "; ".join(dict.fromkeys(said))
