"""What was checked and what was not, in plain sentences made from a report.

A reader is to know what a verdict leaves open without knowing how the checks work. Everything that
is said here follows from fields of the report and the kind of its certificate.
"""

from __future__ import annotations

from distill.checker.check import NOT_DERIVED, NOT_DERIVED_FROM_SEQUENCES
from distill.report import Agreement, Inside, ProgramVsModel, Report
from distill.store import Run

IN_WORDS = {
    "decode_r2": "how well the program's waves decode from the hidden layer",
    "interchange_accuracy": "what exchanging hidden values does",
    "decoys": "how decoys score",
    "kept_only_logits_accuracy": "what the logits keep and lose without the program's waves",
    "float32_agree": "how float32 differs from float64",
    "restricted_loss": "restricted and excluded loss",
    "meaning": "the proof of what function the program is",
    "isolated": "whether a frequency is a clock or a pizza",
    "variables": "how well every variable decodes from the hidden state",
    "moved_accuracy": "what moving the hidden state does",
    "diverges_at": "where network and program part",
}
"""Figures that `distill verify` takes as they are; those that go with one of them are not named."""


def located(report: Report) -> str | None:
    """The word of the badge, explained; null where there is no program."""
    if report.verdict == "refused":
        return None
    if report.located:
        how = (
            "moving, exchanging and decoding it"
            if _steps(report)
            else ("removing, exchanging and decoding it")
        )
        return (
            "Located: not only do the answers agree; the network was shown to hold what the "
            f"program computes with, by {how}, with decoys beside."
        )
    return (
        "Not located: the answers agree, but not every test showed that the network holds what "
        "the program computes with."
    )


def checked(report: Report) -> list[str]:
    """What was done, with its result, the most important first."""
    counted = report.program_vs_model
    said = [] if counted is None else _agreement(report, counted)
    said += _beyond(report)
    if report.proof is not None and report.verdict == "proved":
        said.append(f"Proof: {report.proof.statement}.")
    if report.meaning is not None:
        said.append(f"What the program is was proved: {report.meaning.statement}.")
    if counted is not None:
        said += _inside(report.inside, _steps(report))
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
    if report.meaning is None:
        left.append("What known function the program is: no proof of that was made.")
    if report.model_vs_task is None:
        left.append("Whether network or program is right: there was no task to hold them against.")
    left.append("How the network came to be: its weights are taken as they are stored.")
    again = _not_derived(report)
    if again and run.certificate.architecture is not None:
        left.append(f"Figures that distill verify does not derive again with the verdict: {again}.")
    return left


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


def _steps(report: Report) -> bool:
    return report.holds_for is not None and report.holds_for.lengths is not None


def _agreement(report: Report, counted: ProgramVsModel) -> list[str]:
    steps = _steps(report)
    things = "sequences of the training length" if steps else "inputs"
    which = (
        f"All {counted.total:,} {things}"
        if counted.exhaustive
        else (f"{counted.total:,} {things}, drawn at random,")
    )
    said = [
        f"{which} went through the network and through program.py as it is stored: they agree on "
        f"{_of(counted)}."
    ]
    if counted.heldout_total is not None:
        said.append(
            f"The network was not trained on {counted.heldout_total:,} of these inputs; on them "
            f"both agree on {counted.heldout_agree:,}."
        )
    if counted.stress is not None:
        said.append(
            "Sequences that random ones almost never contain (constant, sparse, extreme, in "
            f"runs): both agree on {_of(counted.stress)}."
        )
    if counted.searched is not None:
        said.append(
            f"A search for disagreements visited {counted.searched:,} more "
            f"{'sequences' if steps else 'inputs'} and found {counted.search_disagreements or 0:,}."
        )
    return said


def _beyond(report: Report) -> list[str]:
    if not report.longer:
        return []
    parts = [
        f"{_of(longer.program_vs_model)} at length {longer.length:,}" for longer in report.longer
    ]
    return [f"Longer sequences than it was trained on: both agree on {', '.join(parts)}."]


def _inside(inside: Inside, steps: bool) -> list[str]:
    said = []
    if inside.logit_r2 is not None:
        against = (
            ""
            if inside.decoy_best is None
            else f"; the best decoy explains {round(inside.decoy_best, 3) + 0.0:.3f}"
        )
        said.append(
            f"The program explains {inside.logit_r2:.3f} of the variance of the network's logits, "
            f"on inputs not used for fitting{against}."
        )
    if inside.kept_only_accuracy is not None and inside.removed_accuracy is not None:
        said.append(
            f"With nothing but the program's planes left in the embedding, the network gives "
            f"{inside.kept_only_accuracy:.1%} of its answers; without them "
            f"{inside.removed_accuracy:.1%}."
        )
    if inside.variables:
        worst = min(inside.variables, key=lambda variable: variable.r2)
        said.append(
            f"The program's variables were decoded from the hidden state: the worst, "
            f"{worst.name}, with R² {worst.r2:.3f}."
        )
    if inside.interchange_accuracy is not None:
        beside = (
            ""
            if inside.interchange_decoy is None
            else f" ({'from another state' if steps else 'on other circles'} "
            f"{inside.interchange_decoy:.1%})"
        )
        what = (
            "The network went on from the hidden state of another prefix that the program does not "
            "tell apart from its own, and was right"
            if steps
            else "Values were exchanged on the program's circles, and the answers followed"
        )
        said.append(f"{what} in {inside.interchange_accuracy:.1%}{beside}.")
    if inside.moved_accuracy is not None:
        said.append(
            "The hidden state was moved to what another state, or another value, of the program "
            f"looks like: the network went on as from there in {inside.moved_accuracy:.1%}."
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
    if _steps(report):
        if report.verdict != "proved":
            longest = max((longer.length for longer in report.longer), default=None)
            beyond = "" if longest is None else f", and none beyond {longest:,} steps"
            left.append(f"Other sequences than those that were drawn{beyond}.")
        elif holds.lengths != "every length":
            left.append(f"A proof for longer sequences: it holds for {holds.lengths}.")
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
    if not proof.float_bound.covered:
        return [
            "The network evaluated in float32: the proof is about its stored weights in real "
            "arithmetic and in float64."
        ]
    return []


def _not_derived(report: Report) -> str:
    """Figures of this report that the checker takes as they are, in words."""
    names = NOT_DERIVED_FROM_SEQUENCES if _steps(report) else NOT_DERIVED
    if report.inside.variables:
        names = tuple(name for name in names if name != "decode_r2")  # it is the worst of them
    said = []
    for name in names:
        value = getattr(report.inside, name, getattr(report, name, None))
        if value not in (None, ()) and name in IN_WORDS:
            said.append(IN_WORDS[name])
    return "; ".join(said)
