"""What a kind of mechanism offers."""

from __future__ import annotations

from typing import Literal

Notation = Literal["latex", "sympy", "dot"]
