"""Read the tensors of a file, and nothing but tensors: nothing in it is executed.

safetensors and npz hold only arrays. A torch file is a pickle: it is read by an unpickler that
builds tensors and plain containers (`torch_file`); one that asks for classes is refused by naming
what it asked for. Sizes are checked before anything is allocated. Whatever a file is, what comes
of it is tensors or one line.
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from distill.errors import DistillError
from distill.importing.npz import read_npz
from distill.importing.torch_file import Odd, Storage, UnsafeError, View, read_torch, tensor_of

MAX_BYTES = 512 * 1024**2
"""A toy network has megabytes; beyond this a file is not read."""

MAX_EXPANDED = 1024**2
"""Bytes up to which a tensor may be larger than what is stored of it."""

EXACT = 2**53
"""Integers up to here are numbers of float64."""

MAX_NODES, MAX_DEPTH, MAX_NAME = 50_000, 64, 200

SUFFIXES = (".safetensors", ".npz", ".pt", ".pth", ".bin", ".ckpt")
READ = f"{', '.join(SUFFIXES)}, .onnx"
"""What may be given, in words: a graph is read by others than tensors are."""

SHARD = re.compile(r"-0*(\d+)-of-0*(\d+)$")


@dataclass(frozen=True)
class Contents:
    """What a file holds.

    Attributes:
        tensors: by dotted name, on the CPU.
        plain: everything else that has a name: numbers, text, lists of them.
        at: which network of a list it is, in words; empty where there was no list.
    """

    tensors: Mapping[str, Tensor]
    plain: Mapping[str, object]
    at: str = ""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of a file by its dotted name, on the CPU.

    Raises:
        DistillError: the file is missing, damaged, too large, or wants more than tensors.
    """
    return dict(read_contents(path).tensors)


def read_contents(path: Path, at: int | None = None, *, shard: bool = False) -> Contents:
    """Every tensor of a file, and what stands beside them in it.

    Args:
        path: of the file.
        at: which network of a list of them.
        shard: whether a part of a network is wanted.

    Raises:
        DistillError: the file is missing, damaged, too large, or wants more than tensors.
    """
    if not str(path).isprintable():
        raise DistillError(f"checkpoint {str(path)[:80]!r}: expected a name of printable letters")
    if not os.path.isfile(path):  # noqa: PTH113  a Path raises for names that are too long
        found = "is a folder" if os.path.isdir(path) else "does not exist"  # noqa: PTH112
        raise DistillError(f"checkpoint '{path}' {found}: expected a file of tensors")
    if path.suffix not in SUFFIXES:
        raise DistillError(f"checkpoint '{path}' ends in '{path.suffix}': expected one of {READ}")
    part = SHARD.search(path.stem)
    if part and int(part[2]) > 1 and not shard:
        raise DistillError(
            f"checkpoint '{path}' is part {part[1]} of {part[2]} of a network: expected all of it; "
            "give the folder, or the index beside the parts"
        )
    try:
        _check_size(path)
        contents = _load(path, at)
    except DistillError:
        raise
    except UnsafeError as error:
        raise DistillError(
            f"checkpoint '{path}' is unsafe: reading it would import '{_printable(str(error))}', "
            "and only tensors are read; save the network's state_dict() instead"
        ) from error
    except Exception as error:  # readers of other people fail on damaged files as they like
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DistillError(
            f"checkpoint '{path}' cannot be read ({_printable(first)}): the file is truncated or "
            "of another kind than its name says; save it anew"
        ) from error
    if not contents.tensors:
        raise DistillError(f"checkpoint '{path}' holds no tensors: expected a state dict")
    for key, tensor in contents.tensors.items():
        if tensor.is_complex():
            raise DistillError(_odd(path, key, "complex numbers"))
    return contents


def leaves(value: object) -> Iterator[tuple[str, object]]:
    """Everything below nested dicts by its dotted name; lists are gone into where they hold more.

    Raises:
        ValueError: a name is no plain text or is there twice, or the nesting has no end.
    """
    stack: list[tuple[str, int, object]] = [("", 0, value)]
    seen: set[str] = set()
    for _ in range(MAX_NODES):
        if not stack:
            return
        name, depth, value = stack.pop()
        if depth > MAX_DEPTH:
            raise ValueError("nested too deep")
        if isinstance(value, dict):
            children = [(_key(key), child) for key, child in dict.items(value)]
        elif isinstance(value, list | tuple) and not _flat(value):
            children = [(str(i), child) for i, child in enumerate(value)]
        else:
            if name in seen:
                raise ValueError(f"two values of the name {name}")
            seen.add(name)
            yield name, value
            continue
        for key, child in reversed(children):
            stack.append((f"{name}.{key}" if name else key, depth + 1, child))
    raise ValueError("it holds far more than a small network needs")


