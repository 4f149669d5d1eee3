"""The operators of integer expressions on columns of integers.

Arithmetic is Python's on integers: `//` rounds down and `%` has the sign of its right operand, and
so do NumPy's, so what was checked on columns holds of the printed text (within 64 bits). Bit
operators and shifts are those of two's complement on both sides; what is shifted by is 0 to 62.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray


def apply(operator: str, *operands: Int[ndarray, " rows"]) -> Int[ndarray, " rows"]:
    """One operator on columns. What is divided by must not be 0, and what has a negative
    power modulo m must have an inverse.
    """
    match operator, operands:
        case "+", (a, b):
            value = a + b
        case "-", (a, b):
            value = a - b
        case "*", (a, b):
            value = a * b
        case "//", (a, b):
            value = a // b
        case "%", (a, b):
            value = a % b
        case "&", (a, b):
            value = a & b
        case "|", (a, b):
            value = a | b
        case "^", (a, b):
            value = a ^ b
        case "<<", (a, b):
            value = a << b
        case ">>", (a, b):
            value = a >> b
        case "==", (a, b):
            value = a == b
        case "!=", (a, b):
            value = a != b
        case "<", (a, b):
            value = a < b
        case "<=", (a, b):
            value = a <= b
        case ">", (a, b):
            value = a > b
        case ">=", (a, b):
            value = a >= b
        case "min", (a, b):
            value = np.minimum(a, b)
        case "max", (a, b):
            value = np.maximum(a, b)
        case "and", (a, b):
            value = np.logical_and(a, b)
        case "or", (a, b):
            value = np.logical_or(a, b)
        case "abs", (a,):
            value = np.abs(a)
        case "bit_count", (a,):
            value = np.bitwise_count(a)
        case "neg", (a,):
            value = -a
        case "isqrt", (a,):
            value = np.floor(np.sqrt(a))
        case "pow", (a, exponent, modulus):
            value = _power(a, exponent, modulus)
        case "between", (low, a, high):
            value = (low <= a) & (a <= high)
        case "not", (a,):
            value = a == 0
        case "if", (condition, a, b):
            value = np.where(condition, a, b)
        case _:
            raise ValueError(f"no operator {operator} on {len(operands)} operands")
    return value.astype(np.int64)


def _power(
    base: Int[ndarray, " rows"], exponent: Int[ndarray, " rows"], modulus: Int[ndarray, " rows"]
) -> Int[ndarray, " rows"]:
    """Powers modulo m, Python's own, once for each of the different ones.

    Raises:
        ValueError: a base has no inverse, and its exponent is negative.
    """
    rows, place = np.unique(np.stack([base, exponent, modulus]), axis=1, return_inverse=True)
    powers = [pow(*map(int, row)) for row in rows.T]
    return np.array(powers, dtype=np.int64)[place.ravel()]
