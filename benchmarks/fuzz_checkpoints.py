"""Damaged and odd checkpoints, configs, layouts: whatever a file is, reading it ends in one line.

    .venv/bin/python benchmarks/fuzz_checkpoints.py --count 4000 --seed 0

`damaged` makes the files, the same ones for a seed for ever: structured oddities first (what torch,
NumPy and zip can express and no network needs), then mutations of valid files, of their bytes and
of what is packed inside them. `outcome` reads one. The script prints how many there were and every
one that ended in anything but a network or a line.
"""

from __future__ import annotations

import io
import itertools
import json
import random
import resource
import struct
import tempfile
import time
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from odd_checkpoints import (
    CONFIG,
    ODD_VALUES,
    Case,
    npy_members,
    oddities,
    old_torch_bytes,
    perceptron_state,
    torch_bytes,
    transformer_state,
    zipped,
)
from safetensors.torch import save as safetensors_bytes

from distill.errors import DistillError
from distill.importing import import_model
from distill.importing.layout import BUILTIN

SLOW = 10.0
"""Seconds that no file may take."""

ODD_TOML = (
    *(
        "abc",
        "int('abc')",
        "[1, 2]",
        "{}",
        "-1",
        "99999999999999999999",
        "nan",
        '""',
        "true",
        "[[]]",
    ),
    *('["a", "b"]', '["embed.W_E", "v d -> "]', '["*.*", "v (d -> v"]', "1979-05-27"),
    *('["embed.W_E", "v d -> d v"]', '["embed.W_E", "... -> ..."]', '{ config = "x" }'),
)


def valid_files() -> dict[str, bytes]:
    """One readable file of every kind."""
    state, perceptron = transformer_state(), perceptron_state()
    layout = (BUILTIN / "transformerlens.toml").read_bytes()
    layout = layout.replace(b'{ config = "act_fn" }', b'"relu"')
    layout = layout.replace(b'{ config = "normalization_type", otherwise = "none" }', b'"none"')
    return {
        "in.pt": torch_bytes({**state, "config": CONFIG}),
        "mlp.pth": torch_bytes(perceptron),
        "old.pt": old_torch_bytes(OrderedDict(perceptron)),
        "mlp.safetensors": safetensors_bytes(perceptron),
        "mlp.npz": zipped(npy_members(perceptron)),
        "network.json": json.dumps(CONFIG).encode(),
        "layout.toml": layout,
    }


def damaged(seed: int, count: int) -> Iterator[Case]:
    """So many damaged or odd files, the same ones for a seed."""
    rng = random.Random(seed)
    good = valid_files()
    made = 0
    for name, content, filename in oddities():
        if made == count:
            return
        made += 1
        yield name, content, filename
    names = sorted(good)
    while made < count:
        filename = names[made % len(names)]
        kind, content = _mutated(good[filename], filename, good, rng)
        made += 1
        yield kind, content, filename


def _mutated(
    content: bytes, filename: str, good: dict[str, bytes], rng: random.Random
) -> tuple[str, bytes]:
    inside = filename.endswith((".npz", ".pt", ".pth")) and filename != "old.pt"
    if filename.endswith(".json") and rng.random() < 0.7:
        return "config value", _odd_config(rng)
    if filename.endswith(".toml") and rng.random() < 0.7:
        return "layout value", _odd_layout(content, rng)
    if inside and rng.random() < 0.6:
        return "member", _odd_member(content, rng)
    if filename.endswith(".safetensors") and rng.random() < 0.5:
        length = struct.unpack("<Q", content[:8])[0]
        header = _scrambled(content[8 : 8 + length], b"", rng)
        return "header", struct.pack("<Q", len(header)) + header + content[8 + length :]
    return "bytes", _scrambled(content, good[rng.choice(sorted(good))], rng)


