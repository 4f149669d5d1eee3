"""What is on this machine: the core, and the optional engines with the reason where one is not.

Nothing is imported that could have side effects: PySR, for one, fetches Julia when it is imported.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass

CORE = ("torch", "numpy", "scipy", "sympy", "networkx", "hypothesis")


@dataclass(frozen=True)
class Engine:
    """An optional engine.

    Attributes:
        module: what would be imported; extra: what installs it; use: what it would do here.
        needs: a program that must be on the path besides.
    """

    name: str
    module: str
    extra: str
    use: str
    needs: str | None = None


ENGINES = (
    Engine("PySR", "pysr", "pysr", "real-valued formulas", needs="julia"),
    Engine("Operon", "pyoperon", "operon", "real-valued formulas"),
    Engine("z3", "z3", "proof", "proofs by SMT"),
    Engine("AALpy", "aalpy", "aalpy", "active automata learning, as a cross-check"),
)


def diagnose() -> list[tuple[str, str, str]]:
    """Rows of (what, found, remark)."""
    rows = [
        ("python", platform.python_version(), platform.platform()),
        ("cores", str(os.cpu_count()), "one thread is used, whatever the environment says"),
    ]
    rows += [(name, importlib.metadata.version(name), "") for name in CORE]
    return rows + [_engine_row(engine) for engine in ENGINES]


def _engine_row(engine: Engine) -> tuple[str, str, str]:
    if importlib.util.find_spec(engine.module) is None:
        return engine.name, "not here", f"{engine.use}; pip install 'distill[{engine.extra}]'"
    if engine.needs and shutil.which(engine.needs) is None:
        return engine.name, "not usable", f"{engine.use}; needs {engine.needs} on the path"
    return engine.name, "here", engine.use
