"""Whether the stage (0 to 4) is not 4.

Goes on by one where x != stage % 2, up to 4, and never back.

Why it works: every stage is reached through the one before it, so which one it is says
all that matters of the past.
"""

import sys

__all__ = ["stage_0_to_4_is_not_4"]


def stage_0_to_4_is_not_4(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    stage = 0
    for x in xs:
        if x != stage % 2:
            stage = min(stage + 1, 4)
        outputs.append(int(stage != 4))
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
        print(stage_0_to_4_is_not_4(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
