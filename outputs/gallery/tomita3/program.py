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
    outputs = []
    phase = odd = 0
    for x in xs:
        if phase == x:
            phase += odd
        else:
            odd = 1 - odd
        outputs.append(int(phase + odd <= 1))
    return outputs


if __name__ == "__main__":
    print(machine_in_3_phases(list(map(int, sys.argv[1:]))))
