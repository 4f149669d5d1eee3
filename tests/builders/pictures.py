"""What stands in a picture."""

from __future__ import annotations

import re

from distill.drawing.picture import Picture


def words(drawn: Picture) -> list[str]:
    return re.findall(r"<(?:text|tspan)[^>]*>([^<]+)</", drawn.svg)
