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
import pickle
import random
import resource
import struct
import tempfile
import time
import warnings
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from safetensors.torch import save as safetensors_bytes

from distill.architecture import MLP, Transformer
from distill.errors import DistillError
from distill.importing import import_model
from distill.importing.layout import BUILTIN

SLOW = 10.0
"""Seconds that no file may take."""

Case = tuple[str, bytes, str]
"""What was done, the content, and a name for the file."""

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 3, 10**30, 1e308, float("nan"), float("inf"), "", "abc", "nan", "\n"),
    *([], [1, 2], [["relu"]], {}, {"a": {"b": []}}, "relu", "silu", "causal", "bidirectional"),
    *("LN", "RMS", "x" * 5000, "\u0000", "１２"),
)

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


def torch_bytes(value: Any) -> bytes:
    """What `torch.save` writes."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def old_torch_bytes(value: Any) -> bytes:
    """What torch wrote before 1.6, but for the names of storages, which were addresses."""
    with zipfile.ZipFile(io.BytesIO(torch_bytes(value))) as archive:
        content = archive.read("archive/data.pkl")
        names = (entry.filename for entry in archive.infolist())
        keys = [name.rpartition("/")[2] for name in names if "/data/" in name]
        stored = [archive.read(f"archive/data/{key}") for key in keys]
    system = {"protocol_version": 1001, "little_endian": True}
    parts = [pickle.dumps(part, 2) for part in (0x1950A86A20F9469CFC6C, 1001, system)]
    parts += [content, pickle.dumps(keys, 2)]
    for numbers in stored:
        parts += [struct.pack("<Q", len(numbers) // 4), numbers]
    return b"".join(parts)


def transformer_state() -> dict[str, torch.Tensor]:
    """A tiny network under TransformerLens's names."""
    shape = Transformer(
        *(2, 6, 5, (0, 0), (5,)), d_model=4, n_heads=2, d_head=2, d_mlp=6, biases=True
    )
    ours = shape.initialise(torch.Generator().manual_seed(0))
    state = {"embed.W_E": ours["W_E"], "pos_embed.W_pos": ours["W_pos"]}
    for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_K", "b_V", "b_O"):
        state[f"blocks.0.attn.{name}"] = ours[f"blocks.0.{name}"]
    for name in ("W_in", "b_in", "W_out", "b_out"):
        state[f"blocks.0.mlp.{name}"] = ours[f"blocks.0.{name}"]
    state |= {"unembed.W_U": ours["W_U"], "unembed.b_U": ours["b_U"]}
    return {**state, "blocks.0.attn.mask": torch.ones(3, 3, dtype=torch.bool).tril()}


def perceptron_state() -> dict[str, torch.Tensor]:
    """A tiny perceptron under the names of a published family."""
    shape = MLP(2, 5, 5, 4, (6,), "concat", shared=False)
    ours = shape.initialise(torch.Generator().manual_seed(0))
    return {"W_x": ours["W_E0"], "W_y": ours["W_E1"], "W": ours["W_1"], "W_U": ours["W_U"]}


CONFIG = {"act_fn": "relu", "attention_dir": "causal", "normalization_type": None, "d_head": 2}


def valid_files() -> dict[str, bytes]:
    """One readable file of every kind."""
    state, perceptron = transformer_state(), perceptron_state()
    arrays = io.BytesIO()
    np.savez(arrays, **{name: weights.numpy() for name, weights in perceptron.items()})
    layout = (BUILTIN / "transformerlens.toml").read_bytes()
    layout = layout.replace(b'{ config = "act_fn" }', b'"relu"')
    layout = layout.replace(b'{ config = "normalization_type", otherwise = "none" }', b'"none"')
    return {
        "in.pt": torch_bytes({**state, "config": CONFIG}),
        "mlp.pth": torch_bytes(perceptron),
        "old.pt": old_torch_bytes(OrderedDict(perceptron)),
        "mlp.safetensors": safetensors_bytes(perceptron),
        "mlp.npz": arrays.getvalue(),
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
    return _zipped(members)


def _zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=compression)
    return buffer.getvalue()


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


class _Opcodes:
    """A pickle from its opcodes."""

    def __init__(self, opcodes: bytes) -> None:
        self.bytes = b"\x80\x02" + opcodes + b"."

    def in_archive(self) -> bytes:
        """As the pickle of a torch file."""
        return _zipped({"a/data.pkl": self.bytes, "a/byteorder": b"little"})


def _array(shape: str, dtype: str = "<f4", data: bytes = b"") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (len(header) + 10) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def oddities() -> Iterator[Case]:
    """What can be written down, and is no network."""
    yield from _odd_tensors()
    yield from _odd_states()
    yield from _odd_pickles()
    yield from _odd_archives()
    yield from _odd_texts()


