"""A stored mechanism in another notation, without its network, and so without torch: at once."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from distill.errors import DistillError
from distill.kinds.notation import Notation, has_no, was_refused
from distill.runs.record import read_part

REFUSED = "refused"


def stored_notation(folder: Path, form: Notation) -> str:
    """The mechanism of a run folder in another notation.

    Raises:
        DistillError: the run was refused, or its kind has no such form.
        RunFolderError: `mechanism.json` is missing, truncated, or of another format version.
    """
    kind = read_part(folder, "mechanism.json", dict[str, Any]).get("kind")
    if kind == REFUSED:
        raise was_refused(form)
    module = _module_of(str(kind))
    if module is None:  # a kind that writes its notations elsewhere, or has none
        from distill.kinds.known import notation
        from distill.runs.store import load_run

        return notation(load_run(folder).mechanism, form)
    mechanism = read_part(folder, "mechanism.json", module.MECHANISM)
    if form not in module.FORMS:
        raise has_no(str(kind), form, _written_by(module, mechanism))
    return module.written(mechanism, form)


def _written_by(module: ModuleType, mechanism: object) -> tuple[Notation, ...]:
    """The forms of a kind that this mechanism has: an expression may be no formula."""
    found = list[Notation]()
    for form in module.FORMS:
        with suppress(DistillError):
            module.written(mechanism, form)
            found.append(form)
    return tuple(found)


def _module_of(kind: str) -> ModuleType | None:
    name = f"distill.kinds.{kind}"
    known = kind.isidentifier() and find_spec(name) is not None
    return import_module(f"{name}.notation") if known and find_spec(f"{name}.notation") else None
