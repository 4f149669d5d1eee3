"""Names of registers by what they are: a delay, a total, a velocity and its position."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from distill.kinds.recurrence.linear.readable import Line


def register_names(lines: Sequence[Line], inputs: tuple[str, ...]) -> tuple[str, ...]:
    """A name for every register, by the lines that set them.

    Args:
        lines: one for every register, in the order of the registers.
        inputs: names of the channels; a last column of the lines beyond them is the constant 1.
    """
    roles: dict[int, tuple[str, int | None]] = {}
    _delays(lines, len(inputs), roles)
    for i, line in enumerate(lines):
        moved_by = _velocity(line, lines)
        if i in roles or moved_by is None or moved_by in roles:
            continue
        channel = _channel(lines[moved_by], len(inputs))
        roles[moved_by], roles[i] = ("velocity", channel), ("position", channel)
    for i, line in enumerate(lines):
        if i not in roles and not any(line.fresh) and _only(line.old) == (i, 1):
            roles[i] = ("total", _channel(line, len(inputs)))
    named = [roles.get(i, ("state", None)) for i in range(len(lines))]
    count = Counter(role for role, _ in named)
    names: list[str] = []
    for role, channel in named:
        name = role
        if role.startswith("previous") and len(inputs) > 1 and channel is not None:
            name = f"{role}_{inputs[channel]}"
        elif count[role] > 1 or role == "state":
            alone = sum(one == (role, channel) for one in named) == 1
            named_so_far = sum(one.startswith(role) for one in names)
            suffix = str(named_so_far + 1) if channel is None or not alone else inputs[channel]
            name = f"{role}{suffix}" if suffix.isdigit() else f"{role}_{suffix}"
        while name in inputs or name in names:
            name += "_"
        names.append(name)
    return tuple(names)


def _delays(lines: Sequence[Line], channels: int, roles: dict[int, tuple[str, int | None]]) -> None:
    """Registers that hold the input of some steps ago."""
    waiting = {
        i: (1, found[0])
        for i, line in enumerate(lines)
        if not any(line.fresh) and not any(line.old)
        if (found := _only(line.columns)) is not None
        if found[1] == 1 and found[0] < channels
    }
    while waiting:
        i, (lag, channel) = waiting.popitem()
        roles[i] = (f"previous{lag if lag > 1 else ''}", channel)
        for k, line in enumerate(lines):
            plain = not any(line.fresh) and not any(line.columns)
            if k not in roles and k not in waiting and plain and _only(line.old) == (i, 1):
                waiting[k] = (lag + 1, channel)


def _velocity(line: Line, lines: Sequence[Line]) -> int | None:
    """The register that this one adds up, if that is all it does and that one adds up, too."""
    i = line.register
    if line.old[i] != 1 or any(line.columns):
        return None
    rest = tuple(v - (k == i) + line.fresh[k] for k, v in enumerate(line.old))
    added = _only(rest)
    if added is None or added[1] != 1 or lines[added[0]].old[added[0]] != 1:
        return None
    return added[0]


def _only(values: tuple[int, ...]) -> tuple[int, int] | None:
    """Place and value of the only one that is not 0."""
    places = [i for i, v in enumerate(values) if v]
    return (places[0], values[places[0]]) if len(places) == 1 else None


def _channel(line: Line, channels: int) -> int | None:
    """The only input that a line reads."""
    found = _only(line.columns[:channels])
    return None if found is None else found[0]
