"""Importing assumes nothing in silence: nothing is cut, overlooked, or taken for granted unsaid."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.checkpoint_files import as_nanda, saved, theirs
from builders.networks import noisy
from builders.paths import LAYOUTS, SHARED
from planted import planted_model
from safetensors.torch import save_file

import distill
from distill import DistillError, Model, Transformer
from distill.importing import import_model
from distill.spaces.finite import Finite, accuracy
from distill.tasks.files import load_task

PUBLISHED = SHARED / "models" / "layouts"
P = 23
CONFIG = {"act_fn": "relu", "attention_dir": "causal", "normalization_type": None}


def as_transformerlens(parameters, path, config=None, **extra):
    """Parameters under TransformerLens's names, and a config beside them."""
    torch.save({**theirs("transformerlens", parameters), **extra}, path)
    if config is not None:
        path.with_suffix(".json").write_text(json.dumps(config))
    return path


@pytest.fixture(scope="module")
def planted():
    """A perfect network, and its parameters with the biases that TransformerLens writes."""
    model = planted_model(P, {2: 5.0, 7: 4.0, 9: 3.0})
    shape = replace(model.architecture, biases=True)
    zeros = {name: torch.zeros(size) for name, size in shape.shapes().items()}
    return Model(shape, {**zeros, **model.parameters})


@pytest.fixture(scope="module")
def small():
    """A network whose parts all matter."""
    shape = Transformer(
        *(2, 8, 7, (0, 0), (7,)), d_model=8, n_heads=2, d_head=4, d_mlp=12, biases=True
    )
    return Model(shape, noisy(shape))


def test_outputs_that_win_are_never_cut(planted, tmp_path):
    """Five outputs more, the answer on every input: cut without a word, this would be proved."""
    wide = dict(planted.parameters)
    wide["W_U"] = torch.cat([wide["W_U"], torch.zeros(len(wide["W_U"]), 5)], dim=1)
    wide["b_U"] = torch.cat([wide["b_U"], torch.full((5,), 1e4)])
    path = as_transformerlens(wide, tmp_path / "x.pt", CONFIG)
    with pytest.raises(DistillError, match="is, or may be, the answer on 529 of 529 inputs"):
        import_model(path, "transformerlens,answers=values")
    imported = import_model(path)
    assert "every one of the 28 outputs is an answer" in imported.notes["outputs"]
    assert imported.domain.outputs == range(P + 5)
    answers = imported.model.logits(imported.domain.tokens()).argmax(axis=1)
    assert answers.min() >= P


def test_answers_that_no_task_asks_for_are_wrong_ones(tmp_path):
    """The same held against its task: a program of it would be one that is never right."""
    model = planted_model(7, {1: 5.0, 2: 4.0})
    shape = replace(model.architecture, biases=True)
    wide = {name: torch.zeros(size) for name, size in shape.shapes().items()} | {**model.parameters}
    wide["W_U"] = torch.cat([wide["W_U"], torch.zeros(len(wide["W_U"]), 5)], dim=1)
    wide["b_U"] = torch.cat([wide["b_U"], torch.full((5,), 1e4)])
    path = as_transformerlens(wide, tmp_path / "x.pt", CONFIG)
    imported = import_model(path, sizes=(7, 7))
    task = load_task("mod_add", {"p": 7})
    assert imported.domain.inputs == task.domain.inputs
    assert (imported.model.run(task.domain.tokens()) >= 7).all()
    assert Finite().fits(imported.domain, task.domain)
    assert accuracy(imported.model, task) == "0 of 49 inputs"
    with pytest.raises(DistillError, match=r"with outputs 0\.\.11, and task 'mod_add' is"):
        distill.run_model(path, "mod_add", p=11, out=None)


def test_an_output_that_ties_or_leads_once_is_never_cut(planted, tmp_path):
    W_U = planted.parameters["W_U"]
    for column in (W_U[:, :1], 1.01 * W_U[:, 5:6]):
        wide = {**planted.parameters, "W_U": torch.cat([W_U, column], dim=1)}
        wide["b_U"] = torch.zeros(P + 1)
        path = as_transformerlens(wide, tmp_path / "x.pt", CONFIG)
        imported = import_model(path)
        assert imported.domain.outputs == range(P + 1)
        assert imported.model.architecture.n_outputs == P + 1


