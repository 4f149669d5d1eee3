"""What was done to the inside of a network, and what came of it, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from distill.checker.kind import VARIABLE
from distill.checker.kinds import KINDS
from distill.pages.heads_said import REPLACED, of_heads, way_of_heads
from distill.records.figures import three
from distill.records.report import NOT_LOOKED_FOR, Report

WAYS: Mapping[str, tuple[str, ...]] = {
    "isolating": ("kept_only_accuracy", "keys_kept", "line_kept_accuracy"),
    "removing": ("removed_accuracy", "keys_removed", "line_removed_accuracy"),
    "moving": ("moved_accuracy", "keys_moved"),
    "exchanging": ("interchange_accuracy",),
    "decoding": (VARIABLE, "decode_r2"),
}
"""What is done to what a network holds, by the tests that do it."""

BESIDE, ALONE = ", with decoys beside", ", without a decoy"


def ways_of(kind: str) -> tuple[str, ...]:
    """What is done to what a network holds by the tests of a kind of mechanism."""
    tests = {test.name for test in KINDS[kind].TESTS}
    return tuple(way for way, names in WAYS.items() if tests & {*names})


def listed(words: Sequence[str]) -> str:
    """As in "a, b and c"."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def located(report: Report) -> str | None:
    """The word of the badge, explained; null where there is no program."""
    if report.verdict == "refused":
        return None
    if report.located:
        left = next((it for it in report.remarks if it.endswith(NOT_LOOKED_FOR)), None)
        of = (
            ""
            if left is None
            else f" That is said of {listed(report.mechanism.variables)}: {left}."
        )
        return (
            "Located: not only do the answers agree; the network was shown to hold what the "
            f"program computes with, by {_how(report)}.{of}"
        )
    if not any(row.needs is not None and row.value is not None for row in report.figures):
        return "Not located: the answers agree, and no test of the inside was made."
    return (
        "Not located: the answers agree, but not every test showed that the network holds what "
        "the program computes with."
    )


def _how(report: Report) -> str:
    """What was done, told apart by whether a decoy went through the same test.

    "moving and exchanging it, with decoys beside, and decoding it, without a decoy"
    """
    done = [(way, _has_decoys(report, WAYS[way])) for way in ways_of(report.mechanism.kind)]
    parts = []
    for beside in (True, False):
        if ways := [way for way, decoys in done if decoys == beside]:
            parts.append(f"{listed(ways)} it{BESIDE if beside else ALONE}")
    if any(test.name == REPLACED for test in KINDS[report.mechanism.kind].TESTS):
        said = way_of_heads(bool(report.mechanism.variables))
        parts.append(f"{said}{BESIDE if _has_decoys(report, (REPLACED,)) else ALONE}")
    return ", and ".join(parts)


def _has_decoys(report: Report, names: tuple[str, ...]) -> bool:
    """Whether a decoy stands beside every row of these tests that was made."""
    rows = [row for row in report.figures if row.name.startswith(names) and row.value is not None]
    return bool(rows) and all(row.decoy is not None for row in rows)


def inside(report: Report) -> list[str]:
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
    said += _by_a_line(report)
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


def _by_a_line(report: Report) -> list[str]:
    """How sure a network that compares is along the sum, and what the line of values carries."""
    margin = report.figure("margin_r2")
    kept, removed = report.figure("line_kept_accuracy"), report.value("line_removed_accuracy")
    said = []
    if margin is not None and margin.value is not None:
        beside = "" if margin.decoy is None else f"; of another sum that is {three(margin.decoy)}"
        said.append(
            "Among inputs of one answer, how sure the network is was fitted by what rises with the "
            f"program's weighted sum: R² {three(margin.value)}, on inputs not used for fitting"
            f"{beside}."
        )
    if kept is not None and kept.value is not None and removed is not None:
        beside = "" if kept.decoy is None else f" (in another order {kept.decoy:.1%})"
        said.append(
            f"With every value embedded on a straight line, in order, the network gives "
            f"{kept.value:.1%} of its answers{beside}; without that line {removed:.1%}. Either "
            "answer counts half."
        )
    return said
