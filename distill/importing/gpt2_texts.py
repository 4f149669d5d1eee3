"""GPT-2 networks over texts, as Hugging Face's transformers saves them.

The tensors are those of layout `gpt2` (a `Conv1D` holds a weight as d_in, d_out; query, key and
value of all heads are one tensor; output weights are those of the embedding where no `lm_head` has
others). What no tensor says is what the words are, what is read out, and how texts look: that is
read from a side file that is named (`--facts`), from options, and from `--texts`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.checker.text_transformer import MOST_IN_A_SET
from distill.domains.texts import Texts
from distill.errors import DistillError, NotFiniteError
from distill.importing.config import EPSILONS, check_fixed
from distill.importing.layout import builtin_layouts, chosen_layout
from distill.importing.notes import precision
from distill.importing.recognition import File, Read, placed, read_by
from distill.importing.text_examples import HOW, form_of_file, listed_texts, written_form
from distill.importing.tracr import ImportedTexts
from distill.importing.values import LayoutError
from distill.importing.vocabulary import AROUND, Example, Facts, Numbered, numbered, read_facts
from distill.networks.stored import Model
from distill.networks.text_transformer import TextTransformer

GPT2_TEXTS = "gpt2_texts"
EPSILON = 1e-5
"""Of layer norms, where no config says another."""
MOST_INPUTS = 16
"""Positions beyond which nothing is assumed of what a network reads."""
OPTIONS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(AROUND, (r"[0-9]{1,6}|none", "a row of the embedding, or none")),
    "readout": (r"choice|set", "choice (the largest logit), or set (the logits above 0)"),
    "reads": (r"every|last|after", "every, last, or after (from the separator on)"),
    "starts": (r"[1-9][0-9]{0,5}", "positions that a text may start at"),
}
"""What an option may say, as a pattern and in words; others are those of layout `gpt2`."""


@dataclass(frozen=True)
class AboutTexts:
    """What a user says of the texts of a network.

    Attributes:
        facts: a side file.
        texts: a form, or a file with examples and how its arrays begin.
    """

    facts: Path | None = None
    texts: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing is said."""
        return self.facts is None and self.texts is None


def import_gpt2_texts(file: File, label: str | None, about: AboutTexts) -> ImportedTexts | None:
    """Read a GPT-2 over texts; null where neither a layout nor anything else says that it is one.

    Raises:
        LayoutError: it is one, and something is not said that must be, or does not fit.
    """
    name, *given = (label or "").split(",")
    if name != GPT2_TEXTS:
        if about.nothing:
            if label is None:
                _check_no_language_model(file)
            return None
        if label is not None:
            raise LayoutError(
                f"--facts and --texts are of layout '{GPT2_TEXTS}', and --layout is '{label}': "
                "leave one out"
            )
    own, rest = dict[str, str](), list[str]()
    for part in given:
        key, _, value = part.partition("=")
        if key not in OPTIONS:
            rest.append(part)
        elif key in own or not re.fullmatch(OPTIONS[key][0], value):
            raise LayoutError(f"--layout {label}: '{part}', expected once {OPTIONS[key][1]}")
        else:
            own[key] = value
    read = _read(file, rest)
    facts = read_facts(
        about.facts, {key: it for key, it in own.items() if key in (*AROUND, "readout")}
    )
    _check_said(facts, about, own, file.path)
    try:
        return _built(file, read, facts, about, own, ",".join((GPT2_TEXTS, *given)))
    except LayoutError:
        raise
    except NotFiniteError:
        raise  # told with the names of the file
    except DistillError as error:
        raise LayoutError(f"checkpoint '{file.path}', layout '{GPT2_TEXTS}': {error}") from error


def _check_no_language_model(file: File) -> None:
    """What has positions for texts is not read as a function of two inputs, in silence.

    Raises:
        LayoutError: it is a GPT-2 with as many, and nobody says what it reads.
    """
    table = next((it for key, it in file.tensors.items() if key.endswith("wpe.weight")), None)
    if table is not None and len(table) > MOST_INPUTS:
        raise LayoutError(
            f"checkpoint '{file.path}' is a GPT-2 with {len(table)} positions: say what it reads, "
            f"texts with --facts FILE --texts '[0 1]{{1,50}} <sep> ...{{3}}' (or FILE.npz:NAME, "
            f"examples; or --layout {GPT2_TEXTS},readout=...), or so many inputs with --layout "
            "gpt2,inputs=N"
        )


def _read(file: File, rest: list[str]) -> Read:
    """The layout of the tensors: with output weights of its own where there are others."""
    layouts = builtin_layouts()
    embedding = next((it for key, it in file.tensors.items() if key.endswith("wte.weight")), None)
    head = next((it for key, it in file.tensors.items() if key.endswith("lm_head.weight")), None)
    tied = head is None or (embedding is not None and torch.equal(head, embedding))
    name = "gpt2" if tied else "gpt2_untied"
    chosen = chosen_layout(",".join((name, *rest))) if rest else layouts[name]
    return read_by(placed(chosen, file), file)


def _check_said(facts: Facts, about: AboutTexts, own: Mapping[str, str], path: Path) -> None:
    missing = [] if facts.readout else ["readout"]
    missing += [] if "bos" in facts.around else ["bos"]
    if facts.readout == "choice" and "reads" not in own and "sep" not in facts.around:
        missing.append("reads")
    if missing:
        options = ",".join(f"{name}=..." for name in missing)
        allowed = "; ".join(f"{name}: {OPTIONS[name][1]}" for name in missing)
        raise LayoutError(
            f"checkpoint '{path}' is a GPT-2 over texts, and nothing says {', '.join(missing)}: "
            f"say --facts FILE, or --layout {GPT2_TEXTS},{options} ({allowed})"
        )
    if about.texts is None:
        raise LayoutError(
            f"checkpoint '{path}' is a GPT-2 over texts, and nothing says how these look: say "
            f"--texts; {HOW}"
        )


