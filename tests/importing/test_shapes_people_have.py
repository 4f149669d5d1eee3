"""Checkpoint shapes that public threads complain about: read, or refused in a line that helps."""

import json
import shutil

import numpy as np
import pytest
import torch
from builders.paths import SHARED
from safetensors.torch import load_file

from distill import DistillError
from distill.importing import import_model
from distill.importing.tensors import read_tensors

PUBLISHED = SHARED / "models" / "layouts"
pytestmark = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="these checkpoints are not beside this checkout"
)
SAID = "transformerlens,activation=relu,normalization=none"

READ = {
    "bare": ("nanda_transformer", "by the tensors"),
    "bf16": ("nanda_transformer", "stored as bfloat16, every number of it kept"),
    "ddp": ("nanda_transformer", "'module' taken out of every key"),
    "orig": ("nanda_transformer", "'_orig_mod' taken out of every key"),
    "lit": ("nanda_transformer", "read below 'state_dict.model.'"),
    "mopt": ("nanda_transformer", "optimizer.* (2 tensors: state of the optimizer)"),
    "nanda": ("nanda_transformer", "activation relu"),
    "plain113": ("transformerlens", "activation silu by 'plain113.json'"),
    "seq": ("feedforward", "activation relu"),
    "wn": ("zhong_mlp_sum", "multiplied out: l1.weight (weight norm)"),
    "x_gelu_with_config": ("transformerlens", "attention in both directions by"),
}
REFUSED = {
    "bridge": "say --layout transformerlens_4,activation=...,normalization=...,n_heads=...",
    "extra5": "takes activation from 'act_fn'",
    "litns": "would import 'argparse.Namespace'",
    "mod": "would import 'torch.nn.modules.container.Sequential'",
    "nan": "not finite",
    "tl": "takes activation from 'act_fn'",
    "tln": "takes activation from 'act_fn'",
    "traj": "holds a list of 2 state dicts",
}


@pytest.mark.parametrize("name", READ)
def test_a_shape_is_read_and_named(name):
    layout, said = READ[name]
    imported = import_model(PUBLISHED / f"{name}.pth")
    assert imported.layout == layout
    assert any(said in line for line in imported.lines), imported.lines


@pytest.mark.parametrize("name", REFUSED)
def test_a_shape_is_refused_in_a_line(name):
    with pytest.raises(DistillError) as caught:
        import_model(PUBLISHED / f"{name}.pth")
    assert REFUSED[name] in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_network_in_other_clothes_is_the_same_network():
    """Prefixes, trainers, shards and the older format hold the same numbers."""
    logits = {
        name: import_model(PUBLISHED / name).model.logits(TOKENS)
        for name in ("nanda.pth", "mopt.pth", "ddp.pth", "orig.pth", "lit.pth", "bare.pth")
    }
    for name, found in logits.items():
        np.testing.assert_array_equal(found, logits["nanda.pth"], err_msg=name)
    for name in ("sharded", "sharded/model.safetensors.index.json"):
        imported = import_model(PUBLISHED / name)
        np.testing.assert_array_equal(imported.model.logits(TOKENS), logits["nanda.pth"])


TOKENS = np.stack(np.meshgrid(np.arange(13), np.arange(13)), axis=-1).reshape(-1, 2)


def test_one_shard_is_a_part_and_shards_fit_their_index(tmp_path):
    with pytest.raises(DistillError, match=r"part 1 of 2 of a network.*give the folder"):
        import_model(PUBLISHED / "sharded" / "model-00001-of-00002.safetensors")
    shutil.copytree(PUBLISHED / "sharded", tmp_path / "x")
    index = tmp_path / "x" / "model.safetensors.index.json"
    whole = json.loads(index.read_text())
    key, place = next(iter(whole["weight_map"].items()))
    other = next(it for it in whole["weight_map"].values() if it != place)
    for changed, message in {
        f'{{"weight_map": {{"{key}": "../x/{place}"}}}}': "which is not beside it",
        json.dumps({"weight_map": {**whole["weight_map"], key: other}}): "do not fit together",
        json.dumps({"weight_map": {key: place}}): "do not fit together",
        json.dumps({"weight_map": [key]}): "cannot be read",
        "{": "cannot be read",
    }.items():
        index.write_text(changed)
        with pytest.raises(DistillError, match=message):
            import_model(tmp_path / "x")


def test_the_two_namings_of_one_library_are_one_network():
    """Heads are in no tensor of the newer names."""
    newer = import_model(
        PUBLISHED / "bridge.pth", "transformerlens_4,activation=relu,normalization=none,n_heads=2"
    )
    older = import_model(PUBLISHED / "tl.pth", SAID)
    assert newer.model.architecture == older.model.architecture
    W = read_tensors(PUBLISHED / "bridge.pth")
    query = W["blocks.0.attn.q.weight"]
    np.testing.assert_array_equal(newer.model.parameters["blocks.0.W_Q"][1], query[8:].T)


