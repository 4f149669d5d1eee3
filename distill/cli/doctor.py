"""What is on this machine: the core, and the optional engines that something here can use.

Nothing is imported: what is here is looked up, and its version read from what was installed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass

CORE = ("torch", "numpy", "scipy", "sympy", "networkx", "black")


@dataclass(frozen=True)
class Engine:
    """An optional engine.

    Attributes:
        module: what is imported; extra: what installs it; use: what it does here.
        needs: a program that must be found beside it.
    """

    name: str
    module: str
    extra: str
    use: str
    needs: str | None = None


ENGINES = (
    Engine("operon", "pyoperon", "operon", "`run --engine operon` over boxes of reals"),
    Engine("PySR", "pysr", "pysr", "`run --engine pysr` over boxes of reals", needs="julia"),
    Engine("PSE", "psrn", "pse", "`run --engine pse` over boxes of reals"),
    Engine("AALpy", "aalpy", "aalpy", "`verify` learns machines a second time with it"),
    Engine("hypothesis", "hypothesis", "search", "`verify --search hypothesis` searches with it"),
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
    if engine.needs is not None and shutil.which(engine.needs) is None:
        return engine.name, "not here", f"{engine.use}; install {engine.needs} beside it"
    return engine.name, "here", engine.use
