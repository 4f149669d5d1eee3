"""Polynomials of two residues, after Power et al. (arXiv 2201.02177)."""

from distill import Task, task


@task
def mod_square_sum(p: int = 113, fraction: float = 0.4) -> Task:
    """(a² + b²) mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (a**2 + b**2) % p,
        train_fraction=fraction,
    )


@task
def mod_square_of_sum(p: int = 113, fraction: float = 0.4) -> Task:
    """(a + b)² mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (a + b) ** 2 % p,
        train_fraction=fraction,
    )


@task
def mod_cubic(p: int = 113, fraction: float = 0.4) -> Task:
    """(a³ + b) mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (a**3 + b) % p,
        train_fraction=fraction,
    )
