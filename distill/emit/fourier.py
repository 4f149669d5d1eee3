"""Write a Fourier mechanism as Python: the sum of cosines and the arg max, as the network does.

The program is what the network computes and not what it is for: nothing here reduces the cosines
to `(a + b) % p`. That the two are the same function is proved beside it (`distill.meaning`).
"""

from __future__ import annotations

import math
import string
import textwrap
from dataclasses import dataclass

import black

from distill.domain import Domain
from distill.meaning import Meaning, PrintedWave, Unseparated, prove_meaning
from distill.mechanism import AffineCoordinate, FourierMechanism, Refusal, Wave
from distill.program import Program

DIGITS = 4
"""Significant digits of printed amplitudes and phases."""

SMALL_PHASE = 0.05
"""Phases below this many radians are not printed: they account for less than 0.3% of a wave."""

WIDTH = 88


@dataclass(frozen=True)
class Emitted:
    """A program, and what it was proved to mean."""

    program: Program
    meaning: Meaning


def emit_fourier(mechanism: FourierMechanism, domain: Domain) -> Emitted | Refusal:
    """Write the program, or refuse where floating point could not separate its answers."""
    waves = tuple(_printed(wave) for wave in mechanism.waves)
    coordinate = mechanism.coordinate
    meaning = prove_meaning(
        waves,
        coordinate.modulus,
        coordinate.expression,
        # a program with a difference reduces its arguments first
        coordinate.modulus if any(wave.pizza for wave in waves) else _reach(coordinate, domain),
        len(mechanism.exceptions),
    )
    if isinstance(meaning, Unseparated):
        numbers = {"gcd": meaning.gcd, "margin": meaning.margin, "error": meaning.float_error}
        return Refusal((str(meaning),), numbers)
    source = _source(mechanism, domain, waves)
    formatted = black.format_str(source, mode=black.Mode(line_length=WIDTH))
    return Emitted(Program(formatted), meaning)


def _printed(wave: Wave) -> PrintedWave:
    """A wave with the digits that a program needs; the program turns by φ - c, waves by c - φ."""
    phase = 0.0 if abs(wave.phase) < SMALL_PHASE else -float(f"{wave.phase:.{DIGITS}g}")
    if not wave.pizza:
        return PrintedWave(wave.frequency, float(f"{wave.amplitude:.{DIGITS}g}"), phase)
    # two terms of one size: the smaller has no digits beyond the last of the larger
    decimals = DIGITS - 1 - math.floor(math.log10(max(abs(wave.amplitude), abs(wave.pizza))))
    amplitude, pizza = (round(size, decimals) + 0.0 for size in (wave.amplitude, wave.pizza))
    return PrintedWave(wave.frequency, amplitude, phase, pizza)


def _reach(coordinate: AffineCoordinate, domain: Domain) -> int:
    """The largest |φ - c| over the domain, before any reduction."""
    largest = abs(coordinate.offset) + max(abs(domain.outputs[0]), abs(domain.outputs[-1]))
    for weight, values in zip(coordinate.weights, domain.inputs, strict=True):
        largest += abs(weight) * max(abs(values[0]), abs(values[-1]))
    return largest


def _source(mechanism: FourierMechanism, domain: Domain, waves: tuple[PrintedWave, ...]) -> str:
    p, expression = mechanism.modulus, mechanism.coordinate.expression
    arguments = ", ".join(domain.names)
    typed = ", ".join(f"{name}: int" for name in domain.names)
    function = f"{_noun(mechanism.coordinate)}_mod_{p}"
    phases = {wave.frequency: wave.phase for wave in waves if wave.phase}
    angle = "2 * pi * k * turn / MODULUS" + (" + PHASE.get(k, 0)" if phases else "")
    first, answer_name = domain.outputs.start, _answer_name(domain)
    outputs = "range(MODULUS)" if first == 0 else f"range({first}, MODULUS + {first})"
    pizzas = {wave.frequency: wave.pizza for wave in waves if wave.pizza}
    parameters, size, turn = "turn: int", "A", f"{expression} - {answer_name}"
    constants = [
        f"MODULUS = {p}",
        f"AMPLITUDE = { {wave.frequency: wave.amplitude for wave in waves} }  # by frequency",
    ]
    answer = [
        f"preference = logits({arguments})",
        "return preference.index(max(preference))" + (f" + {first}" if first else ""),
    ]
    if pizzas:
        difference = mechanism.coordinate.difference
        assert difference is not None, "only coordinates of two terms have a difference"
        constants.append(f"PIZZA = {pizzas}  # what the difference adds, at most")
        parameters += ", difference: int"
        size = "(A + PIZZA.get(k, 0) * abs(cos(pi * k * difference / MODULUS)))"
        turn = f"({turn}) % MODULUS, ({difference.expression}) % MODULUS"
    if phases:
        constants.append(f"PHASE = {phases}  # where it is not 0")
    if mechanism.exceptions:
        constants.append(f"EXCEPTIONS = {_exceptions(mechanism, domain)}  # input: answer")
        key = f"({arguments})" if len(domain.names) > 1 else arguments
        answer[:0] = [f"if {key} in EXCEPTIONS:", f"    return EXCEPTIONS[{key}]"]
    newline = "\n"
    return f'''"""{_docstring(mechanism, domain, bool(phases), tuple(pizzas))}
"""

import sys
from functools import cache
from math import cos, pi

__all__ = ["{function}"]

{newline.join(constants)}


@cache
def agreement({parameters}) -> float:
    """How well the angles of an answer agree with those of the inputs, `turn` steps away."""
    return sum({size} * cos({angle}) for k, A in AMPLITUDE.items())


def logits({typed}) -> list[float]:
    """The network's preference for every answer {answer_name}."""
    return [agreement({turn}) for {answer_name} in {outputs}]


def {function}({typed}) -> int:
    """The answer that the network prefers."""
{textwrap.indent(newline.join(answer), "    ")}


if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
'''


