"""What a reader must know before using a program or its network, and how to make it again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from distill.checker.scope import many
from distill.checker.statements import things
from distill.domains.finite import input_names
from distill.kinds.known import listed
from distill.pages.spaces import trained_on
from distill.pages.statements import not_checked
from distill.records.attempts import ENDED_EARLY, Attempt
from distill.records.counts import (
    Disagreement,
    RealDisagreement,
    SequenceDisagreement,
    TextDisagreement,
)
from distill.records.report import Report
from distill.runs.store import Run, RunRecord, run_name
from distill.runs.typed import files_in
from distill.tasks.files import specifier

LISTED = 20
"""Exceptions that are shown."""

OTHERWISE = "the same settings; this training was ended early, so that another network may come out"
"""What a command does that does not end where the run did."""


@dataclass(frozen=True)
class Entry:
    """A line of the card: what it is about, and what is to be said of it."""

    name: str
    said: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A command to type, and what it does."""

    line: str
    does: str


@dataclass(frozen=True)
class Differences:
    """Where the program answers from a list, or otherwise than the network.

    Attributes:
        header: names of the columns.
        rows: the first of them.
        total: how many there are.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int


def card(run: Run) -> list[Entry]:
    """The disclosure card of a run."""
    report = run.report
    entries = [
        Entry("Network", (_network(run),)),
        Entry("Training data", (trained_on(run),)),
        Entry("Objective", _objective(run.record)),
        Entry("Coverage of the check", (_coverage(report),)),
        Entry("Not verified", tuple(not_checked(run))),
        Entry("Known failures and limits", tuple(failures(run)) or ("None is known.",)),
    ]
    return [entry for entry in entries if entry.said]


def failures(run: Run) -> list[str]:
    """Where the program, or the network, is known to fail, and why claims are not stronger."""
    report, said = run.report, []
    if report.program is not None and report.program.exceptions:
        said.append(
            f"The mechanism alone differs from the network on "
            f"{many(report.program.exceptions, 'input')}, "
            "which the "
            "program lists."
        )
    for name, versus in (("network", report.model_vs_task), ("program", report.program_vs_task)):
        if versus is not None and versus.agree < versus.total:
            wrong = versus.total - versus.agree
            beyond = "" if report.deviation is None else " by more than that"
            said.append(
                f"The {name} is wrong for the task on {wrong:,} of {versus.total:,}{beyond}."
            )
    for longer in report.longer:
        agreed = longer.program_vs_model
        if agreed.agree < agreed.total:
            right = " ".join(
                f"The {name} is right on {versus.agree:,}."
                for name, versus in (
                    ("program", longer.program_vs_task),
                    ("network", longer.model_vs_task),
                )
                if versus is not None
            )
            said.append(
                f"At length {longer.length:,} program and network differ on "
                f"{agreed.total - agreed.agree:,} of {agreed.total:,} sequences. {right}".strip()
            )
    return said + [f"{reason[0].upper()}{reason[1:]}." for reason in report.explanations]


def differences(run: Run) -> list[Differences]:
    """Exceptions and disagreements, the first of them as rows."""
    found = []
    if exceptions := listed(run.mechanism):
        names = input_names(len(exceptions[0]) - 1)
        rows = tuple(tuple(map(str, row)) for row in exceptions[:LISTED])
        title = "Exceptions that the program lists"
        found.append(Differences(title, (*names, "answer"), rows, len(exceptions)))
    counted = run.report.program_vs_model
    if counted is not None and counted.disagreement is not None:
        differ = counted.total - counted.agree
        found.append(_difference("The first disagreement", counted.disagreement, max(differ, 1)))
    if run.report.diverges_at is not None:
        found.append(_difference("Where program and network part", run.report.diverges_at, 1))
    return found


def commands(run: Run) -> list[Command]:
    """How to make the run again, check it and use it; where that can be typed.

    What the clock or a hand has ended is not promised to come out the same again.
    """
    record = run.record
    folder = shlex.quote(f"outputs/{record.task}/{run_name(record)}")
    made, file = _made_by(record), record.settings.get("model")
    needed = [str(each) for each in (record.file, file if record.seed is None else None) if each]
    if record.seed is None:
        told = (str(record.settings.get(name, "")) for name in ("layout", "options"))
        needed += [each for line in told for each in files_in(line)]
    where = f"{' and '.join(needed)} {'is' if len(needed) == 1 else 'are'}"
    beside = f", where {where}" if needed else ""
    refused = run.program is None
    same = "the same network and report" if refused else "the same network, program and report"
    early = any(remark.startswith(ENDED_EARLY) for remark in run.report.remarks)
    does = f"{OTHERWISE if early else same}{beside}"
    found = [] if made is None else [Command(made, does)]
    again = "derive the verdict again from the files"
    if refused:
        again = "check that nothing is claimed in the files"
    if made is not None and not early:
        again += ", which the command above has put there"
    found.append(Command(f"distill verify {folder}", again))
    if run.program is not None:
        given = " ".join(run.certificate.example)
        found.append(Command(f"python {folder}/program.py {given}", "use the program"))
    return found


def _made_by(record: RunRecord) -> str | None:
    """The command that made a run; null for a network that was given in memory, and for a training
    that no command makes.
    """
    if record.seed is None:
        if "model" not in record.settings:
            return None
        options = str(record.settings.get("options", ""))
        of_its_task = record.about or record.file or options.startswith("--set ")
        named = of_its_task or record.task not in str(record.settings["model"])
        task = f" {shlex.quote(_specified(record))}" if named else ""
        layout = shlex.quote(str(record.settings["layout"]))
        model = shlex.quote(str(record.settings["model"]))
        return f"distill run{task} --model {model} --layout {layout} {options}".rstrip()
    if record.options is None:
        return None
    words = ["distill", "run", _specified(record), "--seed", str(record.seed)]
    for key, value in record.settings.items():
        words += ["--set", f"{key}={value}"]
    if record.arch is not None:
        words += ["--arch", record.arch]
    return f"{shlex.join(words)} {record.options}".rstrip()


def _specified(record: RunRecord) -> str:
    """What `distill run` takes for the task of a run."""
    return specifier(record.task, record.about, record.file)


def _network(run: Run) -> str:
    record = run.record
    if record.seed is not None:
        return f"{record.architecture or 'none was kept'}, trained by this run."
    if "model" in record.settings:
        return f"{record.architecture}, read from the checkpoint {record.settings['model']}."
    stored = "" if run.certificate.architecture is not None else " and not stored"
    return f"{record.architecture or 'a callable'}, given in memory{stored}."


def _objective(record: RunRecord) -> tuple[str, ...]:
    """What was descended, by what, and when that ended."""
    used = record.used
    if record.seed is None:
        return ("Not known: the network was not trained here.",)
    if used is None:
        return ("No network of those that were tried was kept.",)
    objective = used.objective.capitalize()
    if used.judged_on == "fresh points":
        return (f"{objective} of the answer, by {used.optimiser}.",)
    if used.judged_on == "fresh sequences":
        optimiser = "" if used.optimiser is None else f", by {used.optimiser}"
        return (f"{objective} of the answer at every step{optimiser}; {_of_those(record)}.",)
    said = [f"{objective} on the trained inputs; {_descent(used)}."]
    if used.structure is not None:
        end = "it was cooled down where the score was high enough"
        end = end if used.stopped is None else f"it ended otherwise ({used.stopped})"
        said.append(
            "Training waits for a score of how structured the logits are, without labels; "
            f"{end}. At the end the score is {used.structure:.2f}, which is no evidence."
        )
    return tuple(said)


def _of_those(record: RunRecord) -> str:
    """Which of several trainings is the network's."""
    made = [attempt for attempt in record.attempts if attempt.ruled_out is None]
    left = len(record.attempts) - len(made)
    ruled_out = f", after {many(left, 'simpler one')} had been ruled out" if left else ""
    if len(made) < 2:
        return f"one network was trained{ruled_out}"
    alike = len({(attempt.kind, str(attempt.sizes)) for attempt in made}) == 1
    order = "from one seed after another" if alike else "from the simplest on"
    return f"of {len(made)} trainings, {order}, the first that learned is taken{ruled_out}"


