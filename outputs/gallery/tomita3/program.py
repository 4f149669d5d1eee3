"""Machine in 3 phases.

Goes through up to 3 phases, none of which comes back, and remembers one bit within a
phase.

Why it works: what was read in earlier phases matters only in that they are over. In a
last phase that nothing leaves, the other variable no longer matters.
"""

import sys

__all__ = ["machine_in_3_phases"]


def machine_in_3_phases(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    phase = odd = 0
    for x in xs:
        if phase == x:
            phase += odd
        else:
            odd = 1 - odd
        outputs.append(int(phase + odd <= 1))
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
        print(machine_in_3_phases(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
