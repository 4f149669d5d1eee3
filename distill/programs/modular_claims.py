"""What a title claims of a variable modulo a number: that it counts, that it is multiplied."""

from __future__ import annotations

import numpy as np

from distill.programs.claims import is_kind
from distill.programs.recognition.rows import Rows
from distill.programs.reset_claims import Claim


def counter(modulus: str) -> Claim:
    """Every symbol moves it by one number."""
    return lambda rows, name: rows.is_of_symbol(rows.moves(name) % int(modulus))


def counter_of_kind(modulus: str, kind: str) -> Claim:
    """Inputs of a kind move it on by one, and no other moves it."""

    def so(rows: Rows, name: str) -> bool:
        (read,) = rows.given.values()
        counted = np.array([is_kind(kind, value) for value in read.tolist()], dtype=np.int64)
        return bool(((rows.moves(name) - counted) % int(modulus) == 0).all())

    return so


def affine(modulus: str) -> Claim:
    """For some factor, what is added to the multiple depends on the symbol alone."""
    m = int(modulus)
    return lambda rows, name: any(
        rows.is_of_symbol((rows.after[name] - factor * rows.before[name]) % m)
        for factor in range(m)
    )


def product_of_inputs(modulus: str) -> Claim:
    """It is multiplied by everything that is read."""
    m = int(modulus)

    def so(rows: Rows, name: str) -> bool:
        column = rows.before[name]
        for read in rows.given.values():
            column = column * read % m
        return bool((rows.after[name] == column).all())

    return so


def affine_by_symbol(modulus: str) -> Claim:
    """For every symbol some factor and some number that is added."""
    m = int(modulus)

    def so(rows: Rows, name: str) -> bool:
        return all(
            any(
                len(np.unique((rows.after[name] - factor * rows.before[name])[read] % m)) == 1
                for factor in range(m)
            )
            for read in rows.by_symbol()
        )

    return so
