"""The formula pi * m / (2 * sqrt(1 - v ** 2 / c ** 2)).

The network's answers are 1.2e-06 from this by root mean square, and 8.2e-06 at most,
where they were looked at. Its constants are the simplest exact numbers that the fitted
ones may be.
"""

import sys
from math import pi, sqrt

__all__ = ["formula_of_m_and_v_and_c"]


def formula_of_m_and_v_and_c(m: float, v: float, c: float) -> float:
    """For m from 1 to 5, v from 1 to 2, c from 3 to 10."""
    check(m, v, c)
    return pi * m / (2 * sqrt(1 - v**2 / c**2))


DOMAIN = {"m": (1.0, 5.0), "v": (1.0, 2.0), "c": (3.0, 10.0)}


def check(*inputs: float) -> None:
    """Raise ValueError where an input is no number of its interval."""
    for name, value in zip(DOMAIN, inputs):
        low, high = DOMAIN[name]
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"{name} = {value!r} is no number from {low} to {high}")


if __name__ == "__main__":
    usage = "usage: python program.py m v c, numbers with m from 1.0 to 5.0, v from 1.0 to 2.0, c from 3.0 to 10.0"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [float(word) for word in words]
        print(formula_of_m_and_v_and_c(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
