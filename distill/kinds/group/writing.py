"""Products and inverses of a family of groups, in Python.

Every family gives what stands above the program's function (constants and helpers), and expressions
for the number of a product, and of an inverse, from the numbers of elements.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from distill.groups.families import Abelian, AnyFamily, Generated, Metacyclic, Product, Symmetric

POINTS = "ijklmnopq"
"""Names of the images of points in a comprehension."""


@dataclass(frozen=True)
class Piece:
    """A family in Python.

    Attributes:
        above: constants and functions, in their order.
        product: the expression of a product, from two expressions that are names or calls.
        inverse: of an inverse; what it needs stands in `above` only if it was asked for.
        says: how elements are numbered, as the end of a sentence.
    """

    above: tuple[str, ...]
    product: Callable[[str, str], str]
    inverse: Callable[[str], str]
    says: str


def written(family: AnyFamily, inverts: bool, suffix: str = "") -> Piece:
    """A family in Python.

    Args:
        family: of the group.
        inverts: whether inverses are asked for.
        suffix: of the names that it binds, which tells factors apart.
    """
    match family:
        case Abelian():
            return _abelian(family)
        case Metacyclic():
            return _metacyclic(family, inverts, suffix)
        case Product():
            return _product(family, inverts, suffix)
        case Symmetric() | Generated():
            return _permutations(family, inverts, suffix)


def bare(expression: str) -> str:
    """An expression as an argument: without parentheses around all of it."""
    inner = expression[1:-1]
    around = expression[:1] == "(" and expression[-1:] == ")"
    return inner if around and "(" not in inner else expression


def _abelian(family: Abelian) -> Piece:
    moduli = family.moduli
    binary = set(moduli) == {2} and len(moduli) > 1
    says = (
        f"a number is {len(moduli)} bits, which are added without carrying"
        if binary
        else f"a number is a residue modulo {moduli[0]}"
        if len(moduli) == 1
        else f"a number is {len(moduli)} residues, its digits in the mixed radix "
        f"{', '.join(map(str, moduli))}"
    )

    def product(x: str, y: str) -> str:
        return f"{x} ^ {y}" if binary else _digits(moduli, f"{x}{{0}} + {y}{{0}}")

    def inverse(x: str) -> str:
        return x if binary else _digits(moduli, f"-({x}{{0}})")

    return Piece((), product, inverse, says)


def _digits(moduli: tuple[int, ...], each: str) -> str:
    """A sum over digits; `each` has {0} where a digit is taken of a number."""
    terms, weight = list[str](), math.prod(moduli)
    for modulus in moduli:
        weight //= modulus
        digit = each.format(f" // {weight}" if weight > 1 else "")
        term = f"({digit}) % {modulus}"
        terms.append(f"{term} * {weight}" if weight > 1 else term)
    return " + ".join(terms)


METACYCLIC = '''def multiply{suffix}(x: int, y: int) -> int:
    """r^i s^j times r^k s^m, where s r = r^{twist} s{carried}."""
    {j}, {i} = divmod(x, {radix})
    {m}, {k} = divmod(y, {radix})
    turn = ({turned}{carry}) % {rotations}
    row = (j + m) % {rows}
    return {number}
'''
INVERT = '''def invert{suffix}(x: int) -> int:
    """The element whose product with x is the identity."""
    {j}, {i} = divmod(x, {radix})
    turn = {turned} % {rotations}
    row = -j % {rows}
    return {number}
'''


def _metacyclic(family: Metacyclic, inverts: bool, suffix: str) -> Piece:
    m, rows, carry = family.rotations, family.rows, family.carry
    names = {"j": "j", "i": "i", "m": "m", "k": "k"}
    if family.interleaved:
        names = {"j": "i", "i": "j", "m": "k", "k": "m"}
    shared = {
        **names,
        "suffix": suffix,
        "radix": rows if family.interleaved else m,
        "rotations": m,
        "rows": rows,
        "number": f"turn * {rows} + row" if family.interleaved else f"row * {m} + turn",
    }
    reflects = family.reflects
    twist = f"pow({family.twist}, j, {m})"
    multiply = METACYCLIC.format(
        twist="-1" if reflects else str(family.twist),
        carried=f" and s^{rows} = r^{carry}" if carry else "",
        turned="i - k if j else i + k"
        if reflects and not carry
        else f"i + {twist} * k"
        if not reflects
        else "(i - k if j else i + k)",
        carry=f" + {carry} * ((j + m) // {rows})" if carry else "",
        **shared,
    )
    above = [multiply]
    if inverts:
        back = f"(i + {carry} * (j > 0))" if carry else "i"
        turned = (
            "(i if j else -i)"
            if reflects and not carry
            else f"-{back} * pow({family.twist}, {rows} - j, {m})"
        )
        above.append(INVERT.format(turned=turned, **shared))
    order = f"i * {rows} + j" if family.interleaved else f"j * {m} + i"
    return Piece(
        tuple(above),
        lambda x, y: f"multiply{suffix}({bare(x)}, {bare(y)})",
        lambda x: f"invert{suffix}({bare(x)})",
        f"number {order} is r^i s^j",
    )


CLOSURE = '''def generated{suffix}(points: int) -> list[tuple[int]]:
    """All products of the generators, in lexicographic order."""
    found = [tuple(range(points))]
    place = 0
    while place < len(found):
        for g in GENERATORS{suffix}:
            p = tuple([g[i] for i in found[place]])
            if p not in found:
                found.append(p)
        place += 1
    return sorted(found)
'''
EVEN = '''def is_even{suffix}(p: tuple[int]) -> bool:
    """Whether an even number of pairs stands in the wrong order."""
    return sum([p[i] > p[j] for j in range({points}) for i in range(j)]) % 2 == 0
'''
COMPOSE = '''def multiply{suffix}(x: int, y: int) -> int:
    """The number of the permutation "first x, then y"."""
    p, q = ELEMENTS{suffix}[x], ELEMENTS{suffix}[y]
    return NUMBER_OF{suffix}[tuple([q[i] for i in p])]
'''
INVERT_PERMUTATION = '''def invert{suffix}(x: int) -> int:
    """The number of the permutation that takes x back."""
    p = ELEMENTS{suffix}[x]
    return NUMBER_OF{suffix}[tuple([p.index(i) for i in range({points})])]
'''


def _permutations(family: Symmetric | Generated, inverts: bool, suffix: str) -> Piece:
    points, above = family.points, list[str]()
    if isinstance(family, Generated):
        listed = ", ".join(map(str, family.generators))
        above += [f"GENERATORS{suffix} = ({listed},)\n", CLOSURE.format(**locals())]
        above.append(f"ELEMENTS{suffix} = generated{suffix}({points})\n")
        kind = "permutations that the generators generate"
    else:
        if family.even:
            every = f"PERMUTATIONS{suffix}"
            above += [EVEN.format(suffix=suffix, points=points)]
            above += [f"{every} = [{_all_permutations(points)}]\n"]
            above += [f"ELEMENTS{suffix} = [p for p in {every} if is_even{suffix}(p)]\n"]
        else:
            above.append(f"ELEMENTS{suffix} = [{_all_permutations(points)}]\n")
        kind = f"{'even ' if family.even else ''}permutations of {points} points"
    above.append(f"NUMBER_OF{suffix} = {{p: i for i, p in enumerate(ELEMENTS{suffix})}}\n")
    above.append(COMPOSE.format(suffix=suffix))
    if inverts:
        above.append(INVERT_PERMUTATION.format(suffix=suffix, points=points))
    return Piece(
        tuple(above),
        lambda x, y: f"multiply{suffix}({bare(x)}, {bare(y)})",
        lambda x: f"invert{suffix}({bare(x)})",
        f"numbers are places in the list of all {kind}, in lexicographic order",
    )


def _all_permutations(points: int) -> str:
    """The comprehension of all permutations of points, in lexicographic order."""
    names = POINTS[:points]
    text = f"({', '.join(names)})"
    for place, name in enumerate(names):
        text += f" for {name} in range({points})"
        if place:
            others = f"not in ({', '.join(names[:place])})" if place > 1 else f"!= {names[0]}"
            text += f" if {name} {others}"
    return text


PAIRWISE = '''def multiply{suffix}(x: int, y: int) -> int:
    """Factor by factor."""
    return {product}
'''
PAIRWISE_INVERSE = '''def invert{suffix}(x: int) -> int:
    """Factor by factor."""
    return {inverse}
'''


def _product(family: Product, inverts: bool, suffix: str) -> Piece:
    unlike = list(dict.fromkeys(family.factors))
    pieces = [
        written(factor, inverts, f"{suffix}_{unlike.index(factor) + 1}")
        for factor in family.factors
    ]
    weight, products, inverses = family.order, list[str](), list[str]()
    for place, (factor, piece) in enumerate(zip(family.factors, pieces, strict=True)):
        weight //= factor.order
        x, y = (_digit(name, weight, factor.order, place == 0) for name in "xy")
        products.append(_scaled(piece.product(x, y), weight))
        inverses.append(_scaled(piece.inverse(x), weight))
    above = list(dict.fromkeys(text for piece in pieces for text in piece.above))
    above.append(PAIRWISE.format(suffix=suffix, product=" + ".join(products)))
    if inverts:
        above.append(PAIRWISE_INVERSE.format(suffix=suffix, inverse=" + ".join(inverses)))
    radix = ", ".join(str(factor.order) for factor in family.factors)
    said = {factor.name: piece.says for factor, piece in zip(family.factors, pieces, strict=True)}
    each = "; ".join(f"in {name} {says}" for name, says in said.items())
    return Piece(
        tuple(above),
        lambda x, y: f"multiply{suffix}({bare(x)}, {bare(y)})",
        lambda x: f"invert{suffix}({bare(x)})",
        f"a number has the digits of its factors' numbers in the mixed radix {radix}: {each}",
    )


def _scaled(expression: str, weight: int) -> str:
    """An expression times a weight, in parentheses where it is no call."""
    held = expression if expression.startswith(("multiply", "invert")) else f"({bare(expression)})"
    return f"{held} * {weight}" if weight > 1 else held


def _digit(name: str, weight: int, modulus: int, first: bool) -> str:
    divided = f"{name} // {weight}" if weight > 1 else name
    if first:
        return f"({divided})" if weight > 1 else divided
    return f"({divided} % {modulus})"
