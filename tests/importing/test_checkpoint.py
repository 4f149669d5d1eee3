"""Checkpoints of others: read by layout, tensors only, and their facts steer nothing."""

import json
import pickle
import shutil
import zipfile

import numpy as np
import pytest
import torch
from builders.amount import THOROUGH
from builders.checkpoint_files import as_nanda, saved, theirs
from builders.commands import distill_here
from builders.networks import noisy
from builders.paths import LAYOUTS, SHARED
from planted import planted_model
from safetensors.torch import save_file

import distill
from distill import MLP, DistillError, Domain, Transformer
from distill.importing import builtin_layouts, import_model
from distill.importing import tensors as tensors_module
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.networks.trace import trace
from distill.serialise import to_json

pytestmark = pytest.mark.usefixtures("page_undrawn")


def with_a_column_that_never_wins(W_U):
    """Half of the first two columns each: their mean, which never leads."""
    return torch.cat([W_U, W_U[:, :2].mean(dim=1, keepdim=True)], dim=1)


def family(name):
    """(architecture, config beside it) of a small member of each family."""
    plain = {"d_model": 8, "n_heads": 2, "d_head": 4, "d_mlp": 12}
    zhong = {"attn_coeff": 0.5, "act_fn": "GeLU", "diff_vocab": True, "eqn_sign": False}
    normed = {"d_head": 4, "n_heads": 2, "d_model": 8, "d_mlp": 12, "layer_norm": True}
    return {
        "gpt2": (
            Transformer(2, 8, 8, (0, 0), (7,), **normed, activation="gelu_tanh", biases=True),
            {"activation_function": "gelu_new", "n_head": 2, "tie_word_embeddings": True},
        ),
        "gpt2_untied": (
            Transformer(2, 8, 7, (0, 0), (7,), **normed, activation="gelu_tanh", biases=True),
            {"activation_function": "gelu_new", "n_head": 2, "tie_word_embeddings": False},
        ),
        "transformerlens_4": (
            Transformer(2, 8, 7, (0, 0), (7,), **plain, activation="silu", biases=True),
            {"act_fn": "silu", "n_heads": 2, "normalization_type": None},
        ),
        "transformerlens_4_norm": (
            Transformer(2, 8, 7, (0, 0), (7,), **normed, activation="silu", biases=True),
            {"act_fn": "silu", "n_heads": 2, "normalization_type": "LN"},
        ),
        "nanda_transformer": (Transformer(2, 8, 7, (0, 0), (7,), **plain), None),
        "zhong_transformer": (
            Transformer(
                *(2, 14, 7, (0, 7), ()),
                **plain,
                n_layers=2,
                masked=False,
                activation="gelu",
                attention_coefficient=0.5,
            ),
            {"config": zhong},
        ),
        "chughtai_transformer": (Transformer(2, 8, 7, (0, 0), (7,), **plain, biases=True), None),
        "transformerlens_norm": (
            Transformer(
                *(2, 8, 7, (0, 0), (7,)),
                **plain,
                n_layers=2,
                activation="gelu",
                biases=True,
                layer_norm=True,
            ),
            {"act_fn": "gelu", "attention_dir": "causal", "normalization_type": "LN"},
        ),
        "transformerlens": (
            Transformer(2, 8, 7, (0, 0), (7,), **plain, activation="gelu", biases=True),
            {"act_fn": "gelu", "attention_dir": "causal", "normalization_type": None},
        ),
        "zhong_mlp_concat": (MLP(2, 7, 7, 6, (9,), "concat"), None),
        "zhong_mlp_sum": (MLP(2, 7, 7, 6, (9, 10), "sum"), None),
        "chughtai_mlp": (MLP(2, 7, 7, 6, (9,), "concat", shared=False), None),
    }[name]


DOMAIN = Domain((range(7), range(7)), range(7))