def test_an_output_that_never_leads_is_dropped_and_named(tmp_path):
    imported = import_model(as_nanda(planted_model(P, {2: 5.0, 7: 4.0}), tmp_path))
    assert imported.domain.outputs == range(P)
    (remark,) = (it for it in imported.remarks if it.startswith("dropped"))
    assert "dropped output 23 of the file: on none of the 529 inputs the answer" in remark


def test_fewer_outputs_are_answers_of_their_own(small, tmp_path):
    narrow = {
        **small.parameters,
        "W_U": small.parameters["W_U"][:, :3].clone(),
        "b_U": small.parameters["b_U"][:3].clone(),
    }
    imported = import_model(as_transformerlens(narrow, tmp_path / "x.pt", CONFIG))
    assert imported.domain.outputs == range(3)
    assert imported.domain.shape == (7, 7)


def test_what_a_config_says_is_honoured(small, tmp_path):
    config = {"act_fn": "gelu", "attention_dir": "bidirectional", "normalization_type": "LNPre"}
    imported = import_model(as_transformerlens(small.parameters, tmp_path / "x.pt", config))
    shape = replace(small.architecture, activation="gelu", masked=False, layer_norm=True)
    assert imported.model.architecture == shape
    plain = {
        name: torch.ones(size) if name.endswith("_weight") else torch.zeros(size)
        for name, size in shape.shapes().items()
        if "ln_" in name
    }
    tokens = imported.domain.tokens()
    expected = Model(shape, {**small.parameters, **plain}).logits(tokens)
    np.testing.assert_allclose(imported.model.logits(tokens), expected, atol=1e-12)
    assert imported.notes["said"].startswith("activation gelu by 'x.json' (act_fn)")


@pytest.mark.parametrize("place", ["x.json", "config.json", "in the file", "nested"])
def test_a_config_is_read_wherever_it_stands(small, tmp_path, place):
    config = {**CONFIG, "act_fn": "GeLU"}
    extra = {"cfg": config} if place == "in the file" else {}
    path = as_transformerlens(small.parameters, tmp_path / "x.pt", **extra)
    if place.endswith("json"):
        (tmp_path / place).write_text(json.dumps(config))
    if place == "nested":
        (tmp_path / "x.json").write_text(json.dumps({"name": "x", "config": config}))
    assert import_model(path).model.architecture.activation == "gelu"


def test_a_config_in_the_metadata_of_safetensors_is_read(small, tmp_path):
    state = theirs("transformerlens", small.parameters)
    for metadata in (
        {"act_fn": "gelu", "normalization_type": "none", "format": "pt"},
        {"config": json.dumps({**CONFIG, "act_fn": "gelu"})},
    ):
        save_file(state, tmp_path / "x.safetensors", metadata=metadata)
        imported = import_model(tmp_path / "x.safetensors")
        assert imported.model.architecture.activation == "gelu"


