"""Pictures of a Fourier mechanism: from what the network holds to what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from distill.drawing.heat import held, level_panel
from distill.drawing.picture import FAINT, SERIES, Picture, panelled, picture
from distill.drawing.spectrum import around_zero
from distill.kinds.fourier.embedding_pictures import circles, spectrum
from distill.kinds.fourier.exhibits import FourierExhibits, LogitMaps
from distill.kinds.fourier.mechanism import FourierMechanism

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
    second = max(network[1:])

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        steps, (one, other) = around_zero(network, program)
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.plot(steps, one, color=SERIES[0], label="network", linewidth=2.4)
        axes.plot(steps, other, color=SERIES[1], linestyle="--", label="program")
        axes.set_xlabel("steps beyond the answer")
        axes.set_ylabel("mean logit")
        figure.legend(loc="outside upper left", ncols=2)

    return picture(
        "profile",
        "Logits around the answer",
        "Every output, by how many steps it lies beyond the answer, at 0. The sum of a few waves "
        "is highest where all are in phase; the dashed line is the program's, on the network's.",
        f"The answer's mean logit is {network[0]:.4g} in the network and {program[0]:.4g} in the "
        f"program; the next highest output has {second:.4g} in the network.",
        draw,
    )


def _maps(logits: LogitMaps) -> Picture:
    plane = logits.plane
    names = " and ".join(plane.names)
    accounted = f"accounts for {logits.r2:.1%}" if logits.r2 > 0 else "accounts for nothing"
    return panelled(
        "logits",
        f"The logit of output {logits.output}, over all {names}{held(plane)}",
        "The network's logits, the program's, and what the program leaves of the network's, on "
        "one scale: blue above the mean of all outputs, orange below. The third is to be empty; "
        f"the program {accounted} of the first.",
        f"In this picture the program {accounted} of the variance of the "
        f"network's logit of output {logits.output}.",
        [level_panel(plane, level) for level in logits.maps],
    )
