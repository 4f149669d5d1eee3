"""Small recurrences of many families, which programs are written of.

Sums, counts, extremes and choices, each also a little off: begun elsewhere, answered otherwise,
with a bound on one side only. What is said of a program must be true of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.kinds.recurrence.recurrence import Recurrence


def op(operator: str, *operands: Expression | str | int) -> Operation:
    """An operation on names and numbers."""
    return Operation(
        operator,
        tuple(
            Name(part)
            if isinstance(part, str)
            else Constant(part)
            if isinstance(part, int)
            else part
            for part in operands
        ),
    )


def recurrences() -> Iterator[tuple[str, Recurrence, tuple[range, ...]]]:
    """Recurrences by a name that says what they were made of, and what they read."""
    x = (range(-2, 4),)
    digits, bits = (range(3),), (range(2),)
    updates = {
        "sum": op("+", "r", "x"),
        "doubled sum": op("+", "r", op("*", 2, "x")),
        "alternating": op("-", 1, "r"),
        "steps": op("+", "r", 1),
        "count": op("+", "r", op("==", op("%", "x", 2), 0)),
        "count of larger": op("+", "r", op(">", "x", 1)),
        "max": op("max", "r", "x"),
        "min": op("min", "r", "x"),
        "power": op("*", 2, "r"),
        "number": op("+", op("*", 3, "r"), "x"),
        "number of twice": op("+", op("*", 3, "r"), op("*", 2, "x")),
        "number and one": op("+", op("*", 2, "r"), op("+", "x", 1)),
        "delay": Name("x"),
        "negated": op("-", "x", "r"),
    }
    for (name, update), start, after in product(updates.items(), (0, 1, 3), (True, False)):
        for channels in (x, digits, bits) if name in {"number", "max"} else (x,):
            for told, answer in (
                ("", Name("r")),
                (" mod 3", op("%", "r", 3)),
                (" > 0", op(">", "r", 0)),
            ):
                yield (
                    f"{name} from {start} {channels[0]}{told} {after}",
                    Recurrence(("x",), ("r",), (start,), (update,), (answer,), after),
                    channels,
                )
    step = op("-", 1, op("*", 2, "x"))
    moved = op("+", "total", step)
    both = op("and", op("==", "total", 0), op("==", "lowest", 0))
    for start, of, after in product((0, 1, -1), (moved, step, Name("total")), (True, False)):
        yield (
            f"balance from {start}",
            Recurrence(
                ("x",),
                ("total", "lowest"),
                (0, start),
                (moved, op("min", "lowest", of)),
                (both,),
                after,
            ),
            bits,
        )
    for power, start, answer, after in product(
        (1, 3), (0, 2), (op("==", "total", "number"), op("-", "total", "number")), (True, False)
    ):
        yield (
            f"mirrored from {power} {start}",
            Recurrence(
                ("x",),
                ("power", "number", "total"),
                (power, 0, start),
                (
                    op("*", 3, "power"),
                    op("+", op("*", 3, "number"), "x"),
                    op("+", "total", op("*", "power", "x")),
                ),
                (answer,),
                after,
            ),
            digits,
        )
    for after, reads in product((True, False), ("x", "previous")):
        yield (
            f"window {after} {reads}",
            Recurrence(
                ("x",),
                ("previous", "previous2"),
                (0, 0),
                (Name("x"), Name("previous")),
                (op("-", reads, "previous2"),),
                after,
            ),
            x,
        )
    yield (
        "moved",
        Recurrence(
            ("x",),
            ("speed", "place"),
            (0, 0),
            (op("+", "speed", "x"), op("+", "place", op("+", "speed", "x"))),
            (Name("place"),),
        ),
        x,
    )
    for which, start in product(("max", "min"), (0, 2)):
        chosen = {"max": op(">=", "one", "two"), "min": op("<=", "one", "two")}[which]
        yield (
            f"most frequent {which} from {start}",
            Recurrence(
                ("x",),
                ("one", "two"),
                (start, 0),
                (op("+", "one", op("==", "x", 0)), op("+", "two", op("==", "x", 1))),
                (op("if", chosen, 0, 1),),
            ),
            bits,
        )
    for answer in (
        op("-", "highest", "lowest"),
        op("*", "highest", "lowest"),
        op("+", "highest", "x"),
    ):
        yield (
            "two extremes",
            Recurrence(
                ("x",),
                ("highest", "lowest"),
                (-2, 3),
                (op("max", "highest", "x"), op("min", "lowest", "x")),
                (answer,),
            ),
            x,
        )
