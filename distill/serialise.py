"""JSON of the dataclasses between stages: deterministic bytes out, checked types in."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError


@cache
def _adapter(kind: Any) -> TypeAdapter:
    return TypeAdapter(kind)


def to_json(value: Any, kind: Any = None) -> bytes:
    """A dataclass as indented JSON with a final newline."""
    return _adapter(kind or type(value)).dump_json(value, indent=2) + b"\n"


def from_json(kind: Any, data: bytes | str) -> Any:
    """Read a dataclass (or a union of them, by their `kind`).

    Raises:
        ValueError: in one line, where in the document what was expected.
    """
    try:
        return _adapter(kind).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise ValueError(f"{where}: {first['msg']}") from error


def schema(kind: Any) -> dict[str, Any]:
    """JSON Schema of a dataclass."""
    return _adapter(kind).json_schema()
