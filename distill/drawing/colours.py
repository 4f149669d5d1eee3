"""Colours that are not the page's variables: those of heat maps, and those around a circle.

Both are seen on white and on near-black, so they are of middle lightness, or fade into the page.
"""

from __future__ import annotations

from math import cos, pi, sin

from distill.drawing.png import Colour

POSITIVE, NEGATIVE = (38, 118, 199), (205, 92, 8)
"""Blue and orange, which every kind of colour vision tells apart."""

ZERO = 128
"""The level that stands for 0; 1 is the least value of a scale and 255 the greatest."""


def diverging() -> list[Colour]:
    """The colour of every level: the page itself at zero, and away from it more and more opaque."""
    return [
        (*(POSITIVE if level > ZERO else NEGATIVE), _opacity(abs(level - ZERO) / (ZERO - 1)))
        for level in range(256)
    ]


def _opacity(part: float) -> int:
    """Of a part of the scale: rising faster at first, so that small values are seen on black."""
    return round(255 * min(part, 1.0) ** 0.7)


def around(count: int) -> list[Colour]:
    """So many colours around a circle: hue and lightness both turn once.

    The lightness is for those who do not tell all hues apart.
    """
    return [_oklch(0.58 - 0.05 * cos(2 * pi * i / count), 0.13, i / count) for i in range(count)]


def in_order(count: int) -> list[Colour]:
    """So many colours from a first to a last that differ: most of the way around a circle."""
    return around(count + max(1, count // 4))[:count]


def rising(count: int) -> list[Colour]:
    """So many colours for numbers in their order: lighter and lighter, from violet to yellow.

    The lightness alone tells the order, in grey and to every kind of colour vision.
    """
    parts = [i / max(count - 1, 1) for i in range(count)]
    return [_oklch(0.42 + 0.38 * part, 0.12, 0.81 - 0.55 * part) for part in parts]


def hexadecimal(colour: Colour) -> str:
    """As SVG has it."""
    return "#" + "".join(f"{part:02x}" for part in colour[:3])


def _oklch(lightness: float, chroma: float, turn: float) -> Colour:
    """From OKLCH (Björn Ottosson, "A perceptual color space for image processing", 2020)."""
    a, b = chroma * cos(2 * pi * turn), chroma * sin(2 * pi * turn)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (_gamma(min(max(part, 0.0), 1.0)) for part in linear)
    return red, green, blue, 255


def _gamma(part: float) -> int:
    shown = 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return round(255 * shown)
