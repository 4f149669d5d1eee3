"""Colours can be told from the page, in light and in dark."""

import re

import numpy as np
import pytest
from builders.paths import PACKAGE

from distill.drawing.colours import around, diverging, hexadecimal, in_order, rising


def luminance(colour):
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return float(np.dot([0.2126, 0.7152, 0.0722], list(linear)))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEMPLATES = PACKAGE / "pages" / "templates"


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_the_page(theme):
    sheet = (TEMPLATES / "colours.css").read_text().split("@media")[theme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", sheet))
    texts = ("ink", "faint", "good", "bad", "link", *(n for n in colours if n.startswith("code")))
    for ground in ("surface", "raised"):
        for name in texts:
            assert contrast(colours[name], colours[ground]) >= 4.5, name
        for name in (n for n in colours if n.startswith("series")):
            assert contrast(colours[name], colours[ground]) >= 3, name
    for name in ("good", "bad"):
        assert contrast(colours[name], colours[f"{name}-surface"]) >= 4.5
    for colour in around(113):
        assert contrast(hexadecimal(colour), colours["surface"]) >= 3
    ends = [hexadecimal(diverging()[level]) for level in (1, 255)]
    assert min(contrast(end, colours["surface"]) for end in ends) >= 3


@pytest.mark.parametrize("count", [2, 31, 79, 256])
def test_colours_of_numbers_rise_in_lightness_and_their_ends_are_far_apart(count):
    """In light and in dark: neither end is lost in the page."""
    shown = [hexadecimal(colour) for colour in rising(count)]
    light = [luminance(colour) for colour in shown]
    step = 1 + count // 64  # colours are of whole numbers
    assert all(one < other for one, other in zip(light, light[step:], strict=False))
    assert contrast(shown[0], shown[-1]) >= 3
    for page in ("#ffffff", "#000000"):
        assert min(contrast(colour, page) for colour in shown) >= 1.6


@pytest.mark.parametrize(("colours", "meet"), [(around, True), (rising, False), (in_order, False)])
def test_only_round_a_circle_do_first_and_last_meet(colours, meet):
    found = np.array(colours(79), dtype=float)
    steps = np.abs(np.diff(found, axis=0)).sum(axis=1)
    assert (np.abs(found[0] - found[-1]).sum() < 2 * steps.max()) == meet
