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
    outputs = []
    reflected = rotation = 0
    for x in xs:
        if x == 0:
            rotation = (rotation + 1 - 2 * reflected) % 5
        else:
            reflected = 1 - reflected
        outputs.append(5 * reflected + rotation)
    return outputs


if __name__ == "__main__":
    print(word_in_the_dihedral_group_of_order_10(list(map(int, sys.argv[1:]))))
