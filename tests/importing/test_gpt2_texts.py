"""GPT-2 over texts: its own forward pass, and nothing assumed of words, readout and texts."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file
from torch.nn import functional as F  # noqa: N812

from distill.cli.entry import cli
from distill.domains.texts import Form, Part
from distill.errors import DistillError
from distill.importing import AboutTexts, import_model
from distill.networks.text_network import TextNetwork

WORDS = ["a", "b", "c", "<bos>", "<sep>", "<eos>", "<pad>"]
FACTS = {"vocab": WORDS, "bos": "<bos>", "separator": "<sep>", "eos": "<eos>", "pad": "<pad>"}
CHOICE, SET = "next-token argmax at the answer positions", "multi-label: may come next iff > 0"
CONFIG = {"model_type": "gpt2", "activation_function": "gelu_new", "n_head": 2, "n_layer": 2}


def as_saved(folder, head=CHOICE, positions=20, **config):
    """A folder as transformers saves a GPT-2, of random weights, with facts beside it."""
    d, generator = 8, torch.Generator().manual_seed(3)

    def draw(*shape):
        return torch.randn(shape, generator=generator)

    tensors = {"wte.weight": draw(len(WORDS), d), "wpe.weight": draw(positions, d)}
    for layer in range(2):
        parts = {
            **{"attn.c_attn.weight": (d, 3 * d), "attn.c_attn.bias": (3 * d,)},
            **{"attn.c_proj.weight": (d, d), "attn.c_proj.bias": (d,)},
            **{"mlp.c_fc.weight": (d, 4 * d), "mlp.c_fc.bias": (4 * d,)},
            **{"mlp.c_proj.weight": (4 * d, d), "mlp.c_proj.bias": (d,)},
            **{f"ln_{n}.{part}": (d,) for n in "12" for part in ("weight", "bias")},
        }
        tensors |= {f"h.{layer}.{name}": draw(*shape) for name, shape in parts.items()}
    tensors |= {"ln_f.weight": draw(d), "ln_f.bias": draw(d)}
    save_file({f"transformer.{k}": it for k, it in tensors.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(CONFIG | config))
    (folder / "facts.json").write_text(json.dumps(FACTS | {"head": head}))
    return folder, tensors


def pass_of_torch(tensors, ids, first=0, epsilon=1e-5):
    """The published computation, with what `Conv1D` and a fused c_attn mean."""
    t = {key: it.double() for key, it in tensors.items()}
    x = t["wte.weight"][ids] + t["wpe.weight"][first : first + ids.shape[1]]
    for layer in range(2):
        block = {k.removeprefix(f"h.{layer}."): it for k, it in t.items() if f"h.{layer}." in k}
        h = F.layer_norm(x, (8,), block["ln_1.weight"], block["ln_1.bias"], epsilon)
        fused = h @ block["attn.c_attn.weight"] + block["attn.c_attn.bias"]
        q, k, v = (it.unflatten(-1, (2, 4)).transpose(1, 2) for it in fused.chunk(3, -1))
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        x = x + mixed @ block["attn.c_proj.weight"] + block["attn.c_proj.bias"]
        h = F.layer_norm(x, (8,), block["ln_2.weight"], block["ln_2.bias"], epsilon)
        units = F.gelu(h @ block["mlp.c_fc.weight"] + block["mlp.c_fc.bias"], approximate="tanh")
        x = x + units @ block["mlp.c_proj.weight"] + block["mlp.c_proj.bias"]
    x = F.layer_norm(x, (8,), t["ln_f.weight"], t["ln_f.bias"], epsilon)
    return (x @ t["wte.weight"].T).numpy()


def imported(folder, texts="[a b c]{1,6} <sep> ...{2}", layout=None):
    return import_model(folder, layout, about=AboutTexts(folder / "facts.json", texts))


@pytest.mark.parametrize("epsilon", [1e-5, 1e-2])
def test_its_logits_are_those_of_the_published_computation(tmp_path, epsilon):
    folder, tensors = as_saved(tmp_path, layer_norm_epsilon=epsilon)
    read = imported(folder)
    network = TextNetwork(read.model, read.domain)
    text = np.array([[0, 2, 1, 3, 1]])  # a c b <sep> b
    ids = torch.tensor([[3, 0, 2, 1, 4, 1]])
    wanted = pass_of_torch(tensors, ids, epsilon=epsilon)[0, 1:]
    found = network.logits(text)[0]
    assert np.isnan(found[:3]).all()
    assert np.allclose(found[3:], wanted[3:], atol=1e-9)
    answers = [{0: 0, 1: 1, 2: 2, 4: 3, 3: 4, 5: 5, 6: 6}[row] for row in wanted.argmax(axis=1)]
    assert network.run(text)[0].tolist() == [-1, -1, -1, *answers[3:]]


def test_a_text_may_start_at_other_positions(tmp_path):
    folder, tensors = as_saved(tmp_path)
    read = imported(folder, layout="gpt2_texts,starts=5")
    network, text = TextNetwork(read.model, read.domain), np.array([[0, 2, 3]])
    first = int(network.shape.first_positions(torch.from_numpy(text))[0])
    wanted = pass_of_torch(tensors, torch.tensor([[3, 0, 2, 4]]), first)[0, 3]
    assert first > 0
    assert np.allclose(network.logits(text)[0, 2], wanted)


def test_a_set_is_what_may_come_next_as_powers_of_two(tmp_path):
    folder, tensors = as_saved(tmp_path, SET)
    read = imported(folder, "[a b c]{1,3} ...{5}")
    network, text = TextNetwork(read.model, read.domain), np.array([[0, 2, 1]])
    wanted = pass_of_torch(tensors, torch.tensor([[3, 0, 2, 1]]))[0, 1:] > 0
    assert network.run(text)[0].tolist() == (wanted @ 2 ** np.arange(7)).tolist()
    assert read.domain.tokens == range(3)
    rows = network.formed(50, 1)
    assert sum(map(len, rows)) == 50
    assert any("a set is the sum of 2 ** token" in line for line in read.lines)


def samples(folder, prompts, positions=None, **more):
    """A file of examples: prompts, a separator, and answers that are the prompt again."""
    long = 2 * max(map(len, prompts)) + 3
    ids, labels = np.full((len(prompts), long), 6), np.full((len(prompts), long), -1)
    for row, prompt in enumerate(prompts):
        text = [3, *prompt, 4, *prompt, 5]
        ids[row, : len(text)] = text
        labels[row, len(prompt) + 2 : len(text)] = text[len(prompt) + 2 :]
    arrays = {"train_ids": ids, "train_labels": labels} | more
    if positions is not None:
        arrays["train_positions"] = np.array(positions)[:, None] + np.arange(long)
    np.savez(folder / "samples.npz", **arrays)
    return str(folder / "samples.npz:train")


def test_the_form_of_prompts_is_read_off_examples(tmp_path):
    folder, _ = as_saved(tmp_path)
    bits = np.random.default_rng(0)
    prompts = [[*bits.integers(0, 3, bits.integers(1, 6))] for _ in range(400)]
    read = imported(folder, samples(folder, prompts, bits.integers(0, 4, 400)))
    free = Form((Part((0, 1, 2), 1, 5), Part((3,), 1, 1)), "chosen", 5)
    assert read.domain.form == free
    assert (read.domain.longest, read.model.architecture.starts) == (11, 4)
    assert any("[0 1 2]{1,5} 3 ...{5} by the 400 texts" in line for line in read.lines)
    different = [[*bits.permutation(3)[: bits.integers(1, 4)]] for _ in range(400)]
    (part, _) = imported(folder, samples(folder, different)).domain.form.parts
    assert (part.apart, part.most) == (1, 3)
    even = [[*bits.integers(0, 3, 2 * bits.integers(1, 4))] for _ in range(400)]
    (part, _) = imported(folder, samples(folder, even)).domain.form.parts
    assert (part.fewest, part.most, part.step) == (2, 6, 2)
    clear = [it for it in prompts if sorted(map(it.count, range(3)))[-2] < max(map(it.count, it))]
    (part, _) = imported(folder, samples(folder, clear)).domain.form.parts
    assert part.clear == 1
    long = [it for it in clear if len(it) == 5]
    woven = [[x for pair in zip(*two, strict=True) for x in pair] for two in pairwise(long)]
    (part, _) = imported(folder, samples(folder, woven)).domain.form.parts
    assert part.clear == 2
    assert imported(folder, samples(folder, prompts)).domain.form.parts[0].clear == 0
    begun = [[1, *bits.integers(0, 3, bits.integers(1, 5))] for _ in range(400)]
    first, rest, _ = imported(folder, samples(folder, begun)).domain.form.parts
    assert (first, rest) == (Part((1,), 1, 1), Part((0, 1, 2), 1, 4))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (None, "nothing says how these look"),
        ("[a z]{1,3}", "has 'z', which is no token of a text"),
        ("[a]{1,3", "cannot be read from"),
        ("...{3} [a]{1,2}", "stands last"),
        ("[a b]{1,40}", "the network reads 4 tokens, up to 19"),
        ("nowhere.npz:train", "cannot be read"),
    ],
)
def test_texts_that_are_none_are_refused(tmp_path, texts, said):
    folder, _ = as_saved(tmp_path)

    def network():
        read = imported(folder, texts)
        return TextNetwork(read.model, read.domain)

    with pytest.raises(DistillError, match=said):
        network()


def test_nothing_is_assumed_of_words_and_readout(tmp_path):
    folder, _ = as_saved(tmp_path)
    with pytest.raises(DistillError, match="20 positions: say what it reads"):
        import_model(folder)
    with pytest.raises(DistillError, match="nothing says readout, bos"):
        import_model(folder, about=AboutTexts(texts="[0]{1}"))
    with pytest.raises(DistillError, match="says 3: expected the same"):
        imported(folder, layout="gpt2_texts,bos=2")
    told = "gpt2_texts,readout=choice,bos=3,sep=4,eos=5,pad=6"
    read = import_model(folder, told, about=AboutTexts(texts="[0 1]{1,3}^2 4"))
    assert read.domain.form.parts[0].clear == 2
    assert str(read.domain.form) == "[0 1]{1,3}^2 3"
    read = import_model(folder, told, about=AboutTexts(texts="[*]{1,6} 4"))
    assert read.domain.form.parts == (Part((0, 1, 2), 1, 6), Part((3,), 1, 1))
    (folder / "facts.json").write_text(json.dumps(FACTS | {"head": "something"}))
    with pytest.raises(DistillError, match="expected choice"):
        imported(folder)
    (folder / "facts.json").write_text(json.dumps(FACTS | {"vocab": WORDS[:4], "head": SET}))
    with pytest.raises(DistillError, match="expected a word of vocab"):
        imported(folder)


def test_a_config_of_something_else_is_refused(tmp_path):
    folder, _ = as_saved(tmp_path, scale_attn_by_inverse_layer_idx=True)
    with pytest.raises(DistillError, match="scale_attn_by_inverse_layer_idx"):
        imported(folder)


@pytest.mark.parametrize("option", [["--length", "5"], ["--max-states", "9"]])
def test_what_is_of_recurrent_networks_is_refused_beside_one_over_texts(tmp_path, option):
    folder, _ = as_saved(tmp_path)
    given = ["run", "--model", str(folder), "--facts", str(folder / "facts.json")]
    given += ["--texts", "[a b]{1,3} <sep>", "--out", str(tmp_path / "out"), *option]
    said = CliRunner().invoke(cli, given).exception
    assert f"{option[0]} is of a recurrent network" in str(said)
    said = CliRunner().invoke(cli, ["run", "xor", "--texts", "[a]{1}"]).exception
    assert "--texts is of a checkpoint: it needs --model FILE" in str(said)
    assert not Path(tmp_path / "out").exists()
