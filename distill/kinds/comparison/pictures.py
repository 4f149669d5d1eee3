"""Pictures of a comparison: how sure the network is, and on which side of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.heat import held, level_panel
from distill.drawing.picture import FAINT, INK, SERIES, Picture, picture, whole
from distill.kinds.comparison.exhibits import ComparisonExhibits
from distill.kinds.comparison.mechanism import ComparisonMechanism

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def comparison_pictures(
    mechanism: ComparisonMechanism, exhibits: ComparisonExhibits
) -> tuple[Picture, ...]:
    """Along the weighted sum, and over two inputs."""
    along = _along(mechanism, exhibits)
    if exhibits.plane is None or exhibits.margins is None:
        return (along,)
    names = " and ".join(exhibits.plane.names)
    over = picture(
        "margin-map",
        f"The margin over {names}{held(exhibits.plane)}",
        f"Blue where the network answers {mechanism.then}, orange where it answers "
        f"{mechanism.otherwise}; the line between them is where the program changes its answer.",
        f"The margin is at most {exhibits.margins.scale:.4g} in size, and changes its sign where "
        f"{mechanism.condition} begins to hold.",
        level_panel(exhibits.plane, exhibits.margins, "margin of the logits").draw,
        width=4.4,
        height=4.6,
    )
    return along, over


def _along(mechanism: ComparisonMechanism, exhibits: ComparisonExhibits) -> Picture:
    """Margins by the weighted sum."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.axvline(mechanism.threshold - 0.5, color=INK, linestyle="--", linewidth=0.9)
        axes.vlines(exhibits.sums, exhibits.least, exhibits.most, color=SERIES[0], linewidth=1.0)
        axes.plot(exhibits.sums, exhibits.mean, "o", color=SERIES[0], markersize=3)
        whole(axes.xaxis)
        axes.set_xlabel("weighted sum of the inputs")
        axes.set_ylabel("margin")

    return picture(
        "margin",
        "How sure the network is",
        f"The margin of {mechanism.then} over {mechanism.otherwise} by the weighted sum of the "
        "inputs: a mark for the mean, a bar for all inputs with that sum. The dashed line is the "
        "program's threshold; short bars that rise say that the network looks at nothing else.",
        f"The mean margin goes from {exhibits.mean[0]:.4g} at {exhibits.sums[0]} to "
        f"{exhibits.mean[-1]:.4g} at {exhibits.sums[-1]}; the threshold is {mechanism.threshold}.",
        draw,
    )
