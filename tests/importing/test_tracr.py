"""Compiled transformers from a file: what stands beside it is read, and what does not is asked."""

import json

import numpy as np
import pytest
from builders.compiled_texts import as_file, histogram, shifted

from distill.errors import DistillError
from distill.importing import import_model
from distill.networks.text_network import TextNetwork
from distill.pipeline import run_model


def test_settings_are_read_from_the_file_of_the_same_name(tmp_path):
    imported = import_model(as_file(histogram(), tmp_path / "hist.npz"))
    assert imported.layout == "tracr"
    assert str(imported.domain) == "x in 0..1, up to 3 tokens"
    shape = imported.model.architecture
    assert (shape.causal, shape.bos, shape.readout, shape.none) == (False, 0, "choice", -1)
    network = TextNetwork(imported.model, imported.domain)
    assert network.run(np.array([[1, 0, 1]])).tolist() == [[2.0, 1.0, 2.0]]
    assert any("leads by less than 0.02" in line for line in imported.remarks)


def test_what_nobody_says_is_asked_for_and_an_option_says_it(tmp_path):
    path = as_file(shifted(), tmp_path / "shift.npz")
    path.with_suffix(".json").unlink()
    with pytest.raises(DistillError, match="nor an option says causal, bos, readout: say --layout"):
        import_model(path)
    said = "tracr,causal=false,bos=0,readout=choice"
    imported = import_model(path, said)
    assert imported.layout == said
    assert imported.model.answers == (0, 1, 2)
    with pytest.raises(DistillError, match="found 'causal=maybe'"):
        import_model(path, "tracr,causal=maybe")


def test_tokens_are_numbered_by_what_they_are(tmp_path):
    words = as_file(
        shifted(), tmp_path / "words.npz", vocab=["BOS", "b", "a", "c"], out_vocab=list("bac")
    )
    imported = import_model(words)
    assert imported.model.answers == (0, 1, 2)
    assert "0 for 'b', 1 for 'a', 2 for 'c'" in imported.notes["said"]
    numbers = as_file(
        shifted(), tmp_path / "n.npz", vocab=["BOS", 5, 4, 6], out_vocab=[0.5, 1.0, 2]
    )
    imported = import_model(numbers)
    assert imported.domain.tokens == range(4, 7)
    assert imported.model.architecture.tokens == (2, 1, 3)
    assert imported.model.answers == (0.5, 1.0, 2)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"causal": "yes"}, "says causal = 'yes': expected true or false"),
        ({"BOS": None, "PAD": "x"}, "says PAD = 'x'"),
        ({"vocab": ["BOS", "a"]}, "lists 2 tokens"),
        ({"PAD": 9}, "expected bos and pad among their rows"),
        ({"out_vocab": [1, 2]}, "2 answers to choose from; expected 3"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(tmp_path, said, message):
    path = as_file(shifted(), tmp_path / "odd.npz", **said)
    with pytest.raises(DistillError) as caught:
        import_model(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_that_are_no_json_are_named(tmp_path):
    path = as_file(shifted(), tmp_path / "odd.npz")
    path.with_suffix(".json").write_text("[1")
    with pytest.raises(DistillError, match=r"odd\.json' cannot be read"):
        import_model(path)
    path.with_suffix(".json").write_text(json.dumps([1]))
    with pytest.raises(DistillError, match="no JSON object"):
        import_model(path)


def test_a_task_beside_a_network_over_texts_is_refused(tmp_path):
    """A task over something else: there is nothing to hold the network against."""
    file = as_file(shifted(tokens=2, longest=3), tmp_path / "shift.npz")
    said = r"task 'parity_all' is over sequences of x in 0\.\.1: leave it out"
    with pytest.raises(DistillError, match=said):
        run_model(file, "parity_all", out=None)
