"""Layouts of recurrent networks: which tensor is which gate, and what no tensor says of a cell.

    architecture = "recurrent_layers"
    strip = "model."                              # a prefix of the keys

    [parameters]                                  # ours = [theirs, "their axes -> ours"]
    W_E = ["embedding", "v e -> v e"]             # left out: one-hot vectors of the symbols
    "layers.*.W_x{z,n}" = ["W_x{z,n}_*", "h x -> h x"]           # a tensor for every gate
    "layers.*.W_x{r,z,n}" = ["rnn.weight_ih_l*", "(g h) x -> g h x"]   # or one for all of them
    "layers.*.b_x{z,n}" = ["b_{z,n}_*", "h -> h"]
    "layers.*.h_0" = ["h0_*", "h -> h"]           # a learned start; left out it is 0
    W_out = ["W_out", "a h -> a h"]               # left out: the hidden state itself
    b_out = ["b_out", "a -> a"]
    "head.*.W" = ["mlp.*.weight", "w h -> w h"]   # hidden layers of the readout, from 0

    [values]
    cell = "gru"                                  # rnn, gru, lstm
    reset = "unused"                              # of a gru: after, before, unused
    update = "keeps"                              # of a gru: what z is the part of: keeps, takes
    readout = "choice"                            # choice, sign, value
    answers = "1-0"                               # the values that the outputs stand for

    [ignore]                                      # tensors that change nothing, and why
    "W_?r_*" = "the reset gate is computed and not used"

A star is the number of a layer. Braces in both names are as many entries; in ours alone, the first
axis on the right of the arrow is taken apart in their order: the order of gates is said here, and
nowhere else.
"""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import einops
from torch import Tensor

from distill.importing.tensors import as_weights
from distill.importing.values import LayoutError
from distill.importing.wrappers import beside

ARCHITECTURE = "recurrent_layers"
MAX_LAYOUT = 100_000
BRACES = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class Choice:
    """A value of a layout: what may be said, and for which cells it must be.

    Attributes:
        allowed: values, or a pattern of them.
        cells: for which it must be said; none where it need not be.
    """

    allowed: tuple[str, ...] | str
    cells: tuple[str, ...] = ()

    def holds(self, text: str) -> bool:
        """Whether a value is allowed."""
        if isinstance(self.allowed, tuple):
            return text in self.allowed
        return re.fullmatch(self.allowed, text) is not None


EVERY = ("rnn", "gru", "lstm")
SIZES = r"[1-9][0-9]{0,5}(x[1-9][0-9]{0,5})*"
VALUES: Mapping[str, Choice] = {
    "cell": Choice(EVERY, EVERY),
    "activation": Choice(("tanh", "relu"), ("rnn",)),
    "reset": Choice(("after", "before", "unused"), ("gru",)),
    "update": Choice(("keeps", "takes"), ("gru",)),
    "readout": Choice(("choice", "sign", "value"), EVERY),
    "head_activation": Choice(("relu", "tanh", "sigmoid")),
    "inputs": Choice(SIZES),
    "first": Choice(r"-?[0-9]{1,9}"),
    "answers": Choice(r"-?[0-9]{1,9}(--?[0-9]{1,9})*"),
}
"""What no tensor holds. `inputs` is how many values each channel has (2x3), where they are not one
channel of as many as the embedding has rows; `first` the first value of all of them."""


@dataclass(frozen=True)
class RecurrentLayout:
    """How recurrent networks of a make are read; see the module's docstring.

    Attributes:
        told: values that an option said, by name.
        conventions: what its makers have settled and no tensor says, in words.
    """

    label: str
    parameters: Mapping[str, tuple[str, str]]
    values: Mapping[str, str]
    strip: str = ""
    ignore: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)
    conventions: tuple[str, ...] = ()

    def value(self, name: str) -> str | None:
        """What an option says of a value, or the layout; null where neither does."""
        return self.told.get(name, self.values.get(name))

    def with_options(self, given: list[str]) -> RecurrentLayout:
        """The same with the values of an option, NAME=VALUE each.

        Raises:
            LayoutError: one is no value.
        """
        told, strip = dict[str, str](), self.strip
        for part in given:
            name, equals, value = part.partition("=")
            if not equals or name not in (*VALUES, "strip") or name in told:
                raise LayoutError(
                    f"--layout '{self.label}': found '{part}', expected NAME=VALUE once, with one "
                    f"of {', '.join((*VALUES, 'strip'))}"
                )
            if name == "strip":
                strip = value
            else:
                told[name] = checked(name, value, "--layout")
        label = ",".join((self.label, *given))
        return replace(self, told=told, strip=strip, label=label)