def _docstring(
    mechanism: FourierMechanism, domain: Domain, phases: bool, pizzas: tuple[int, ...]
) -> str:
    p, phi, c = mechanism.modulus, mechanism.coordinate.expression, _answer_name(domain)
    factor, shift = "size" if pizzas else "A", " + phase[k]" if phases else ""
    circles = "a circle" if len(mechanism.waves) == 1 else f"{len(mechanism.waves)} circles"
    paragraphs = [
        f"{_title(mechanism.coordinate)} modulo {p}, found by turning {circles}.",
        f"Give every number x the angle 2πkx/{p}, on one circle for each frequency k. Angles add "
        f"up as numbers do, and {p} steps are full turns, so the inputs together turn each circle "
        f"to the angle of {phi}. An answer {c} is scored by how well its own angles agree with "
        "that:",
        f"    logit({c}) = Σ {factor}[k] · cos(2πk({phi} - {c})/{p}{shift})",
        "and the answer with the largest logit wins.",
    ]
    if pizzas:
        paragraphs += _pizza_paragraphs(mechanism, pizzas)
    elif phases:
        paragraphs.append(
            "Why it works: the circles are a little out of step (the phases), but of all answers "
            f"the one whose angles meet best is still unique, and it depends on {phi} alone."
        )
    else:
        paragraphs.append(
            f"Why it works: for {c} ≡ {phi} every cosine is 1, the most that it can be. Any other "
            f"{c} is x ≠ 0 steps away and loses 2 Σ A[k] · sin²(πkx/{p}). A sine is 0 only where "
            f"{p} divides kx; the frequencies and {p} have no common divisor, so never all at once."
        )
    if mechanism.exceptions:
        count = len(mechanism.exceptions)
        paragraphs.append(
            f"The network is not perfect: on {count} input{'s' if count > 1 else ''} it answers "
            "something that these waves do not explain. EXCEPTIONS lists them."
        )
    return "\n\n".join(
        text if text.startswith(" ") else textwrap.fill(text, WIDTH) for text in paragraphs
    )


def _pizza_paragraphs(mechanism: FourierMechanism, pizzas: tuple[int, ...]) -> list[str]:
    """What the difference of the inputs does to the sizes, and why the answer stays the same."""
    p, difference = mechanism.modulus, mechanism.coordinate.difference
    assert difference is not None, "only coordinates of two terms have a difference"
    which = f"{', '.join(map(str, pizzas[:-1]))} and {pizzas[-1]}" if pizzas[1:] else pizzas[0]
    return [
        f"How much a circle counts depends on the inputs for k = {which}: there the network also "
        "takes the middle of their two points. It has the same angle, but the further the points "
        "are apart, the nearer it is to the centre:",
        f"    size[k] = A[k] + PIZZA[k] · |cos(πk({difference.expression})/{p})|",
        f"Why it works: {difference.expression} changes the sizes, but not which answer leads. For "
        f"each of the {p} values that it has modulo {p}, the answer whose angles meet best is "
        f"unique, and it depends on {mechanism.coordinate.expression} alone.",
    ]


def _answer_name(domain: Domain) -> str:
    """The letter after those of the inputs: c for two of them."""
    return string.ascii_lowercase[len(domain.inputs)]


def _noun(coordinate: AffineCoordinate) -> str:
    plain: dict[tuple[int, ...], str] = {(1, 1): "sum", (1, -1): "difference"}
    return plain.get(coordinate.weights, "affine") if not coordinate.offset else "affine"


def _title(coordinate: AffineCoordinate) -> str:
    noun = _noun(coordinate)
    return f"The {noun} {coordinate.expression}" if noun != "affine" else coordinate.expression


def _exceptions(mechanism: FourierMechanism, domain: Domain) -> dict[tuple[int, ...] | int, int]:
    listed: dict[tuple[int, ...] | int, int] = {}
    for *tokens, output in mechanism.exceptions:
        values = tuple(inputs[token] for inputs, token in zip(domain.inputs, tokens, strict=True))
        key = values if len(values) > 1 else next(iter(values))
        listed[key] = domain.outputs[output]
    return listed
