"""The files of a run folder, each read once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy import ndarray
from safetensors.numpy import load as load_weights

from .errors import RunFolderError

VERSIONS = {"certificate.json": 2, "mechanism.json": 1, "verification.json": 2}
"""Documents, and the format version that is read."""
TEXTS_VERSION = 3
"""Of a certificate over texts: since then their program and network are searched apart, too."""
COVERED = ("model.safetensors", "program.py", "mechanism.json", "verification.json")
"""Files that a certificate must have the hash of."""
READ = (*COVERED, "certificate.json")
MAX_FILE, MAX_JSON = 1 << 30, 1 << 26
"""Bytes of the weights, and of every other file that is read."""
DAMAGED = "the run folder is truncated or damaged"


@dataclass(frozen=True)
class Folder:
    """What is read of a run folder.

    Attributes:
        contents: bytes by name, of files that are read.
        others: files that are not.
        weights: of the stored network, by name; none where it was not stored.
    """

    contents: dict[str, bytes]
    others: tuple[Path, ...]
    certificate: dict[str, Any]
    mechanism: dict[str, Any]
    report: dict[str, Any]
    weights: dict[str, ndarray]

    @property
    def source(self) -> str:
        """The text of the program; empty where there is none."""
        return self.contents.get("program.py", b"").decode("utf-8")

    def changed(self) -> list[str]:
        """Files that have another hash than the certificate says, or that it says none of."""
        claimed = self.certificate.get("sha256")
        if not isinstance(claimed, dict):
            return list(self.contents)
        found = {name: hashlib.sha256(read).hexdigest() for name, read in self.contents.items()}
        found |= {path.name: _digest(path) for path in self.others if path.name in claimed}
        wrong = sorted(name for name in claimed if claimed[name] != found.get(name))
        return wrong + sorted(set(COVERED) & set(self.contents) - set(claimed))


def read_folder(path: Path) -> Folder:
    """Read a run folder.

    Raises:
        RunFolderError: it is incomplete, truncated, or of another format version.
    """
    try:
        listed = [file for file in sorted(path.iterdir()) if file.is_file()]
    except OSError as error:
        raise RunFolderError(f"'{path}' is not a readable run folder") from error
    contents = {file.name: _bytes(file) for file in listed if file.name in READ}
    others = tuple(file for file in listed if file.name not in READ)
    certificate, mechanism, report = (_json(path, contents, name) for name in VERSIONS)
    weights = _weights(path, contents)
    return Folder(contents, others, certificate, mechanism, report, weights)


def _bytes(path: Path) -> bytes:
    most = MAX_FILE if path.suffix == ".safetensors" else MAX_JSON
    try:
        if path.stat().st_size > most:
            raise RunFolderError(f"'{path}' has more than {most:,} bytes, the most that is read")
        return path.read_bytes()
    except OSError as error:
        raise RunFolderError(f"'{path}' cannot be read ({error.strerror})") from error


def _digest(path: Path) -> str | None:
    """The hash of a file that is not read otherwise; null where it is too large, or no file."""
    try:
        if path.stat().st_size <= MAX_FILE:
            with path.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        pass
    return None


def _json(folder: Path, contents: dict[str, bytes], name: str) -> dict[str, Any]:
    if name not in contents:
        raise RunFolderError(f"'{folder}' has no {name}: it is not a complete run folder")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a name stands in it twice")
        return dict(pairs)

    def no_number(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        read = json.loads(contents[name], object_pairs_hook=once, parse_constant=no_number)
        if not isinstance(read, dict):
            raise ValueError("not a JSON object")
    except (ValueError, RecursionError) as error:
        raise RunFolderError(f"'{folder / name}' cannot be read ({error}): {DAMAGED}") from error
    version, reads = read.get("format_version"), VERSIONS[name]
    if name == "certificate.json" and read.get("kind") == "texts":
        reads = TEXTS_VERSION
    if type(version) is not int or version != reads:
        older = version in range(reads) and type(version) is int
        which = "; made by an earlier version: run `distill run NAME ...` again" if older else ""
        found = f"'{folder / name}' is of format version {version!r}"
        raise RunFolderError(f"{found}: this checker reads {reads}{which}")
    return read


def _weights(folder: Path, contents: dict[str, bytes]) -> dict[str, ndarray]:
    name = "model.safetensors"
    try:
        return dict(load_weights(contents[name])) if name in contents else {}
    except Exception as error:
        raise RunFolderError(f"'{folder / name}' cannot be read ({error}): {DAMAGED}") from error
