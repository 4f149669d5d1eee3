"""Addition with carry, base 2.

Works through the digits in base 2, the least significant first, as on paper.

Why it works: divided by 2, a step's total leaves its last digit, which is the output;
the quotient counts for the next place, 2 times as much, and is carried there.
"""

import sys

__all__ = ["addition_with_carry_base_2"]


def addition_with_carry_base_2(steps: list[tuple[int, int]]) -> list[int]:
    """One output for every tuple of the list."""
    check(steps)
    outputs = []
    carry = 0
    for a, b in steps:
        carry, digit = divmod(a + b + carry, 2)
        outputs.append(digit)
    return outputs


DOMAIN = {"a": range(2), "b": range(2)}


def check(steps: list[tuple[int, int]]) -> None:
    """Raise ValueError where something is given that is no list of tuples of the domain."""
    if type(steps) is not list:
        raise ValueError(f"{steps!r} is no list of tuples in {DOMAIN}")
    for step in steps:
        if type(step) is not tuple or len(step) != len(DOMAIN):
            raise ValueError(f"{step!r} is no tuple in {DOMAIN}")
        for name, value in zip(DOMAIN, step):
            if type(value) is not int or value not in DOMAIN[name]:
                raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a,b a,b ..., integers with a in 0..1, b in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [tuple(map(int, word.split(","))) for word in words]
        print(addition_with_carry_base_2(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
