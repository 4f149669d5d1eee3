"""Products of residues that are not zero: a group under multiplication."""

from distill import Task, task


@task
def mod_mul(p: int = 113, fraction: float = 0.4) -> Task:
    """(a · b) mod p of residues that are not 0, learned from a fraction of the pairs."""
    return Task(
        inputs={"a": range(1, p), "b": range(1, p)},
        outputs=range(1, p),
        reference=lambda a, b: a * b % p,
        train_fraction=fraction,
    )
