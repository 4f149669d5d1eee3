"""Pictures of a Fourier mechanism."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.exhibits import FourierExhibits
from distill.render.picture import FAINT, SERIES, Picture, picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def fourier_pictures(exhibits: FourierExhibits) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    return (_profile(exhibits),)


def _profile(exhibits: FourierExhibits) -> Picture:
    network, program = exhibits.network_profile, exhibits.program_profile

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.plot(network, color=SERIES[0], label="network")
        axes.plot(program, color=SERIES[1], linestyle="--", label="program")
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.set_xlabel("steps beyond the answer")
        axes.set_ylabel("mean logit")
        axes.legend()

    return picture(
        "profile",
        "Logits around the answer",
        "The network prefers the answer at 0; every other output is that many steps away from it.",
        f"Mean logit of the answer: network {network[0]:.3g}, program {program[0]:.3g}.",
        draw,
    )
