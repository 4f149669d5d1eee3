"""Write a Fourier mechanism as Python: the sum of cosines and the arg max, as the network does.

The program is what the network computes and not what it is for: nothing here reduces the cosines
to `(a + b) % p`. That the two are the same function is proved beside it (`meaning`).
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass, replace
from functools import partial

import black

from distill.checker.scope import many
from distill.domains.finite import Domain, output_name
from distill.kinds.fourier.coordinate import (
    IDENTITY,
    Coordinate,
    Listed,
    Logarithm,
    balanced,
)
from distill.kinds.fourier.meaning import PrintedWave, Unseparated, prove_meaning
from distill.kinds.fourier.mechanism import FourierMechanism, Wave
from distill.kinds.fourier.naming import called, titled
from distill.programs.program import Program
from distill.records.refusal import Refusal
from distill.records.report import Meaning

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
        partial(_answer, coordinate, domain),
        coordinate.modulus if _reduces(mechanism, domain) else _reach(coordinate, domain),
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


def _reduces(mechanism: FourierMechanism, domain: Domain) -> bool:
    """Whether the program takes φ - ψ modulo p before it turns anything.

    It does where there is a difference, for the cache, and where the numbers would grow large.
    """
    plain = (
        mechanism.coordinate.plain and _reach(mechanism.coordinate, domain) < 8 * mechanism.modulus
    )
    return not plain or any(wave.pizza for wave in mechanism.waves)


def _reach(coordinate: Coordinate, domain: Domain) -> int:
    """The largest |φ - c| over the domain, before any reduction, of a plain coordinate."""
    largest = abs(coordinate.offset) + max(abs(domain.outputs[0]), abs(domain.outputs[-1]))
    for weight, values in zip(coordinate.weights, domain.inputs, strict=True):
        largest += abs(weight) * max(abs(values[0]), abs(values[-1]))
    return largest


def _answer(coordinate: Coordinate, domain: Domain, shift: int) -> str:
    """The arg max in closed form, where the best answer has the number φ - shift."""
    p, c = coordinate.modulus, _answer_name(domain)
    offset = balanced(coordinate.offset - shift, p) if shift else coordinate.offset
    shifted = replace(coordinate, offset=offset)
    if shifted.output == IDENTITY:
        listed = any(isinstance(numbering, Listed) for numbering in shifted.numberings)
        where = "for the values listed" if listed else "for all integers"
        return f"({shifted.expression}) mod {p}, {where}"
    if isinstance(shifted.output, Logarithm) and all(
        numbering == shifted.output for numbering in shifted.numberings
    ):
        q = shifted.output.prime
        factor = pow(shifted.output.base, shifted.offset, q)
        powers = zip(domain.names, shifted.weights, strict=True)
        factors = [name if power == 1 else f"{name}**{power}" for name, power in powers if power]
        product = " * ".join(([str(factor)] if factor != 1 else []) + factors)
        return f"({product}) mod {q}, for all integers that {q} does not divide"
    return f"the {c} with {shifted.output_expression(c)} = ({shifted.expression}) mod {p}"


def _constants(mechanism: FourierMechanism, domain: Domain) -> list[str]:
    """The constants that hold numberings, as Python."""
    lines = []
    for numbering, name in mechanism.coordinate.constants.items():
        if isinstance(numbering, Logarithm):
            base, prime = numbering.base, numbering.prime
            lines += [
                f"LOG = {{pow({base}, n, {prime}): n for n in range(MODULUS)}}"
                f"  # {base} ** LOG[x] % {prime} == x"
            ]
        elif isinstance(numbering, Listed):
            numbered = dict(enumerate(numbering.numbered, start=numbering.first))
            lines.append(f"{name} = {numbered}  # as the network counts")
    return lines


def _source(mechanism: FourierMechanism, domain: Domain, waves: tuple[PrintedWave, ...]) -> str:
    coordinate, p = mechanism.coordinate, mechanism.modulus
    arguments = ", ".join(domain.names)
    typed = ", ".join(f"{name}: int" for name in domain.names)
    function = called(coordinate, domain.names)
    phases = {wave.frequency: wave.phase for wave in waves if wave.phase}
    angle = "2 * pi * k * turn / MODULUS" + (" + PHASE.get(k, 0)" if phases else "")
    first, answer_name = domain.outputs.start, _answer_name(domain)
    outputs = "range(MODULUS)" if first == 0 else f"range({first}, MODULUS + {first})"
    pizzas = {wave.frequency: wave.pizza for wave in waves if wave.pizza}
    parameters, size = "turn: int", "A"
    turn = f"{coordinate.expression} - {coordinate.output_expression(answer_name)}"
    if _reduces(mechanism, domain):
        turn = f"({turn}) % MODULUS"
    constants = [
        f"MODULUS = {p}",
        *_constants(mechanism, domain),
        f"AMPLITUDE = { {wave.frequency: wave.amplitude for wave in waves} }  # by frequency",
    ]
    answer = [
        f"preference = logits({arguments})",
        "return preference.index(max(preference))" + (f" + {first}" if first else ""),
    ]
    if pizzas:
        difference = coordinate.difference
        assert difference is not None, "only coordinates of two terms have a difference"
        other = "difference" if "-" in str(difference.expression) else "total"
        does = "adds, or takes away," if min(pizzas.values()) < 0 else "adds,"
        constants.append(f"PIZZA = {pizzas}  # what the {other} {does} at most")
        parameters += f", {other}: int"
        size = f"(A + PIZZA.get(k, 0) * abs(cos(pi * k * {other} / MODULUS)))"
        turn = f"{turn}, ({difference.expression}) % MODULUS"
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
    coordinate, p, c = mechanism.coordinate, mechanism.modulus, _answer_name(domain)
    phi, psi = coordinate.expression, coordinate.output_expression(c)
    factor, shift = "size" if pizzas else "A", " + phase[k]" if phases else ""
    circles = "a circle" if len(mechanism.waves) == 1 else many(len(mechanism.waves), "circle")
    paragraphs = [
        f"{titled(coordinate)}, found by turning {circles}.",
        *_numbering_paragraph(coordinate),
        f"Give every number x the angle 2πkx/{p}, on one circle for each frequency k. Angles add "
        f"up as numbers do, and {p} steps are full turns, so the inputs together turn each circle "
        f"to the angle of {phi}. An answer {c} is scored by how well its own angles"
        + ("" if psi == c else f", those of {psi},")
        + " agree with that:",
        f"    logit({c}) = Σ {factor}[k] · cos(2πk({phi} - {psi})/{p}{shift})",
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
            f"Why it works: for {psi} ≡ {phi} every cosine is 1, the most that it can be. Any "
            f"other {c} is x ≠ 0 steps away and loses 2 Σ A[k] · sin²(πkx/{p}). A sine is 0 only "
            f"where {p} divides kx; the frequencies and {p} have no common divisor, so never all "
            "at once."
        )
    if mechanism.exceptions:
        count = len(mechanism.exceptions)
        paragraphs.append(
            f"On {many(count, 'input')} the network answers something that these waves do not "
            f"explain. EXCEPTIONS lists {'it' if count == 1 else 'them'}."
        )
    return "\n\n".join(
        text if text.startswith(" ") else textwrap.fill(text, WIDTH) for text in paragraphs
    )


def _numbering_paragraph(coordinate: Coordinate) -> list[str]:
    """What the numbers are that are turned, where they are not the values themselves."""
    kinds = {type(numbering) for numbering in (*coordinate.numberings, coordinate.output)}
    paragraphs = []
    if Logarithm in kinds:
        (logarithm,) = {
            numbering
            for numbering in (*coordinate.numberings, coordinate.output)
            if isinstance(numbering, Logarithm)
        }
        q, base = logarithm.prime, logarithm.base
        paragraphs.append(
            f"Every x from 1 to {q - 1} is a power of {base} modulo {q}; LOG[x] says which. Where "
            f"numbers are multiplied their logarithms add up, modulo {q - 1}."
        )
    if Listed in kinds:
        names = " and ".join(
            name
            for numbering, name in coordinate.constants.items()
            if isinstance(numbering, Listed)
        )
        paragraphs.append(
            f"The network counts its values in an order for which no rule was found: {names} "
            f"{'list' if ' and ' in names else 'lists'} the number that stands for each."
        )
    return paragraphs


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
    """What the program calls an output: c where there are two inputs."""
    return output_name(len(domain.inputs))


def _exceptions(mechanism: FourierMechanism, domain: Domain) -> dict[tuple[int, ...] | int, int]:
    listed: dict[tuple[int, ...] | int, int] = {}
    for *tokens, output in mechanism.exceptions:
        values = tuple(inputs[token] for inputs, token in zip(domain.inputs, tokens, strict=True))
        key = values if len(values) > 1 else next(iter(values))
        listed[key] = domain.outputs[output]
    return listed