@pytest.mark.parametrize("name", sorted(set(builtin_layouts()) - {"feedforward"}))
def test_every_family_is_recognised_and_read(tmp_path, name):
    shape, config = family(name)
    layout = builtin_layouts()[name]
    parameters = {
        key: torch.zeros_like(w) if key in layout.zero else w for key, w in noisy(shape).items()
    }
    extra = {}
    if name == "gpt2":  # tied, and 14th column may be the answer
        parameters["W_U"] = parameters["W_E"].T.contiguous()
    if name == "chughtai_transformer":
        copies = {key: parameters["W_E"].clone() for key in ("x_embed", "y_embed")}
        extra = {**copies, "blocks.0.attn.mask": torch.ones(3, 3).tril()}
    if name == "nanda_transformer":  # the column of "=" is no answer
        extra["train_losses"] = [1.0, 0.5]
        wide = {**parameters, "W_U": with_a_column_that_never_wins(parameters["W_U"])}
        state = theirs(name, wide, **extra)
    else:
        state = theirs(name, parameters, **extra)
    path = saved(tmp_path / "network.pt", state)
    if config is not None:
        (tmp_path / "network.json").write_text(json.dumps(config))
    imported = import_model(path)
    assert imported.layout == name
    assert imported.domain == Domain(DOMAIN.inputs, range(shape.n_outputs))
    assert imported.model.architecture == shape
    expected = distill.Model(shape, parameters).logits(DOMAIN.tokens())
    np.testing.assert_allclose(imported.model.logits(DOMAIN.tokens()), expected, atol=1e-12)
    if name != "nanda_transformer":
        save_file(
            {k: v for k, v in state.items() if isinstance(v, torch.Tensor)},
            tmp_path / "network.safetensors",
        )
        again = import_model(tmp_path / "network.safetensors")
        assert to_json(again.model.architecture) == to_json(imported.model.architecture)


@pytest.fixture
def zhong(tmp_path):
    """A checkpoint of a family whose values stand in a config, and no config."""
    shape, _ = family("zhong_transformer")
    return saved(tmp_path / "network.pt", theirs("zhong_transformer", noisy(shape)))


def test_values_that_no_tensor_holds_are_asked_for(zhong):
    with pytest.raises(DistillError, match=r"takes activation from 'act_fn' of a config beside"):
        import_model(zhong)
    config = {"attn_coeff": 0.5, "act_fn": "mish", "diff_vocab": True, "eqn_sign": False}
    (zhong.parent / "config.json").write_text(json.dumps(config))
    with pytest.raises(DistillError, match=r"activation = 'mish'.*expected one of relu"):
        import_model(zhong)


def test_a_layout_file_says_what_is_missing(zhong):
    built = LAYOUTS / "zhong_transformer.toml"
    layout = zhong.parent / "mine.toml"
    text = built.read_text().replace('{ config = "act_fn" }', '"gelu"')
    text = text.replace('{ config = "attn_coeff" }', "0.5")
    text = text.replace('{ config = "eqn_sign" }', "0").replace('{ config = "diff_vocab" }', "true")
    layout.write_text(text)
    assert import_model(zhong, str(layout)).model.architecture == family("zhong_transformer")[0]
    for broken, message in {
        "archi": "not valid TOML",
        'architecture = "rnn"': "expected one of transformer, mlp",
        text.replace("masked = false\n", ""): "says nothing of masked",
        text + "tempo = 1\n": "unknown entries: values.tempo",
        text.replace('["embed.W_E", "d v -> v d"]', '"embed.W_E"'): "parameters.W_E",
        text.replace("embed.W_E", "nothing"): "finds no tensor 'nothing'",
        text.replace('"d v -> v d"', '"d v x -> v d x"'): "which is not 'd v x -> v d x'",
    }.items():
        layout.write_text(broken)
        with pytest.raises(DistillError, match=message):
            import_model(zhong, str(layout))
    with pytest.raises(DistillError, match="no layout 'nowhere'"):
        import_model(zhong, "nowhere")


def test_an_unknown_layout_is_asked_for_with_the_keys_and_a_layout_to_fill_in(tmp_path):
    torch.save({"a.weight": torch.ones(3, 4), "b": torch.ones(2)}, tmp_path / "x.pt")
    finished = distill_here("run", "--model", "x.pt", cwd=tmp_path)
    assert finished.returncode == 2
    for expected in ("of no known layout", "a.weight  [3, 4]", "[parameters]", "masked"):
        assert expected in finished.stderr
    assert "Traceback" not in finished.stderr
    assert not (tmp_path / "outputs").exists()


class Evil:
    def __reduce__(self):
        import os

        return os.system, ("touch executed",)