def test_a_tied_network_reads_one_tensor_twice_and_takes_its_config(tmp_path):
    """Its published equations, written out."""
    shutil.copy(PUBLISHED / "gpt2_tied.safetensors", tmp_path / "model.safetensors")
    with pytest.raises(DistillError, match="takes activation from 'activation_function'"):
        import_model(tmp_path)
    config = {"model_type": "gpt2", "activation_function": "gelu_new", "n_head": 2}
    (tmp_path / "config.json").write_text(json.dumps({**config, "layer_norm_epsilon": 1e-5}))
    imported = import_model(tmp_path)
    assert imported.model.architecture.n_outputs == 14
    tokens = imported.domain.tokens()[::17]
    expected = gpt2(load_file(tmp_path / "model.safetensors"), tokens, heads=2)
    np.testing.assert_allclose(imported.model.logits(tokens), expected, atol=1e-9)
    for field, value in {
        "tie_word_embeddings": False,
        "n_embd": 17,
        "layer_norm_epsilon": 1e-6,
        "scale_attn_by_inverse_layer_idx": True,
        "n_positions": 4,
        "add_cross_attention": True,
    }.items():
        (tmp_path / "config.json").write_text(json.dumps({**config, field: value}))
        with pytest.raises(DistillError, match=r"check that the config belongs"):
            import_model(tmp_path)


def gpt2(tensors, tokens, heads):
    """Logits at the last position of one layer."""
    T = {key.removeprefix("transformer."): it.double() for key, it in tensors.items()}
    norm, linear = torch.nn.functional.layer_norm, torch.nn.functional.linear
    rows = torch.tensor(np.concatenate([tokens, np.full((len(tokens), 1), 13)], axis=1))
    x = T["wte.weight"][rows] + T["wpe.weight"]
    read = norm(x, (16,), T["h.0.ln_1.weight"], T["h.0.ln_1.bias"])
    q, k, v = (read @ T["h.0.attn.c_attn.weight"] + T["h.0.attn.c_attn.bias"]).chunk(3, dim=-1)
    q, k, v = (it.unflatten(-1, (heads, -1)).transpose(1, 2) for it in (q, k, v))
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    mixed = mixed.transpose(1, 2).flatten(2)
    x = x + mixed @ T["h.0.attn.c_proj.weight"] + T["h.0.attn.c_proj.bias"]
    read = norm(x, (16,), T["h.0.ln_2.weight"], T["h.0.ln_2.bias"])
    hidden = torch.nn.functional.gelu(
        read @ T["h.0.mlp.c_fc.weight"] + T["h.0.mlp.c_fc.bias"], approximate="tanh"
    )
    x = x + hidden @ T["h.0.mlp.c_proj.weight"] + T["h.0.mlp.c_proj.bias"]
    last = norm(x[:, -1], (16,), T["ln_f.weight"], T["ln_f.bias"])
    return linear(last, T["wte.weight"]).numpy()


def test_weight_norm_is_what_torch_makes_of_it():
    tensors = torch.load(PUBLISHED / "wn.pth", weights_only=True)
    module = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(16, 32))
    module.load_state_dict({k.removeprefix("l1."): v for k, v in tensors.items() if "l1." in k})
    found = import_model(PUBLISHED / "wn.pth").model.parameters["W_1"]
    np.testing.assert_allclose(found.T, module.weight.detach(), atol=1e-6)


def test_one_of_a_list_is_chosen_and_named():
    last = import_model(PUBLISHED / "traj.pth", at=-1)
    assert "network 1 of 0 to 1 in 'state_dicts' by --at" in last.notes["below"]
    with pytest.raises(DistillError, match="say which with --at N, from 0 to 1"):
        import_model(PUBLISHED / "traj.pth", at=2)
    with pytest.raises(DistillError, match="holds no list of networks"):
        import_model(PUBLISHED / "nanda.pth", at=0)


def test_outputs_beyond_the_values_are_answers_of_the_network():
    """A perfect network but for five columns that win everywhere."""
    imported = import_model(PUBLISHED / "extra5.pth", SAID)
    assert imported.domain.outputs == range(118)
    assert "the answer on 12,769 of 12,769 inputs" in imported.notes["outputs"]


def test_a_position_table_may_be_longer_than_what_is_read():
    for name, positions in {"x_ctx5_longer_than_used": 5, "x_ctx4_three_inputs": 4}.items():
        path = PUBLISHED / f"{name}.pth"
        imported = import_model(path, SAID)
        assert imported.domain.shape == (13, 13)
        left = f"positions 3 to {positions - 1} (read by no input)"
        assert left in imported.notes["left_out"]
        assert f"room for {positions} positions" in imported.notes["assumed"]
    assert import_model(path, SAID, sizes=(13, 13, 13)).domain.shape == (13,) * 3
    assert import_model(path, f"{SAID},inputs=3").domain.shape == (13,) * 3
