"""The evidence of a report as rows of a name, a figure and what the figure means."""

from __future__ import annotations

from dataclasses import dataclass

from distill.report import Agreement, Inside, Report


@dataclass(frozen=True)
class Row:
    """A line of the evidence table."""

    name: str
    figure: str
    note: str


def evidence_rows(report: Report) -> list[Row]:
    """Every figure that applies, in the order in which a reader asks."""
    rows = _agreement_rows(report) + _inside_rows(report) + _proof_rows(report)
    if report.program is not None:
        size = report.program
        listed = f", {size.exceptions} exceptions listed" if size.exceptions else ""
        rows.append(Row("program", f"{size.lines} lines", f"{size.ast_nodes} syntax nodes{listed}"))
    if report.runner_up is not None:
        other = report.runner_up
        size = f"{other.description_length} syntax nodes"
        rows.append(Row("runner-up", size, f"of the same network: {other.name}"))
    for name, value in (report.numbers or {}).items():
        if value is not None:
            rows.append(Row(name.replace("_", " "), f"{value:.4g}", ""))
    return rows


def _count(counted: Agreement) -> str:
    return f"{counted.agree:,} of {counted.total:,}"


def _agreement_rows(report: Report) -> list[Row]:
    rows = []
    counted, holds = report.program_vs_model, report.holds_for
    steps = holds is not None and holds.lengths is not None
    kind = "sequences" if steps else "inputs"
    if counted is not None:
        how = f"every {kind[:-1]}" if counted.exhaustive else f"{kind} drawn at random"
        if steps:
            how += " of the training length, right at every step"
        rows.append(
            Row("program = network", f"{counted.agree:,} of {counted.total:,}", f"on {how}")
        )
        if counted.heldout_total is not None:
            rows.append(
                Row(
                    "  on held-out inputs",
                    f"{counted.heldout_agree:,} of {counted.heldout_total:,}",
                    "the network was not trained on them",
                )
            )
        if counted.stress is not None:
            rows.append(
                Row("  under stress", _count(counted.stress), "constant, sparse, extreme, in runs")
            )
        if counted.searched is not None:
            rows.append(
                Row(
                    f"  on searched {kind}",
                    f"{counted.searched - (counted.search_disagreements or 0):,} "
                    f"of {counted.searched:,}",
                    "all through the mechanism, and where the network is least sure"
                    if steps
                    else "a search for inputs where the network is least sure",
                )
            )
        if not counted.exhaustive or counted.agree < counted.total:
            rows.append(
                Row("  99% bound", f"{counted.upper_bound_99:.2g}", "on the rate of disagreement")
            )
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
            rows.append(Row(name, _count(versus), "against the reference, not used before"))
    return rows


Figures = list[tuple[str, float | None, str]]


def _domain_figures(inside: Inside) -> Figures:
    return [
        ("R² of the logits", inside.logit_r2, "explained by the program, on inputs not fitted"),
        ("  best decoy", inside.decoy_best, "a wrong explanation put through the same test"),
        ("only key planes kept", inside.kept_only_accuracy, "answers unchanged, in weight space"),
        ("key planes removed", inside.removed_accuracy, "answers unchanged, in weight space"),
        ("waves decoded", inside.decode_r2, "worst R², from the last hidden layer"),
        ("  other frequencies", inside.decode_decoy_r2, "best R²"),
        ("interchange", inside.interchange_accuracy, "answers that follow permuted key planes"),
        ("  other planes", inside.interchange_decoy, "answers that follow these"),
        ("gradient symmetricity", inside.gradient_symmetricity, "1: the inputs enter alike"),
        ("distance irrelevance", inside.distance_irrelevance, "0: only the difference matters"),
        ("restricted loss", inside.restricted_loss, "of the key waves alone, against the task"),
        ("excluded loss", inside.excluded_loss, "of what they leave, on trained inputs"),
    ]


def _sequence_figures(inside: Inside) -> Figures:
    return [
        (
            "interchange",
            inside.interchange_accuracy,
            "right from the hidden state of another prefix in the same state",
        ),
        ("  another state", inside.interchange_decoy, "right from a prefix in another state"),
        (
            "hidden state moved",
            inside.moved_accuracy,
            "goes on as from the state, or the register, that it was moved to",
        ),
        ("  another way", inside.moved_decoy, "after a move as far in a random direction"),
    ]


def _inside_rows(report: Report) -> list[Row]:
    inside = report.inside
    steps = report.holds_for is not None and report.holds_for.lengths is not None
    figures = _sequence_figures(inside) if steps else _domain_figures(inside)
    rows = [
        Row(name, f"{value:.3g}" if "loss" in name else f"{round(value, 3) + 0.0:.3f}", note)
        for name, value, note in figures
        if value is not None
    ]
    rows += [
        Row(
            f"frequency {alone.frequency} alone",
            f"{alone.pizza_r2:.3f}",
            "R² of |cos(πkd/p)| as its size where the embedding holds nothing else; of a constant "
            f"{alone.clock_r2:.3f}",
        )
        for alone in inside.isolated
    ]
    rows += [
        Row(
            f"{variable.name} in the hidden state",
            f"{variable.r2:.3f}",
            f"R² of reading it linearly ({variable.reading})"
            + ("" if variable.decoy_r2 is None else f"; a decoy {variable.decoy_r2:.3f}"),
        )
        for variable in inside.variables
    ]
    if inside.smallest_margin is not None:
        rows.append(
            Row(
                "smallest margin",
                f"{inside.smallest_margin:.3g}",
                "of the network"
                if inside.float32_drift is None
                else f"of the network; float32 drifts by {inside.float32_drift:.1g}",
            )
        )
    return rows


def _proof_rows(report: Report) -> list[Row]:
    rows, proof = [], report.proof
    if proof is not None:
        single = "float32 too" if proof.float_bound.covered else "float32 not covered"
        if proof.rounding is not None:
            note = f"rounding moves a logit by at most {proof.rounding:.1g}; {single}"
        elif proof.nodes is None:
            note = f"of a half, over all inputs, up to {proof.up_to_length:,} steps, in float64"
        elif proof.up_to_length is None:
            note = f"by induction over {proof.nodes:,} boxes in hidden space; {single}"
        else:
            note = f"up to {proof.up_to_length:,} steps, over {proof.nodes:,} boxes; {single}"
        rows.append(Row("proved lead", f"{proof.smallest_lead:.3g}", note))
    if report.meaning is not None:
        rows.append(
            Row(
                "proved meaning",
                f"{report.meaning.margin:.4g}",
                f"rigorous margin; {report.meaning.statement}",
            )
        )
    return rows