def checked(name: str, value: object, place: str) -> str:
    """A value as a text, where it is one of those that may be said.

    Raises:
        LayoutError: it is not.
    """
    text = str(value).lower() if isinstance(value, bool) else str(value)
    choice = VALUES[name]
    if isinstance(value, dict | list | float) or not choice.holds(text):
        wanted = choice.allowed
        expected = f"one of {', '.join(wanted)}" if isinstance(wanted, tuple) else f"like {wanted}"
        raise LayoutError(f"{name} = {str(value)[:60]!r} of {place}: expected {expected}")
    return text


def is_recurrent(path: Path) -> bool:
    """Whether a file is a layout of recurrent networks, whatever else may be wrong with it."""
    try:
        small = path.is_file() and path.stat().st_size <= MAX_LAYOUT
        given = tomllib.loads(path.read_text("utf-8")) if small else {}
    except (OSError, ValueError, RecursionError):
        return False
    return given.get("architecture") == ARCHITECTURE


def read_recurrent_layout(path: Path) -> RecurrentLayout:
    """Read a layout file that `is_recurrent`.

    Raises:
        LayoutError: it lacks something, or holds something else.
    """
    given = tomllib.loads(path.read_text("utf-8"))
    tables = {name: given.pop(name, {}) for name in ("parameters", "values", "ignore")}
    texts = {name: given.pop(name, "") for name in ("architecture", "description", "strip")}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise LayoutError(f"layout '{path}': {name} is no table [{name}]")
    unknown = [*given, *(f"values.{name}" for name in tables["values"] if name not in VALUES)]
    if unknown or not all(isinstance(text, str) for text in texts.values()):
        raise LayoutError(f"layout '{path}' has unknown entries: {', '.join(unknown) or 'strip'}")
    for name, entry in tables["parameters"].items():
        pair = isinstance(entry, list) and len(entry) == 2
        if not pair or not all(isinstance(part, str) for part in entry) or "->" not in entry[1]:
            raise LayoutError(
                f"layout '{path}': parameters.{name} = {str(entry)[:60]!r}, expected "
                "[key, 'axes -> axes']"
            )
    for name, reason in tables["ignore"].items():
        if not isinstance(reason, str) or not reason.strip():
            raise LayoutError(
                f"layout '{path}': ignore.{name} = {str(reason)[:60]!r}, expected the reason why "
                "it can be left out"
            )
    return RecurrentLayout(
        label=path.stem,
        parameters={name: (key, axes) for name, (key, axes) in tables["parameters"].items()},
        values={
            name: checked(name, value, f"layout '{path}'")
            for name, value in tables["values"].items()
        },
        strip=texts["strip"],
        ignore=tables["ignore"],
    )


@dataclass(frozen=True)
class TakenTensors:
    """Every tensor of a file, by what it is to a layout.

    Attributes:
        parameters: by the architecture's own name, in its own axis order.
        ignored: keys and reasons.
        dtypes: of the parameters, in the file.
    """

    parameters: dict[str, Tensor]
    ignored: dict[str, str]
    dtypes: tuple[str, ...]


def take_tensors(
    layout: RecurrentLayout, tensors: Mapping[str, Tensor], path: Path
) -> TakenTensors:
    """Read every tensor of a file, or say why it may be left out.

    Raises:
        LayoutError: one is missing, left over, or of another shape.
    """
    ignored = {
        key: reason
        for key in tensors
        for pattern, reason in layout.ignore.items()
        if fnmatch.fnmatchcase(key.removeprefix(layout.strip), pattern)
    }
    left = {key: value for key, value in tensors.items() if key not in ignored}
    found, dtypes = dict[str, Tensor](), set[str]()
    for ours, (theirs, axes) in _entries(layout):
        wanted = re.escape(layout.strip + theirs).replace(r"\*", r"(0|[1-9][0-9]{0,2})")
        matches = [(key, it) for key in tensors if (it := re.fullmatch(wanted, key)) is not None]
        if not matches:
            raise LayoutError(
                f"layout '{layout.label}' finds no tensor '{layout.strip}{theirs}' in '{path}': "
                f"it has {', '.join(sorted(tensors)[:8])}"
            )
        for key, match in matches:
            if key not in left and key not in ignored:
                continue  # one tensor may serve several parameters
            left.pop(key, None)
            dtypes.add(str(tensors[key].dtype).removeprefix("torch."))
            number = match[1] if match.groups() else ""
            weights = _rearranged(as_weights(tensors[key], key, path), axes, key, layout)
            found |= _apart(ours.replace("*", number), weights, layout)
    own = {key.partition(".")[0] for key in tensors if key not in left and key not in ignored}
    states = beside(left, layout.strip)
    ignored |= {key: it for key, it in states.items() if key.partition(".")[0] not in own}
    left = {key: value for key, value in left.items() if key not in ignored}
    if left:
        raise LayoutError(
            f"layout '{layout.label}' does not read {', '.join(sorted(left)[:6])}"
            f"{f' and {len(left) - 6} more' if len(left) > 6 else ''} of '{path}': name them under "
            "[parameters], or under [ignore] with the reason why they change nothing"
        )
    return TakenTensors(found, ignored, tuple(sorted(dtypes)))


