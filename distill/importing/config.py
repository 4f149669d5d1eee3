"""Configs: what stands beside the weights, in the file itself or as JSON next to it.

A config is read by the names of its fields. What one says of the computation is honoured or
refused; fields that are not read are named, so that nothing is passed over in silence.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.importing.tensors import leaves
from distill.importing.values import VALUES, LayoutError, said
from distill.networks.architecture import FeedForward, TokenArchitecture, Transformer
from distill.networks.feedforward import NORM
from distill.networks.transformer import NORM_EPSILON

MAX_CONFIG = 8 * 1024**2

SECTIONS = {
    *("", "model", "config", "cfg", "args", "model_config", "model_cfg", "model_args"),
    *("hparams", "hyper_parameters", "hyperparameters", "kwargs"),
}
"""Where fields stand: at the top, or in a section of one of these names."""

SIZES = {
    "d_model": ("d_model", "n_embd", "hidden_size"),
    "n_heads": ("n_heads", "num_heads", "n_head", "num_attention_heads"),
    "d_head": ("d_head", "head_dim"),
    "d_mlp": ("d_mlp", "n_inner", "intermediate_size"),
    "n_layers": ("n_layers", "num_layers", "n_layer", "num_hidden_layers"),
    "n_vocab": ("d_vocab", "vocab_size", "n_vocab"),
}
"""Sizes that a transformer's tensors have too, and what configs call them."""

POSITIONS = ("n_ctx", "n_positions", "max_position_embeddings")

OFF = (False, None, 0)
FIXED: Mapping[str, tuple[object, ...]] = {
    "positional_embedding_type": ("standard", "learned", None),
    "use_attn_scale": (True, None),
    "scale_attn_weights": (True, None),
    "attn_scores_soft_cap": (-1, *OFF),
    "output_logits_soft_cap": (-1, *OFF),
    "num_experts": (None, 0, 1),
    "rotary_dim": OFF,
    **dict.fromkeys(
        (
            *("attn_only", "gated_mlp", "parallel_attn_mlp", "use_local_attn", "final_rms"),
            *("scale_attn_by_inverse_layer_idx", "use_normalization_before_and_after"),
            *("post_embedding_ln", "use_rotary", "rotary", "use_qk_norm", "attention_scaling"),
            *("add_cross_attention", "is_encoder_decoder"),
        ),
        OFF,
    ),
}
"""Fields of transformers' configs that must say what the architecture does, if they are there."""

EPSILONS = ("eps", "layer_norm_eps", "layer_norm_epsilon")


@dataclass(frozen=True)
class Field:
    """What one config says under one name."""

    place: str
    value: object


class Config:
    """All configs of a checkpoint, by the name of a field; knows which were read.

    Attributes:
        fields: what is said under every name, and where.
        ignored: fields that are there and that the layout does not read, with reasons.
    """

    def __init__(
        self, fields: Mapping[str, tuple[Field, ...]], ignored: Mapping[str, str] | None = None
    ) -> None:
        self.fields, self.ignored = fields, ignored or {}
        self._read: set[str] = set()

    @property
    def unread(self) -> tuple[str, ...]:
        """Fields that nobody asked for."""
        return tuple(sorted(set(self.fields) - self._read))

    def get(self, name: str) -> tuple[Field, ...]:
        """What is said under a name, and by which config."""
        self._read.add(name)
        return self.fields.get(name, ())

    def value(self, architecture: str, name: str, own: str | None) -> tuple[Any, str] | None:
        """A value of an architecture and who says it; null where no config does.

        Args:
            architecture: by its kind.
            name: of the value.
            own: the field that the layout names for it.

        Raises:
            LayoutError: it cannot be honoured, or two fields contradict each other.
        """
        names = dict.fromkeys((own,) if own else ()) | dict.fromkeys(
            VALUES[architecture][name].fields
        )
        found: tuple[Any, str] | None = None
        for field_name in names:
            for field in self.get(field_name):
                if field.value is None and name != "normalization":
                    continue
                place = f"'{field.place}'" + (f" ({field_name})" if field_name != name else "")
                value = said(architecture, name, field.value, place)
                if found is not None and found[0] != value:
                    raise LayoutError(
                        f"{name} is {found[0]!r} by {found[1]} and {value!r} by {place}: expected "
                        "configs that agree; mend one, or say which with --layout NAME,"
                        f"{name}=..."
                    )
                found = found or (value, place)
        return found


