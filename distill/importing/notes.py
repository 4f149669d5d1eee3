"""All that a reader must know of an imported network beside its tensors, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distill.checker.scope import many
from distill.errors import one_line
from distill.importing.config import Config
from distill.importing.outputs import Dropped
from distill.importing.parameters import Taken
from distill.importing.settle import Settled
from distill.importing.wrappers import Bare
from distill.networks.architecture import MLP, Transformer

SENTENCES = {
    "found": "{}",
    "below": "{}",
    "assumed": "assumed {}",
    "said": "{}",
    "folded": "multiplied out: {}",
    "dropped": "dropped {}",
    "outputs": "{}",
    "precision": "{}",
    "left_out": "left out: {}",
    "elements": "{}",
    "config_not_read": "fields of the config that were not read: {}",
}
"""The notes on an import, by kind."""

ELEMENTS = ("element_order", "elements")
"""Fields that say in words which element of a group a value stands for."""

BY = "by layout {}, as neither the file nor a config says so: "


@dataclass(frozen=True)
class Around:
    """What was done to a file before a layout looked.

    Attributes:
        at: which of several networks was chosen, in words; empty where there is one.
        strip: the prefix below which the network stands.
    """

    bare: Bare
    strip: str
    at: str = ""

    def notes(self) -> dict[str, str]:
        """In words, by kind."""
        parts = [self.at] if self.at else []
        if self.strip:
            parts.append(f"read below '{self.strip}'")
        if self.bare.removed:
            parts.append(f"{_quoted(self.bare.removed)} taken out of every key")
        notes = {"below": ", ".join(parts)} if parts else {}
        if self.bare.folded:
            notes["folded"] = enumerated([f"{it} (weight norm)" for it in self.bare.folded])
        return notes


def notes_of(
    settled: Settled,
    taken: Taken,
    config: Config,
    shape: Transformer | MLP,
    around: Around,
    dropped: Dropped | None,
) -> dict[str, str]:
    """Notes on a network that a layout read, by kind."""
    position_table = taken.parameters.get("W_pos")
    rows = 0 if position_table is None else position_table.shape[0]
    assumed = list(settled.assumed)
    if isinstance(shape, Transformer):
        if "attn_scale" not in config.fields:
            assumed.append("scores over the root of d_head")
        if shape.layer_norm and not {"eps", "layer_norm_eps", "layer_norm_epsilon"} & set(
            config.fields
        ):
            assumed.append("layer norm with epsilon 1e-05")
        if rows > shape.positions and not any("input" in it for it in settled.told):
            assumed.append(f"room for {rows} positions (say inputs=N if there are more inputs)")
        assumed.append("read at the last position")
    else:
        assumed.append("2 inputs")
    absent = sorted(set(shape.shapes()) - set(taken.parameters))
    assumed += [f"no {name}" for name in absent if "ln_" not in name]
    notes = {
        "found": found(shape, taken.dtypes),
        **around.notes(),
        "assumed": BY.format(settled.layout.name) + ", ".join(assumed),
    }
    if settled.told:
        notes["said"] = "; ".join(settled.told)
    if dropped is not None:
        notes["dropped"] = str(dropped)
    notes |= precision(taken.dtypes)
    left = left_out(taken.ignored | dict(config.ignored))
    left += [f"{key} ({kind})" for key, (_, kind) in taken.buffers.items()]
    if isinstance(shape, Transformer):
        unused = range(shape.positions, rows)
        if unused:
            left.insert(0, f"positions {unused[0]} to {unused[-1]} (read by no input)")
    if left:
        notes["left_out"] = enumerated(left)
    return notes | unread(config)


def unread(config: Config) -> dict[str, str]:
    """Notes on fields that were not read."""
    notes: dict[str, str] = {}
    said = [name for name in config.unread if name in ELEMENTS]
    if said:
        notes["elements"] = "; ".join(
            f"{name} says {one_line(repr(field.value))} ('{field.place}'), which is not used: "
            "which element a value stands for is read from the network's answers"
            for name in said
            for field in config.fields[name]
        )
    others = [name for name in config.unread if name not in ELEMENTS]
    if others:
        notes["config_not_read"] = enumerated(others)
    return notes


def found(shape: Transformer | MLP, dtypes: Sequence[str]) -> str:
    """What the tensors themselves say."""
    sizes = f"{many(shape.n_outputs, 'output')}, numbers of {' and '.join(dtypes)}"
    if isinstance(shape, Transformer):
        layers = f"{shape.n_layers} layer{'' if shape.n_layers == 1 else 's'}"
        sizes = f"{shape.n_vocab} tokens, {layers}, {sizes}"
    return f"by the tensors: {sizes}"


def precision(dtypes: Sequence[str]) -> dict[str, str]:
    """What is said of numbers of half the usual precision."""
    if not set(dtypes) - {"float32", "float64"}:
        return {}
    half = "; it is run in float32 or better, and not in that"
    return {"precision": f"stored as {' and '.join(dtypes)}, every number of it kept{half}"}


def left_out(ignored: Mapping[str, str]) -> list[str]:
    """Keys that were not read, put together where they stand below one name for one reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for key, reason in ignored.items():
        groups.setdefault((key.partition(".")[0], reason), []).append(key)
    return [
        f"{keys[0]} ({reason})"
        if len(keys) == 1
        else f"{top}.* ({many(len(keys), 'tensor')}: {reason})"
        for (top, reason), keys in groups.items()
    ]


def enumerated(names: list[str]) -> str:
    """The first six names, and how many more there are."""
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
