"""Whether the counter mod 3 is 0.

Counts modulo 3: input 0 moves the place on a circle of 3 on by 1 and input 1 by 2.

Why it works: moves on a circle add up in any order, so the place is all that the inputs
so far have done.
"""

import sys

__all__ = ["counter_mod_3_is_0"]


def counter_mod_3_is_0(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    place = 0
    for x in xs:
        place = (place + x + 1) % 3
        outputs.append(int(place == 0))
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
        print(counter_mod_3_is_0(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
