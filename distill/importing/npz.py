"""Archives of NumPy arrays: sizes stand in headers, and are checked before any is allocated."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.lib import format as npy
from torch import Tensor

from distill.errors import DistillError

MAX_HEADER = 4096


def read_npz(path: Path) -> Iterator[tuple[str, Tensor]]:
    """Every array of an archive by its name.

    Raises:
        DistillError: a member is no array of numbers, or claims more than it holds.
        Exception: whatever a damaged file makes of the standard library's readers.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise ValueError("two members of one name")
        for entry in archive.infolist():
            yield entry.filename.removesuffix(".npy"), _array(archive, entry, path)


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> Tensor:
    def wrong(found: str) -> DistillError:
        return DistillError(
            f"checkpoint '{path}' cannot be read: its member {entry.filename[:80]!r} {found}; "
            "expected arrays of numbers, as numpy.savez writes them"
        )

    with archive.open(entry) as member:
        if not entry.filename.endswith(".npy"):
            raise wrong("is no array")
        version = npy.read_magic(member)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, fortran, dtype = reader(member, max_header_size=MAX_HEADER)
        if dtype.hasobject or dtype.names or dtype.kind not in "fiubc":
            raise wrong(f"holds '{dtype.kind}' values")
        claimed, held = math.prod(shape) * dtype.itemsize, entry.file_size - member.tell()
        if claimed != held:
            raise wrong(f"claims {claimed:,} bytes and holds {max(held, 0):,}")
        values = np.frombuffer(member.read(claimed), dtype)
    if len(values) != math.prod(shape):
        raise wrong("ends in the middle")
    if dtype.itemsize > 8 and dtype.kind == "f":
        raise wrong(f"holds {dtype.name} values")
    native = values.astype(dtype.newbyteorder("="))
    return torch.from_numpy(native.reshape(shape, order="F" if fortran else "C").copy(order="C"))
