"""Pictures of a training: the losses with their phases, and which frequencies survived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.checker.scope import many
from distill.drawing.picture import FAINT, GRID, INK, SERIES, Picture, picture
from distill.records.curve import TrainingCurve
from distill.records.phases import RULE, Phases, phases_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAINTEST = 40
"""Frequencies beside the key ones whose amplitude is drawn: those that were once the largest."""

LINES = (
    ("trained inputs", "train_loss", SERIES[0], "-"),
    ("held-out inputs", "heldout_loss", SERIES[1], "-"),
    ("its waves alone (restricted)", "restricted_loss", SERIES[2], "--"),
    ("all but its waves (excluded)", "excluded_loss", SERIES[3], ":"),
)


def training_pictures(curve: TrainingCurve) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    if len(curve.points) < 2:
        return ()
    survived = _amplitudes(curve)
    return (_losses(curve), *(() if survived is None else (survived,)))


def _losses(curve: TrainingCurve) -> Picture:
    phases, last = phases_of(curve), curve.points[-1]
    steps = [point.step for point in curve.points]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.set_yscale("log")
        for name, field, colour, style in LINES:
            losses = [getattr(point, field) for point in curve.points]
            if None not in losses:
                axes.plot(steps, losses, color=colour, linestyle=style, label=name)
        axes.set_xlim(steps[0], steps[-1])
        axes.set_xlabel("step")
        axes.set_ylabel("loss")
        _mark(axes, phases)
        figure.legend(loc="outside upper left", ncols=2, columnspacing=1.4, handlelength=1.8)

    keys = (
        ""
        if curve.key_frequencies is None
        else (
            " Restricted loss: what it would be with the program's waves alone. Excluded loss: "
            "with these waves taken out, on trained inputs."
        )
    )
    if phases.found:
        numbered = ", ".join(f"{n} {phase.name}" for n, phase in enumerate(phases.found, 1))
        said = f" Phases: {numbered}; {RULE}."
        told = "; ".join(
            f"{each.name}: steps {each.start:,} to {each.end:,}" for each in phases.found
        )
    else:
        said = told = (
            "" if phases.why_none is None else f" No phases are marked: {phases.why_none}."
        )
    sampled, heldout = "trained and of held-out inputs", ""
    if last.heldout_loss is None or last.heldout_accuracy is None:
        sampled = "trained inputs"
    else:
        heldout = (
            f", held-out loss {last.heldout_loss:.2g}, held-out accuracy "
            f"{last.heldout_accuracy:.1%}"
        )
    return picture(
        "training",
        "How it was learned",
        f"Cross-entropy on a sample of {sampled}.{keys}{said}",
        f"After {many(last.step, 'step')}: train loss {last.train_loss:.2g}{heldout}."
        + (f" {told.strip().rstrip('.')}." if told else ""),
        draw,
        height=3.3,
    )


def _mark(axes: Axes, phases: Phases) -> None:
    """Shade every other phase, and number them all."""
    for number, phase in enumerate(phases.found, start=1):
        if number % 2:
            axes.axvspan(phase.start, phase.end, color=GRID, linewidth=0, zorder=0)
        axes.text(
            (phase.start + phase.end) / 2,
            0.97,
            str(number),
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="top",
            color=INK,
            fontweight="bold",
        )


def _amplitudes(curve: TrainingCurve) -> Picture | None:
    keys = curve.key_frequencies
    points = [point for point in curve.points if point.amplitudes is not None]
    if not keys or len(points) < 2:
        return None
    sizes = [point.amplitudes or () for point in points]
    steps = [point.step for point in points]
    count = len(sizes[0])
    largest = {k: max(at[k - 1] for at in sizes) for k in range(1, count + 1)}
    rest = sorted((k for k in largest if k not in keys), key=lambda k: -largest[k])[:FAINTEST]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        for k in rest:
            axes.plot(steps, [at[k - 1] for at in sizes], color=FAINT, linewidth=0.6, alpha=0.6)
        for place, k in enumerate(keys):
            axes.plot(
                steps,
                [at[k - 1] for at in sizes],
                color=SERIES[place % len(SERIES)],
                label=str(k),
            )
        axes.set_xlim(steps[0], steps[-1])
        axes.set_ylim(bottom=0)
        axes.set_xlabel("step")
        axes.set_ylabel("amplitude in logits")
        figure.legend(loc="outside upper left", ncols=6, columnspacing=1, handlelength=1.2)

    ends = ", ".join(f"{k}: {sizes[-1][k - 1]:.3g}" for k in keys)
    beaten = (
        f" The largest that any other ever was is {largest[rest[0]]:.3g} ({rest[0]})."
        if rest
        else ""
    )
    others = "all of them" if len(rest) == count - len(keys) else f"the {len(rest)} largest"
    return picture(
        "survivors",
        "Which frequencies survived",
        "The amplitude of every frequency in the logits: in colour those of the program, in grey "
        f"the others ({others}).",
        f"At the end the amplitudes are {ends}.{beaten}",
        draw,
    )
