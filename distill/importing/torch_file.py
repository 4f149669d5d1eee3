"""Files of `torch.save`, read without torch and without running anything in them.

Such a file is a pickle beside raw numbers, in a zip archive or, in the format before 1.6, one
after the other. The pickle is read twice: its opcodes first, so that nothing in it can claim more
than the file holds, then by an unpickler that knows a dozen names and builds descriptions in place
of tensors. Numbers are read once every description has been checked: a tensor that claims more than
is stored costs nothing.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from distill.errors import DistillError

File = io.BytesIO | io.BufferedReader

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
MAX_PICKLE = 64 * 1024**2
MAX_OPCODES = 2_000_000
MAX_TUPLES = 20_000
"""A tensor takes five; a hundred thousand inside one another would overflow the stack."""

STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
}
DTYPES = {str(dtype).removeprefix("torch.") for dtype in STORAGES.values()}


class UnsafeError(Exception):
    """A pickle asks for a name that no state dict needs; the message is the name."""


@dataclass(frozen=True)
class Odd:
    """Something in the place of a tensor that is no plain array of numbers."""

    what: str


@dataclass(frozen=True)
class Storage:
    """Where a tensor's numbers are: a key of the file, and how many."""

    dtype: torch.dtype
    key: str
    numel: int


@dataclass(frozen=True)
class View:
    """A tensor, by its place in a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @property
    def elements(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How much memory it takes by itself."""
        return self.elements * self.storage.dtype.itemsize


@dataclass(frozen=True)
class TorchFile:
    """What a file holds, with descriptions where its tensors are, and how to get their numbers."""

    content: object
    numbers: Callable[[Iterable[Storage]], dict[Storage, bytes]]


@dataclass(frozen=True, slots=True)
class _Maker:
    """What a name of the file stands for; frozen, so that no pickle can change it."""

    make: Callable[..., Any]

    def __call__(self, *given: Any) -> Any:
        return self.make(*given)


class _Dict(dict[Any, Any]):
    """An OrderedDict of the file, which may be given attributes."""


def read_torch(path: Path) -> TorchFile:
    """Read what a torch file says, and none of its numbers yet.

    Raises:
        DistillError: it is TorchScript or of another byte order.
        UnsafeError: it asks for a class or a function.
        Exception: whatever a damaged file makes of the standard library's readers.
    """
    return _zipped(path) if zipfile.is_zipfile(path) else _legacy(path)


def tensor_of(view: View, numbers: bytes) -> Tensor:
    """The tensor of a view that was checked, in memory of its own."""
    if not view.elements:
        return torch.zeros(view.shape, dtype=view.storage.dtype)
    flat = torch.frombuffer(bytearray(numbers), dtype=view.storage.dtype, count=view.storage.numel)
    return flat.as_strided(view.shape, view.stride, view.offset).clone()


def _zipped(path: Path) -> TorchFile:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        roots = [name.removesuffix("data.pkl") for name in names if name.endswith("/data.pkl")]
        if any(name.endswith("/constants.pkl") or "/code/" in name for name in names):
            raise DistillError(
                f"checkpoint '{path}' is TorchScript, a program: expected tensors; save the "
                "network's state_dict() instead"
            )
        if len(roots) != 1 or len(set(names)) != len(names):
            raise ValueError("no archive of torch.save")
        if f"{roots[0]}byteorder" in names:
            order = archive.read(f"{roots[0]}byteorder")[:16]
            if order != b"little":
                raise DistillError(
                    f"checkpoint '{path}' is of byte order {order!r}: expected b'little'; save it "
                    "again on a common machine"
                )
        content = _unpickle(io.BytesIO(archive.read(f"{roots[0]}data.pkl")))

    def numbers(storages: Iterable[Storage]) -> dict[Storage, bytes]:
        with zipfile.ZipFile(path) as archive:
            return {it: archive.read(f"{roots[0]}data/{it.key}") for it in storages}

    return TorchFile(content, numbers)


def _legacy(path: Path) -> TorchFile:
    """The format before 1.6: five pickles, then every storage as its length and its numbers."""
    with path.open("rb") as file:
        if _unpickle(file) != LEGACY_MAGIC:
            raise ValueError("no file of torch.save")
        _unpickle(file)
        system = _unpickle(file)
        if not isinstance(system, dict) or system.get("little_endian") is not True:
            raise ValueError("of another byte order than this machine")
        used: dict[str, Storage] = {}
        content = _unpickle(file, used)
        keys = _unpickle(file)
        if not isinstance(keys, list):
            raise ValueError("no list of storages")
        places: dict[str, tuple[int, int]] = {}
        for key in keys:
            size = int.from_bytes(_exactly(file, 8), "little") * used[key].dtype.itemsize
            places[key] = (file.tell(), size)
            file.seek(size, io.SEEK_CUR)

    def numbers(storages: Iterable[Storage]) -> dict[Storage, bytes]:
        read = {}
        with path.open("rb") as file:
            for storage in storages:
                start, size = places[storage.key]
                file.seek(start)
                read[storage] = file.read(min(size, storage.numel * storage.dtype.itemsize))
        return read

    return TorchFile(content, numbers)