def _odd_tensors() -> Iterator[Case]:
    dense = torch.eye(6)
    tensors: dict[str, Callable[[], Any]] = {
        "sparse": lambda: dense.to_sparse(),
        "compressed": lambda: dense.to_sparse_csr(),
        "quantised": lambda: torch.quantize_per_tensor(dense, 0.1, 0, torch.qint8),
        "complex": lambda: dense.to(torch.complex64),
        "conjugate": lambda: dense.to(torch.complex64).conj(),
        "negated": lambda: torch.randn(6, 6, dtype=torch.complex64).conj().imag,
        "meta": lambda: torch.empty(6, 6, device="meta"),
        "expanded": lambda: torch.ones(1).expand(20_000, 25_000),
        "expanded a little": lambda: torch.ones(1).expand(6, 4),
        "transposed": lambda: torch.randn(4, 6).t(),
        "every second": lambda: torch.randn(12, 8)[::2, ::2],
        "scalar": lambda: torch.tensor(1.0),
        "empty": lambda: torch.empty(0, 4),
        "six axes": lambda: torch.ones(1, 1, 1, 1, 6, 4),
        "of one": lambda: torch.ones(1, 1),
        "bool": lambda: dense.bool(),
        "whole": lambda: torch.ones(6, 4, dtype=torch.int64) * 2**60,
        "small floats": lambda: torch.ones(6, 4).to(torch.float8_e4m3fn),
        "not a number": lambda: torch.full((6, 4), torch.nan),
        "infinite": lambda: torch.full((6, 4), torch.inf),
        "huge": lambda: torch.full((6, 4), 1e38),
        "nested": lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        "module": lambda: torch.nn.Linear(2, 2),
        "array": lambda: np.ones((6, 4)),
        "number": lambda: 3,
        "list": lambda: [[1.0] * 4] * 6,
        "tuple of tensors": lambda: (dense, dense),
    }
    state = transformer_state()
    for name, make in tensors.items():
        for key in ("embed.W_E", "blocks.0.attn.mask", "another"):
            with warnings.catch_warnings():  # some of these are on trial in torch
                warnings.simplefilter("ignore")
                content = torch_bytes({**state, key: make(), "config": CONFIG})
            yield f"{name} as {key}", content, "in.pt"


def _odd_states() -> Iterator[Case]:
    state = transformer_state()
    for key in state:
        yield f"without {key}", torch_bytes({k: v for k, v in state.items() if k != key}), "in.pt"
        short = {**state, key: state[key][..., :1], "config": CONFIG}
        yield f"one column of {key}", torch_bytes(short), "in.pt"
        tall = {**state, key: torch.cat([state[key], state[key]]), "config": CONFIG}
        yield f"{key} twice over", torch_bytes(tall), "in.pt"
    names: tuple[Any, ...] = ("a\nb", "a.b", "", 3, None, True, b"x", (1, 2), "x" * 5000, "\u202e")
    for name in names:
        yield f"named {name!r:.20}", torch_bytes({**state, name: torch.ones(2)}), "in.pt"
    loop: dict[str, Any] = {"w": torch.ones(2)}
    loop["itself"] = loop
    yield "holds itself", torch_bytes(loop), "in.pt"
    deep: Any = torch.ones(2)
    for _ in range(300):
        deep = {"a": deep}
    yield "deep", torch_bytes(deep), "in.pt"
    wide: Any = torch.ones(2)
    for _ in range(40):
        wide = {"a": wide, "b": wide}
    yield "doubled forty times", torch_bytes(wide), "in.pt"
    yield "many", torch_bytes({f"w{i}": torch.ones(1) for i in range(2000)}), "in.pt"
    yield "history", torch_bytes([state, state]), "in.pt"
    yield "histories", torch_bytes({"states": [state, state], "epochs": [0, 1]}), "in.pt"
    for value in ODD_VALUES:
        said = {**CONFIG, "act_fn": value}
        yield "config inside", torch_bytes({**state, "config": said}), "in.pt"
        yield "as config", torch_bytes({**state, "config": value}), "in.pt"
    script = {"in/data.pkl": b"", "in/code/__torch__.py": b"", "in/constants.pkl": b""}
    yield "TorchScript", _zipped(script), "in.pt"


def _odd_pickles() -> Iterator[Case]:
    opcodes = {
        "far memo": b"}r\xff\xff\xff\x7f",
        "text memo": b"}p4294967295\n",
        "bytearray of a terabyte": b"\x96" + struct.pack("<Q", 2**40),
        "bytes of a terabyte": b"\x8e" + struct.pack("<Q", 2**40),
        "number of a million digits": b"I" + b"1" * 1_000_000 + b"\n",
        "long of two gigabytes": b"\x8b\xff\xff\xff\x7f",
        "tuples in tuples": b")" + b"\x85" * 200_000,
        "tuple as a key": b"}(" + b")" + b"\x85" * 100_000 + b"K\x01u",
        "lists in lists": b"(" * 100_000 + b"l" * 100_000,
        "system": b"cos\nsystem\n(X\x04\x00\x00\x00truetR",
        "instance": b"(icollections\nOrderedDict\n",
        "new object": b"ccollections\nOrderedDict\n)\x81",
        "built": b"ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x01sb",
        "built maker": b"ctorch._utils\n_rebuild_tensor_v2\n}X\x04\x00\x00\x00makeK\x01sb",
        "called badly": b"ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x02tR",
        "dtype": b"ctorch\nfloat32\n",
        "storage": b"ctorch\nFloatStorage\n",
        "extension": b"\x82\x01",
        "persistent": b"K\x01Q",
        "nothing": b"",
        "no stop": b"}}}}",
    }
    for name, code in opcodes.items():
        yield name, _Opcodes(code).in_archive(), "in.pt"
        yield f"{name}, bare", _Opcodes(code).bytes, "old.pt"
    yield "plain pickle", pickle.dumps({"w": [1, 2]}), "old.pt"


