"""Pictures of every run over sequences: right at which lengths, where located, how trained."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from distill.curve import SequenceCurve, SequencePoint
from distill.render.picture import BAD, FAINT, GOOD, SERIES, SURFACE, Picture, picture
from distill.report import Agreement, Report, SequenceDisagreement
from distill.store import Attempt
from distill.train.cells import CellAttempt
from distill.verify import automaton, recurrence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVES = 6
"""Trainings that are told apart by colour; of more, the last are."""

VARIABLES = 6
"""Variables that are listed; of more, those that are read worst."""

SPELT = 12
"""Steps of a sequence that are written out."""

LOWEST = 1e-8
"""A loss below is shown as this."""

Attempts = tuple[Attempt | CellAttempt, ...]


def lengths_picture(report: Report, length: int) -> Picture | None:
    """Sequences right by length; null where none beyond that of training were tried."""
    if not report.longer or report.program_vs_model is None:
        return None
    counted = report.program_vs_model
    lines: dict[str, list[tuple[int, float]]] = defaultdict(list)
    begin = Agreement(counted.agree, counted.total)
    rows = [(length, report.program_vs_task, report.model_vs_task, begin)]
    rows += [
        (at.length, at.program_vs_task, at.model_vs_task, at.program_vs_model)
        for at in report.longer
    ]
    for at, program, model, both in rows:
        if program is not None:
            lines["program = task"].append((at, program.agree / program.total))
        if model is not None:
            lines["network = task"].append((at, model.agree / model.total))
        lines["program = network"].append((at, both.agree / both.total))
    looks = {
        "program = task": (SERIES[1], "o", "-", 9.0),
        "network = task": (SERIES[0], "s", "-", 6.0),
        "program = network": (SERIES[2], "D", "--", 3.5),
    }

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for name, points in lines.items():
            colour, marker, style, size = looks[name]
            axes.plot(
                *([at for at, _ in points], [100 * part for _, part in points]),
                color=colour,
                marker=marker,
                linestyle=style,
                markersize=size,
                markerfacecolor="none" if size > 8 else colour,
                markeredgewidth=1.4,
                label=name,
            )
        axes.axvline(length, color=FAINT, linestyle=":", linewidth=1)
        axes.annotate(
            "trained", (length, 4), (4, 0), textcoords="offset points", color=FAINT, fontsize=9
        )
        axes.set_xscale("log")
        axes.set_xticks([at for at, *_ in rows], [f"{at:,}" for at, *_ in rows])
        axes.minorticks_off()
        axes.set(ylim=(-4, 108), xlabel="steps", ylabel="% of sequences right")
        figure.legend(loc="outside lower center", ncols=3, fontsize=9, columnspacing=1.2)

    said = "; ".join(
        f"{name}: {', '.join(f'{part:.1%} at {at:,}' for at, part in points)}"
        for name, points in lines.items()
    )
    return picture(
        "lengths",
        "Longer sequences",
        f"A sequence counts where every answer of it is right; training ended at {length:,} steps. "
        + _parting(report, all(both.agree == both.total for *_, both in rows)),
        f"Sequences right at every step, by length. {said}.",
        draw,
        height=2.7,
    )


def _parting(report: Report, alike: bool) -> str:
    found = report.diverges_at
    if isinstance(found, SequenceDisagreement):
        steps = len(found.inputs)
        spelt = ""
        if steps <= SPELT:
            words = [
                str(row[0]) if len(row) == 1 else f"({', '.join(map(str, row))})"
                for row in found.inputs
            ]
            spelt = f" ({', '.join(words)})"
        ours, theirs = (_numbers(row) for row in (found.program, found.model))
        return (
            f"Program and network were seen to part after {steps} steps{spelt}: the program "
            f"answers {ours}, the network {theirs}."
        )
    if alike:
        return "Program and network never parted, at any length that was tried."
    return "Program and network part."


def _numbers(row: tuple[int, ...]) -> str:
    return ", ".join(f"{value:,}" for value in row)


def located_picture(report: Report) -> Picture | None:
    """The tests of the inside with their decoys; null where none was made."""
    inside, bounds = report.inside, _bounds(report)
    variables = sorted(inside.variables, key=lambda variable: variable.r2)[:VARIABLES]
    rows: list[tuple[str, float, float | None, float | None]] = [
        (f"read {v.name}", v.r2, v.decoy_r2, bounds.get("decode"))
        for v in inside.variables
        if v in variables
    ]
    if inside.interchange_accuracy is not None:
        bound = bounds.get("interchange")
        rows.append(("exchange", inside.interchange_accuracy, inside.interchange_decoy, bound))
    if inside.moved_accuracy is not None:
        rows.append(("move", inside.moved_accuracy, inside.moved_decoy, bounds.get("moved")))
    if not rows:
        return None

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for place, (_, value, decoy, bound) in enumerate(rows):
            for up, number, colour in ((-0.19, value, GOOD), (0.19, decoy, BAD)):
                if number is None:
                    axes.text(0.01, place + up, "no decoy", va="center", fontsize=9, color=FAINT)
                    continue
                axes.barh(place + up, max(0.0, number), 0.34, color=colour)
                axes.text(
                    *(max(0.0, number) + 0.02, place + up, figure_text(number)),
                    va="center",
                    fontsize=9,
                    bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5},
                )
            if bound is not None:
                axes.plot([bound, bound], [place - 0.42, place + 0.42], color=FAINT, linestyle=":")
        axes.set(xlim=(0, 1.14), ylim=(len(rows) - 0.45, -0.55))
        axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        handles = [
            axes.barh([-9], [0], color=colour, label=label)
            for colour, label in ((GOOD, "the program's"), (BAD, "best decoy"))
        ]
        handles += axes.plot([], [], color=FAINT, linestyle=":", label="needed")
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=9)

    said = "; ".join(
        f"{name} {value:.3f}"
        + ("" if decoy is None else f" (decoy {decoy:.3f})")
        + ("" if bound is None else f", needed {bound}")
        for name, value, decoy, bound in rows
    )
    hidden = len(inside.variables) - len(variables)
    rest = f" {hidden} more variables are read better than those shown." if hidden else ""
    verdict = "located" if report.located else "not located"
    return picture(
        "located",
        "Where the program's variables are",
        "R² of reading each variable from the hidden state on sequences not fitted, and the part of "
        "continuations right after hidden states are exchanged or moved. A wrong explanation, put "
        f"through the same tests, must fail. The variables are {verdict}.{rest}",
        f"Tests of the inside, {verdict}: {said}.",
        draw,
        height=0.9 + 0.5 * len(rows),
    )


def _bounds(report: Report) -> dict[str, float]:
    return automaton.LOCATED if report.mechanism.kind == "automaton" else recurrence.LOCATED


def training_picture(curve: SequenceCurve | None, attempts: Attempts) -> Picture | None:
    """Right answers and loss while training; null where nothing was drawn twice."""
    if curve is None:
        return None
    runs = defaultdict[tuple[int, int], list[SequencePoint]](list)
    for point in curve.points:
        runs[point.attempt, point.d_hidden].append(point)
    if max((len(points) for points in runs.values()), default=0) < 2:
        return None
    told = [(_attempt(attempts, *key), points) for key, points in runs.items()]
    plain, told = told[:-CURVES], told[-CURVES:]

    def draw(figure: Figure) -> None:
        upper, lower = figure.subplots(2, sharex=True)
        for points, colour, name in [
            *((points, FAINT, None) for _, points in plain),
            *(
                (points, SERIES[place], _named(attempt, points))
                for place, (attempt, points) in enumerate(told)
            ),
        ]:
            steps = [point.step for point in points]
            mark = "o" if len(points) < 12 else ""
            look = {"color": colour, "marker": mark, "markersize": 3.5}
            upper.plot(steps, [100 * point.right for point in points], label=name, **look)
            lower.plot(steps, [max(point.loss, LOWEST) for point in points], **look)
        upper.set(ylim=(-4, 106), ylabel="% right")
        lower.set(yscale="log", ylabel="loss", xlabel="training step")
        figure.align_ylabels()
        figure.legend(loc="outside lower center", ncols=2, fontsize=9)

    tried = [a for a in attempts if isinstance(a, CellAttempt) and a.ruled_out is None]
    ruled = sum(isinstance(a, CellAttempt) and a.ruled_out is not None for a in attempts)
    said = "; ".join(
        f"{a.cell} with {_units(a.d_hidden)}: {a.right:.1%} right after {a.steps:,} steps"
        + (", discarded" if a.discarded else "")
        for a in tried
    )
    noise = any(a.learned_at is not None and a.steps > a.learned_at for a in tried)
    passed = (
        f" {ruled} smaller or simpler networks were ruled out without training." if ruled else ""
    )
    return picture(
        "training",
        "Training",
        "Part of fresh sequences right at every step, by the best network of an ensemble, and the "
        "smallest loss"
        + (", which rises again where what has learned goes on under noise." if noise else ".")
        + passed,
        f"Trained: {said}.{passed}",
        draw,
        height=3.4 + 0.2 * ((len(told) + 1) // 2),
    )


def figure_text(value: float) -> str:
    """Two digits, and no negative zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _attempt(attempts: Attempts, number: int, d_hidden: int) -> CellAttempt | None:
    """The training that a curve is of: the first one of its width from a number on."""
    for attempt in attempts[number:]:
        if (
            isinstance(attempt, CellAttempt)
            and attempt.d_hidden == d_hidden
            and attempt.ruled_out is None
        ):
            return attempt
    return None


def _named(attempt: CellAttempt | None, points: list[SequencePoint]) -> str:
    if attempt is None:
        return _units(points[0].d_hidden)
    name = f"{attempt.cell}, {_units(attempt.d_hidden)}"
    return f"{name} (discarded)" if attempt.discarded else name


def _units(count: int) -> str:
    return f"{count} unit{'s' if count > 1 else ''}"