def _exactly(file: File, count: int) -> bytes:
    read = file.read(count)
    if len(read) != count:
        raise EOFError("it ends in the middle")
    return read


def _unpickle(file: File, used: dict[str, Storage] | None = None) -> Any:
    """The next pickle of a file, after its opcodes were looked through."""
    start = file.tell()
    tuples = 0
    for count, (opcode, given, position) in enumerate(pickletools.genops(file)):
        tuples += "TUPLE" in opcode.name
        too_long = count > MAX_OPCODES or (position or 0) - start > MAX_PICKLE
        if too_long or tuples > MAX_TUPLES:
            raise ValueError("it holds far more than a small network needs")
        if opcode.name in {"LONG_BINPUT", "PUT"} and int(given or 0) > count + 1:
            raise ValueError("it refers to what is not there")
    end = file.tell()
    file.seek(start)
    content = _Unpickler(io.BytesIO(file.read(end - start)), used).load()
    file.seek(end)
    return content


class _Unpickler(pickle.Unpickler):
    """Builds plain containers and descriptions of tensors, and imports nothing."""

    def __init__(self, file: File, used: dict[str, Storage] | None) -> None:
        super().__init__(file, encoding="utf-8")
        self.used = used

    def find_class(self, module: str, name: str, /) -> Any:
        """What a name stands for here; nothing is imported."""
        full = f"{module}.{name}"
        if full in MAKERS:
            return MAKERS[full]
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        if (module == "torch" and name in DTYPES) or full == "torch.Tensor":
            return full
        if full.startswith("torch.per_"):
            return Odd("a quantised tensor")
        if module == "torch" and name.endswith("Storage"):
            return Odd(f"numbers of a {name.removesuffix('Storage')}")
        raise UnsafeError(full)

    def persistent_load(self, pid: Any, /) -> Storage | Odd:
        """A storage, by its description."""
        kind, dtype, key, _, numel, *view = pid
        if kind != "storage" or any(view):
            raise UnsafeError(str(kind)[:40])
        if isinstance(dtype, Odd):
            return dtype
        if not isinstance(dtype, torch.dtype) or not isinstance(key, str):
            raise ValueError("no storage")
        storage = Storage(dtype, key, _count(numel))
        if self.used is not None:
            self.used[key] = storage
        return storage


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < sys.maxsize:
        raise ValueError("a size that is no count")
    return value


def _view(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> View | Odd:
    """What `_rebuild_tensor_v2` would build."""
    if isinstance(storage, Odd):
        return storage
    if not isinstance(storage, Storage) or not isinstance(size, tuple | list):
        raise ValueError("a tensor without a storage")
    if len(rest) > 2 and rest[2]:  # the metadata: a sign or a conjugation that is still to be made
        return Odd("a tensor whose sign or conjugation is only noted")
    shape, steps = tuple(map(_count, size)), tuple(map(_count, stride))
    if len(shape) != len(steps) or len(shape) > 16:
        raise ValueError("a tensor of an odd shape")
    view = View(storage, _count(offset), shape, steps)
    reach = sum((length - 1) * step for length, step in zip(shape, steps, strict=True))
    if view.elements and view.offset + reach >= storage.numel:
        raise ValueError("a tensor that reaches beyond its storage")
    return view


def _first(given: Any, *_: Any) -> Any:
    return given


def _of_type(maker: Any, kind: Any, given: Any, *_: Any) -> Any:
    if not isinstance(maker, _Maker) or kind != "torch.Tensor":
        return Odd("a tensor of a class of its own")
    return maker(*given)


def _odd(what: str) -> _Maker:
    return _Maker(lambda *_: Odd(what))


MAKERS: Mapping[str, _Maker] = {
    "collections.OrderedDict": _Maker(_Dict),
    "torch._utils._rebuild_tensor": _Maker(_view),
    "torch._utils._rebuild_tensor_v2": _Maker(_view),
    "torch._utils._rebuild_tensor_v3": _odd("numbers of a kind of eight bits, or unsigned"),
    "torch._utils._rebuild_parameter": _Maker(_first),
    "torch._utils._rebuild_parameter_with_state": _Maker(_first),
    "torch._tensor._rebuild_from_type_v2": _Maker(_of_type),
    "torch._utils._rebuild_sparse_tensor": _odd("a sparse tensor"),
    "torch._utils._rebuild_qtensor": _odd("a quantised tensor"),
    "torch._utils._rebuild_nested_tensor": _odd("a nested tensor"),
    "torch._utils._rebuild_meta_tensor_no_storage": _odd("a tensor without numbers (meta)"),
    "torch.serialization._get_layout": _odd("a tensor's layout"),
    "torch.device": _Maker(lambda *given: str(given[0])[:40] if given else ""),
    "torch.Size": _Maker(lambda *given: list(given[0]) if given else []),
}
"""The names that files of state dicts use, and what stands for them here."""
