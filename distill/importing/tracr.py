"""Compiled transformers: weights as Tracr's own programs export them, and what stands beside them.

Tracr (Lindner et al., arXiv 2301.05062) compiles programs to weights. A file of its arrays has no
settings: those are read from the JSON of the same name beside it, or from `--layout tracr,...`;
what neither says is asked for. Nothing of a basis is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from distill.checker.scope import many
from distill.domains.texts import Texts
from distill.errors import DistillError, NotFiniteError, shown
from distill.importing.values import LayoutError
from distill.networks.stored import Model
from distill.networks.text_transformer import TextTransformer

TRACR = "tracr"
MAX_BESIDE = 8 * 1024**2
TIE = 0.02
"""Logits of a compiled network are 0 and 1 but for leaks of the softmax; where no class was
written all are 0, and rounding alone would choose."""
NUMBERS = 0.01
"""Up to which numbers that are answered count as the same."""

PLACE = (r"[0-9]{1,6}|none", "a place in the vocabulary, or none")
OPTIONS: Mapping[str, tuple[str, str]] = {
    "causal": (r"true|false", "true or false"),
    "bos": PLACE,
    "pad": PLACE,
    "readout": (r"choice|value", "choice or value"),
    "reads": (r"every|last", "every or last"),
    "activation": (r"relu|gelu|gelu_tanh", "relu, gelu or gelu_tanh"),
    "tie": (r"0|0\.0[0-4][0-9]{0,8}", "a lead from 0 to below 0.05"),
}
"""What an option may say, as a pattern and in words."""
ASKED = ("causal", "bos", "readout")
"""What must be said by somebody."""


@dataclass(frozen=True)
class ImportedTexts:
    """A transformer over texts from a file; the notes are by kind, as `distill.importing` has."""

    model: Model[TextTransformer]
    texts: Texts
    layout: str
    notes: Mapping[str, str]


@dataclass(frozen=True)
class _Said:
    """What is known beside the tensors, and who said it."""

    values: dict[str, Any]
    vocabulary: Sequence[Any] | None
    labels: Sequence[Any] | None
    place: str
    told: list[str] = field(default_factory=list)


def import_tracr(
    tensors: Mapping[str, Tensor], path: Path, layout: str | None
) -> ImportedTexts | None:
    """Read a compiled transformer; null where file or layout is of no such network.

    Raises:
        LayoutError: it is one, and something is not said that must be, or does not fit.
    """
    name, *given = (layout or TRACR).split(",")
    if name != TRACR:
        return None
    if not {"W_E", "W_pos", "W_Q0", "W_U"} <= set(tensors):
        if layout is None:
            return None
        raise LayoutError(
            f"checkpoint '{path}' has no W_E, W_pos, W_Q0 and W_U, as layout 'tracr' expects: "
            f"found {', '.join(list(tensors)[:4])}"
        )
    said = _said(path, _options(given, path))
    missing = [name for name in ASKED if name not in said.values]
    if missing:
        options = ",".join(f"{name}=..." for name in missing)
        allowed = "; ".join(f"{name}: {OPTIONS[name][1]}" for name in missing)
        raise LayoutError(
            f"checkpoint '{path}' is read by layout 'tracr', and neither '{said.place}' nor an "
            f"option says {', '.join(missing)}: say --layout tracr,{options} ({allowed})"
        )
    try:
        return _built(tensors, said, path, ",".join((TRACR, *given)))
    except LayoutError:
        raise
    except NotFiniteError:
        raise  # told with the names of the file
    except DistillError as error:
        raise LayoutError(f"checkpoint '{path}', layout 'tracr': {error}") from error


def _options(given: Sequence[str], path: Path) -> dict[str, str]:
    told = dict[str, str]()
    for part in given:
        name, equals, value = part.partition("=")
        if not equals or name in told or not re.fullmatch(OPTIONS.get(name, ("$.",))[0], value):
            raise LayoutError(
                f"--layout 'tracr' for '{path}': found '{part}', expected NAME=VALUE once, with "
                + "; ".join(f"{name}: {words}" for name, (_, words) in OPTIONS.items())
            )
        told[name] = value
    return told


def _said(path: Path, told: Mapping[str, str]) -> _Said:
    """What the file beside the tensors says, and options that say otherwise or more."""
    beside = path.with_suffix(".json")
    given: Any = {}
    if beside.is_file():
        try:
            if beside.stat().st_size > MAX_BESIDE:
                raise ValueError("it is too long")
            given = json.loads(beside.read_text("utf-8"))
            if not isinstance(given, dict):
                raise ValueError("no JSON object")
        except (OSError, ValueError, RecursionError) as error:
            raise LayoutError(f"'{beside}' cannot be read ({error}): expected JSON") from error
    values: dict[str, Any] = {}
    for ours, theirs, kind in (
        ("causal", "causal", bool),
        ("bos", "BOS", int),
        ("pad", "PAD", int),
    ):
        if theirs in given:
            if type(given[theirs]) is not kind:
                raise LayoutError(
                    f"'{beside}' says {theirs} = {shown(given[theirs])}: expected "
                    f"{'true or false' if kind is bool else 'the row of a token'}"
                )
            values[ours] = given[theirs]
    if type(given.get("categorical")) is bool:
        values["readout"] = "choice" if given["categorical"] else "value"
    lists = [given.get(name) for name in ("vocab", "out_vocab")]
    for name, it in zip(("vocab", "out_vocab"), lists, strict=True):
        if it is not None and not isinstance(it, list):
            raise LayoutError(f"'{beside}' says {name} = {shown(it)}: expected a list")
    said = _Said(values, lists[0], lists[1], beside.name)
    for name, value in told.items():
        read: Any = {"true": True, "false": False, "none": None}.get(value, value)
        if name in ("bos", "pad") and read is not None:
            read = int(read)
        values[name] = read
        said.told.append(f"{name} {value} by --layout")
    return said


def _built(tensors: Mapping[str, Tensor], said: _Said, path: Path, label: str) -> ImportedTexts:
    W_E, W_pos = tensors["W_E"], tensors["W_pos"]
    layers = sum(re.fullmatch(r"W_Q\d+", key) is not None for key in tensors)
    parameters: dict[str, Tensor] = {"W_E": W_E, "W_pos": W_pos, "W_U": tensors["W_U"]}
    for layer in range(layers):
        parameters |= _block(tensors, layer, path)
    parameters["b_U"] = tensors.get("b_U", torch.zeros(tensors["W_U"].shape[-1]))
    values = said.values
    special = {values[name] for name in ("bos", "pad") if values.get(name) is not None}
    if said.vocabulary is not None and len(said.vocabulary) != len(W_E):
        raise LayoutError(
            f"'{said.place}' lists {len(said.vocabulary)} tokens, and '{path}' embeds {len(W_E)}"
        )
    if not special <= set(range(len(W_E))):
        raise LayoutError(
            f"checkpoint '{path}' embeds {len(W_E)} tokens: expected bos and pad among their rows, "
            f"and found {', '.join(map(str, sorted(special)))}"
        )
    rows = [row for row in range(len(W_E)) if row not in special]
    words = None if said.vocabulary is None else [said.vocabulary[row] for row in rows]
    tokens, order = _numbered(words, len(rows))
    choose = values["readout"] == "choice"
    n_outputs = tensors["W_U"].shape[-1]
    answers, words_out = (
        _answers(said.labels, words, tokens, order, n_outputs) if choose else ((), "")
    )
    head = parameters["blocks.0.W_Q"]
    shape = TextTransformer(
        n_rows=len(W_E),
        tokens=tuple(rows[place] for place in order),
        n_positions=len(W_pos),
        n_outputs=n_outputs,
        d_model=W_E.shape[1],
        n_layers=layers,
        n_heads=head.shape[0],
        d_head=head.shape[2],
        d_mlp=parameters["blocks.0.W_in"].shape[1] if "blocks.0.W_in" in parameters else 0,
        bos=values.get("bos"),
        causal=values["causal"],
        activation=values.get("activation", "relu"),
        readout=values["readout"],
        reads=values.get("reads", "every"),
        tie=float(values.get("tie", TIE)) if choose else 0.0,
        none=int(min(0, tokens.start, *answers)) - 1,
        tolerance=1e-9 if choose else NUMBERS,
    )
    used = {key for key in tensors if key in ("W_E", "W_pos", "W_U", "b_U")}
    used |= {key for key in tensors if re.fullmatch(r"[Wb]_(Q|K|V|O|in|out)\d+", key)}
    left = sorted(set(tensors) - used)
    if left:
        raise LayoutError(
            f"checkpoint '{path}' has '{left[0]}', which layout 'tracr' does not read"
        )
    texts = Texts(tokens, shape.longest)
    notes = _notes(said, shape, texts, words, order, words_out)
    return ImportedTexts(Model(shape, parameters, answers), texts, label, notes)


def _block(tensors: Mapping[str, Tensor], layer: int, path: Path) -> dict[str, Tensor]:
    """One block, with heads first."""
    found = dict[str, Tensor]()
    try:
        for name in "QKV":
            found[f"W_{name}"] = tensors[f"W_{name}{layer}"].permute(1, 0, 2).contiguous()
            found[f"b_{name}"] = tensors[f"b_{name}{layer}"]
        for name in ("W_O", "b_O"):
            found[name] = tensors[f"{name}{layer}"]
        if f"W_in{layer}" in tensors:
            found |= {n: tensors[f"{n}{layer}"] for n in ("W_in", "b_in", "W_out", "b_out")}
    except KeyError as error:
        raise LayoutError(f"checkpoint '{path}' has no {error}: expected all of a block") from error
    except RuntimeError as error:  # of an array with another number of axes
        raise LayoutError(
            f"checkpoint '{path}': W_Q{layer} and its like should have axes d, heads, k"
        ) from error
    return {f"blocks.{layer}.{name}": it for name, it in found.items()}


def _numbered(words: Sequence[Any] | None, count: int) -> tuple[range, list[int]]:
    """The values of tokens, and the places of the words in the order of these.

    Tokens that are integers, one after another, are those; numbers are put in their order; others
    have numbers from 0.
    """
    order = list(range(count))
    if words is None:
        return range(count), order
    numbers = [_number(word) for word in words]
    known = [it for it in numbers if it is not None]
    if len(known) < count or len(set(known)) < count:
        return range(count), order
    order = sorted(order, key=lambda place: known[place])
    first = known[order[0]]
    if [known[place] for place in order] == [first + step for step in range(count)] and (
        first == int(first)
    ):
        return range(int(first), int(first) + count), order
    return range(count), order


def _number(word: Any) -> int | float | None:
    if isinstance(word, bool):
        return int(word)
    if isinstance(word, int | float):
        return word
    return int(word) if isinstance(word, str) and re.fullmatch(r"-?[0-9]{1,9}", word) else None


def _answers(
    labels: Sequence[Any] | None,
    words: Sequence[Any] | None,
    tokens: range,
    order: Sequence[int],
    count: int,
) -> tuple[tuple[int | float, ...], str]:
    """The values that outputs stand for, and in words what those are that are no numbers.

    A label that is a token of the vocabulary has that token's value; so a copy is a copy.
    """
    if labels is None:
        return tuple(range(count)), ""
    numbers = [_number(label) if not isinstance(label, str) else None for label in labels]
    if all(it is not None for it in numbers) and len(set(numbers)) == len(labels):
        return tuple(it for it in numbers if it is not None), ""
    if words is not None:
        value_of = {str(words[place]): tokens[value] for value, place in enumerate(order)}
        if all(str(label) in value_of for label in labels):
            return tuple(value_of[str(label)] for label in labels), "answers are tokens"
    said = ", ".join(f"{value} for {label!r}" for value, label in enumerate(labels))
    return tuple(range(len(labels))), f"answers: {said}"


def _notes(
    said: _Said,
    shape: TextTransformer,
    texts: Texts,
    words: Sequence[Any] | None,
    order: Sequence[int],
    answers: str,
) -> dict[str, str]:
    """All that a reader must know beside the tensors, by kind."""
    heads = f"{many(shape.n_layers, 'layer')} of {many(shape.n_heads, 'head')}"
    notes = {"found": f"by the tensors: {shape.n_rows} rows of an embedding, {heads}"}
    assumed = ["scores over the root of the width of a head", "no layer norm"]
    assumed += [] if "activation" in said.values else ["ReLU"]
    if shape.readout == "choice" and "tie" not in said.values:
        assumed.append(
            f"no answer ({shape.none}) where the largest output leads by less than {TIE}"
        )
    if shape.readout == "value":
        assumed.append(f"numbers as the same up to {NUMBERS} of themselves, or of 1")
    notes["assumed"] = "by layout tracr: " + ", ".join(assumed)
    parts = list(said.told)
    if words is not None:
        listed = [words[place] for place in order]
        plain = all(
            _number(word) == value for word, value in zip(listed, texts.tokens, strict=True)
        )
        if not plain:
            named = [
                f"{value} for {word!r}" for value, word in zip(texts.tokens, listed, strict=True)
            ]
            more = f" and {len(named) - 12} more" if len(named) > 12 else ""
            parts.append(f"by '{said.place}' tokens are {', '.join(named[:12])}{more}")
    if answers:
        parts.append(answers)
    if parts:
        notes["said"] = "; ".join(parts)
    return notes
