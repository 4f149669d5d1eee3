"""One thread for torch and BLAS: the same seed gives the same bytes, whatever the environment says.

At the sizes that are trained here one thread is also the fastest choice for a machine that has
other work. The setting is put back afterwards, so that a caller's own program is left alone.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from threadpoolctl import threadpool_limits

THREADS = 1


@contextlib.contextmanager
def fixed_threads() -> Iterator[None]:
    """Within the block, one thread; of torch too where it is loaded: a check needs none of it."""
    torch = sys.modules.get("torch")
    before = None if torch is None else torch.get_num_threads()
    if torch is not None:
        torch.set_num_threads(THREADS)
    try:
        with threadpool_limits(limits=THREADS):
            yield
    finally:
        if torch is not None:
            torch.set_num_threads(before)
