"""Layouts: how a checkpoint is read, as a small TOML file.

    description = "what family this is"
    architecture = "transformer"            # or "mlp"
    strip = "model."                        # a prefix of the keys of all parameters
    marks = ["x_embed"]                     # keys without which the family is not recognised
    zero = ["b_U"]                          # parameters that such a file has not, and that are zero

    [parameters]                            # ours = [theirs, axis order]
    W_E = ["embed.W_E", "d v -> v d"]
    "blocks.*.W_O" = ["blocks.*.attn.W_O", "d (h e) -> h e d"]
    "blocks.*.W_K" = ["h.*.attn.c_attn.weight", "d (k h e) -> k h d e", "1 of 3"]   # a part of it
    W_U = ["embed.W_E", "d v -> d v"]       # a tensor may be read twice: the weights are tied

    [values]                                # what no tensor holds
    activation = "relu"
    attention_coefficient = { config = "attn_coeff" }            # of a config, or it is asked for
    masked = { config = "attention_dir", otherwise = true }      # where a config leaves it out

    [buffers]                               # tensors that are no parameters, and what they must be
    "*.mask" = "causal mask"

    [ignore]                                # tensors, or fields of a config, and why they may be
    "optimizer.*" = "state of the optimizer"

The axis order is an einops pattern; a letter stands for the same size everywhere, and `h` for the
heads where the value `n_heads` says how many there are. "1 of 3" is a place, from 0, on the first
axis of what the pattern makes: how tensors that hold several parameters are split. A tensor of the
file that is named nowhere is an error. An option may say any of the values, and `strip`:
`--layout NAME,activation=gelu,masked=false`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from distill.errors import DistillError
from distill.importing.buffers import BUFFERS
from distill.importing.values import VALUES, LayoutError, said

BUILTIN = Path(__file__).parent / "layouts"
MAX_LAYOUT = 100_000
ENTRIES = {
    *("description", "architecture", "strip", "marks", "zero", "parameters", "values"),
    *("buffers", "ignore"),
}


@dataclass(frozen=True)
class Source:
    """Where a parameter stands in a file.

    Attributes:
        key: of the tensor, with at most one star.
        axes: an einops pattern.
        place, places: which of how many parts of the first axis it is; 0 of 0 for all of it.
    """

    key: str
    axes: str
    place: int = 0
    places: int = 0

    @classmethod
    def read(cls, entry: object) -> Source | None:
        """A source as a layout writes it; null where it is none."""
        if not isinstance(entry, list) or len(entry) not in (2, 3) or not all(map(_is_text, entry)):
            return None
        key, axes, *part = entry
        if axes.count("->") != 1 or key.count("*") > 1:
            return None
        if not part:
            return cls(key, axes)
        match = re.fullmatch(r"(\d) of (\d)", part[0])
        if match is None or not int(match[1]) < int(match[2]):
            return None
        return cls(key, axes, int(match[1]), int(match[2]))


@dataclass(frozen=True)
class Layout:
    """How a family of checkpoints is read; see the module's docstring.

    Attributes:
        parameters: where each stands, by the architecture's own name.
        values: literals, or {"config": field, "otherwise": literal}, by name.
        told: values that an option said, by name.
        label: the name, and what an option said, as it is typed.
    """

    name: str
    description: str
    architecture: str
    parameters: Mapping[str, Source]
    values: Mapping[str, Any]
    strip: str = ""
    marks: tuple[str, ...] = ()
    zero: tuple[str, ...] = ()
    buffers: Mapping[str, str] = field(default_factory=dict)
    ignore: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


def builtin_layouts() -> dict[str, Layout]:
    """The layouts of the published families, by name."""
    return dict(_builtin())


@cache
def _builtin() -> dict[str, Layout]:
    return {path.stem: read_layout(path) for path in sorted(BUILTIN.glob("*.toml"))}


def chosen_layout(text: str) -> Layout:
    """The layout that an option names: NAME or FILE, and values where they are not to be its own.

    Raises:
        DistillError: there is none of that name, or a value is none.
    """
    if not text.isprintable():
        raise DistillError(f"--layout {text[:80]!r}: expected NAME or FILE, and ,VALUE=...")
    if os.path.isfile(text):  # noqa: PTH113  a Path raises for names that are too long
        return read_layout(Path(text))
    name, *given = text.split(",")
    known = builtin_layouts()
    layout = known[name] if name in known else read_layout(Path(name))
    for part in given:
        key, equals, value = part.partition("=")
        names = [it for it, value in VALUES[layout.architecture].items() if not value.rare]
        names += [*(it for it in layout.values if it not in names), "strip"]
        if not equals or key not in names:
            raise DistillError(
                f"--layout '{text}': found '{part}', expected NAME=VALUE with one of "
                f"{', '.join(names)}"
            )
        if key == "strip":
            layout = replace(layout, strip=value)
        elif key in layout.told:
            raise DistillError(f"--layout '{text}': {key} is given twice; give it once")
        else:
            read = said(layout.architecture, key, value, f"--layout '{text}'")
            layout = replace(layout, told={**layout.told, key: read})
    return replace(layout, label=",".join((layout.name, *given)))


def read_layout(path: Path) -> Layout:
    """Read a layout file.

    Raises:
        DistillError: it is missing, no TOML, or lacks something.
    """
    given = _toml(path)
    architecture = given.get("architecture")
    if not isinstance(architecture, str) or architecture not in VALUES:
        raise DistillError(
            f"layout '{path}': architecture = {str(architecture)[:60]!r}, expected one of "
            f"{', '.join(VALUES)}"
        )
    tables = {name: _table(path, given, name) for name in ("parameters", "values", "buffers")}
    tables["ignore"] = _table(path, given, "ignore")
    values = tables["values"]
    unknown = set(given) - ENTRIES
    unknown |= {f"values.{name}" for name in set(values) - set(VALUES[architecture])}
    if unknown:
        raise DistillError(f"layout '{path}' has unknown entries: {', '.join(sorted(unknown))}")
    missing = [
        name
        for name, value in VALUES[architecture].items()
        if name not in values and value.default is None and not value.rare
    ]
    if missing:
        raise DistillError(
            f"layout '{path}' says nothing of {', '.join(missing)}: no tensor holds it, so it must "
            "be written under [values]"
        )
    for name, entry in tables["parameters"].items():
        if Source.read(entry) is None or name.count("*") > 1:
            raise DistillError(
                f"layout '{path}': parameters.{name} = {str(entry)[:60]!r}, expected "
                "[key, 'axes -> axes'], and '0 of 3' for a part of it"
            )
    for pattern, kind in tables["buffers"].items():
        if not _is_text(kind) or kind not in BUFFERS:
            raise DistillError(
                f"layout '{path}': buffers.{pattern} = {str(kind)[:60]!r}, expected one of "
                f"{', '.join(BUFFERS)}"
            )
    for pattern, reason in tables["ignore"].items():
        if not _is_text(reason) or not reason.strip():
            raise DistillError(
                f"layout '{path}': ignore.{pattern} = {str(reason)[:60]!r}, expected the reason "
                "why it can be left out"
            )
    return Layout(
        name=path.stem,
        description=_text(path, given, "description"),
        architecture=architecture,
        parameters={
            name: source
            for name, entry in tables["parameters"].items()
            if (source := Source.read(entry)) is not None
        },
        values={name: _value(path, architecture, name, it) for name, it in values.items()},
        strip=_text(path, given, "strip"),
        marks=_texts(path, given, "marks"),
        zero=_texts(path, given, "zero"),
        buffers=tables["buffers"],
        ignore=tables["ignore"],
        label=path.stem,
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_LAYOUT:
            raise DistillError(
                f"layout '{path}' has more than {MAX_LAYOUT:,} bytes: expected a short TOML file"
            )
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, OSError) or "\0" in str(path):
            known = ", ".join(sorted(each.stem for each in BUILTIN.glob("*.toml")))
            raise DistillError(
                f"no layout '{path}': expected a TOML file, or one of {known}"
            ) from error
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise DistillError(f"layout '{path}' is not valid TOML: {first}") from error


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= 500


def _table(path: Path, given: Mapping[str, Any], name: str) -> dict[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, dict) or not all(map(_is_text, table)):
        raise DistillError(
            f"layout '{path}': {name} = {str(table)[:60]!r}, expected a table [{name}] of names"
            + (" and the reasons why they can be left out" if name == "ignore" else "")
        )
    return table


def _text(path: Path, given: Mapping[str, Any], name: str) -> str:
    text = given.get(name, "")
    if not isinstance(text, str) or not _is_text(text):
        raise DistillError(f"layout '{path}': {name} = {str(text)[:60]!r}, expected a text")
    return text


def _texts(path: Path, given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = given.get(name, [])
    if not isinstance(texts, list) or not all(map(_is_text, texts)):
        raise DistillError(
            f"layout '{path}': {name} = {str(texts)[:60]!r}, expected a list of names"
        )
    return tuple(texts)


def _value(path: Path, architecture: str, name: str, given: object) -> Any:
    """A value of a layout: a literal, or where a config has it."""
    place = f"layout '{path}'"
    if not isinstance(given, dict):
        return said(architecture, name, given, place)
    if not set(given) <= {"config", "otherwise"} or not _is_text(given.get("config")):
        raise LayoutError(
            f"{name} = {str(given)[:60]!r} of {place}: expected a value, or {{ config = FIELD }}"
        )
    if "otherwise" not in given:
        return dict(given)
    return {**given, "otherwise": said(architecture, name, given["otherwise"], place)}


def template(keys: Mapping[str, tuple[int, ...]]) -> str:
    """A layout to fill in, for keys that no known layout reads."""
    values = "\n".join(
        f"# {name} = ...   # {value.about}"
        for name, value in VALUES["transformer"].items()
        if not value.rare
    )
    seen = "\n".join(f"#   {key}  {list(shape)}" for key, shape in sorted(keys.items())[:200])
    return f"""architecture = "transformer"   # or "mlp", with W_1, b_1, ..., combine
# strip = "module."   # a prefix of all keys
# tensors in the file:
{seen}

[parameters]   # ours = [theirs, "their axes -> ours"]
# W_E = ["...", "v d -> v d"]
# W_pos = ["...", "p d -> p d"]
# "blocks.*.W_Q" = ["...", "h d e -> h d e"]   # and W_K, W_V, W_O [h e d], W_in, b_in, W_out, b_out
# W_U = ["...", "d c -> d c"]

[values]
{values}

[ignore]   # tensors that change nothing, and why
# "optimizer.*" = "state of the optimizer"
"""
