"""What was checked and what was not, in plain sentences made from a report.

A reader is to know what a verdict leaves open without knowing how the checks work. Everything that
is said here follows from fields of the report and the kind of its certificate.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from distill.checker.kinds import KINDS
from distill.checker.scope import at_most, many
from distill.pages.inside_said import inside
from distill.records.counts import Agreement, ProgramVsModel
from distill.records.figures import STRESS, words_of
from distill.records.report import Meaning, Report
from distill.records.sentences import TAKEN, not_derived, texts_counted

if TYPE_CHECKING:  # what is shown on a terminal does not wait for torch
    from distill.runs.store import Run


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
        said += inside(report)
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
        f"than {same} apart, of answers that spread over {apart.spread:.3g} at drawn points. "
        f"The largest deviation that was found is {found}."
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


def _task(report: Report) -> list[str]:
    pairs = (("network", report.model_vs_task), ("program", report.program_vs_task))
    parts = [f"the {name} is right on {_of(versus)}" for name, versus in pairs if versus]
    if not parts:
        return []
    return [f"Against the task, which extraction did not see: {', '.join(parts)}."]


def _texts_left(report: Report, counted: ProgramVsModel) -> list[str]:
    """Which texts nobody looked at: none where all were gone through, or proved."""
    if counted.exhaustive or report.verdict == "proved":
        return []
    if report.proof is None or not report.proof.up_to_length:
        return [f"Other texts than those that were {_looked_at(counted)}."]
    reached, unique = many(report.proof.up_to_length, "token"), report.proof.where_unique
    left = f"Texts of more than {reached}, up to which all are proved, but those that were drawn"
    if unique is not None:
        left += (
            f"; of texts of up to {many(unique.up_to_length, 'token')} only positions at which a "
            "selection chooses more than one position"
        )
    return [f"{left}."]


def _looked_at(counted: ProgramVsModel) -> str:
    """Which inputs program and network were both run on, of those that nobody goes through."""
    return "drawn, or that a search visited" if counted.searched else "drawn"


def _domain_left(report: Report, counted: ProgramVsModel) -> list[str]:
    holds, left = report.holds_for, []
    if holds is None:
        return []
    if report.over_sequences:
        if report.space == "texts":
            left += _texts_left(report, counted)
        elif report.verdict != "proved":
            longest = max((longer.length for longer in report.longer), default=None)
            beyond = "" if longest is None else f", and any beyond {many(longest, 'step')}"
            left.append(f"Other sequences than those that were {_looked_at(counted)}{beyond}.")
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
