"""What a network computes and no tensor holds: names, meanings, and what may be said of each.

A value comes from an option, a config, or a layout. All three are read by the same readers, so that
"ReLU", null, "false" or a list mean the same wherever they stand: a value, or a line that says what
was expected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from distill.errors import DistillError
from distill.networks.activation import ACTIVATIONS


class LayoutError(DistillError):
    """A checkpoint that a layout does not read; the message may have several lines."""


@dataclass(frozen=True)
class Value:
    """One value of an architecture.

    Attributes:
        about: what it says, for whoever fills in a layout.
        expected: what may be said.
        read: the value that something stands for; null if it stands for none.
        default: null where a layout must say it.
        fields: of configs that hold it, whatever the layout is.
        rare: whether only some layouts need it, as in others the tensors have it.
    """

    about: str
    expected: str
    read: Callable[[object], Any]
    default: Any = None
    fields: tuple[str, ...] = ()
    rare: bool = False


def _one_of(**names: Any) -> Callable[[object], Any]:
    return lambda given: names.get(str(given).lower()) if _scalar(given) else None


def _scalar(given: object) -> bool:
    return given is None or isinstance(given, str | bool)


def _flag(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    if isinstance(given, int | str) and str(given).lower() in {"0", "1", "true", "false"}:
        return str(given).lower() in {"1", "true"}
    return None


def _number(given: object) -> float | None:
    if isinstance(given, str) and len(given) <= 32:
        try:
            given = float(given)
        except ValueError:
            return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= 1:
        return None
    return float(given)


def _whole(low: int, high: int) -> Callable[[object], int | None]:
    def read(given: object) -> int | None:
        if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 9:
            given = int(given)
        whole = isinstance(given, int) and low <= given <= high
        return int(given) if whole and isinstance(given, int) else None

    return read


ACTIVATION = Value(
    "relu, gelu, tanh, ...",
    f"one of {', '.join(ACTIVATIONS)}",
    _one_of(
        **{name: name for name in ACTIVATIONS},
        swish="silu",
        leakyrelu="leaky_relu",
        gelu_new="gelu_tanh",
        gelu_pytorch_tanh="gelu_tanh",
        logistic="sigmoid",
        linear="identity",
    ),
    fields=(
        *("act_fn", "activation", "activation_function", "activation_fn", "hidden_act"),
        *("act", "act_type", "nonlinearity"),
    ),
)
NORMALIZATION = Value(
    "none, LN (with weights) or LNPre (without); where it is not said, LN if [parameters] has any",
    "none, LN or LNPre",
    _one_of(
        none="none",
        false="none",
        ln="LN",
        true="LN",
        layernorm="LN",
        layer_norm="LN",
        lnpre="LNPre",
    ),
    default="",
    fields=(
        *("normalization_type", "normalization", "norm_type", "layer_norm", "layernorm"),
        *("use_layer_norm", "use_layernorm", "use_ln", "norm"),
    ),
)
VALUES: Mapping[str, Mapping[str, Value]] = {
    "transformer": {
        "activation": ACTIVATION,
        "attention_coefficient": Value(
            "c in softmax * c + (1 - c); 1 is plain attention",
            "a number from 0 to 1",
            _number,
            fields=("attn_coeff", "attention_coefficient"),
        ),
        "masked": Value(
            "whether attention is causal",
            "true (causal) or false (bidirectional)",
            lambda given: {"causal": True, "bidirectional": False}.get(
                str(given).lower(), _flag(given)
            ),
            fields=("attention_dir", "causal", "is_causal", "causal_mask", "masked"),
        ),
        "special_tokens": Value(
            "how many tokens follow the inputs, the last rows of the vocabulary",
            "a whole number from 0 to 8",
            _whole(0, 8),
        ),
        "separate_inputs": Value(
            "whether every input has rows of the vocabulary to itself", "true or false", _flag
        ),
        "normalization": NORMALIZATION,
        "n_heads": Value(
            "how many heads, where tensors hold them side by side",
            "a whole number from 1 to 1024",
            _whole(1, 1024),
            0,
            ("n_heads", "num_heads", "n_head", "num_attention_heads"),
            rare=True,
        ),
        "tied": Value(
            "whether the output weights are those of the embedding",
            "true or false",
            _flag,
            fields=("tie_word_embeddings",),
            rare=True,
        ),
        "inputs": Value("how many inputs there are", "a whole number from 1 to 8", _whole(1, 8), 2),
        "answers": Value(
            "all: every output is an answer; values: as many as an input has values, and the "
            "others are dropped if it is shown that they are never the answer",
            "all or values",
            _one_of(all="all", values="values"),
            "all",
        ),
    },
    "mlp": {
        "activation": ACTIVATION,
        "combine": Value("sum or concat", "sum or concat", _one_of(sum="sum", concat="concat")),
    },
    "feedforward": {
        "activation": ACTIVATION,
        "inputs": Value("how many inputs there are", "a whole number from 1 to 8", _whole(1, 8), 2),
        "first": Value(
            "what the first layer reads: tokens, as an embedding does (embedding), or one-hot "
            "vectors of all inputs, side by side (onehot) or added (added)",
            "embedding, onehot or added",
            _one_of(embedding="embedding", onehot="onehot", added="added"),
            "",
        ),
    },
}
"""The values of every architecture, by name."""


def said(architecture: str, name: str, given: object, place: str) -> Any:
    """A value as it is given somewhere.

    Raises:
        LayoutError: it stands for none.
    """
    value = VALUES[architecture][name]
    read = value.read(given)
    if read is None:
        shown = repr(given)[:60]
        raise LayoutError(f"{name} = {shown} of {place}: expected {value.expected}")
    return read


def phrase(name: str, value: Any) -> str:
    """A value as a statement about a network."""
    return {
        "activation": f"activation {value}",
        "attention_coefficient": "plain softmax attention"
        if value == 1
        else f"attention coefficient {value}",
        "masked": "causal attention" if value else "attention in both directions",
        "special_tokens": f"{value} special token{'' if value == 1 else 's'} after the inputs",
        "separate_inputs": "rows of the vocabulary for every input"
        if value
        else "one vocabulary for all inputs",
        "normalization": "no layer norm" if value == "none" else f"layer norm ({value})",
        "inputs": f"{value} input{'' if value == 1 else 's'}",
        "tied": "output weights tied to the embedding" if value else "output weights of their own",
        "n_heads": f"{value} head{'' if value == 1 else 's'}",
        "answers": "every output is an answer"
        if value == "all"
        else "as many answers as an input has values",
        "first": {
            "": "",
            "embedding": "the first layer is an embedding",
            "onehot": "one-hot inputs side by side",
            "added": "one-hot inputs added",
        }.get(str(value), ""),
        "combine": "embeddings added" if value == "sum" else "embeddings side by side",
    }[name]
