"""Colours can be told from the page, in light and in dark."""

import re

import numpy as np
import pytest
from builders.paths import PACKAGE

from distill.drawing.colours import around, diverging, hexadecimal


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
