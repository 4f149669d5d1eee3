"""Word in the dihedral group of order 10.

Multiplies symmetries of a regular polygon of 5 sides: `rotation` says how far it is
turned, and `reflected` whether it lies on its other side.

Why it works: a reflection turns the sense of rotations that come after it round, so the
two numbers say which symmetry the product is.
"""

import sys

__all__ = ["word_in_the_dihedral_group_of_order_10"]


def word_in_the_dihedral_group_of_order_10(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    reflected = rotation = 0
    for x in xs:
        if x == 0:
            rotation = (rotation + 1 - 2 * reflected) % 5
        else:
            reflected = 1 - reflected
        outputs.append(5 * reflected + rotation)
    return outputs


DOMAIN = {"x": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(word_in_the_dihedral_group_of_order_10(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
