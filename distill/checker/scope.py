"""What a verdict is about: inputs and draws, in numbers and in words."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from math import prod
from typing import Any

from .text_forms import form_in_words

Ranges = Sequence[Sequence[int]]
"""First and last value of every input, or channel."""


def holds_for(
    space: str,
    inputs: Ranges,
    outputs: Sequence[int] | int,
    verdict: str,
    draw: Mapping[str, Any],
    up_to_length: int | None,
) -> dict[str, Any]:
    """The inputs that a verdict is about, as `holds_for` of a report.

    Args:
        space: "domain" or "sequences".
        inputs: of the network.
        outputs: first and last value that it answers; over sequences how many numbers an answer is.
        verdict: what is claimed.
        draw: what was gone through, as the certificate has it: its kind, and what it takes to draw
            it again.
        up_to_length: steps that a proof reaches; null for every length, or without a proof.
    """
    sampled = draw["kind"] != "every"
    found = {
        "domain": in_words(space, inputs, outputs),
        "inputs": prod(last - first + 1 for first, last in inputs),
        "sampled": sampled,
        "sampling": draw_in_words(draw) if sampled else None,
        "lengths": None,
        "up_to_length": None,
    }
    if space == "domain":
        return found
    if verdict == "proved":
        lengths = "every length" if up_to_length is None else f"up to {many(up_to_length, 'step')}"
        proved = {"inputs": None, "sampled": False, "sampling": None}
        return found | proved | {"lengths": lengths, "up_to_length": up_to_length}
    length = draw["length"]
    counted = {"inputs": found["inputs"] ** length, "lengths": many(length, "step")}
    return found | counted | {"up_to_length": length}


def texts_held(
    tokens: range,
    longest: int,
    draws: Mapping[str, Any] | None,
    form: Mapping[str, Any] | None = None,
    verdict: str = "tested",
) -> dict[str, Any]:
    """The texts that a verdict is about, as `holds_for` of a report.

    Args:
        tokens: values of a token.
        longest: tokens of the longest text.
        draws: those that were gone through, `fresh` at every length and `stress`.
        form: how texts look; null where every text is one.
        verdict: what is claimed; a proof is one of every text.
    """
    sampled = [draw for draw in (draws or {"fresh": []})["fresh"] if draw["kind"] != "every"]
    sampled = [] if verdict == "proved" else sampled
    sampling = None
    if sampled and form is None:
        counts, seeds = ([draw[n] for draw in sampled] for n in ("count", "seed"))
        shortest = sampled[0]["length"]
        every = f"every text of up to {many(shortest - 1, 'token')}, and " if shortest > 1 else ""
        sampling = (
            f"{every}{many(sum(counts), 'text')} of {lengths_drawn(shortest, longest)}, "
            f"PCG64({seeds[0]}..{seeds[-1]})"
        )
    size, domain = len(tokens), f"x in {tokens.start}..{tokens.stop - 1}"
    if form is not None and sampled:
        (draw,) = sampled
        sampling = (
            f"{many(draw['count'], 'text')} {OF_A_FORM} of up to {many(longest, 'token')}, "
            f"PCG64({draw['seed']})"
        )
    return {
        "domain": domain if form is None else f"{domain}, texts {form_in_words(form)}",
        "inputs": None if form is not None else sum(size**n for n in range(1, longest + 1)),
        "sampled": bool(sampled),
        "sampling": sampling,
        "lengths": f"up to {many(longest, 'token')}",
        "up_to_length": longest,
    }


OF_A_FORM = "of the form that the network's texts have, which go on with what it answers itself,"


def lengths_drawn(shortest: int, longest: int) -> str:
    """Of which lengths texts were drawn, and how: what a bound on a rate is about.

    Args:
        shortest: tokens of the shortest, from which on as many of every length were drawn; 0 for
            texts of a form.
        longest: of the longest.
    """
    if not shortest:
        return f"up to {longest:,} tokens, {OF_A_FORM.removesuffix(',')}"
    if shortest == longest:
        return f"{many(longest, 'token')}, drawn uniformly"
    return f"{shortest:,} to {longest:,} tokens, drawn uniformly, as many of every length"


def at_most(value: float) -> str:
    """A bound in two digits, rounded up: what is nowhere more than 1.21 is not nowhere more than
    1.2.
    """
    if not math.isfinite(value):
        return f"{value:.2g}"
    context = Context(prec=2, rounding=ROUND_CEILING)
    return f"{float(context.create_decimal_from_float(value)):.2g}"


def at_least(value: float) -> str:
    """A bound from below in three digits, rounded down."""
    if not math.isfinite(value):
        return f"{value:.3g}"
    context = Context(prec=3, rounding=ROUND_FLOOR)
    return f"{float(context.create_decimal_from_float(value)):.3g}"


def many(count: int, noun: str) -> str:
    """So many of something: "1 step", "1,000 steps"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def in_words(space: str, inputs: Ranges, outputs: Sequence[int] | int) -> str:
    """Inputs and answers: "a in 0..112, b in 0..112; answers 0..112"."""
    ranges = ", ".join(
        f"{name} in {first}..{last}"
        for name, (first, last) in zip(names(space, len(inputs)), inputs, strict=True)
    )
    if isinstance(outputs, int):
        return ranges if outputs == 1 else f"{ranges}; answers of {outputs} numbers"
    first, last = outputs
    return f"{ranges}; answers {first}..{last}"


def names(space: str, count: int) -> list[str]:
    """Neutral names of inputs by position: a, b, c, ...; of a single channel x."""
    if space == "sequences" and count == 1:
        return ["x"]
    letters = string.ascii_lowercase
    return list(letters[:count]) if count <= len(letters) else [f"x{i + 1}" for i in range(count)]


def draw_in_words(draw: Mapping[str, Any]) -> str:
    """What was gone through, from what it takes to draw it again."""
    kind, count = draw["kind"], draw.get("count", 0)
    if kind == "every":
        each = "every sequence of {}" if "length" in draw else "every input"
        return each.format(many(draw.get("length", 0), "step"))
    if kind == "sample":
        return f"{many(count, 'input')} drawn uniformly without replacement, PCG64({draw['seed']})"
    of = {
        "uniform": f"drawn uniformly, PCG64({draw['seed']})",
        "stress": f"of four kinds that random ones almost never contain, PCG64({draw['seed']})",
        "listed": f"of the task's own sampler, {draw.get('different', 0):,} of them different, "
        "listed in the certificate",
    }[kind]
    return f"{many(count, 'sequence')} of {many(draw['length'], 'step')}, {of}"
