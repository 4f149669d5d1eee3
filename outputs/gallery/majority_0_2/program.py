"""Most frequent input.

`counts[v]` is how often x = v has come in. The answer is the v that has come in most
often, the smallest of several.

Why it works: the order of the inputs does not matter for how often each has come in,
and `index` finds the first place of the maximum.
"""

import sys

__all__ = ["most_frequent_input"]


def most_frequent_input(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    counts = [0] * 3
    for x in xs:
        counts[x] += 1
        outputs.append(counts.index(max(counts)))
    return outputs


if __name__ == "__main__":
    print(most_frequent_input(list(map(int, sys.argv[1:]))))