def unreadable(folder):
    """Files that must be refused, with what the refusal says."""
    good = saved(folder / "good.pt", {"w": torch.ones(50, 50)}).read_bytes()
    (folder / "truncated.pt").write_bytes(good[: len(good) // 2])
    (folder / "empty.pt").write_bytes(b"")
    (folder / "text.pt").write_text("hello")
    torch.save({"x": Evil()}, folder / "evil.pt")
    (folder / "evil_old.pt").write_bytes(pickle.dumps(Evil()))
    (folder / "short.safetensors").write_bytes(b"\xff" * 20)
    (folder / "notes.md").write_text("")
    torch.save({"losses": [1, 2]}, folder / "nothing.pt")
    np.savez(folder / "objects.npz", x=np.array([{}], dtype=object))
    torch.save({"w": torch.ones(1).expand(10**6, 10**6)}, folder / "claims.pt")
    with zipfile.ZipFile(folder / "bomb.pt", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data.pkl", b"\0" * 5_000_000)
    return {
        "missing.pt": "does not exist",
        "truncated.pt": "cannot be read",
        "empty.pt": "cannot be read",
        "text.pt": "cannot be read",
        "evil.pt": "is unsafe: reading it would import '(posix|os).system'",
        "evil_old.pt": "is unsafe",
        "short.safetensors": "cannot be read",
        "notes.md": "ends in '.md': expected one of",
        "nothing.pt": "holds no tensors",
        "objects.npz": "cannot be read",
        "claims.pt": "holds 4,000.0 GB",
        "bomb.pt": "holds 0.0 GB: expected a small network",
    }


def test_whatever_is_no_plain_tensors_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cases = unreadable(tmp_path)
    for name, message in cases.items():
        limit = 4_000_000 if name == "bomb.pt" else tensors_module.MAX_BYTES
        monkeypatch.setattr(tensors_module, "MAX_BYTES", limit)
        with pytest.raises(DistillError, match=message) as caught:
            import_model(name)
        assert "\n" not in str(caught.value), name
    assert not (tmp_path / "executed").exists()


def test_what_is_no_part_of_a_network_stands_in_no_layout_to_fill_in(tmp_path):
    """An encoder's matrix for queries, keys and values is three times as high as wide, as a cell's
    gates are: no layout of a cell is offered for it, and no state of an optimizer is listed.
    """
    encoder = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    optimizer = torch.optim.Adam(encoder.parameters())
    encoder(torch.ones(1, 3, 8)).sum().backward()
    optimizer.step()
    path = tmp_path / "x.pt"
    torch.save({"model": encoder.state_dict(), "optimizer": optimizer.state_dict()}, path)
    with pytest.raises(DistillError, match="given as its folder") as caught:
        import_model(path)
    assert "self_attn.in_proj_weight  [24, 8]" in str(caught.value)
    assert "exp_avg" not in str(caught.value)
    assert "recurrent" not in str(caught.value)


def test_values_that_are_not_finite_are_named(tmp_path):
    shape, _ = family("zhong_mlp_concat")
    parameters = noisy(shape) | {"b_U": torch.zeros(7)}
    parameters["W_1"][3, 4] = torch.inf
    named = theirs("zhong_mlp_concat", parameters)
    (of_file,) = [name for name, tensor in named.items() if not tensor.isfinite().all()]
    path = saved(tmp_path / "x.pt", named)
    with pytest.raises(DistillError, match=f"'{of_file}' holds values that are not finite"):
        import_model(path)


def test_values_that_are_not_finite_have_the_names_that_the_file_has(tmp_path):
    layers = torch.nn.GRU(2, 3, batch_first=True)
    tensors = {f"gru.{name}": tensor for name, tensor in layers.state_dict().items()}
    tensors |= {"head.weight": torch.ones(2, 3), "head.bias": torch.zeros(2)}
    tensors["gru.weight_hh_l0"][1, 1] = torch.nan
    said = "'gru.weight_hh_l0' holds values that are not finite"
    with pytest.raises(DistillError, match=said):
        import_model(saved(tmp_path / "x.pt", tensors))
    tensors["head.bias"][0] = torch.nan
    said = "'gru.weight_hh_l0' and 1 other tensor holds values"
    with pytest.raises(DistillError, match=said):
        import_model(saved(tmp_path / "y.pt", tensors))


def assert_named_everywhere(terminal, folder):
    """What was assumed and dropped: in the import line, the record and the report."""
    (line,) = (line for line in terminal.splitlines() if line.startswith("✓ import"))
    settings = json.loads((folder / "run.json").read_text())["settings"]
    record = f"assumed {settings['assumed']}; dropped {settings['dropped']}"
    report = "\n".join(json.loads((folder / "verification.json").read_text())["remarks"])
    for said in (line, record, report):
        assert "dropped output 23 of the file" in said
        _, lead, assumed = said.partition(
            "assumed by layout nanda_transformer, as neither the file nor a config says so: "
        )
        assert lead
        for part in ("activation relu", "causal attention", "no layer norm", "last position"):
            assert part in assumed


def test_a_checkpoint_runs_with_and_without_a_task(tmp_path):
    path = as_nanda(planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0}), tmp_path)
    plain = distill_here("run", "--model", path.name, "--json", cwd=tmp_path)
    assert plain.returncode == 0, plain.stderr
    report = json.loads(plain.stdout)
    assert report["verdict"] == "proved"
    assert report["model_vs_task"] is None
    assert report["program_vs_model"]["heldout_total"] is None
    held = distill_here("run", "mod_add", "--set", "p=23", "--model", path.name, cwd=tmp_path)
    assert "right on 529 of 529 inputs for mod_add" in held.stdout
    folder = tmp_path / "outputs" / "mod_add" / "grokking"
    assert (folder / "mechanism.json").read_bytes() == (
        tmp_path / report["folder"] / "mechanism.json"
    ).read_bytes()
    assert_named_everywhere(held.stdout, folder)
    assert distill_here("verify", "mod_add", cwd=tmp_path).returncode == 0
    wrong = distill_here("run", "mod_add", "--model", path.name, cwd=tmp_path)
    assert wrong.returncode == 2
    assert "set the task to the network's size" in wrong.stderr


def test_a_misread_layout_shows_in_the_accuracy(tmp_path):
    """Keys and queries swapped: the shapes fit, and the answers are wrong."""
    path = as_nanda(planted_model(23, {2: 5.0, 7: 4.0}), tmp_path)
    built = LAYOUTS / "nanda_transformer.toml"
    text = built.read_text().replace('attn.W_Q"', 'attn.W_X"').replace('attn.W_K"', 'attn.W_Q"')
    (tmp_path / "swapped.toml").write_text(text.replace('attn.W_X"', 'attn.W_K"'))
    run = distill.run_model(path, "mod_add", layout=str(tmp_path / "swapped.toml"), out=None, p=23)
    assert run.report.model_vs_task.agree < 300


PUBLISHED = sorted((SHARED / "models" / "modular").glob("*.pt*"))


@pytest.mark.skipif(not PUBLISHED, reason="the published checkpoints are not beside this checkout")
def test_the_facts_beside_a_checkpoint_never_steer(tmp_path):
    """Every field that is no layout deleted: no byte changes of what is looked at, or is found."""
    compared = 0
    for path in PUBLISHED:
        facts = json.loads(path.with_suffix(".json").read_text())
        names = ("act_fn", "attn_coeff", "eqn_sign", "diff_vocab")
        config = {key: facts["config"][key] for key in names if key in facts.get("config", {})}
        bare = tmp_path / f"x{compared}{path.suffix}"
        shutil.copy(path, bare)
        bare.with_suffix(".json").write_text(json.dumps(config))
        try:
            networks = [import_model(path), import_model(bare)]
        except DistillError:
            continue
        traces = [trace(network.model, network.domain) for network in networks]
        assert traces[0].logits.tobytes() == traces[1].logits.tobytes()
        if THOROUGH or compared < 2:
            assert to_json(extract(traces[0])) == to_json(extract(traces[1]))
        compared += 1
    assert compared >= 5


@pytest.mark.skipif(not PUBLISHED, reason="the published checkpoints are not beside this checkout")
@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_networks_give_back_their_key_frequencies_or_representations(path):
    facts = json.loads(path.with_suffix(".json").read_text())
    if facts.get("name") == "gross_indhead":
        with pytest.raises(DistillError, match="is unsafe: reading it would import 'transformer_"):
            distill.run_model(path, out=None)
        return
    run = distill.run_model(path, out=None)
    if facts.get("group") == "SymmetricGroup":
        assert run.report.verdict == "proved"
        assert run.report.located
        assert run.report.mechanism.name == "product a * b in S5"
        # its authors list the sign, the standard one, their product, and one of 5 dimensions
        assert facts["paper_key_reps"] == ["sign", "standard", "standard_sign", "s5_5d_a"]
        assert sorted(key.dimension for key in run.mechanism.keys) == [1, 4, 4, 5]
        named = " ".join(key.name for key in run.mechanism.keys)
        assert all(name in named for name in ("sign", "standard", "standard x sign"))
        return
    if facts["full_domain_accuracy"] < 1:
        assert run.report.verdict in {"proved", "exhaustive", "approximate"}
        assert run.report.program.exceptions > 0 or run.report.verdict == "approximate"
        return
    keys = facts.get("key_frequencies") or [
        int(key.removeprefix("freq_")) for key in facts["paper_key_reps"]
    ]
    assert run.report.verdict in {"proved", "exhaustive"}
    assert run.mechanism.key_frequencies == tuple(keys)
