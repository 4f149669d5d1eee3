"""Affine functions of two residues: a - b, and ma + nb + c."""

from distill import Task, task


@task
def mod_sub(p: int = 113, fraction: float = 0.4) -> Task:
    """(a - b) mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (a - b) % p,
        train_fraction=fraction,
    )


@task
def mod_affine(p: int = 113, m: int = 2, n: int = 3, c: int = 1, fraction: float = 0.4) -> Task:
    """(ma + nb + c) mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (m * a + n * b + c) % p,
        train_fraction=fraction,
    )
