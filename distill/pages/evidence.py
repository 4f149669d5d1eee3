"""The evidence of a report as rows of a name, a figure and what the figure means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isclose

from distill.checker.kind import DECOY, STATES
from distill.checker.scope import at_least, at_most, many
from distill.checker.statements import things
from distill.pages.statements import meaning_statement
from distill.records.counts import Agreement
from distill.records.figure import Figure
from distill.records.figures import STRESS, Words, three, words_of
from distill.records.refusal import NUMBERS, Number, is_listed, shown
from distill.records.report import DECOY_AGREES, Report, WhereUnique
from distill.records.sentences import texts_counted


@dataclass(frozen=True)
class Row:
    """A line of the evidence table."""

    name: str
    figure: str
    note: str


ALIKE = 0.02
"""Part of a figure that its decoy may be off and still be the same."""

SEARCHED = {
    "domain": "a search for inputs where the network is least sure",
    "box": "corners, and a search for where both are furthest apart",
    "sequences": "all through the mechanism, and where the network is least sure",
    "texts": "of families, and changes of those where the network is least sure",
}
"""What was searched besides, by the space."""


def evidence_rows(report: Report) -> list[Row]:
    """Every figure that applies, in the order in which a reader asks."""
    rows = (
        _agreement_rows(report)
        + _deviation_rows(report)
        + _inside_rows(report)
        + _proof_rows(report)
    )
    if report.program is not None:
        size = report.program
        listed = f", {many(size.exceptions, 'exception')} listed" if size.exceptions else ""
        rows.append(
            Row(
                "program",
                many(size.lines, "line"),
                f"{many(size.ast_nodes, 'syntax node')}{listed}",
            )
        )
    if report.runner_up is not None:
        other = report.runner_up
        size = many(other.description_length or 0, "syntax node")
        own = STATES.sub("", report.mechanism.name) == STATES.sub("", other.name)
        told = f"the same by another kind ({other.kind.replace('_', ' ')})" if own else other.name
        shorter = report.program is not None and (other.description_length or 0) < (
            report.program.ast_nodes
        )
        why = (
            "; shorter, but before length come programs without lists, then those proved, those "
            "located, and those that say how the network computes"
        )
        rows.append(Row("runner-up", size, f"of the same network: {told}{why if shorter else ''}"))
    for name, value in (report.numbers or {}).items():
        if value is not None and not is_listed(name):
            words = NUMBERS.get(name) or Number(name.replace("_", " "), "")
            rows.append(Row(words.label, shown(value), words.said))
    return rows


def _count(counted: Agreement) -> str:
    return f"{counted.agree:,} of {counted.total:,}"


def _agreement_rows(report: Report) -> list[Row]:
    rows = []
    counted, steps = report.program_vs_model, report.over_sequences
    kind = things(report.tree)
    if counted is not None:
        how = f"every {kind[:-1]}" if counted.exhaustive else f"{kind} drawn at random"
        if report.space == "texts":
            how = f"every text of up to {many(counted.length or 0, 'token')}"
            if counted.drawn is not None:
                how = texts_counted(report.tree["program_vs_model"])
            how += ", right wherever they answer"
        elif steps:
            how += f" of {many(counted.length or 0, 'step')}, right at every step"
        rows.append(
            Row("program = network", f"{counted.agree:,} of {counted.total:,}", f"on {how}")
        )
        if counted.heldout_total:
            rows.append(
                Row(
                    "  on held-out inputs",
                    f"{counted.heldout_agree:,} of {counted.heldout_total:,}",
                    "the network was not trained on them",
                )
            )
        if counted.stress is not None:
            rows.append(Row("  under stress", _count(counted.stress), STRESS[report.space]))
        if counted.searched is not None:
            rows.append(
                Row(
                    f"  on searched {kind}",
                    f"{counted.searched - (counted.search_disagreements or 0):,} "
                    f"of {counted.searched:,}",
                    SEARCHED[report.space],
                )
            )
        if not counted.exhaustive:
            of = "" if counted.drawn is None else ", of texts that are drawn as those were"
            bound = at_most(counted.upper_bound_99)
            rows.append(Row("  99% bound", bound, f"on the rate of disagreement{of}"))
    for longer in report.longer:
        tasks = [
            f"{name} right on {versus.agree:,}"
            for name, versus in (
                ("program", longer.program_vs_task),
                ("network", longer.model_vs_task),
            )
            if versus is not None
        ]
        rows.append(
            Row(f"  at length {longer.length:,}", _count(longer.program_vs_model), ", ".join(tasks))
        )
    for name, versus in {
        "network = task": report.model_vs_task,
        "program = task": report.program_vs_task,
    }.items():
        if versus is not None:
            note = "against the reference, which extraction did not see"
            rows.append(Row(name, _count(versus), note))
    return rows


def _deviation_rows(report: Report) -> list[Row]:
    """How far program, network and task are apart over a box."""
    apart = report.deviation
    if apart is None:
        return []
    spread = f"of answers that spread over {apart.spread:.4g} at drawn points"
    at = ", ".join(f"{value:.4g}" for value in apart.at)
    rows = [
        Row("the same within", at_most(apart.tolerance), spread),
        Row("largest deviation", _apart(apart.found), f"program from network, at ({at})"),
        Row("  at drawn points", _apart(apart.drawn), "without those that a search led to"),
    ]
    for name, off in (("network", apart.network_from_task), ("program", apart.program_from_task)):
        if off is not None:
            note = f"at most, at drawn points; root mean square {_apart(off.rms)}"
            rows.append(Row(f"{name} from task", _apart(off.largest), note))
    return rows


def _apart(value: float | None) -> str:
    return "no value" if value is None else at_most(value)


def _inside_rows(report: Report) -> list[Row]:
    """Every row of the report, whatever its kind, with its decoy below."""
    rows = []
    for figure in report.figures:
        if figure.name.startswith((DECOY, DECOY_AGREES)):
            continue  # they have a table of their own
        words = words_of(report, figure)
        if figure.value is None and figure.needs is None:
            continue
        told = "not tested" if figure.value is None else words.shown(figure.value)
        rows.append(
            Row(words.title, told, _joined(words.note, words.noted(figure.note), _needed(figure)))
        )
        if figure.decoy is not None and words.decoy is not None:
            rows.append(Row(f"  {words.decoy}", words.shown(figure.decoy), _beside(figure, words)))
    return rows


def _beside(figure: Figure, words: Words) -> str:
    """What a decoy's figure says: nothing was shown where it is that of the test."""
    value, decoy = figure.value, figure.decoy
    alike = value is not None and decoy is not None and isclose(value, decoy, rel_tol=ALIKE)
    return f"{words.beside}, which so tells nothing" if alike else words.beside


