"""The formula exp(-k * t) * cos(sqrt(2) * w * t / 2).

The network's answers are 1.2e-06 from this by root mean square, and 8.2e-06 at most,
where they were looked at. Its constants are the simplest exact numbers that the fitted
ones may be.
"""

import sys
from math import cos, exp, sqrt

__all__ = ["formula_of_t_and_k_and_w"]


def formula_of_t_and_k_and_w(t: float, k: float, w: float) -> float:
    """For t from 0 to 2, k from 0.2 to 1, w from 1 to 3."""
    check(t, k, w)
    return exp(-k * t) * cos(sqrt(2) * w * t / 2)


DOMAIN = {"t": (0.0, 2.0), "k": (0.2, 1.0), "w": (1.0, 3.0)}


def check(*inputs: float) -> None:
    """Raise ValueError where an input is no number of its interval."""
    for name, value in zip(DOMAIN, inputs):
        low, high = DOMAIN[name]
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"{name} = {value!r} is no number from {low} to {high}")


if __name__ == "__main__":
    usage = "usage: python program.py t k w, numbers with t from 0.0 to 2.0, k from 0.2 to 1.0, w from 1.0 to 3.0"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [float(word) for word in words]
        print(formula_of_t_and_k_and_w(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
