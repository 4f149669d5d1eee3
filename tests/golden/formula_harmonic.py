"""The formula 2 * m * n / (m + n) + 3 / 4.

The network's answers are 1.2e-06 from this by root mean square, and 8.2e-06 at most,
where they were looked at. Its constants are the simplest exact numbers that the fitted
ones may be.
"""

import sys

__all__ = ["formula_of_m_and_n"]


def formula_of_m_and_n(m: float, n: float, idle: float) -> float:
    """For m from 1 to 5, n from 1 to 5, idle from 0 to 1; idle does not matter."""
    check(m, n, idle)
    return 2 * m * n / (m + n) + 3 / 4


DOMAIN = {"m": (1.0, 5.0), "n": (1.0, 5.0), "idle": (0.0, 1.0)}


def check(*inputs: float) -> None:
    """Raise ValueError where an input is no number of its interval."""
    for name, value in zip(DOMAIN, inputs):
        low, high = DOMAIN[name]
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"{name} = {value!r} is no number from {low} to {high}")


if __name__ == "__main__":
    usage = "usage: python program.py m n idle, numbers with m from 1.0 to 5.0, n from 1.0 to 5.0, idle from 0.0 to 1.0"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [float(word) for word in words]
        print(formula_of_m_and_n(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
