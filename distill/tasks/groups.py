"""Tasks that multiply in a finite group: by a name, a Cayley table or generating permutations."""

from __future__ import annotations

from collections.abc import Sequence

from distill.errors import TaskError
from distill.groups.families import products
from distill.groups.named import generated_table, group_named, table_of
from distill.groups.table import Table
from distill.tasks.finite import Task

SMALL = 24
"""Elements below which too few pairs are held out to say anything of a group: all are trained on,
as every answer there is may be right by what other pairs say, or may not."""

LARGE, FRACTIONS = 100, (0.8, 0.6)
"""Of the pairs of larger groups eight tenths are trained on, from 100 elements on six: so a
perceptron learns S4, A5 and S5."""

ARCHITECTURE = "mlp,d_embed=64,widths=128,combine=concat,shared=false"
"""A perceptron: it learns products quicker than a transformer. With one embedding whose rows are
added it could not tell a * b from b * a."""


def group_task(
    group: str | None = None,
    fraction: float | None = None,
    *,
    table: Sequence[Sequence[int]] | None = None,
    generators: Sequence[Sequence[int]] | None = None,
    divide: bool = False,
    architecture: str = ARCHITECTURE,
) -> Task:
    """The product of two elements of a group, by their numbers.

    Args:
        group: a name, as "S4", "D5", "Z2^3", "Z7:Z3" or "S3 x Z2". Elements are numbered by the
            family's own order: permutations lexicographically, residues as digits, rotations first.
        fraction: the part of the pairs that is trained on; null for all pairs of fewer than 24
            elements, for eight tenths of those of fewer than 100, and six of larger groups.
        table: the Cayley table in place of a name, its rows of numbers from 0 on.
        generators: permutations in place of a name, that generate the group: tuples of the numbers
            from 0 on. Its elements stand in lexicographic order, and a * b is first a, then b.
        divide: whether the answer is a times the inverse of b.
        architecture: what is trained.

    Raises:
        TaskError: not one of the three is given.
        DistillError: it names no group; of a table, what it lacks to be one.
    """
    given = [it for it in (group, table, generators) if it is not None]
    if len(given) != 1:
        raise TaskError(
            f"{len(given)} of group, table and generators are given: expected one, for example "
            "group_task('S4')"
        )
    if group is not None:
        found = products(group_named(group))
    elif table is not None:
        found = table_of(table)
    else:
        assert generators is not None, "one of three is given"
        found = generated_table(generators)
    order = len(found)
    if divide:
        found = found[:, Table(found).inverse]
    answers = found.tolist()
    return Task(
        inputs={"a": range(order), "b": range(order)},
        outputs=range(order),
        reference=lambda a, b: answers[a][b],
        train_fraction=_usual(order) if fraction is None else fraction,
        architecture=architecture,
    )


def _usual(order: int) -> float:
    """The part of the pairs of so many elements that is trained on."""
    return 1.0 if order < SMALL else FRACTIONS[order >= LARGE]