def read_config(path: Path, inside: Mapping[str, object], ignored: Mapping[str, str]) -> Config:
    """The configs of a checkpoint: in the file, `<name>.json`, and `config.json`.

    Args:
        path: of the checkpoint.
        inside: what the file holds beside tensors, by dotted name.
        ignored: fields that the layout does not read, with reasons.

    Raises:
        LayoutError: a file of that name is no JSON object.
    """
    read = {path.name: inside}
    for place in dict.fromkeys((path.with_suffix(".json"), path.parent / "config.json")):
        if place.exists():
            read[place.name] = _json(place)
    fields: dict[str, tuple[Field, ...]] = {}
    left: dict[str, str] = {}
    for place, values in read.items():
        for dotted, value in values.items():
            section, _, name = dotted.rpartition(".")
            if section.rpartition(".")[2] not in SECTIONS:
                continue
            if name in ignored:
                left[name] = ignored[name]
            else:
                fields[name] = (*fields.get(name, ()), Field(place, value))
    return Config(fields, left)


def _json(place: Path) -> dict[str, object]:
    try:
        if place.stat().st_size > MAX_CONFIG:
            raise ValueError(f"it has more than {MAX_CONFIG:,} bytes")
        value = json.loads(place.read_text("utf-8"), object_pairs_hook=_unique)
        if not isinstance(value, dict):
            raise ValueError(f"it holds a {type(value).__name__}")
        return dict(leaves(value))
    except (OSError, ValueError, RecursionError) as error:
        text = str(error).strip() or type(error).__name__
        first = "".join(c if c.isprintable() else "?" for c in text.splitlines()[0])[:120]
        raise LayoutError(
            f"config '{place}' cannot be read ({first}): expected a JSON object that says how the "
            "checkpoint beside it computes; mend it, or move it away"
        ) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice")
    return made


def check_config(config: Config, shape: TokenArchitecture, outputs: int, positions: int) -> None:
    """Hold what configs say of sizes, and of parts that no architecture has, against the network.

    Args:
        config: of the checkpoint.
        shape: of the network as it was read.
        outputs: of the file, before any is dropped.
        positions: of the file, before any is left out.

    Raises:
        LayoutError: a config says something else.
    """
    if not isinstance(shape, Transformer):
        found = config.value("transformer", "normalization", None)
        normed = isinstance(shape, FeedForward) and NORM in shape.layers
        if found is not None and (found[0] == "LN") != normed:
            raise LayoutError(
                f"{found[1]} says {found[0]!r} of normalization, and the perceptron is read "
                f"{'with' if normed else 'without'} layer norm: expected "
                f"{'LN' if normed else 'none'}"
            )
        return
    sizes = {name: (names, getattr(shape, name)) for name, names in SIZES.items()}
    sizes |= {"outputs": (("d_vocab_out",), outputs), "positions": (POSITIONS, positions)}
    for names, size in sizes.values():
        for name in names:
            _must_be(config, name, (size, None, -1))
    check_fixed(config)
    root = math.sqrt(shape.d_head)
    for field in config.get("attn_scale"):
        scale = field.value
        near = isinstance(scale, int | float) and math.isclose(scale, root, rel_tol=1e-6)
        if not near and scale not in (None, -1):
            raise LayoutError(_unlike("attn_scale", field, (root,)))
    for name in EPSILONS if shape.layer_norm else ():
        _must_be(config, name, (NORM_EPSILON, None))


def check_fixed(config: Config) -> None:
    """Hold fields that say what no architecture does against that.

    Raises:
        LayoutError: one says otherwise.
    """
    for name, allowed in FIXED.items():
        _must_be(config, name, allowed)


def _must_be(config: Config, name: str, allowed: tuple[object, ...]) -> None:
    for field in config.get(name):
        if isinstance(field.value, list | tuple) or field.value not in allowed:
            raise LayoutError(_unlike(name, field, allowed))


def _unlike(name: str, field: Field, allowed: tuple[object, ...]) -> str:
    shown = " or ".join(str(each) for each in allowed if each is not None and each != -1)
    return (
        f"'{field.place}' says {name} = {str(field.value)[:60]!r}, and the network is read with "
        f"{shown or 'none'}: only that can be done; check that the config belongs to the checkpoint"
    )
