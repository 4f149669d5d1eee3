"""One thread for torch and BLAS: the same seed gives the same bytes, whatever the environment says.

At the sizes that are trained here one thread is also the fastest choice for a machine that has
other work. The setting is put back afterwards, so that a caller's own program is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from threadpoolctl import threadpool_limits

THREADS = 1


@contextlib.contextmanager
def fixed_threads() -> Iterator[None]:
    """Within the block, one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        with threadpool_limits(limits=THREADS):
            yield
    finally:
        torch.set_num_threads(before)
