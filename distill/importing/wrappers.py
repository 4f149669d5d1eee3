"""What trainers and wrappers put around a network: prefixes, states beside it, factored weights.

A compiled or a data-parallel network has a module of its own in the middle of every key, a trainer
saves the optimizer beside the weights, and weight norm stores a direction and a length in place of
a weight. None of that changes what a network computes. It is taken off here, before any layout
looks, and whatever was done is said in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from distill.importing.values import LayoutError

WRAPPERS = ("_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module")
"""Modules that torch puts around others (`compile`, `DataParallel`, FSDP, checkpointing): parts of
keys that name nothing of the network."""

BESIDE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("optimizer", "optimizers", "optimizer_state", "optimizer_states", "optim"),
            *("optimizer_state_dict", "optim_state_dict", "opt", "opt_state"),
        ),
        "state of the optimizer",
    ),
    **dict.fromkeys(
        (
            *("scheduler", "schedulers", "scheduler_state_dict", "lr_scheduler", "lr_schedulers"),
            *("lr_scheduler_state_dict", "sched"),
        ),
        "state of the schedule of learning rates",
    ),
    **dict.fromkeys(("scaler", "grad_scaler", "scaler_state_dict", "amp"), "scale of gradients"),
    **dict.fromkeys(
        ("rng", "rng_state", "rng_states", "torch_rng_state", "cpu_rng_state", "cuda_rng_state"),
        "state of a random generator",
    ),
    **dict.fromkeys(
        (
            *("epoch", "step", "steps", "global_step", "iteration", "iter", "best_loss", "loops"),
            *("train_losses", "test_losses", "val_losses", "losses", "metrics", "history"),
            "callbacks",
        ),
        "record of the training",
    ),
}
"""What trainers save beside a network, at the top of a file, and what it is."""

DIRECTION = {".parametrizations.weight.original1": ".weight", ".weight_v": ".weight"}
LENGTH = {
    ".parametrizations.weight.original1": ".parametrizations.weight.original0",
    ".weight_v": ".weight_g",
}
"""The two tensors of weight norm, under its names of today and before."""


@dataclass(frozen=True)
class Bare:
    """The tensors of a file without what was put around them.

    Attributes:
        removed: parts of keys that were taken out.
        folded: weights that were multiplied out.
    """

    tensors: Mapping[str, Tensor]
    removed: tuple[str, ...]
    folded: tuple[str, ...]


def bare(tensors: Mapping[str, Tensor], place: str) -> Bare:
    """Take wrappers out of keys, and multiply weight norm out.

    Args:
        tensors: by key.
        place: the file, for messages.

    Raises:
        LayoutError: a weight is computed from its tensors in another way than weight norm's.
    """
    plain = {without_wrappers(key): tensor for key, tensor in tensors.items()}
    removed: tuple[str, ...] = ()
    if len(plain) < len(tensors):  # two networks, one of them wrapped: their names tell them apart
        plain = dict(tensors)
    else:
        seen = {part for key in tensors for part in key.split(".")}
        removed = tuple(part for part in WRAPPERS if part in seen)
    folded = list[str]()
    for key in list(plain):
        ending = next((it for it in DIRECTION if f".{key}".endswith(it)), None)
        if ending is None:
            continue
        stem = f".{key}".removesuffix(ending)  # of a module that is no part of another, nothing
        weight, length = (f"{stem}{it[ending]}"[1:] for it in (DIRECTION, LENGTH))
        if length not in plain and ending == ".weight_v":
            continue  # a tensor that happens to be called so
        if length not in plain or weight in plain:
            raise LayoutError(
                f"'{key}' of '{place}' is half of a weight norm: expected '{length}' beside it, "
                f"and no '{weight}'"
            )
        plain[weight] = _multiplied(plain.pop(key), plain.pop(length), weight, place)
        folded.append(weight)
    odd = next((key for key in plain if ".parametrizations." in f".{key}"), None)
    if odd is not None:
        raise LayoutError(
            f"'{odd}' of '{place}' is part of a parametrization that is no weight norm: only that "
            "is folded; save the network after "
            "torch.nn.utils.parametrize.remove_parametrizations(module, name)"
        )
    return Bare(plain, removed, tuple(folded))


def without_wrappers(key: str) -> str:
    """A key, a prefix or a pattern without the parts that name a wrapper."""
    return ".".join(part for part in key.split(".") if part not in WRAPPERS)


def beside(keys: Iterable[str], strip: str) -> dict[str, str]:
    """Keys that are states of a training, and what they are.

    Args:
        keys: of the file.
        strip: where the network's own keys begin.
    """
    found = {key: BESIDE.get(key.partition(".")[0]) for key in keys}
    own = strip.partition(".")[0]
    return {key: it for key, it in found.items() if it and key.partition(".")[0] != own}


def _multiplied(direction: Tensor, length: Tensor, name: str, place: str) -> Tensor:
    """G · v / |v| in float64; the norm is over every axis along which there is one length."""
    v, g = direction.to(torch.float64), length.to(torch.float64)
    fits = v.is_floating_point() and (g.dim() == v.dim() or g.numel() == 1)
    fits = fits and all(a in (1, b) for a, b in zip(g.shape, v.shape, strict=False))
    if not fits:
        raise LayoutError(
            f"'{name}' of '{place}' has directions of shape {tuple(v.shape)} and lengths of shape "
            f"{tuple(g.shape)}: expected one length for every direction, as weight norm has them"
        )
    if g.dim() != v.dim():
        g = g.reshape((1,) * v.dim())
    axes = [axis for axis, size in enumerate(g.shape) if size == 1]
    norm = v.square().sum(axes, keepdim=True).sqrt() if axes else v.abs()
    if not bool((norm > 0).all()):
        raise LayoutError(
            f"'{name}' of '{place}' has a direction of length 0: weight norm divides by it; "
            "expected none"
        )
    return v * (g / norm)
