"""The engines there are."""

from __future__ import annotations

from distill.errors import DistillError
from distill.kinds.formula.engines.engine import Engine
from distill.kinds.formula.engines.own import Own
from distill.kinds.formula.engines.process import Apart
from distill.kinds.formula.engines.pysr import PySR

LAST = "pse"
"""Asked by name alone: it is made for a large GPU, and takes long where there is none."""

ENGINES: tuple[Engine, ...] = (
    Own(),
    Apart(
        *("operon", "operon_worker", "pyoperon", "operon"),
        seconds=90,
        settings={"evaluations": 400_000, "length": 40},
    ),
    PySR(
        *("pysr", "pysr_worker", "pysr", "pysr"),
        seconds=120,
        settings={"evaluations": 1_000_000, "length": 30},
    ),
    Apart(*("pse", "pse_worker", "psrn", "pse"), seconds=120, settings={"rounds": 10}),
)
"""In the order in which `auto` asks them."""


def engines_for(name: str) -> list[Engine]:
    """The engine of a name; of `auto` the first, and then those that are on this machine.

    Raises:
        DistillError: there is none of that name, or it is not on this machine.
    """
    if name == "auto":
        return [each for each in ENGINES if each.missing is None and each.name != LAST]
    for engine in ENGINES:
        if engine.name == name:
            if engine.missing is not None:
                raise DistillError(f"--engine {name}: {engine.missing}")
            return [engine]
    known = ", ".join(["auto", *(engine.name for engine in ENGINES)])
    raise DistillError(f"--engine {name}: expected one of {known}")


def not_asked(name: str) -> str | None:
    """What `auto` would have asked beside those that it asked, in a line; null where it is all."""
    if name != "auto":
        return None
    absent = [
        f"{each.name} ({each.missing})"
        for each in ENGINES
        if each.missing is not None and each.name != LAST
    ]
    return f"not asked: {'; '.join(absent)}" if absent else None
