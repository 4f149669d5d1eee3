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
    outputs = []
    state = 0
    for x in xs:
        outputs.append(OUTPUT[state][x])
        state = NEXT[state][x]
    return outputs


if __name__ == "__main__":
    print(state_machine_with_6_states(list(map(int, sys.argv[1:]))))
