"""What a seed may be: the same for every command, and for every generator that takes one."""

from __future__ import annotations

from distill.errors import DistillError

MAX_SEED = 2**32 - 1


def check_seed(seed: object) -> None:
    """Hold a seed against what every generator takes.

    Raises:
        DistillError: it is no integer of 32 bits.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        shown = repr(seed) if len(repr(seed)) <= 40 else f"{repr(seed)[:40]}..."
        raise DistillError(f"the seed is {shown}: expected an integer from 0 to {MAX_SEED:,}")
