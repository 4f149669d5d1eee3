"""What `--model` may point at: a file, an index of shards, or a folder with either."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from distill.errors import DistillError
from distill.importing.tensors import READ, SHARD, SUFFIXES, Contents, read_contents

INDEX = ".index.json"
MAX_INDEX = 8 * 1024**2
SAVED, CONFIG = "model.safetensors", "config.json"
"""A network and its config in a folder: whatever else lies there is not the network."""
NO_WEIGHTS = {
    *("optimizer", "scheduler", "rng_state", "training_args", "scaler", "trainer_state"),
}
"""Names of files that a trainer leaves beside the weights."""


@dataclass(frozen=True)
class Found:
    """What a path led to.

    Attributes:
        path: of the file; of the index where there are shards.
        at: which of several networks was chosen, in words.
        sorted_keys: whether tensors come in the order of the alphabet, which is nobody's.
    """

    path: Path
    contents: Contents
    at: str = ""
    sorted_keys: bool = False


def find(path: Path, at: int | None = None) -> Found:
    """The tensors that a path leads to.

    Raises:
        DistillError: there are none, or several files to choose from; shards do not fit their
            index.
    """
    if str(path).isprintable() and os.path.isdir(path):  # noqa: PTH112  a Path raises for long names
        path = _in_folder(path)
    if path.name.endswith(INDEX) and os.path.isfile(path):  # noqa: PTH113
        return Found(path, _sharded(path), sorted_keys=True)
    contents = read_contents(path, at)
    return Found(path, contents, contents.at, path.suffix == ".safetensors")


def _in_folder(folder: Path) -> Path:
    files = sorted(it for it in folder.iterdir() if it.is_file())
    indices = [it for it in files if it.name.endswith(INDEX)]
    weights = [
        it
        for it in files
        if it.suffix in SUFFIXES
        and not SHARD.search(it.stem)
        and it.stem.removesuffix("_0") not in NO_WEIGHTS
    ]
    if (folder / CONFIG).is_file():  # as Hugging Face's transformers saves a network
        weights = [it for it in weights if it.name == SAVED] or weights
    found = indices or weights
    if len(found) == 1:
        return found[0]
    if not found:
        raise DistillError(
            f"'{folder}' holds no weights: expected a run of distill, one file ending in "
            f"{READ}, or shards with their index"
        )
    names = ", ".join(it.name for it in found[:4])
    raise DistillError(
        f"'{folder}' holds {len(found)} files of weights ({names}): say which, --model FILE"
    )


def _sharded(index: Path) -> Contents:
    """The tensors of all shards: each from the file that the index says, and no others."""
    try:
        if index.stat().st_size > MAX_INDEX:
            raise ValueError("it is too long")
        placed = json.loads(index.read_text("utf-8"))["weight_map"]
        if not isinstance(placed, dict) or not all(isinstance(it, str) for it in placed.values()):
            raise ValueError("its weight_map names no files")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DistillError(
            f"index '{index}' cannot be read: expected JSON with a weight_map from tensors to files"
        ) from error
    tensors: dict[str, Tensor] = {}
    plain: dict[str, object] = {}
    for name in dict.fromkeys(placed.values()):
        if Path(name).name != name or not (index.parent / name).is_file():
            raise DistillError(
                f"index '{index}' names the shard '{name[:80]}', which is not beside it: expected "
                "all shards in the index's folder"
            )
        part = read_contents(index.parent / name, shard=True)
        wanted = {key for key, place in placed.items() if place == name}
        if odd := sorted(wanted ^ set(part.tensors)):
            raise DistillError(
                f"shard '{name}' of '{index}' and the index do not fit together: '{odd[0]}' is in "
                "one and not in the other; download both anew"
            )
        tensors |= part.tensors
        plain |= part.plain
    return Contents(tensors, plain)
