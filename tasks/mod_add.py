"""Modular addition, the task of Power et al. (arXiv 2201.02177) and Nanda et al. (2301.05217)."""

from distill import Task, task


@task
def mod_add(p: int = 113, fraction: float = 0.3) -> Task:
    """(a + b) mod p, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(p), "b": range(p)},
        outputs=range(p),
        reference=lambda a, b: (a + b) % p,
        train_fraction=fraction,
    )
