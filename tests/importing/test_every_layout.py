"""A network in every layout, with all that may vary: import gives its logits, or says no."""

import json
import random

import numpy as np
import pytest
import torch
from builders.checkpoint_files import theirs
from builders.networks import noisy
from safetensors.torch import save_file

from distill import MLP, DistillError, Model, Transformer
from distill.importing import builtin_layouts, import_model
from distill.networks.activation import ACTIVATIONS

SEEDS = 6
LAYOUTS = [name for name, layout in sorted(builtin_layouts().items()) if layout.parameters]
MASKS = {True: "causal", False: "bidirectional"}


def member(name, draw):
    """A network of a family, its parameters, and the config beside it."""
    layout = builtin_layouts()[name]
    p, extra = draw.randint(3, 6), draw.choice([-1, 0, 0, 3])
    activation = draw.choice(sorted(ACTIVATIONS))
    config = {"act_fn": activation}
    if layout.architecture == "mlp":
        shared = "W_E" in layout.parameters
        combine = layout.values["combine"]
        widths = tuple(draw.randint(2, 6) for _ in range(2 if shared else 1))
        shape = MLP(2, p, p + extra, draw.randint(2, 5), widths, combine, shared, activation)
        return shape, config
    masked = draw.choice([True, False])
    normed = "ln_final_weight" in layout.parameters
    heads, head = draw.randint(1, 3), draw.randint(2, 4)
    shape = Transformer(
        n_inputs=2,
        n_vocab=p + 1,
        n_outputs=p + extra,
        offsets=(0, 0),
        suffix=(p,),
        d_model=heads * head if "gpt2" in name else draw.randint(4, 9),
        n_heads=heads,
        d_head=head,
        d_mlp=draw.randint(3, 9),
        n_layers=draw.randint(1, 2),
        activation=activation,
        masked=True if "gpt2" in name else masked,
        biases="b_U" in layout.parameters or "b_U" in layout.zero,
        layer_norm=normed,
    )
    config |= {"attention_dir": MASKS[shape.masked], "normalization_type": "LN" if normed else None}
    config |= {"n_heads": heads, "d_model": shape.d_model, "n_layers": shape.n_layers}
    if "gpt2" in name:
        config = {"activation_function": activation, "n_head": heads, "model_type": "gpt2"}
        config |= {"tie_word_embeddings": name == "gpt2", "layer_norm_epsilon": 1e-5}
    if name == "zhong_transformer":  # this family's code has no mask
        shape = Transformer(**{**vars(shape), "masked": False, "attention_coefficient": 0.5})
        config = {"act_fn": activation, "attn_coeff": 0.5, "eqn_sign": True, "diff_vocab": False}
    return shape, config


def written(name, shape, draw):
    """Parameters of a family as a file has them: some are zero, some are tied."""
    layout = builtin_layouts()[name]
    parameters = noisy(shape, draw.randint(0, 99))
    for zero in set(layout.zero) & set(parameters):
        parameters[zero] = torch.zeros_like(parameters[zero])
    if name == "gpt2":
        parameters["W_U"] = parameters["W_E"].T.contiguous()
        parameters["b_U"] = torch.zeros(shape.n_vocab)
    return parameters


def clothed(state, folder, draw):
    """A state dict in a file, in one of the ways that trainers have."""
    wrapper = draw.choice(
        ["", "module.", "_orig_mod.", "model.", "_orig_mod.module.", "net.model."]
    )
    state = {wrapper + key: value for key, value in state.items()}
    if draw.random() < 0.3:  # a part of the network was compiled
        state = {key.replace("blocks.0.", "blocks.0._orig_mod."): it for key, it in state.items()}
        state = {key.replace("h.0.", "h.0._orig_mod."): it for key, it in state.items()}
    kind = draw.choice(["plain", "trainer", "safetensors", "shards"])
    if kind == "plain":
        torch.save(state, folder / "x.pt")
        return folder / "x.pt"
    if kind == "trainer":
        name = draw.choice(["state_dict", "model_state_dict", "model"])
        beside = {"optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}}, "epoch": 3}
        torch.save({name: state, **beside}, folder / "x.ckpt")
        return folder / "x.ckpt"
    if kind == "safetensors":
        save_file(state, folder / "x.safetensors")
        return folder / "x.safetensors"
    keys = list(state)
    halves = {"a.safetensors": keys[::2], "b.safetensors": keys[1::2]}
    for part, names in halves.items():
        save_file({key: state[key] for key in names}, folder / part)
    placed = {key: part for part, names in halves.items() for key in names}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": placed}))
    return folder


@pytest.mark.parametrize("name", LAYOUTS)
def test_import_gives_the_logits_of_what_was_written_or_says_no(name, tmp_path):
    """Half of the files are of the family by their names alone, half are told their layout."""
    read, refused = 0, []
    for seed in range(SEEDS):
        draw = random.Random(f"{name} {seed}")
        shape, config = member(name, draw)
        if name == "gpt2":
            shape = Transformer(**{**vars(shape), "n_outputs": shape.n_vocab})
        parameters = written(name, shape, draw)
        folder = tmp_path / str(seed)
        folder.mkdir()
        state = theirs(name, parameters)
        if name == "chughtai_transformer":
            state |= {key: parameters["W_E"].clone() for key in ("x_embed", "y_embed")}
        path = clothed(state, folder, draw)
        (folder / "config.json").write_text(json.dumps(config))
        try:
            imported = import_model(path, draw.choice([None, name]))
        except DistillError as error:
            refused.append(str(error).partition("fill this in")[0])
            continue
        read += 1
        tokens = imported.domain.tokens()
        expected = Model(shape, parameters).logits(tokens)
        outputs = imported.model.architecture.n_outputs
        np.testing.assert_allclose(
            imported.model.logits(tokens), expected[:, :outputs], atol=1e-6, err_msg=str(path)
        )
        assert (expected.argmax(axis=1) < outputs).all()
    assert read >= 0.6 * SEEDS, refused
    assert not [line for line in refused if "\n" in line]
