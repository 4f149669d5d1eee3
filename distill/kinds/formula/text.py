"""Expressions as Python writes them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from distill.kinds.formula.constants import Exact
from distill.kinds.formula.expression import Call, Node, Number, Power, Product, Sum, Variable

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)
"""How strongly operators bind."""

MOST = 8
"""The largest power that is written as one."""


def python_text(node: Node, names: Sequence[str]) -> str:
    """With functions of `math`; inputs that have no name are x0, x1."""
    return _written(node, names)[0]


def _written(node: Node, names: Sequence[str]) -> tuple[str, int]:
    match node:
        case Number(value=value, form=None):
            return _of_float(value)
        case Number(form=Exact() as form):
            return exact_text(form)
        case Variable(place=place):
            return (names[place] if place < len(names) else f"x{place}"), ATOM
        case Sum(terms=terms):
            return _sum(terms, names), SUM
        case Product(factors=factors):
            return _product(factors, names)
        case Power(base=base, over=over, under=under):
            return _power(base, Fraction(over, under), names)
        case Call(name=name, argument=argument):
            return f"{name}({python_text(argument, names)})", ATOM
    raise TypeError(f"{node!r} is no expression")


def _of_float(value: float) -> tuple[str, int]:
    text = f"{value:.6g}"
    return text, SIGN if value < 0 else ATOM


def _in(node: Node, names: Sequence[str], least: int) -> str:
    text, binds = _written(node, names)
    return text if binds >= least else f"({text})"


def _sum(terms: Sequence[Node], names: Sequence[str]) -> str:
    ordered = sorted(terms, key=_is_negative)
    parts = [_in(ordered[0], names, SUM)]
    for term in ordered[1:]:
        if _is_negative(term):
            parts.append(f" - {_in(_turned(term), names, PRODUCT)}")
        else:
            parts.append(f" + {_in(term, names, PRODUCT)}")
    return "".join(parts)


def _is_negative(term: Node) -> bool:
    first = term.factors[0] if isinstance(term, Product) else term
    return isinstance(first, Number) and first.value < 0


def _turned(term: Node) -> Node:
    """The opposite of a term that has a minus."""
    if isinstance(term, Number):
        return _opposite(term)
    assert isinstance(term, Product), "it has a minus"
    assert isinstance(term.factors[0], Number), "it has a minus"
    first = _opposite(term.factors[0])
    rest = term.factors[1:]
    if first.value == 1:
        return rest[0] if len(rest) == 1 else Product(rest)
    return Product((first, *rest))


def _opposite(number: Number) -> Number:
    form = number.form
    if form is None:
        return Number(-number.value)
    turned = Exact(-form.numerator, form.denominator, form.radicand, form.pi_halves, form.e_power)
    return Number(-number.value, turned)


def _product(factors: Sequence[Node], names: Sequence[str]) -> tuple[str, int]:
    """Numerators before denominators."""
    first = factors[0]
    if isinstance(first, Number) and first.value < 0:
        inner, binds = _written(_turned(Product(tuple(factors))), names)
        return (
            f"-{inner}" if binds >= PRODUCT else f"-({inner})",
            SIGN if binds > PRODUCT else PRODUCT,
        )
    over, under = list[str](), list[str]()
    for factor in factors:
        if isinstance(factor, Number) and factor.form is not None:
            above, below = exact_parts(factor.form)
            over += above
            under += below
        elif isinstance(factor, Power) and factor.over < 0:
            under.append(_in(_inverse(factor), names, SIGN))
        else:
            over.append(_in(factor, names, SIGN))
    return _quotient(over, under)


def _inverse(factor: Power) -> Node:
    exponent = -Fraction(factor.over, factor.under)
    if exponent == 1:
        return factor.base
    return Power(factor.base, exponent.numerator, exponent.denominator)


def _quotient(over: Sequence[str], under: Sequence[str]) -> tuple[str, int]:
    top = " * ".join(over) or "1"
    if not under:
        return top, PRODUCT if len(over) > 1 else POWER
    bottom = under[0] if len(under) == 1 else f"({' * '.join(under)})"
    return f"{top} / {bottom}", PRODUCT


def _power(base: Node, exponent: Fraction, names: Sequence[str]) -> tuple[str, int]:
    if exponent < 0:
        under = _in(_inverse(Power(base, exponent.numerator, exponent.denominator)), names, SIGN)
        return f"1 / {under}", PRODUCT
    if exponent == 1:
        return _written(base, names)
    inner = python_text(base, names)
    if exponent == Fraction(1, 2):
        return f"sqrt({inner})", ATOM
    if exponent.denominator == 1 and exponent <= MOST:
        return f"{_in(base, names, ATOM)} ** {exponent.numerator}", POWER
    if exponent.denominator == 1:
        half = int(exponent) // 2
        parts = [_power(base, Fraction(k), names)[0] for k in (half, int(exponent) - half)]
        return " * ".join(parts), PRODUCT
    whole, rest = divmod(exponent, 1)
    if rest == Fraction(1, 2) and whole:
        over = _in(base, names, ATOM) + (f" ** {whole}" if whole > 1 else "")
        return f"{over} * sqrt({inner})", PRODUCT
    share = f" / {exponent.denominator}" if exponent.denominator > 1 else ""
    times = f"{exponent.numerator} * " if exponent.numerator > 1 else ""
    return f"exp({times}log({inner}){share})", ATOM


def exact_text(form: Exact) -> tuple[str, int]:
    """A constant, and how strongly it binds."""
    if form.numerator < 0:
        turned = Exact(
            -form.numerator, form.denominator, form.radicand, form.pi_halves, form.e_power
        )
        text, binds = exact_text(turned)
        return f"-{text}", SIGN if binds > PRODUCT else PRODUCT
    text, binds = _quotient(*exact_parts(form))
    return text, ATOM if text.replace(".", "").isalnum() else binds


def exact_parts(form: Exact) -> tuple[list[str], list[str]]:
    """What stands above and below the line of a constant; a decimal number is one word."""
    over, under = list[str](), list[str]()
    fraction = Fraction(form.numerator, form.denominator)
    decimal = _decimal(fraction)
    if decimal is not None:
        over.append(decimal)
    else:
        if fraction.numerator != 1:
            over.append(str(fraction.numerator))
        if fraction.denominator != 1:
            under.append(str(fraction.denominator))
    if form.radicand != 1:
        over.append(f"sqrt({form.radicand})")
    halves = abs(form.pi_halves)
    pi = ["pi" if halves < 4 else f"pi**{halves // 2}"] if halves > 1 else []
    pi += ["sqrt(pi)"] if halves % 2 else []
    (over if form.pi_halves > 0 else under).extend(pi)
    if form.e_power:
        power = abs(form.e_power)
        (over if form.e_power > 0 else under).append("e" if power == 1 else f"e**{power}")
    return over, under


def _decimal(fraction: Fraction) -> str | None:
    """A fraction that is shorter as a decimal number: 9.81, 0.05; a half is a fraction."""
    rest = fraction.denominator
    for base in (2, 5):
        while rest % base == 0:
            rest //= base
    if rest != 1 or fraction.denominator < 10:
        return None
    text = f"{float(fraction):.12g}"
    return text if Fraction(text) == fraction and "e" not in text else None
