"""The engines there are."""

from __future__ import annotations

from distill.errors import DistillError
from distill.kinds.formula.engines.engine import Engine
from distill.kinds.formula.engines.own import Own

ENGINES: tuple[Engine, ...] = (Own(),)


def engines_for(name: str) -> list[Engine]:
    """The engine of a name; of `auto` all that are on this machine.

    Raises:
        DistillError: there is none of that name, or it is not on this machine.
    """
    if name == "auto":
        return [engine for engine in ENGINES if engine.missing is None]
    for engine in ENGINES:
        if engine.name == name:
            if engine.missing is not None:
                raise DistillError(f"--engine {name}: {engine.missing}")
            return [engine]
    known = ", ".join(["auto", *(engine.name for engine in ENGINES)])
    raise DistillError(f"--engine {name}: expected one of {known}")