def _odd_archives() -> Iterator[Case]:
    arrays = {name: it.numpy() for name, it in perceptron_state().items()}
    plain = io.BytesIO()
    np.savez(plain, **arrays)
    with zipfile.ZipFile(plain) as archive:
        members = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    odd = {
        "claims 22 GiB": _array("(77000, 77000)"),
        "claims nothing": _array("(-3, 4)"),
        "claims more than can be": _array(f"({2**62}, {2**62})"),
        "a hundred axes": _array(str((1,) * 100)),
        "objects": _array("(2,)", "|O", b"\0" * 16),
        "text": _array("(2,)", "<U2", b"\0" * 16),
        "times": _array("(2,)", "<M8[s]", b"\0" * 16),
        "records": _array("(2,)", "|V8", b"\0" * 16),
        "quadruple": _array("(2,)", "<f16", b"\0" * 32),
        "complex": _array("(2,)", "<c16", b"\0" * 32),
        "big-endian": _array("(2,)", ">f8", b"\0" * 16),
        "nested header": _array("(" * 2000 + ")" * 2000),
        "shape of a number": _array("3"),
        "no dtype": _array("(2,)", "wrong"),
        "cut": _array("(2,)")[:30],
        "not an array": b"hello",
        "nothing": b"",
    }
    for name, content in odd.items():
        yield f"array: {name}", _zipped({**members, "W.npy": content}), "mlp.npz"
    yield "bytes for an array", _zipped({**members, "notes": b"hello"}), "mlp.npz"
    bomb = _array("(20000, 20000)", data=b"\0" * 4 * 10**7)
    yield "bomb", _zipped({"W.npy": bomb}, zipfile.ZIP_DEFLATED), "mlp.npz"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        yield f"method {method}", _zipped(members, method), "mlp.npz"
    whole = plain.getvalue()
    central, end = whole.rindex(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    patches = {
        "spans disks": (end + 4, b"\x01\x00"),
        "encrypted": (central + 8, b"\x01\x00"),
        "unknown method": (central + 10, b"\x63\x00"),
        "wrong checksum": (central + 16, b"\0\0\0\0"),
        "larger than it is": (central + 24, b"\xff\xff\xff\x7f"),
        "elsewhere": (central + 42, b"\xff\xff\xff\x7f"),
        "a comment that is not there": (end + 20, b"\xff\xff"),
        "of no entries": (end + 8, b"\0\0\0\0"),
    }
    for name, (at, patch) in patches.items():
        yield name, whole[:at] + patch + whole[at + len(patch) :], "mlp.npz"
    header = {"W": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    for key, value in (("dtype", "C64"), ("shape", [2**62]), ("data_offsets", [8, 0]), ("x", 1)):
        text = json.dumps({"W": {**header["W"], key: value}}).encode()
        content = struct.pack("<Q", len(text)) + text + b"\0" * 8
        yield f"{key} of a header", content, "mlp.safetensors"
    yield "header of 2^63 bytes", struct.pack("<Q", 2**63) + b"{}", "mlp.safetensors"


def _odd_texts() -> Iterator[Case]:
    texts = {
        "nothing": b"",
        "one byte": b"\0",
        "hello": b"hello",
        "nested": b"[" * 100_000,
        "nested objects": b'{"a":' * 100_000,
        "half a surrogate": b'{"act_fn": "\\ud800"}',
        "no text": b"\xff\xfe\xfa",
        "twice": b'{"act_fn": "relu", "act_fn": "gelu"}',
        "a list": b"[1, 2]",
        "many digits": b'{"act_fn": ' + b"9" * 10_000 + b"}",
        "a megabyte": b'{"x": "' + b"a" * 9_000_000 + b'"}',
        "dotted": b"a" + b".a" * 2_000 + b" = 1",
        "nested arrays": b"a = " + b"[" * 5_000,
        "many values": b"values = [" + b"1, " * 10_000 + b"]",
    }
    for name, content in texts.items():
        for filename in ("network.json", "config.json", "layout.toml", "in.pt", "mlp.npz"):
            yield f"{name} as {filename}", content, filename
    for value in ODD_VALUES:
        for key in ("act_fn", "attention_dir", "normalization_type", "d_head", "attn_scale"):
            content = json.dumps({**CONFIG, key: value}).encode()
            yield f"{key} = {value!r:.20}", content, "network.json"


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
