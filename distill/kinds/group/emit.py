"""The program of a group: elements from numbers, their product, and its number."""

from __future__ import annotations

import textwrap

import black

from distill.domains.finite import input_names
from distill.groups.families import Abelian, AnyFamily, Generated, Metacyclic, Symmetric
from distill.kinds.group.mechanism import GroupMechanism, Law
from distill.kinds.group.writing import written
from distill.programs.names import function_name
from distill.programs.program import Program
from distill.programs.spoken import is_short, spoken_name

WIDTH = 88

PROGRAM = '''"""{title}

{why}
"""

import sys

__all__ = ["{function}"]

{above}

def {function}(a: int, b: int) -> int:
    """{said}."""
{body}


if __name__ == "__main__":
    print({function}(*map(int, sys.argv[1:])))
'''


def emit_group(mechanism: GroupMechanism) -> Program:
    """Write it: with a list of elements where no rule was found for their order."""
    law = mechanism.law
    piece = written(law.group, law.inverted is not None)
    names = _lists(law)
    above = [f"{name} = [{name}]\n" for name in names.values()]
    starts = [low for low, _ in mechanism.inputs]
    x, y = (
        _element(value, start, names, getattr(law, side), law.inverted == side, piece.inverse)
        for value, start, side in zip("ab", starts, ("left", "right"), strict=True)
    )
    lines = list[str]()
    if mechanism.exceptions:
        rows = ", ".join(f"{row[:-1]}: {row[-1]}" for row in mechanism.exceptions)
        above.insert(0, f"EXCEPTIONS = {{{rows}}}  # input: answer\n")
        lines += ["if (a, b) in EXCEPTIONS:", "    return EXCEPTIONS[(a, b)]"]
    product = piece.product(*((y, x) if law.swapped else (x, y)))
    found = f"{names[law.output]}.index({product})" if law.output is not None else product
    first = mechanism.outputs[0]
    if first:
        whole = f"({found})" if "^" in found else found  # a sum binds before it
        found = f"{found} + {first}" if law.output is not None else f"{first} + {whole}"
    lines.append(f"return {found}")
    element, called = f"element {law.words} in {spoken_group(law.group)}", _called(law)
    title = f"The {element}"
    if not names and not piece.above and is_short(found):  # that is all it does
        title, called = f"The answer is {found}: the {element}", found
    inputs = input_names(2)
    source = PROGRAM.format(
        title=f"{title}{_but(mechanism)}.",
        why="\n\n".join(textwrap.fill(text, WIDTH) for text in _why(mechanism, piece.says)),
        function=function_name(spoken_name(called), inputs),
        above=_stacked([*above, *piece.above]),
        said=f"The number of {law.words}"
        + (", where EXCEPTIONS does not say otherwise" if mechanism.exceptions else ""),
        body=textwrap.indent("\n".join(lines), "    "),
    )
    text = black.format_str(source, mode=black.Mode(line_length=WIDTH))
    for listed, name in names.items():
        text = text.replace(f"{name} = [{name}]\n", _in_lines(name, listed or ()), 1)
    return Program(text)


def _in_lines(name: str, listed: tuple[int, ...]) -> str:
    """A list as a constant, as many numbers in a line as fit."""
    numbers = ", ".join(map(str, listed))
    line = f"{name} = [{numbers}]\n"
    if len(line) <= WIDTH:
        return line
    filled = textwrap.fill(numbers, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"{name} = [\n{filled}\n]\n"


def _stacked(chunks: list[str]) -> str:
    """Constants one below the other, and two empty lines around functions."""
    text = ""
    for chunk in chunks:
        text += ("\n\n" if chunk.startswith("def ") else "") + chunk
        text += "\n\n" if chunk.startswith("def ") else ""
    return text


def spoken_group(group: AnyFamily) -> str:
    """A group with what it is called."""
    if isinstance(group, Symmetric):
        return f"the {'alternating' if group.even else 'symmetric'} group {group.name}"
    if isinstance(group, Metacyclic) and group.reflects:
        sort = {"D": "dihedral", "Q": "quaternion"}.get(group.name[:2].strip("ic0123456789"), "")
        return f"the {sort or 'dicyclic'} group {group.name} of order {group.order}"
    if isinstance(group, Abelian):
        return f"the abelian group {group.name}"
    if isinstance(group, Generated) and not group.called:
        return group.name
    return f"the group {group.name} of order {group.order}"


def _but(mechanism: GroupMechanism) -> str:
    count = len(mechanism.exceptions)
    return f", but for {count:,} input{'s' * (count > 1)}" if count else ""


def _called(law: Law) -> str:
    named = law.group.name.removeprefix("a ").replace("^", " ").replace(":", " by ")
    return f"{'quotient' if law.inverted else 'product'} in {named}"


def _lists(law: Law) -> dict[tuple[int, ...] | None, str]:
    """The names of lists of elements, by the list."""
    if len(law.lists) == 1:
        return {law.lists[0]: "ELEMENT"}
    sides = {"left": "ELEMENT_OF_A", "right": "ELEMENT_OF_B", "output": "ELEMENT_OF_ANSWER"}
    found: dict[tuple[int, ...] | None, str] = {}
    for side, name in sides.items():
        listed = getattr(law, side)
        if listed is not None:
            found.setdefault(listed, name)
    return found


def _element(
    value: str,
    start: int,
    names: dict[tuple[int, ...] | None, str],
    listed: tuple[int, ...] | None,
    inverted: bool,
    inverse: object,
) -> str:
    """The expression of the element of a value."""
    place = value if not start else f"{value} - {start}" if start > 0 else f"{value} + {-start}"
    element = f"{names[listed]}[{place}]" if listed is not None else place
    if listed is None and start:
        element = f"({place})"
    if not inverted:
        return element
    assert callable(inverse), "of a piece"
    said = str(inverse(element))
    return said if said.startswith("invert") else f"({said})"


def _why(mechanism: GroupMechanism, says: str) -> list[str]:
    """Paragraphs: how elements are numbered, and what the network does."""
    law = mechanism.law
    how = f"Elements are numbered: {says}."
    if law.lists:
        count = len(law.lists)
        how += (
            " Values stand in another order, for which no rule was found: "
            f"{'a list says' if count == 1 else f'{count} lists say'} which element each is."
        )
    if not mechanism.keys:
        return [how, "This says what the network answers, and not how it comes to its answers."]
    return [how, f"The network does it with {_by_keys(mechanism)}."]


def _by_keys(mechanism: GroupMechanism) -> str:
    """What its logits are sums of, as the end of a sentence."""
    names = [key.name for key in mechanism.keys]
    parity = "parity of x & "
    if all(name.startswith(parity) for name in names):
        masks = ", ".join(name.removeprefix(parity) for name in names)
        return (
            "characters, which are 1 or -1 by the parity of some bits: its logits are sums of "
            f"those of a ^ b ^ c, by the bits of {masks}"
        )
    return (
        "matrix elements of irreducible representations of the group: its logits are sums of "
        f"products of those of {'; '.join(names)}"
    )
