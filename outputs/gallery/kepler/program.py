"""The formula 2 * pi * (a * sqrt(a)) / sqrt(m).

The network's answers are 2.9e-06 from this by root mean square, and 2.5e-05 at most,
where they were looked at. Its constants are the simplest exact numbers that the fitted
ones may be.
"""

import sys
from math import pi, sqrt

__all__ = ["formula_of_a_and_m"]


def formula_of_a_and_m(a: float, m: float) -> float:
    """For a from 0.5 to 3, m from 0.5 to 4."""
    check(a, m)
    return 2 * pi * (a * sqrt(a)) / sqrt(m)


DOMAIN = {"a": (0.5, 3.0), "m": (0.5, 4.0)}


def check(*inputs: float) -> None:
    """Raise ValueError where an input is no number of its interval."""
    for name, value in zip(DOMAIN, inputs):
        low, high = DOMAIN[name]
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"{name} = {value!r} is no number from {low} to {high}")


if __name__ == "__main__":
    usage = "usage: python program.py a m, numbers with a from 0.5 to 3.0, m from 0.5 to 4.0"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [float(word) for word in words]
        print(formula_of_a_and_m(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
