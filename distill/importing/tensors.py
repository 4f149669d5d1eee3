"""Read the tensors of a file, and nothing but tensors: nothing in it is executed.

safetensors and npz hold only arrays. A torch file is a pickle: it is read by torch's restricted
unpickler, which builds tensors and plain containers; one that asks for classes is refused by
naming what it asked for. Sizes are checked before anything is allocated.
"""

from __future__ import annotations

import contextlib
import pickle
import pickletools
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from distill.errors import DistillError

MAX_BYTES = 2 * 1024**3
"""A toy network has megabytes; beyond this a file is not read."""

SUFFIXES = (".safetensors", ".npz", ".pt", ".pth", ".bin", ".ckpt")


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of a file by its dotted name, on the CPU.

    Raises:
        DistillError: the file is missing, damaged, too large, or wants more than tensors.
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise DistillError(f"checkpoint '{path}' {found}: expected a file of tensors")
    if path.suffix not in SUFFIXES:
        raise DistillError(
            f"checkpoint '{path}' ends in '{path.suffix}': expected one of {', '.join(SUFFIXES)}"
        )
    _check_size(path)
    try:
        tensors = dict(_flatten(_load(path)))
    except DistillError:
        raise
    except pickle.UnpicklingError as error:
        raise DistillError(_unsafe(path, str(error))) from error
    except (OSError, RuntimeError, ValueError, EOFError, KeyError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DistillError(
            f"checkpoint '{path}' cannot be read ({first[:120]}): the file is truncated or of "
            "another kind than its name says"
        ) from error
    claimed = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if claimed > MAX_BYTES:
        raise DistillError(_too_large(path, claimed))
    if not tensors:
        raise DistillError(f"checkpoint '{path}' holds no tensors: expected a state dict")
    return tensors


def _load(path: Path) -> Any:
    if path.suffix == ".safetensors":
        return load_file(path)
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    with warnings.catch_warnings():  # of old protocols: what matters is raised
        warnings.simplefilter("ignore")
        return torch.load(path, map_location="cpu", weights_only=True)


def _check_size(path: Path) -> None:
    """The size on disk, and what a zipped file says that it unpacks to."""
    size = path.stat().st_size
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = max(size, sum(entry.file_size for entry in archive.infolist()))
    if size > MAX_BYTES:
        raise DistillError(_too_large(path, size))


def _too_large(path: Path, size: int) -> str:
    return (
        f"checkpoint '{path}' holds {size / 1e9:,.1f} GB: expected a small network, of at most "
        f"{MAX_BYTES / 1e9:.1f} GB"
    )


def _unsafe(path: Path, message: str) -> str:
    named = re.search(r"GLOBAL (\S+)", message)
    wanted = named[1] if named else _first_class_of(path)
    if wanted is None:
        return f"checkpoint '{path}' cannot be read: it is truncated, or no torch file"
    return (
        f"checkpoint '{path}' is unsafe: reading it would import '{wanted}', and only tensors "
        "are read; save the network's state_dict() instead"
    )


def _first_class_of(path: Path) -> str | None:
    """The first name that a bare pickle would import, from its opcodes alone."""
    strings: list[str] = []
    with contextlib.suppress(Exception):  # whatever ends the opcodes ends the search
        for opcode, argument, _ in pickletools.genops(path.read_bytes()):
            if opcode.name == "GLOBAL":
                return str(argument).replace(" ", ".")
            if opcode.name == "STACK_GLOBAL" and len(strings) > 1:
                return f"{strings[-2]}.{strings[-1]}"
            if isinstance(argument, str):
                strings.append(argument)
    return None


def _flatten(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield name or "tensor", value.detach()
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _flatten(child, f"{name}.{key}" if name else str(key))