def _entries(layout: RecurrentLayout) -> list[tuple[str, tuple[str, str]]]:
    """The entries of a layout, those with braces in both names one by one."""
    entries = list[tuple[str, tuple[str, str]]]()
    for ours, (theirs, axes) in layout.parameters.items():
        mine, other = BRACES.search(ours), BRACES.search(theirs)
        if other is None:
            entries.append((ours, (theirs, axes)))
            continue
        one, many = ([] if it is None else it[1].split(",") for it in (mine, other))
        if len(one) != len(many):
            raise LayoutError(
                f"layout '{layout.label}': {ours} = [{theirs}] has {len(one)} names on the left "
                f"and {len(many)} on the right: expected as many"
            )
        entries += [
            (BRACES.sub(here, ours), (BRACES.sub(there, theirs), axes))
            for here, there in zip(one, many, strict=True)
        ]
    return entries


def _rearranged(weights: Tensor, axes: str, key: str, layout: RecurrentLayout) -> Tensor:
    sizes = {}
    inside = re.search(r"\((\w+) \w+\)", axes.partition("->")[0])
    ours = next(name for name, (_, pattern) in layout.parameters.items() if pattern == axes)
    if inside is not None and (braces := BRACES.search(ours)) is not None:
        sizes = {inside[1]: len(braces[1].split(","))}
    try:
        return einops.rearrange(weights, axes, **sizes).contiguous()
    except (einops.EinopsError, RuntimeError) as error:
        raise LayoutError(
            f"layout '{layout.label}': '{key}' {list(weights.shape)} does not fit '{axes}': "
            "expected that shape; check the axis order"
        ) from error


def _apart(ours: str, weights: Tensor, layout: RecurrentLayout) -> Mapping[str, Tensor]:
    braces = BRACES.search(ours)
    if braces is None:
        return {ours: weights}
    names: list[Any] = braces[1].split(",")
    if len(weights) != len(names):
        raise LayoutError(
            f"layout '{layout.label}': {ours} has {len(names)} names, and the first axis has "
            f"{len(weights)} entries: expected as many"
        )
    return {
        BRACES.sub(name, ours): part.contiguous() for name, part in zip(names, weights, strict=True)
    }


def may_be_recurrent(shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether matrices are of the shapes that a cell has: from a state to a state, or to gates.

    What projects to queries, keys and values at once is three times as high as wide too: a file
    that speaks of attention is of no cell.
    """
    if any("attn" in key or "attention" in key for key in shapes):
        return False
    matrices = [shape for shape in shapes.values() if len(shape) == 2]
    square = [rows for rows, columns in matrices if rows == columns > 1]
    fused = any(rows in (3 * columns, 4 * columns) and columns > 1 for rows, columns in matrices)
    flat = all(len(shape) < 3 for shape in shapes.values())
    return flat and (fused or any(square.count(size) > 1 for size in square))


def template() -> str:
    """A layout of a recurrent network, to fill in."""
    told = "\n".join(
        f"# {name} = ...   # {', '.join(value.allowed)}"
        for name, value in VALUES.items()
        if isinstance(value.allowed, tuple)
    )
    return f"""architecture = "{ARCHITECTURE}"

[parameters]   # ours = [theirs, "their axes -> ours"]; * is a layer, {{r,z,n}} the gates in order
# W_E = ["...", "v e -> v e"]
# "layers.*.W_x{{r,z,n}}" = ["..._*", "(g h) x -> g h x"]   # one tensor for all gates, or
# "layers.*.W_h{{r,z,n}}" = ["..._{{r,z,n}}_*", "h g -> h g"]   # one each; of an lstm i,f,g,o
# "layers.*.b_x{{r,z,n}}" = ["..._{{r,z,n}}_*", "h -> h"]   # and b_h..., h_0, c_0
# W_out = ["...", "a h -> a h"]   # and b_out

[values]
{told}

[ignore]   # tensors that change nothing, and why
# "W_?r_*" = "the reset gate is computed and not used"
"""
