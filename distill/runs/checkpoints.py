"""Checkpoints along a training: `checkpoints.safetensors`, which `distill run --watch` leaves.

One file, whose tensors are named `step/parameter`. No certificate covers it: it is for looking at,
with `distill.instruments` for example, and nothing of a verdict rests on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load as load_weights
from safetensors.torch import save as save_weights
from torch import Tensor

from distill.errors import RunFolderError

CHECKPOINTS = "checkpoints.safetensors"

Checkpoints = Mapping[int, Mapping[str, Tensor]]
"""Parameters by their names, by the steps at which they were such."""


def checkpoint_files(kept: Checkpoints | None) -> dict[str, bytes]:
    """What is written beside a run: a file, or none where nothing was kept."""
    if not kept:
        return {}
    tensors = {
        f"{step}/{name}": weights.contiguous()
        for step, parameters in kept.items()
        for name, weights in parameters.items()
    }
    return {CHECKPOINTS: save_weights(tensors)}


def read_checkpoints(folder: str | Path) -> dict[int, dict[str, Tensor]]:
    """The checkpoints of a run, by step, in their order.

    Args:
        folder: of the run.

    Raises:
        RunFolderError: it has none, or they cannot be read.
    """
    path = Path(folder) / CHECKPOINTS
    if not path.is_file():
        raise RunFolderError(
            f"'{folder}' has no checkpoints: `distill run TASK --watch` keeps them"
        )
    try:
        tensors = load_weights(path.read_bytes())
        places = sorted({int(name.partition("/")[0]) for name in tensors})
    except (OSError, ValueError, RuntimeError) as error:
        raise RunFolderError(f"'{path}' cannot be read: {error}") from error
    except Exception as error:  # safetensors has an error of its own that is of no such kind
        raise RunFolderError(f"'{path}' holds no checkpoints: {error}") from error
    kept: dict[int, dict[str, Tensor]] = {step: {} for step in places}
    for name, weights in tensors.items():
        step, _, parameter = name.partition("/")
        kept[int(step)][parameter] = weights
    return kept