def _descent(used: Attempt) -> str:
    """The optimiser, and how hard it pulled, as far as that is recorded."""
    settings = [
        f"{name} {used.recipe[key]:.3g}"
        for name, key in (("weight decay", "weight_decay"), ("learning rate", "learning_rate"))
        if used.recipe is not None and key in used.recipe
    ]
    optimiser = used.optimiser or "an optimiser that was not recorded"
    return f"{optimiser} with {' and '.join(settings)}" if settings else optimiser


def _coverage(report: Report) -> str:
    holds = report.holds_for
    if holds is None:
        return "No program was written, so that there is nothing that holds."
    over = f" of {holds.lengths}" if holds.lengths else ""
    over = f"{things(report.tree)}{over}, {holds.domain}" if over else holds.domain
    drawn = f" Drawn: {holds.sampling}." if holds.sampling else ""
    return f"{report.verdict.capitalize()} for: {over}.{drawn}"


def _difference(
    title: str,
    found: Disagreement | SequenceDisagreement | TextDisagreement | RealDisagreement,
    total: int,
) -> Differences:
    if isinstance(found, RealDisagreement):
        inputs = ", ".join(f"{value:.9g}" for value in found.inputs)
        program = "none" if found.program is None else f"{found.program:.9g}"
        row = (inputs, program, f"{found.model:.9g}")
        return Differences(title, ("inputs", "program", "network"), (row,), total)
    if isinstance(found, Disagreement):
        inputs = ", ".join(map(str, found.inputs))
        return Differences(
            title,
            ("inputs", "program", "network"),
            ((inputs, str(found.program), str(found.model)),),
            total,
        )
    if isinstance(found, TextDisagreement):
        text, program, network = (
            " ".join(f"{number:.6g}" for number in said)
            for said in (found.inputs, found.program, found.model)
        )
        return Differences(
            title, ("text", "program", "network"), ((text, program, network),), total
        )
    steps = " ".join(",".join(map(str, step)) for step in found.inputs)
    answers = (",".join(map(str, said)) for said in (found.program, found.model))
    return Differences(title, ("sequence", "program", "network"), ((steps, *answers),), total)
