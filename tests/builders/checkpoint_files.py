"""Checkpoint files as others write them, of our own networks."""

import einops
import torch

from distill.importing import builtin_layouts


def theirs(layout_name, parameters, **extra):
    """Our parameters in a family's own names and axis orders: the layouts, backwards.

    Parts of one tensor are put together; of weights that are tied, the embedding is written.
    """
    layout = builtin_layouts()[layout_name]
    sizes, made, parts = {}, {}, {}
    for name, source in layout.parameters.items():
        for ours, weights in parameters.items():
            star = ours.split(".")[1] if "blocks" in ours else ours.rpartition("_")[2]
            if name.replace("*", star) != ours or ("*" in name and not star.isdigit()):
                continue
            key = layout.strip + source.key.replace("*", star)
            before, after = source.axes.split("->")
            if source.places:
                parts.setdefault(key, {})[source.place] = weights
                if len(parts[key]) < source.places:
                    continue
                weights = torch.stack([parts[key][place] for place in range(source.places)])
            sizes |= einops.parse_shape(weights, after.strip())
            if key not in made:
                made[key] = einops.rearrange(weights, f"{after} -> {before}").contiguous()
    return {**made, **extra}


def saved(path, state):
    """Save with torch, nested where a key says so."""
    nested = {}
    for key, value in state.items():
        if key.startswith("model."):
            nested.setdefault("model", {})[key.removeprefix("model.")] = value
        else:
            nested[key] = value
    torch.save(nested, path)
    return path


def as_nanda(model, folder):
    """A planted network in the clothes of the published one."""
    wide = torch.cat([model.parameters["W_U"], torch.zeros(len(model.parameters["W_U"]), 1)], dim=1)
    state = theirs("nanda_transformer", {**model.parameters, "W_U": wide})
    return saved(folder / "grokking.pth", {f"model.{key}": it for key, it in state.items()})
