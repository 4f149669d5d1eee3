"""Sound runs of every kind, over networks by construction: what `adversary.py` changes.

They are small, so that a check takes a fraction of a second: no network is trained.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

import distill
from distill.checker.check import check_run
from distill.checker.linear_bound import IntegerSystem
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.groups.families import Metacyclic
from distill.networks.mlp import MLP
from distill.pipeline import run_model

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from builders.answering import listing  # noqa: E402
from builders.comparing import over, weighing  # noqa: E402
from builders.compiled_texts import as_file, shifted  # noqa: E402
from builders.groups import planted as planted_group  # noqa: E402
from builders.groups import square_domain  # noqa: E402
from builders.real_networks import PRODUCT, product  # noqa: E402
from planted import planted_logits, planted_model, square  # noqa: E402
from planted_linear import planted as planted_system  # noqa: E402
from planted_machine import planted_network, random_minimal  # noqa: E402
from planted_recurrences import plant  # noqa: E402

SPRING = IntegerSystem(
    A=((1, -1), (1, 0)),
    B=((1,), (1,)),
    constant=(0, 0),
    start=(0, 0),
    C=((0, 1),),
    D=((0,),),
    offset=(0,),
    after=True,
)
BITS = Channels((range(2),))


def products(p: int, amplitudes: dict[int, float]) -> distill.Model:
    """A perceptron whose logits are Σ A_k cos(2πk(c - a - b)/p): products as sums of squares."""
    shape = MLP(2, p, p, 2 * len(amplitudes), (8 * len(amplitudes),), "concat", True, "square")
    angles = 2 * np.pi * np.outer(np.arange(p), list(amplitudes)) / p
    embedding = np.stack([np.cos(angles), np.sin(angles)], axis=2).reshape(p, -1)
    W_1 = np.zeros((2 * embedding.shape[1], shape.widths[0]))
    W_U = np.zeros((shape.widths[0], p))
    for place, amplitude in enumerate(amplitudes.values()):
        unit = 8 * place
        for left in range(2):  # cos a or sin a
            for right in range(2):  # cos b or sin b
                both = 2 * place + left, embedding.shape[1] + 2 * place + right
                turned = embedding[:, 2 * place + (left != right)] * (-1 if left and right else 1)
                for sign in (1, -1):
                    W_1[both[0], unit], W_1[both[1], unit] = 1, sign
                    W_U[unit] = sign * amplitude * turned / 4
                    unit += 1
    rest = {"b_1": np.zeros(shape.widths[0]), "b_U": np.zeros(p)}
    weights = {"W_E": embedding, "W_1": W_1, "W_U": W_U, **rest}
    return distill.Model(
        shape, {n: torch.tensor(w, dtype=torch.float32) for n, w in weights.items()}
    )


def with_exception(p: int, amplitudes: dict[int, float]) -> Callable[[torch.Tensor], torch.Tensor]:
    """A black box of waves that answers something else to one input."""
    waves = planted_logits(p, amplitudes)

    def logits(tokens: torch.Tensor) -> torch.Tensor:
        said = waves(tokens)
        said[(tokens[:, 0] == 3) & (tokens[:, 1] == 4), 2] += 30
        return said

    return logits


def _transformer(out: Path) -> distill.Run:
    return distill.distill(planted_model(11, {1: 5.0, 3: 4.0}), square(11), name="a", out=out)


def _weighted(out: Path) -> distill.Run:
    model = planted_model(13, {2: 5.0, 5: 4.0}, weights=(1, 3))
    return distill.distill(model, square(13), name="b", out=out)


def _perceptron(out: Path) -> distill.Run:
    return distill.distill(products(11, {2: 5.0, 3: 4.0}), square(11), name="c", out=out)


def _black_box(out: Path) -> distill.Run:
    return distill.distill(with_exception(13, {1: 5.0, 4: 4.0}), square(13), name="d", out=out)


def _machine(out: Path) -> distill.Run:
    network = planted_network(random_minimal(np.random.default_rng(1), 4, 2), 1)
    return distill.distill(network, BITS, length=8, name="e", out=out)


def _loose_machine(out: Path) -> distill.Run:
    """Less steep, so that no boxes are mapped into one another."""
    network = planted_network(random_minimal(np.random.default_rng(2), 3, 2), 1)
    for name in ("W", "b"):
        network.parameters[name].mul_(0.5)
    return distill.distill(network, BITS, length=8, name="f", out=out)


def _linear(out: Path) -> distill.Run:
    network = planted_system(SPRING, np.random.default_rng(0), 1e-9)
    return distill.distill(network, Channels((range(-1, 2),)), length=8, name="g", out=out)


def _registers(out: Path) -> distill.Run:
    planted = plant("maximum", 2, 3)
    return distill.distill(planted.network, planted.channels, length=6, name="h", out=out)


def _group(out: Path) -> distill.Run:
    network = planted_group(Metacyclic(7, 2, 6), {0: 2.5, 1: 2.0}, noise=0.01)
    return distill.distill(network, square_domain(14), name="i", out=out)


def _comparison(out: Path) -> distill.Run:
    return distill.distill(weighing((-1, 1), 1, (9, 9)), over((9, 9)), name="j", out=out)


def _closed_form(out: Path) -> distill.Run:
    table = np.maximum.outer(np.arange(12), np.arange(12))
    table[4, 7] = 2
    domain = Domain((range(12), range(12)), range(12))
    return distill.distill(listing(table, 12), domain, name="k", out=out)


def _texts(out: Path) -> distill.Run:
    out.mkdir(parents=True, exist_ok=True)
    return run_model(as_file(shifted(3, 4), out / "before.npz"), out=out)


def _box(out: Path) -> distill.Run:
    return distill.distill(product(), PRODUCT, name="l", out=out)


RUNS = {
    "transformer": _transformer,
    "transformer, a + 3b": _weighted,
    "perceptron": _perceptron,
    "black box, an exception": _black_box,
    "machine, boxes": _machine,
    "machine, less steep": _loose_machine,
    "linear recurrence": _linear,
    "registers": _registers,
    "group": _group,
    "comparison": _comparison,
    "closed form": _closed_form,
    "texts": _texts,
    "box": _box,
}
"""By what they are; each a minute at most to make."""


def sound_runs(out: Path, names: tuple[str, ...] = tuple(RUNS)) -> dict[str, Path]:
    """Make the runs, each with a program and a checkup that passes; their folders by name."""
    folders = {}
    for name in names:
        run = RUNS[name](out)
        assert run.folder is not None, "it was given a place"
        found = check_run(run.folder, 0)
        if not found.ok or run.program is None:
            raise RuntimeError(f"{name} is no sound run: {run.report.reasons}, {found.findings}")
        folders[name] = run.folder
    return folders


def resealed(folder: Path) -> None:
    """Make every hash match again, as a forger would."""
    certificate = json.loads((folder / "certificate.json").read_text())
    for name in certificate["sha256"]:
        path = folder / name
        if path.is_file():
            certificate["sha256"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(certificate))
