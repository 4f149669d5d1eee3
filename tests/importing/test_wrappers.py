"""What stands around a network, and where networks lie: taken off and named, or refused."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch
from builders.checkpoint_files import theirs
from builders.networks import noisy
from safetensors.torch import save_file
from torch import nn

from distill import Channels, DistillError, Model, Recurrent, Transformer
from distill.importing import import_model
from distill.importing.wrappers import bare

SHAPE = Transformer(2, 6, 5, (0, 0), (5,), d_model=8, n_heads=2, d_head=4, d_mlp=12)
NETWORK = Model(SHAPE, noisy(SHAPE))
STATE = theirs("nanda_transformer", NETWORK.parameters)


def same(imported):
    tokens = imported.domain.tokens()
    np.testing.assert_array_equal(imported.model.logits(tokens), NETWORK.logits(tokens))
    return imported.notes


@pytest.mark.parametrize("norm", [nn.utils.parametrizations.weight_norm, nn.utils.weight_norm])
@pytest.mark.parametrize("dim", [0, 1, None])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_weight_norm_is_multiplied_out_under_both_its_names(norm, dim):
    module = norm(nn.Linear(3, 4).double(), dim=dim)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.rand_like(parameter))
    found = bare(module.state_dict(), "x.pt")
    module(torch.zeros(1, 3).double())  # the older of the two is computed when it is run
    np.testing.assert_allclose(found.tensors["weight"], module.weight.detach(), atol=1e-12)
    assert found.folded == ("weight",)


def test_a_parametrization_of_another_sort_is_refused():
    for norm in (nn.utils.parametrizations.spectral_norm, nn.utils.parametrizations.orthogonal):
        module = nn.Sequential(norm(nn.Linear(4, 4)))
        with pytest.raises(DistillError, match="a parametrization that is no weight norm"):
            bare(module.state_dict(), "x.pt")
    half = {"0.parametrizations.weight.original1": torch.ones(2, 2)}
    with pytest.raises(DistillError, match="half of a weight norm"):
        bare(half, "x.pt")
    lengths = {"0.parametrizations.weight.original0": torch.ones(3, 1)}
    with pytest.raises(DistillError, match="expected one length for every direction"):
        bare({**half, **lengths}, "x.pt")
    zero = {"0.weight_v": torch.zeros(2, 2), "0.weight_g": torch.ones(2, 1)}
    with pytest.raises(DistillError, match="a direction of length 0"):
        bare(zero, "x.pt")
    assert not bare({"0.weight_v": torch.ones(2, 2)}, "x.pt").folded


def test_a_wrapper_is_no_wrapper_where_two_keys_would_be_one():
    tensors = {"module.w": torch.ones(1), "w": torch.zeros(1)}
    assert bare(tensors, "x.pt").tensors.keys() == tensors.keys()


def test_two_networks_of_one_file_are_asked_about(tmp_path):
    ema = {key: value + 1 for key, value in STATE.items()}
    torch.save({"model": STATE, "ema": ema, "optimizer": {"m": torch.ones(2)}}, tmp_path / "x.pt")
    for layout in (None, "nanda_transformer"):
        with pytest.raises(DistillError, match=r"holds 2 networks .* below 'ema.' and 'model.'"):
            import_model(tmp_path / "x.pt", layout)
    notes = same(import_model(tmp_path / "x.pt", "nanda_transformer,strip=model."))
    assert "another network of the file" in notes["left_out"]
    assert "state of the optimizer" in notes["left_out"]


def test_a_tensor_beside_the_network_that_is_no_state_of_a_training_is_not_passed_over(tmp_path):
    torch.save({"model": STATE, "head": {"scale": torch.ones(5)}}, tmp_path / "x.pt")
    with pytest.raises(DistillError, match=r"does not read head.scale"):
        import_model(tmp_path / "x.pt", "nanda_transformer")
    with pytest.raises(DistillError, match="of no known layout"):
        import_model(tmp_path / "x.pt")


def test_a_folder_is_read_for_the_weights_in_it(tmp_path):
    with pytest.raises(DistillError, match="holds no weights"):
        import_model(tmp_path)
    save_file(STATE, tmp_path / "model.safetensors")
    for name in ("optimizer.pt", "scheduler.pt", "training_args.bin", "rng_state_0.pth"):
        (tmp_path / name).write_bytes(b"nothing to be read")
    same(import_model(tmp_path))
    save_file(STATE, tmp_path / "again.safetensors")
    with pytest.raises(DistillError, match=r"holds 2 files of weights .*say which, --model FILE"):
        import_model(tmp_path)


def test_a_folder_with_somebody_elses_certificate_is_no_run(tmp_path):
    save_file(STATE, tmp_path / "model.safetensors")
    (tmp_path / "certificate.json").write_text('{"issuer": "somebody"}')
    same(import_model(tmp_path))
    ours = {"format_version": 1, "sha256": {}, "kind": "domain", "architecture": None}
    for changes, message in {
        "null": "a network that was not stored",
        '{"kind": "transformer"}': "a damaged run of distill",
        '{"kind": "circuit"}': "a damaged run of distill",
    }.items():
        text = json.dumps({**ours, "architecture": json.loads(changes)})
        (tmp_path / "certificate.json").write_text(text)
        with pytest.raises(DistillError, match=message) as caught:
            import_model(tmp_path)
        assert "\n" not in str(caught.value)


def test_a_run_over_sequences_is_read_as_the_network_that_it_is_of(tmp_path):
    shape = Recurrent(2, 2, d_hidden=3)
    drawn = shape.initialise(torch.Generator().manual_seed(0), 1)
    network = Model(shape, {name: it[0] for name, it in drawn.items()}, (0, 5))
    save_file(dict(network.parameters), tmp_path / "model.safetensors")
    told = {"format_version": 2, "sha256": {}, "kind": "sequences", "architecture": asdict(shape)}
    told |= {"answers": [0, 5], "inputs": [[0, 1]], "outputs": 1}
    (tmp_path / "certificate.json").write_text(json.dumps(told))
    imported = import_model(tmp_path)
    assert imported.domain == Channels((range(2),))
    words = np.random.default_rng(0).integers(0, 2, (20, 6))
    np.testing.assert_array_equal(imported.model.run(words), network.run(words))


def test_one_of_a_list_is_chosen_by_its_number(tmp_path):
    other = {key: value + 1 for key, value in STATE.items()}
    torch.save([other, STATE], tmp_path / "bare.pt")
    torch.save({"steps": [0, 100], "states": [STATE, other]}, tmp_path / "named.pt")
    same(import_model(tmp_path / "bare.pt", at=-1))
    assert (
        "network 0 of 0 to 1 in 'states'"
        in same(import_model(tmp_path / "named.pt", at=0))["below"]
    )
    for at in (None, 2, -3):
        with pytest.raises(DistillError, match="say which with --at N, from 0 to 1"):
            import_model(tmp_path / "bare.pt", at=at)


def test_half_precision_is_kept_and_named(tmp_path):
    for kind in (torch.float16, torch.bfloat16):
        save_file({key: it.to(kind) for key, it in STATE.items()}, tmp_path / "x.safetensors")
        imported = import_model(tmp_path / "x.safetensors")
        name = str(kind).removeprefix("torch.")
        assert f"stored as {name}" in imported.notes["precision"]
        assert f"numbers of {name}" in imported.notes["found"]
        wanted = STATE["unembed.W_U"].to(kind).float()
        assert torch.equal(imported.model.parameters["W_U"], wanted)