REFUSED = {
    "act_fn": ("mish", "activation = 'mish' of 'x.json' .act_fn.: expected one of relu, gelu"),
    "attention_dir": ("sideways", "masked = 'sideways' of 'x.json'"),
    "normalization_type": ("LN", "no weights of a layer norm, and normalization is 'LN'"),
    "norm": ("RMS", "normalization = 'RMS'"),
    "attn_scale": (3.0, "says attn_scale = '3.0'"),
    "use_attn_scale": (False, "says use_attn_scale = 'False'"),
    "d_head": (3, "says d_head = '3', and the network is read with 4"),
    "d_vocab_out": (9, "says d_vocab_out = '9', and the network is read with 7"),
    "positional_embedding_type": ("rotary", "says positional_embedding_type = 'rotary'"),
    "parallel_attn_mlp": (True, "says parallel_attn_mlp = 'True'"),
    "activation": ("gelu", "activation is 'relu' by 'x.json' .act_fn. and 'gelu' by 'x.json'"),
    "n_heads": ([2], "says n_heads = "),
    "attn_coeff": (-1, "attention_coefficient = -1 of 'x.json'"),
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_a_config_says_and_cannot_be_done_is_refused(small, tmp_path, field):
    value, message = REFUSED[field]
    config = {**CONFIG, field: value}
    path = as_transformerlens(small.parameters, tmp_path / "x.pt", config)
    with pytest.raises(DistillError, match=message) as caught:
        import_model(path)
    assert "\n" not in str(caught.value)


def test_a_config_that_cannot_be_read_is_not_passed_over(small, tmp_path):
    path = as_transformerlens(small.parameters, tmp_path / "x.pt")
    for text in ("{", "[1]", '{"a": 1, "a": 2}', "[" * 100_000):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(DistillError, match=r"config '.*x.json' cannot be read"):
            import_model(path)


def test_configs_and_options_that_contradict_each_other_are_refused(small, tmp_path):
    path = as_transformerlens(small.parameters, tmp_path / "x.pt", CONFIG)
    with pytest.raises(DistillError, match=r"--layout says activation=gelu, and 'x.json'"):
        import_model(path, "transformerlens,activation=gelu")
    (tmp_path / "config.json").write_text('{"act_fn": "gelu"}')
    with pytest.raises(DistillError, match=r"'relu' by 'x.json' .* and 'gelu' by 'config.json'"):
        import_model(path)


def test_what_nothing_says_is_asked_for_and_an_option_answers(small, tmp_path):
    path = as_transformerlens(small.parameters, tmp_path / "x.pt")
    with pytest.raises(DistillError) as caught:
        import_model(path)
    for expected in ("'act_fn'", "'normalization_type'", "--layout transformerlens,activation="):
        assert expected in str(caught.value)
    chosen = "transformerlens,activation=gelu,normalization=none,masked=false"
    imported = import_model(path, chosen)
    assert imported.layout == chosen
    assert imported.model.architecture == replace(
        small.architecture, activation="gelu", masked=False
    )
    for wrong in ("activation=mish", "masked=perhaps", "tempo=1", "inputs", "activation=relu," * 2):
        with pytest.raises(DistillError, match=r"--layout 'transformerlens"):
            import_model(path, f"transformerlens,{wrong}".rstrip(","))


def test_fields_that_nobody_reads_are_named(small, tmp_path):
    config = {**CONFIG, "leaky_slope": 0.1}
    imported = import_model(as_transformerlens(small.parameters, tmp_path / "x.pt", config))
    assert "leaky_slope" in imported.notes["config_not_read"]


def test_what_a_file_says_of_the_elements_of_a_group_is_said_not_to_be_used(small, tmp_path):
    config = {**CONFIG, "element_order": "rotations\nfirst"}
    imported = import_model(as_transformerlens(small.parameters, tmp_path / "x.pt", config))
    said = imported.notes["elements"]
    assert "element_order says 'rotations\\nfirst' ('x.json'), which is not used" in said
    assert "config_not_read" not in imported.notes


def test_every_tensor_is_read_or_left_out_for_a_reason(small, tmp_path):
    for key in ("blocks.0.mlp.b_gate", "rotary", "blocks.1.attn.W_Q", "pos_embed.W_more"):
        path = as_transformerlens(
            small.parameters, tmp_path / "x.pt", CONFIG, **{key: torch.ones(2, 8, 4)}
        )
        with pytest.raises(DistillError):
            import_model(path, "transformerlens")
    path = as_transformerlens(small.parameters, tmp_path / "x.pt", CONFIG, extra=torch.ones(2))
    with pytest.raises(DistillError, match=r"does not read extra .*\[ignore\] with the reason"):
        import_model(path, "transformerlens")
    built = LAYOUTS / "transformerlens.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text(built.read_text() + '\n[ignore]\nextra = "a counter of steps"\n')
    assert "extra (a counter of steps)" in import_model(path, str(mine)).notes["left_out"]
    mine.write_text('ignore = ["extra"]\n' + built.read_text())
    with pytest.raises(DistillError, match="the reasons why they can be left out"):
        import_model(path, str(mine))


def test_every_shape_is_exact(small, tmp_path):
    """Anything that would broadcast, on any axis of any parameter."""
    state = theirs("transformerlens", small.parameters)
    for key, weights in state.items():
        for axis in range(weights.dim()):
            for changed in (weights.narrow(axis, 0, 1), torch.cat([weights, weights], dim=axis)):
                torch.save({**state, key: changed.clone()}, tmp_path / "x.pt")
                (tmp_path / "x.json").write_text(json.dumps(CONFIG))
                if key.endswith(("W_E", "W_pos")) and axis == 0 and len(changed) > 3:
                    continue  # more values of the inputs, or room for more inputs: a whole network
                with pytest.raises(DistillError) as caught:
                    import_model(tmp_path / "x.pt", "transformerlens")
                assert "\n" not in str(caught.value)


def test_buffers_must_hold_what_the_layout_says(tmp_path):
    shape = Transformer(
        *(2, 8, 7, (0, 0), (7,)), d_model=8, n_heads=2, d_head=4, d_mlp=12, n_layers=2, biases=True
    )
    parameters = noisy(shape)
    window = torch.ones(3, 3).tril()
    window[2, 0] = 0
    for key, value in {
        "blocks.0.attn.mask": window,
        "blocks.1.attn.mask": torch.ones(3, 3),
        "blocks.0.attn.IGNORE": torch.tensor(0.0),
    }.items():
        path = as_transformerlens(parameters, tmp_path / "x.pt", CONFIG, **{key: value})
        with pytest.raises(DistillError, match=r"is no (causal mask|masked score)"):
            import_model(path)
    chughtai = theirs("chughtai_transformer", parameters)
    copies = {key: parameters["W_E"].clone() for key in ("x_embed", "y_embed")}
    saved(tmp_path / "y.pt", {**chughtai, **copies})
    assert import_model(tmp_path / "y.pt").layout == "chughtai_transformer"
    saved(tmp_path / "y.pt", {**chughtai, **copies, "y_embed": parameters["W_E"] + 1})
    with pytest.raises(DistillError, match=r"'y_embed' .* is no copy of W_E"):
        import_model(tmp_path / "y.pt")


def test_rows_that_no_input_reads_are_named(small, tmp_path):
    longer = torch.cat([small.parameters["W_pos"], torch.ones(2, 8)])
    path = as_transformerlens({**small.parameters, "W_pos": longer}, tmp_path / "x.pt", CONFIG)
    assert "room for 5 positions (say inputs=N" in import_model(path).notes["assumed"]
    assert "3 inputs by the task" in import_model(path, sizes=(7, 7, 7)).notes["said"]
    imported = import_model(path, "transformerlens,inputs=2")
    assert imported.notes["left_out"] == "positions 3 to 4 (read by no input)"
    tokens = imported.domain.tokens()
    np.testing.assert_array_equal(imported.model.logits(tokens), small.logits(tokens))
    assert import_model(path, "transformerlens,inputs=4").domain.shape == (7,) * 4
    with pytest.raises(DistillError, match="vocabulary has 8 rows: expected 2 inputs"):
        import_model(path, "transformerlens,inputs=2,separate_inputs=true")


def test_axes_that_are_put_together_wrongly_are_a_line(small, tmp_path):
    path = as_transformerlens(small.parameters, tmp_path / "x.pt", CONFIG)
    built = LAYOUTS / "transformerlens.toml"
    for old, new in {
        '"embed.W_E", "v d -> v d"': '"embed.W_E", "v d -> (v d)"',
        '"unembed.W_U", "d c -> d c"': '"unembed.W_U", "d c -> (d c)"',
        '"blocks.*.attn.W_Q", "h d e -> h d e"': '"blocks.*.attn.W_Q", "h d e -> h (d e)"',
    }.items():
        text = built.read_text()
        assert old in text
        (tmp_path / "mine.toml").write_text(text.replace(old, new))
        with pytest.raises(DistillError, match="another number of axes"):
            import_model(path, str(tmp_path / "mine.toml"))


def test_a_prefix_is_told(small, tmp_path):
    state = {f"module.{k}": v for k, v in theirs("transformerlens", small.parameters).items()}
    torch.save(state, tmp_path / "x.pt")
    (tmp_path / "x.json").write_text(json.dumps(CONFIG))
    for layout in (None, "transformerlens", "transformerlens,strip=module."):
        imported = import_model(tmp_path / "x.pt", layout)
        assert imported.model.architecture == small.architecture
        assert imported.notes["below"] == "'module' taken out of every key"


def test_the_precision_of_the_file_is_named_and_kept(small, tmp_path):
    state = {k: v.bfloat16() for k, v in theirs("transformerlens", small.parameters).items()}
    torch.save(state, tmp_path / "x.pt")
    (tmp_path / "x.json").write_text(json.dumps(CONFIG))
    imported = import_model(tmp_path / "x.pt")
    assert imported.notes["precision"] == (
        "stored as bfloat16, every number of it kept; it is run in float32 or better, and not in "
        "that"
    )
    assert torch.equal(imported.model.parameters["W_U"], state["unembed.W_U"].float())
