"""What the program of a coordinate is called: nouns of arithmetic, and expressions beyond them."""

from __future__ import annotations

from distill.domains.finite import input_names
from distill.kinds.fourier.coordinate import (
    IDENTITY,
    Coordinate,
    Listed,
    Logarithm,
    Polynomial,
)
from distill.programs.names import function_name
from distill.programs.spoken import is_short, spoken_name

NOT_ALL = {"affine", "polynomial", "monomial"}
"""Nouns that say of what kind an answer is, and not what it is."""

MOST_FACTORS = 3
"""The highest power that is written in a product."""


def called(coordinate: Coordinate, names: tuple[str, ...]) -> str:
    """What the program is called: by the noun of its coordinate; where there is none that says
    it all, by its expression.

    Args:
        coordinate: that its answer is read from.
        names: of its inputs.
    """
    modulus = coordinate.modulus
    if isinstance(coordinate.output, Logarithm):
        modulus = coordinate.output.prime
    noun, expression = _noun(coordinate), _expression(coordinate)
    if noun in NOT_ALL and expression is not None and is_short(f"{expression} % {modulus}"):
        return function_name(spoken_name(f"{expression} % {modulus}"), names)
    return f"{noun}_mod_{modulus}"


def _expression(coordinate: Coordinate) -> str | None:
    """The answer as an expression of the inputs, without its modulus; null where it needs a list,
    or an inverse.
    """
    output, numberings = coordinate.output, {*coordinate.numberings}
    if output == IDENTITY and all(isinstance(each, Polynomial) for each in numberings):
        return coordinate.expression
    if not isinstance(output, Logarithm) or numberings != {output}:
        return None
    powers = [weight % coordinate.modulus for weight in coordinate.weights]
    if max(powers) > MOST_FACTORS:
        return None
    constant = pow(output.base, coordinate.offset % coordinate.modulus, output.prime)
    factors = [] if constant == 1 else [str(constant)]
    for name, power in zip(input_names(len(powers)), powers, strict=True):
        factors += [name if power == 1 else f"{name}**{power}"] if power else []
    return " * ".join(factors) or "1"


def _noun(coordinate: Coordinate) -> str:
    weights = coordinate.weights if not coordinate.offset else ()
    numberings = {*coordinate.numberings}
    if any(isinstance(n, Listed) for n in (*numberings, coordinate.output)):
        return "numbered_sum"
    if coordinate.output == IDENTITY and numberings == {IDENTITY}:
        plain: dict[tuple[int, ...], str] = {(1, 1): "sum", (1, -1): "difference"}
        return plain.get(weights, "affine")
    if numberings == {coordinate.output}:
        products: dict[tuple[int, ...], str] = {(1, 1): "product", (1, -1): "quotient"}
        return products.get(weights, "monomial")
    if coordinate.output == IDENTITY and numberings == {Polynomial((0, 1))}:
        squares: dict[tuple[int, ...], str] = {
            (1, 1): "sum_of_squares",
            (1, -1): "difference_of_squares",
        }
        return squares.get(weights, "polynomial")
    return "polynomial"


def titled(coordinate: Coordinate) -> str:
    """What it answers, as the beginning of a sentence."""
    noun = _noun(coordinate).replace("_", " ")
    if isinstance(coordinate.output, Logarithm):
        expression = _expression(coordinate) if noun in NOT_ALL else None
        said = f"The {noun} of the inputs" if expression is None else expression
        return f"{said} modulo {coordinate.output.prime}"
    if noun in {"affine", "polynomial"}:
        return f"{coordinate.expression} modulo {coordinate.modulus}"
    if noun in {"sum", "difference"}:
        return f"The {noun} {coordinate.expression} modulo {coordinate.modulus}"
    return f"The {noun} modulo {coordinate.modulus}"
