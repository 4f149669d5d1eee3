"""Whether the last 3 inputs are 1, 0, 1.

The output depends on the last 3 inputs: beside the current one, the 2 before it are
kept; each becomes older by one at every step. Before the start they count as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["last_3_inputs_are_1_0_1"]


def last_3_inputs_are_1_0_1(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    previous2 = previous = 0
    for x in xs:
        outputs.append(int((previous2, previous, x) == (1, 0, 1)))
        previous2, previous = previous, x
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
        print(last_3_inputs_are_1_0_1(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
