"""State machine with 6 states.

No arithmetic was found for the transitions of this machine: they are listed, in a table
of 12 cells.

For the answers no expression was found; listed: OUTPUT (12 cells).

Why it works: NEXT has the next state for every state and input.
"""

import sys

__all__ = ["state_machine_with_6_states"]

NEXT = [[1, 2], [2, 1], [3, 4], [1, 2], [5, 3], [1, 2]]
OUTPUT = [[2, 3], [2, 5], [3, 3], [4, 3], [3, 5], [4, 4]]


def state_machine_with_6_states(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    state = 0
    for x in xs:
        outputs.append(OUTPUT[state][x])
        state = NEXT[state][x]
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
        print(state_machine_with_6_states(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
