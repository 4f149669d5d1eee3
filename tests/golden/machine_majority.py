"""Whether the saturating counter -3 to 3 is at least 1.

Counts up and down, and stays between -3 and 3.

Why it works: at a bound a further step does nothing, so it need not be remembered.
"""

import sys

__all__ = ["saturating_counter_minus_3_to_3_is_at_least_1"]


def saturating_counter_minus_3_to_3_is_at_least_1(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    count = 0
    for x in xs:
        count = max(min(count + 2 * x - 1, 3), -3)
        outputs.append(int(count >= 1))
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
        print(saturating_counter_minus_3_to_3_is_at_least_1(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
