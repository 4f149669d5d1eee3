"""What `--arch` says: a name and fields, `transformer,layer_norm=true,n_heads=1`.

The fields are those of the architecture's dataclass that have a default; the others (how many
inputs, tokens, outputs) follow from the domain. Nothing is guessed: what cannot be read is refused
before anything is trained, with a line that says what there is.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Iterable
from dataclasses import MISSING, fields, replace
from typing import Any, Literal, TypeVar

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError, nearest
from distill.networks.architecture import (
    TOKEN_ARCHITECTURES,
    StoredArchitecture,
    TokenArchitecture,
)
from distill.networks.numbers import reads_numbers
from distill.networks.recurrent_layers import RecurrentLayers
from distill.networks.transformer import Transformer

ALIASES = {
    "transformer-norm": "transformer,layer_norm=true",
    "mlp-concat": "mlp,combine=concat",
    "mlp-quadratic": "mlp,combine=concat,activation=square",
}
"""Short names for what is trained often; further fields may follow them too."""

NUMBERS = "numbers"
"""The perceptron that reads and answers numbers (`distill.networks.numbers`)."""

MAX_PARAMETERS = 50_000_000
"""Beyond this a training in memory, with its two moments, is no matter of seconds any more."""

MAX_SYMBOLS, D_INPUT = 512, 8
"""Symbols of layers that are trained over sequences, and the width of their vectors at most, where
it is not chosen."""

MAX_WIDTH = 65536
"""Of widths and counts; the parameters are counted besides."""


def architecture_for(text: str, domain: Domain) -> TokenArchitecture:
    """The architecture NAME[,FIELD=VALUE]..., sized for a domain.

    Where the number of heads or the width of the stream is given and the width of a head is not,
    the heads share the stream among them.

    Raises:
        DistillError: an unknown name or field, a value that is none, or a network too large.
    """
    name, *given = text.split(",")
    if name == NUMBERS and not given:
        return _not_too_large(text, reads_numbers(domain), domain)
    kind, *preset = ALIASES.get(name, name).split(",")
    if name == NUMBERS:
        raise DistillError(f"architecture '{text}': '{NUMBERS}' has no fields; give its name alone")
    if kind not in TOKEN_ARCHITECTURES:
        known = ", ".join((*TOKEN_ARCHITECTURES, *ALIASES, NUMBERS))
        where = OTHERWISE.get(name, "")
        raise DistillError(
            f"no architecture '{name}'{where}{_near(name, known.split(', '))}: expected one of "
            f"{known} (--arch NAME[,FIELD=VALUE]...)"
        )
    architecture = TOKEN_ARCHITECTURES[kind]
    changes = _read(text, architecture, preset) | _read(text, architecture, given)
    if architecture is Transformer and "d_head" not in changes:
        changes |= _shared_among_heads(text, changes)
    return _not_too_large(text, replace(architecture.for_domain(domain), **changes), domain)


S = TypeVar("S", bound=StoredArchitecture)


def _not_too_large(text: str, chosen: S, space: object) -> S:
    parameters = sum(math.prod(shape) for shape in chosen.shapes().values())
    if parameters > MAX_PARAMETERS:
        raise DistillError(
            f"architecture '{text}' has {parameters:,} parameters over {space}: at most "
            f"{MAX_PARAMETERS:,} can be trained here, so choose smaller widths"
        )
    return chosen


CELLS = ("rnn", "gru", "lstm")
OTHERWISE = {
    **dict.fromkeys(CELLS, " over a finite domain (it reads sequences)"),
    "perceptron": " over a finite domain (it reads a box of reals)",
}
"""Names that are architectures over something else."""
FIELDS_OF_LAYERS = ("d_hidden", "n_layers", "d_input", "activation")
"""What may be chosen of layers that are trained here: what PyTorch's own layers have."""


