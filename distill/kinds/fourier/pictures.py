"""Pictures of a Fourier mechanism: from what the network holds to what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.heat import held, level_panel
from distill.drawing.picture import FAINT, SERIES, Picture, panelled, picture, whole
from distill.drawing.spectrum import near_zero, window_said
from distill.kinds.fourier.embedding_pictures import circles, spectrum
from distill.kinds.fourier.exhibits import FourierExhibits, LogitMaps
from distill.kinds.fourier.mechanism import FourierMechanism

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NEARLY_ALL = 0.95
"""Part that the program accounts for, from which a picture of what is left looks empty."""


def fourier_pictures(mechanism: FourierMechanism, exhibits: FourierExhibits) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    drawn = (
        spectrum(mechanism, exhibits),
        profile(exhibits),
        circles(mechanism, exhibits),
        None if exhibits.logits is None else _maps(exhibits.logits),
    )
    return tuple(each for each in drawn if each is not None)


def profile(exhibits: FourierExhibits) -> Picture:
    """Logits by their distance from the answer: the network's, and the program's."""
    network, program = exhibits.network_profile, exhibits.program_profile
    second = max(range(1, len(network)), key=lambda step: network[step])
    away = min(second, len(network) - second)

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        steps, (one, other) = near_zero(network, program)
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.plot(steps, one, color=SERIES[0], label="network", linewidth=1.6)
        axes.plot(
            *(steps, other, "o"),
            color=SERIES[1],
            markerfacecolor="none",
            markersize=6,
            label="program",
        )
        whole(axes.xaxis)
        axes.set_xlabel("steps from the answer to another output")
        axes.set_ylabel("mean logit")
        figure.legend(loc="outside upper left", ncols=2)

    return picture(
        "profile",
        "Logits around the answer",
        "At the program's answer (0) the waves add up to a mean logit of "
        f"{network[0]:.3g}; the next best of all {len(network):,} outputs, {away} "
        f"step{'s' if away > 1 else ''} away, has {network[second]:.3g}. The circles are the "
        f"program's.{window_said(len(network))}",
        f"The answer's mean logit is {network[0]:.4g} in the network and {program[0]:.4g} in the "
        f"program; the next highest output has {network[second]:.4g} in the network.",
        draw,
    )


def _maps(logits: LogitMaps) -> Picture:
    plane = logits.plane
    names = " and ".join(plane.names)
    accounted = f"accounts for {logits.r2:.1%}" if logits.r2 > 0 else "accounts for nothing"
    left = (
        "so next to nothing is left in the third"
        if logits.r2 > NEARLY_ALL
        else "and the rest stands in the third"
    )
    return panelled(
        "logits",
        f"The logit of output {logits.output}, over all {names}{held(plane)}",
        "The network's logit, the program's, and the one less the other, on one scale: blue above "
        f"the mean of all outputs, orange below. The program {accounted} of what the first varies "
        f"by, {left}.",
        f"In this picture the program {accounted} of the variance of the "
        f"network's logit of output {logits.output}.",
        [level_panel(plane, level) for level in logits.maps],
    )
