"""Layouts: how a checkpoint is read, as a small TOML file.

    description = "what family this is"
    architecture = "transformer"            # or "mlp"
    strip = "model."                        # a prefix that every key has
    ignore = ["*.mask"]                     # tensors that are no parameters

    [parameters]                            # ours = [theirs, axis order]
    W_E = ["embed.W_E", "d v -> v d"]
    "blocks.*.W_O" = ["blocks.*.attn.W_O", "d (h e) -> h e d"]

    [values]                                # what no tensor holds
    activation = "relu"
    attention_coefficient = { config = "attn_coeff" }   # from a config beside the checkpoint

The axis order is an einops pattern; a letter stands for the same size everywhere. Values are
written out or taken from a named field of `<checkpoint>.json` or `config.json`, and never guessed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distill.errors import DistillError

TRANSFORMER_VALUES = {
    "activation": "relu, gelu, square or abs",
    "attention_coefficient": "c in softmax * c + (1 - c); 1 is plain attention",
    "masked": "whether attention is causal",
    "special_tokens": "how many tokens follow the inputs, the last rows of the vocabulary",
    "separate_inputs": "whether every input has rows of the vocabulary to itself",
}
MLP_VALUES = {
    "activation": "relu, gelu, square or abs",
    "combine": "sum or concat",
}
BUILTIN = Path(__file__).parent / "layouts"
VALUES = {"transformer": TRANSFORMER_VALUES, "mlp": MLP_VALUES}


@dataclass(frozen=True)
class Layout:
    """How a family of checkpoints is read; see the module's docstring.

    Attributes:
        parameters: (key in the file, einops pattern) by the architecture's own name.
        zero: parameters of the architecture that the file has not, and that are zero.
        values: literals, or {"config": field}, by name.
    """

    name: str
    description: str
    architecture: str
    parameters: Mapping[str, tuple[str, str]]
    values: Mapping[str, Any]
    strip: str = ""
    ignore: tuple[str, ...] = ()
    zero: tuple[str, ...] = field(default=())


def builtin_layouts() -> dict[str, Layout]:
    """The layouts of the published families, by name."""
    return {path.stem: read_layout(path) for path in sorted(BUILTIN.glob("*.toml"))}


def read_layout(path: Path) -> Layout:
    """Read a layout file.

    Raises:
        DistillError: it is missing, no TOML, or lacks something.
    """
    try:
        given = tomllib.loads(path.read_text())
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in BUILTIN.glob("*.toml")))
        raise DistillError(
            f"no layout '{path}': expected a TOML file, or one of {known}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DistillError(f"layout '{path}' is not valid TOML: {error}") from error
    architecture = given.get("architecture")
    if architecture not in VALUES:
        raise DistillError(
            f"layout '{path}': architecture = {architecture!r}, expected one of {', '.join(VALUES)}"
        )
    unknown = set(given) - {"description", "architecture", "strip", "ignore", "zero"}
    unknown -= {"parameters", "values"}
    values, parameters = given.get("values", {}), given.get("parameters", {})
    unknown |= {f"values.{name}" for name in set(values) - set(VALUES[architecture])}
    if unknown:
        raise DistillError(f"layout '{path}' has unknown entries: {', '.join(sorted(unknown))}")
    missing = [name for name in VALUES[architecture] if name not in values]
    if missing:
        raise DistillError(
            f"layout '{path}' says nothing of {', '.join(missing)}: no tensor holds it, so it must "
            "be written under [values]"
        )
    for name, entry in parameters.items():
        if not (isinstance(entry, list) and len(entry) == 2 and "->" in str(entry[1])):
            raise DistillError(
                f"layout '{path}': parameters.{name} = {entry!r}, expected [key, 'axes -> axes']"
            )
    return Layout(
        name=path.stem,
        description=str(given.get("description", "")),
        architecture=architecture,
        parameters={name: (str(key), str(axes)) for name, (key, axes) in parameters.items()},
        values=values,
        strip=str(given.get("strip", "")),
        ignore=tuple(given.get("ignore", ())),
        zero=tuple(given.get("zero", ())),
    )


def template(keys: Mapping[str, tuple[int, ...]]) -> str:
    """A layout to fill in, for keys that no known layout reads."""
    values = "\n".join(f"# {name} = ...   # {about}" for name, about in TRANSFORMER_VALUES.items())
    seen = "\n".join(f"#   {key}  {list(shape)}" for key, shape in sorted(keys.items()))
    return f"""architecture = "transformer"   # or "mlp", with W_1, b_1, ..., combine
# tensors in the file:
{seen}

[parameters]   # ours = [theirs, "their axes -> ours"]
# W_E = ["...", "v d -> v d"]
# W_pos = ["...", "p d -> p d"]
# "blocks.*.W_Q" = ["...", "h d e -> h d e"]   # and W_K, W_V, W_O [h e d], W_in, b_in, W_out, b_out
# W_U = ["...", "d c -> d c"]

[values]
{values}
"""