def layers_for(text: str, channels: Channels) -> RecurrentLayers:
    """The recurrent layers NAME[,FIELD=VALUE]... over channels: rnn, gru or lstm.

    How many answers there are is not known yet, and stands at 1.

    Raises:
        DistillError: an unknown name or field, a value that is none, or a network too large.
    """
    name, *given = text.split(",")
    if name not in CELLS:
        raise DistillError(
            f"no architecture '{name}' over sequences{_near(name, CELLS)}: expected one of "
            f"{', '.join(CELLS)} "
            f"(--arch NAME[,{'=...,'.join(FIELDS_OF_LAYERS)}=...])"
        )
    if channels.outputs > 1 or channels.size > MAX_SYMBOLS:
        raise DistillError(
            f"'{name}' reads one of at most {MAX_SYMBOLS} symbols at a step and answers with one "
            f"number, and the task reads {channels} with {channels.outputs} numbers as answers"
        )
    changes: dict[str, Any] = {"d_input": min(channels.size, D_INPUT), "cell": name}
    changes |= _read(text, RecurrentLayers, given, FIELDS_OF_LAYERS)
    try:
        shape = RecurrentLayers(channels.size, 1, **changes)
    except DistillError as error:
        raise DistillError(f"architecture '{text}': {error}") from error
    return _not_too_large(text, shape, channels)


def describe(architecture: TokenArchitecture) -> str:
    """An architecture as `--arch` takes it: its name, and the fields that are not the default."""
    changed = [
        f"{field.name}={_written(getattr(architecture, field.name))}"
        for field in fields(architecture)
        if field.name != "kind"
        and field.default is not MISSING
        and getattr(architecture, field.name) != field.default
    ]
    return ",".join([architecture.kind, *changed])


def choosable(architecture: type[StoredArchitecture]) -> tuple[str, ...]:
    """The fields that may be given: those that the domain does not determine."""
    return tuple(
        field.name
        for field in fields(architecture)
        if field.default is not MISSING and field.name != "kind"
    )


def _read(
    text: str,
    architecture: type[StoredArchitecture],
    given: list[str],
    known: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    hints = typing.get_type_hints(architecture)
    known = choosable(architecture) if known is None else known
    read: dict[str, Any] = {}
    for part in given:
        name, equals, value = part.partition("=")
        if not equals:
            raise DistillError(
                f"architecture '{text}': found '{part}' where FIELD=VALUE was expected, for "
                f"example {known[0]}={_written(getattr(architecture, known[0]))}"
            )
        if name not in known:
            raise DistillError(
                f"architecture '{text}': no field '{name}'{_near(name, known)}; expected one of "
                f"{', '.join(known)}"
            )
        if name in read:
            raise DistillError(f"architecture '{text}': {name} is given twice; give it once")
        found, expected = _value(value, hints[name])
        if found is None:
            default = _written(getattr(architecture, name, 8))
            raise DistillError(
                f"architecture '{text}': {name} = '{value}', expected {expected}, for example "
                f"{name}={default}"
            )
        read[name] = found
    return read


def _near(name: str, known: Iterable[str]) -> str:
    """A question about a name that is nearly right."""
    close = nearest(name, known)
    return f" (did you mean '{close}'?)" if close else ""


def _value(text: str, hint: Any) -> tuple[Any, str]:
    """A value of this type, or null, and what would have been one."""
    if typing.get_origin(hint) is Literal:
        choices = typing.get_args(hint)
        return (text if text in choices else None), f"one of {', '.join(choices)}"
    if hint is bool:
        return {"true": True, "false": False}.get(text.lower()), "true or false"
    if hint is int:
        return _size(text), f"a whole number from 1 to {MAX_WIDTH}"
    if hint is float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        return (number if 0 <= number <= 1 else None), "a number from 0 to 1"
    sizes = [_size(part) for part in text.split("-")]
    return (None if None in sizes else tuple(sizes)), "widths joined by '-' (256-128)"


def _size(text: str) -> int | None:
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_WIDTH))
    return int(text) if plain and 1 <= int(text) <= MAX_WIDTH else None


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shared_among_heads(text: str, changes: dict[str, Any]) -> dict[str, int]:
    d_model = changes.get("d_model", Transformer.d_model)
    heads = changes.get("n_heads", Transformer.n_heads)
    if d_model % heads:
        raise DistillError(
            f"architecture '{text}': d_model = {d_model} cannot be shared among n_heads = {heads}; "
            "expected a multiple, or d_head=WIDTH beside them"
        )
    return {"d_head": d_model // heads}