def _scrambled(content: bytes, other: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, cut, doubled or taken from elsewhere."""
    made = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 30))):
        at = rng.randrange(len(made) + 1)
        size = rng.choice((1, 2, 4, 8, 100))
        step = rng.randrange(7)
        if step == 0:
            made[at : at + 1] = bytes([rng.randrange(256)])
        elif step == 1:
            del made[at : at + size]
        elif step == 2:
            made[at:at] = rng.randbytes(size)
        elif step == 3:
            made[at:at] = made[at : at + size]
        elif step == 4:
            made[at : at + 8] = struct.pack("<q", rng.choice((-1, 0, 2**31 - 1, 2**40, 2**62)))
        elif step == 5 and other:
            start = rng.randrange(len(other))
            made[at : at + size] = other[start : start + size]
        elif step == 6 and rng.random() < 0.3:
            del made[at:]
    return bytes(made)


def _odd_member(content: bytes, rng: random.Random) -> bytes:
    """An archive that is whole, and one of whose members is not."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    pickles = [name for name in members if name.endswith(("data.pkl", ".npy"))]
    name = rng.choice(pickles if rng.random() < 0.8 else sorted(members))
    members[name] = _scrambled(members[name], b"", rng)
    if rng.random() < 0.1:
        members.pop(rng.choice(sorted(members)))
    return zipped(members)


def _odd_config(rng: random.Random) -> bytes:
    config: dict[str, Any] = dict(CONFIG)
    names = (
        *("act_fn", "attention_dir", "normalization_type", "d_model", "d_head", "attn_scale"),
        *("eps", "n_ctx", "d_vocab_out", "config", "attn_only", "use_attn_scale", "n_heads"),
    )
    for _ in range(rng.randrange(1, 4)):
        config[rng.choice(names)] = rng.choice(ODD_VALUES)
    return json.dumps({"config": config} if rng.random() < 0.3 else config).encode()


def _odd_layout(content: bytes, rng: random.Random) -> bytes:
    lines = content.decode().splitlines()
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(lines))
        name = lines[at].partition("=")[0]
        odd = rng.choice(ODD_TOML)
        lines[at] = rng.choice((f"{name}= {odd}", "", lines[at] * 2, f"[{name}]", "=" * 50))
    return "\n".join(lines).encode()


def outcome(content: bytes, filename: str, folder: Path) -> str:
    """Read a file in an empty folder: "network", "one line", or what else came of it.

    A config is put beside a readable network, and a layout is used for one.
    """
    target, layout = folder / filename, None
    if filename.endswith((".json", ".toml")):
        network = folder / "network.pt"
        network.write_bytes(torch_bytes(transformer_state()))
        layout = str(target) if filename.endswith(".toml") else None
        target.write_bytes(content)
        target = network
    else:
        target.write_bytes(content)
    try:
        import_model(target, layout)
    except DistillError as error:
        ours = type(error.__cause__).__module__.startswith(("beartype", "jaxtyping"))
        if ours or isinstance(error.__cause__, NameError | AssertionError):
            return f"traceback: {error.__cause__!r:.200}"
        template = "fill this in" in str(error)
        return "one line" if template or "\n" not in str(error) else f"lines: {error!s:.200}"
    except Exception as error:  # what is counted here
        return f"traceback: {type(error).__name__}: {error!s:.200}"
    return "network"


def attempts(seed: int, count: int, every: int = 1) -> Iterator[tuple[str, str, str, float]]:
    """Kind, file name, outcome and seconds of so many damaged files, or of every few of them."""
    for kind, content, filename in itertools.islice(damaged(seed, count), 0, None, every):
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            found = outcome(content, filename, Path(folder))
        yield kind, filename, found, time.perf_counter() - start


@click.command()
@click.option("--count", default=4000, show_default=True, help="Files.")
@click.option("--seed", default=0, show_default=True, help="Of the mutations.")
def main(count: int, seed: int) -> None:
    """Read damaged files, and print what ended in anything but a network or a line."""
    outcomes: Counter[str] = Counter()
    slow, longest = 0, 0.0
    for kind, filename, found, seconds in attempts(seed, count):
        outcomes[found.partition(":")[0]] += 1
        slow, longest = slow + (seconds > SLOW), max(longest, seconds)
        if ":" in found or seconds > SLOW:
            print(f"{kind} ({filename}, {seconds:.1f} s): {found}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{count:,} files (seed {seed}): {outcomes['network']:,} read, {outcomes['one line']:,} "
        f"refused in one line, {outcomes['lines']} in several, {outcomes['traceback']} tracebacks, "
        f"{slow} over {SLOW:.0f} s (longest {longest:.1f} s), {peak:.1f} GiB at most"
    )


if __name__ == "__main__":
    main()
