"""Validity by windows of 3 inputs.

Keeps the latest inputs; `valid` is 1 until 3 inputs in a row are what must not occur,
then 0.

Why it works: one such window decides it for ever, wherever it stands, and to see
windows it is enough to keep 2 of the inputs before this one.
"""

import sys

__all__ = ["validity_by_windows_of_3_inputs"]


def validity_by_windows_of_3_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    previous2 = previous = valid = 1
    for x in xs:
        if (previous2, previous, x) == (0, 0, 0):
            valid = 0
        previous2, previous = previous, x
        outputs.append(valid)
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
        print(validity_by_windows_of_3_inputs(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
