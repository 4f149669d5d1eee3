"""Stages 0 to 4.

Goes on by one where x != stage % 2, up to 4, and never back.

Why it works: every stage is reached through the one before it, so which one it is says
all that matters of the past.
"""

import sys

__all__ = ["stages_0_to_4"]


def stages_0_to_4(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    stage = 0
    for x in xs:
        if x != stage % 2:
            stage = min(stage + 1, 4)
        outputs.append(int(stage != 4))
    return outputs


if __name__ == "__main__":
    print(stages_0_to_4(list(map(int, sys.argv[1:]))))
