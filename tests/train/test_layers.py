"""PyTorch's own recurrent layers, trained here."""

import pytest

import distill
from distill.networks.recurrent_layers import RecurrentLayers
from distill.train.trainer import sizes_of


@pytest.mark.part(1)
@pytest.mark.parametrize("cell", ["gru", "rnn", "lstm"])
def test_a_layer_that_was_asked_for_is_trained_and_read(cell):
    """Whether a symbol is 0, whatever the cell."""
    task = distill.SequenceTask({"x": range(2)}, lambda xs: [1 - x for x in xs], length=6)
    run = distill.run(task, architecture=f"{cell},d_hidden=4", out=None)
    assert run.report.verdict in ("proved", "tested")
    word = [0] * 30 + [1, 0] * 30
    assert run.program(word) == [1 - x for x in word]
    assert run.record.used.sizes["d_hidden"] in (4, 8)
    assert run.model.architecture.cell == cell


def test_sizes_are_what_an_architecture_says_in_numbers():
    assert sizes_of(RecurrentLayers(3, 2, 4, "gru", 5))["d_hidden"] == 5
    assert "head" not in sizes_of(RecurrentLayers(3, 2, 4, "gru", 5))
    deep = RecurrentLayers(3, 2, 4, "gru", 5, head=(6, 7), head_activation="sigmoid")
    assert sizes_of(deep)["head"] == (6, 7)