def _built(
    file: File, read: Read, facts: Facts, about: AboutTexts, own: Mapping[str, str], label: str
) -> ImportedTexts:
    taken, values = read.taken(file), read.settled.values
    tensors = dict(taken.parameters)
    check_fixed(read.config)
    readout, bos, sep = str(facts.readout), facts.around["bos"], facts.around.get("sep")
    reads = own.get("reads", "every" if readout == "set" or sep is None else "after")
    if reads == "after" and sep is None:
        raise LayoutError(f"'{file.path}': answers from the separator on: say sep=ROW too")
    n_rows, d_model = tensors["W_E"].shape
    tokens = numbered(facts, n_rows, readout == "choice", str(file.path))
    if readout == "set" and n_rows > MOST_IN_A_SET:
        raise LayoutError(
            f"'{file.path}' answers with sets of {n_rows} tokens: expected {MOST_IN_A_SET} at most"
        )
    example = _example(str(about.texts), tokens, facts, readout)
    room = len(tensors["W_pos"]) - (bos is not None) - example.longest
    starts = int(own.get("starts", min(example.starts, max(1, room + 1))))
    heads, _, d_head = tensors["blocks.0.W_Q"].shape
    shape = TextTransformer(
        n_rows=n_rows,
        tokens=tokens.rows,
        n_positions=len(tensors["W_pos"]),
        n_outputs=tensors["W_U"].shape[1],
        d_model=d_model,
        n_layers=sum(name.endswith("W_Q") for name in tensors),
        n_heads=heads,
        d_head=d_head,
        d_mlp=tensors["blocks.0.W_in"].shape[1],
        bos=bos,
        causal=True,
        layer_norm=True,
        norm_epsilon=_epsilon(read),
        activation=values["activation"],
        starts=starts,
        readout=readout,  # type: ignore[arg-type]  # one of both, by the pattern
        reads=reads,  # type: ignore[arg-type]  # one of three, by the pattern
        read_from=sep if reads == "after" else None,
    )
    absent = {
        name: torch.zeros(size) for name, size in shape.shapes().items() if name not in tensors
    }
    parameters: dict[str, Tensor] = {**tensors, **absent}
    texts = Texts(range(len(tokens.rows)), example.longest, example.form)
    notes = _notes(read, taken.dtypes, shape, texts, facts, tokens, example)
    model = Model(shape, parameters, tokens.answers(readout))
    return ImportedTexts(model, texts, label, notes)


def samples_of(
    path: Path, name: str, facts: Path, shape: TextTransformer
) -> list[Int[ndarray, "_ _"]]:
    """The texts of a file of examples, as a network that was read with these facts reads them.

    Those of a network that answers from a separator on end where no answer is asked for any more.

    Raises:
        LayoutError: there are none, or of other tokens.
    """
    known = read_facts(facts, {})
    rows = known.around
    ends = {row for end in ("eos", "pad") if (row := rows.get(end)) is not None}
    tokens = numbered(known, shape.n_rows, shape.readout == "choice", str(facts))
    return listed_texts(path, name, tokens, rows["bos"], ends)


def _example(given: str, tokens: Numbered, facts: Facts, readout: str) -> Example:
    path, _, name = given.partition(":")
    if not path.endswith(".npz"):
        return written_form(given, tokens, readout)
    rows = facts.around
    ends = {row for end in ("eos", "pad") if (row := rows.get(end)) is not None}
    return form_of_file(Path(path), name, tokens, rows["bos"], ends, readout)


def _epsilon(read: Read) -> float:
    found = [field.value for name in EPSILONS for field in read.config.get(name)]
    said = [it for it in found if isinstance(it, int | float) and not isinstance(it, bool)]
    if len(set(said)) > 1:
        raise LayoutError(f"the configs say {said} is added in layer norms: expected one number")
    return float(said[0]) if said else EPSILON


def _notes(
    read: Read,
    dtypes: Any,
    shape: TextTransformer,
    texts: Texts,
    facts: Facts,
    tokens: Numbered,
    example: Example,
) -> dict[str, str]:
    """All that a reader must know beside the tensors, by kind."""
    heads = f"{many(shape.n_layers, 'layer')} of {many(shape.n_heads, 'head')}"
    notes = {"found": f"by the tensors: {shape.n_rows} rows of an embedding, {heads}"}
    if read.layout.strip:
        notes["below"] = f"read below '{read.layout.strip}'"
    assumed = ["pre-norm blocks with a causal mask", "scores over the root of the width of a head"]
    if not any(read.config.get(name) for name in EPSILONS):
        assumed.append(f"layer norm with epsilon {EPSILON}")
    notes["assumed"] = f"by layout {GPT2_TEXTS}: {', '.join(assumed)}"
    starts = "0" if shape.starts == 1 else f"any of 0 to {shape.starts - 1}, as the text decides"
    said = [*read.settled.told, *facts.told, f"texts {texts.form} {example.said}"]
    said += [f"positions from {starts}", legend] if (legend := tokens.legend(shape.readout)) else []
    notes["said"] = "; ".join(said)
    return notes | precision(dtypes)