def _flat(value: list[object] | tuple[object, ...]) -> bool:
    return all(item is None or isinstance(item, bool | int | float | str) for item in value)


def _key(key: object) -> str:
    """A key as part of a name."""
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise ValueError(f"a name that is a {type(key).__name__}")
    text = str(key)
    if len(text) > MAX_NAME or not text.isprintable():
        raise ValueError("a name that is no plain text")
    return text


def _load(path: Path, at: int | None) -> Contents:
    if path.suffix in {".safetensors", ".npz"} and at is not None:
        raise DistillError(f"checkpoint '{path}' holds no list of networks: leave --at out")
    if path.suffix == ".safetensors":
        loaded = load_file(path)
        return Contents({_key(name): it for name, it in loaded.items()}, _metadata(path))
    if path.suffix == ".npz":
        return Contents({_key(name): tensor for name, tensor in read_npz(path)}, {})
    file = read_torch(path)
    content, chosen = _one_of_a_list(path, file.content, at)
    views: dict[str, View] = {}
    plain: dict[str, object] = {}
    for name, value in leaves(content):
        if isinstance(value, Odd | Storage):
            what = value.what if isinstance(value, Odd) else "numbers without a shape"
            raise DistillError(_odd(path, name, what))
        if isinstance(value, View):
            views[name or "tensor"] = value
        else:
            plain[name] = value
    for name, view in views.items():
        if view.elements > view.storage.numel and view.nbytes > MAX_EXPANDED:
            raise DistillError(
                f"{_too_large(path, view.nbytes)}; '{name}' repeats {view.storage.numel:,} stored "
                f"numbers as {list(view.shape)}"
            )
    claimed = sum(view.nbytes for view in views.values())
    if claimed > MAX_BYTES:
        raise DistillError(_too_large(path, claimed))
    numbers = file.numbers({view.storage for view in views.values()})
    tensors = {name: tensor_of(view, numbers[view.storage]) for name, view in views.items()}
    return Contents(tensors, plain, chosen)


def _metadata(path: Path) -> dict[str, object]:
    """What stands beside the tensors of a safetensors file: text, which may be JSON."""
    with safe_open(path, "pt") as file:
        texts = file.metadata() or {}
    plain: dict[str, object] = {}
    for key, text in texts.items():
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        plain[key] = value if isinstance(value, dict) else text
    plain.pop("format", None)  # of the library that wrote it
    return dict(leaves(plain))


def _one_of_a_list(path: Path, content: object, at: int | None) -> tuple[object, str]:
    """One network where there is a list of them: which one is meant is not for us to say."""
    parts = content.items() if isinstance(content, dict) else [("", content)]
    lists = {
        name: part
        for name, part in parts
        if isinstance(part, list) and part and all(map(_is_state, part))
    }
    if not lists:
        if at is not None:
            raise DistillError(f"checkpoint '{path}' holds no list of networks: leave --at out")
        return content, ""
    name, states = next(iter(lists.items()))
    count, shown = len(states), f"['{name}']" if name else ""
    if at is None or len(lists) > 1 or not -count <= at < count:
        raise DistillError(
            f"checkpoint '{path}' holds a list of {count} state dicts{shown and f' in {shown}'}: "
            f"say which with --at N, from 0 to {count - 1}, or -1 for the last"
        )
    chosen = f"network {at % count} of 0 to {count - 1}{f' in {name!r}' if name else ''} by --at"
    rest = dict(content) if isinstance(content, dict) else {}
    rest.pop(name, None)
    return {**rest, **states[at]}, chosen


def _is_state(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) > 0
        and all(isinstance(each, View) for each in dict.values(value))
    )


def _check_size(path: Path) -> None:
    """The size on disk, and what a zipped file says that it unpacks to."""
    size = path.stat().st_size
    if not size:
        raise ValueError("it is empty")
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


def _odd(path: Path, name: str, what: str) -> str:
    return (
        f"checkpoint '{path}': '{name}' is {what}: expected a plain tensor of real numbers; save "
        "the weights as such"
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:120]


def as_weights(tensor: Tensor, key: str, path: Path) -> Tensor:
    """A tensor in float32 or float64, which hold every number of it as it is.

    Raises:
        DistillError: they do not.
    """
    if tensor.dtype in {torch.float32, torch.float64}:
        return tensor.contiguous()
    if tensor.dtype in {torch.float16, torch.bfloat16}:
        return tensor.to(torch.float32).contiguous()
    whole = not tensor.is_floating_point() and tensor.dtype != torch.bool
    if whole and (not tensor.numel() or -EXACT <= int(tensor.min()) <= int(tensor.max()) <= EXACT):
        return tensor.to(torch.float64).contiguous()
    kind = str(tensor.dtype).removeprefix("torch.")
    raise DistillError(_odd(path, key, f"a tensor of {kind}"))
