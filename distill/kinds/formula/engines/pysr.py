"""PySR as an engine: where Python's half of it is, Julia must be too."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from distill.kinds.formula.engines.process import Apart


@dataclass(frozen=True)
class PySR(Apart):
    """Symbolic regression in Julia (Cranmer, arXiv 2305.01582)."""

    @property
    def missing(self) -> str | None:
        """Why it cannot be asked here, with how to get it.

        Nothing is imported or fetched to find out: the package fetches Julia when it is imported,
        which is not done behind anybody's back.
        """
        if (said := super().missing) is not None:
            return said
        given = os.environ.get("PYTHON_JULIAPKG_EXE") or "julia"
        if shutil.which(given) is None:
            return (
                "pysr is installed, and Julia is not: install it from julialang.org, so that "
                "`julia` is found"
            )
        return None
