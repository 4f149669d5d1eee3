"""How many sequences of a length program and network answer right, and where they part."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import SERIES, Picture, picture
from distill.records.counts import Agreement, SequenceDisagreement
from distill.records.report import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SPELT = 12
"""Steps of a sequence that are written out."""


def lengths_picture(report: Report, length: int, trained: bool = True) -> Picture | None:
    """Sequences right by length; null where none beyond the first were tried.

    Args:
        report: of a run over sequences.
        length: steps of the shortest that were tried.
        trained: whether these are the steps that the network was trained on here; of one that was
            given nobody knows them.
    """
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
    colours = {
        "program = task": SERIES[1],
        "network = task": SERIES[0],
        "program = network": SERIES[2],
    }

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        width = 0.8 / len(lines)
        for place, (name, points) in enumerate(lines.items()):
            shift = (place - (len(lines) - 1) / 2) * width
            heights = {at: 100 * part for at, part in points}
            where = [n for n, (at, *_) in enumerate(rows) if at in heights]
            drawn = [heights[rows[n][0]] for n in where]
            at = [n + shift for n in where]
            axes.bar(at, drawn, 0.88 * width, color=colours[name], label=name)
            for x, height in zip(at, drawn, strict=True):
                if height < 100:
                    text = f"{min(height, 99):.0f}"
                    axes.text(x, height + 1.5, text, ha="center", va="bottom", fontsize=9)
        named = [f"{at:,}" for at, *_ in rows]
        named[0] += "\ntrained" if trained else ""
        axes.set_xticks(range(len(rows)), named)
        axes.set(ylim=(0, 112), xlabel="steps", ylabel="% of sequences")
        axes.set_yticks([0, 25, 50, 75, 100])
        axes.grid(visible=False, axis="x")
        figure.legend(loc="outside lower center", ncols=3, fontsize=9, columnspacing=1.2)

    steps = many(length, "step")
    ended = f"{'training ended at' if trained else 'the program was read on sequences of'} {steps}"
    said = "; ".join(
        f"{name}: {', '.join(f'{part:.1%} at {at:,}' for at, part in points)}"
        for name, points in lines.items()
    )
    return picture(
        "lengths",
        "Longer sequences",
        f"A sequence counts where every answer of it is right; {ended}. "
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
            f"Program and network were seen to part after {many(steps, 'step')}{spelt}: the "
            "program "
            f"answers {ours}, the network {theirs}."
        )
    if alike:
        return "Program and network never parted, at any length that was tried."
    return "Program and network part."


def _numbers(row: tuple[int, ...]) -> str:
    return ", ".join(f"{value:,}" for value in row)