def decoy_rows(report: Report) -> list[tuple[str, str, str]]:
    """Every wrong explanation of the logits: its name, its R², and how often its arg max agrees."""
    agrees = report.each(DECOY_AGREES)
    return [
        (name, _figure(row, three), _figure(agrees.get(name), lambda value: f"{value:.1%}"))
        for name, row in report.each(DECOY).items()
    ]


def _figure(row: Figure | None, shown: Callable[[float], str]) -> str:
    return "–" if row is None or row.value is None else shown(row.value)


def _needed(figure: Figure) -> str | None:
    if figure.needs is None:  # a decoy alone would read as if it were a test
        return None if figure.decoy is None else "not a condition of located"
    needs = f"located needs at {'least' if figure.at_least else 'most'} {figure.needs:g}"
    alone = figure.value is not None and figure.decoy is None
    return f"{needs}; no decoy stands beside it" if alone else needs


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)


def _boxes(count: int) -> str:
    return f"{count:,} box{'' if count == 1 else 'es'}"


def _unique_row(unique: WhereUnique) -> Row:
    reached, sets = many(unique.up_to_length, "token"), many(unique.nodes, "set")
    note = (
        f"on every text of up to {reached}, where no selection chooses more than one position "
        f"({unique.drawn_unique:,} of {many(unique.drawn, 'answer')} to drawn texts), over {sets} "
        f"of texts; rounding takes at most {at_most(unique.rounding)} of it; float32 not covered"
    )
    return Row("proved lead, where unique", at_least(unique.smallest_lead), note)


def _proof_rows(report: Report) -> list[Row]:
    rows, proof = [], report.proof
    if proof is not None and report.space == "box":
        parts = many(proof.nodes or 0, "part")
        rows.append(
            Row("proved bound", _apart(proof.error), f"everywhere, over {parts} of the box")
        )
    elif proof is not None:
        single = "float32 too" if proof.float_bound.covered else "float32 not covered"
        if report.space == "texts":
            reached, sets = many(proof.up_to_length or 0, "token"), many(proof.nodes or 0, "set")
            note = (
                f"on every text of up to {reached}, over {sets} of texts; rounding takes at most "
                f"{at_most(proof.rounding or 0.0)} of it; {single}"
            )
        elif proof.rounding is not None:
            note = f"rounding moves a logit by at most {at_most(proof.rounding)}; {single}"
        elif proof.nodes is None:
            steps = many(proof.up_to_length or 0, "step")
            note = f"of a half, over all inputs, up to {steps}, in float64"
        elif proof.up_to_length is None:
            note = f"by induction over {_boxes(proof.nodes)} in hidden space; {single}"
        else:
            steps = many(proof.up_to_length, "step")
            note = f"up to {steps}, over {_boxes(proof.nodes)}; {single}"
        rows.append(Row("proved lead", at_least(proof.smallest_lead), note))
        if proof.where_unique is not None:
            rows.append(_unique_row(proof.where_unique))
    if report.meaning is not None:
        rows.append(
            Row(
                "proved meaning",
                f"{report.meaning.margin:.4g}",
                f"rigorous margin; {meaning_statement(report.meaning)}",
            )
        )
    return rows
