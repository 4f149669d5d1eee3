"""Planes of an embedding: kept, removed and moved, whatever rows the inputs have."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from planted import planted_model, square

import distill
from distill import MLP, Model
from distill.checker.check import check_run
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.planes import EmbeddingPlanes, embedding_gradients

pytestmark = pytest.mark.usefixtures("page_undrawn")

SIZES = {2: 5.0, 7: 4.0, 9: 3.0}


def test_planes_are_kept_removed_and_moved():
    model = planted_model(23, SIZES)
    planes = EmbeddingPlanes(model, Coordinate((1, 1), 0, 23), list(SIZES), square(23))
    rows = {
        name: changed.parameters["W_E"].numpy()
        for name, changed in {
            "all": model,
            "alone": planes.alone(),
            "kept": planes.kept(),
            "removed": planes.removed(),
            "moved": planes.interchanged(np.roll(np.arange(23), 1)),
        }.items()
    }
    np.testing.assert_allclose(rows["alone"], rows["kept"], atol=1e-6)  # circles have no mean
    np.testing.assert_allclose(rows["alone"][:23], rows["all"][:23], atol=1e-6)
    np.testing.assert_allclose(rows["removed"][:23], 0, atol=1e-6)
    np.testing.assert_allclose(rows["moved"][1], rows["all"][0], atol=1e-6)


def test_gradients_are_those_of_finite_differences():
    model = planted_model(23, SIZES)
    tokens, outputs = np.array([[3, 11], [20, 5]]), np.array([4, 17])
    gradients = embedding_gradients(model, square(23), tokens, outputs)
    direction = np.random.default_rng(0).standard_normal(gradients.shape[2])
    for row in range(2):
        for position in range(2):
            moved = model.parameters["W_E"].double().clone()
            moved[tokens[row, position]] += 1e-6 * torch.from_numpy(direction)
            before, after = (
                m.logits(tokens)[row, outputs[row]]
                for m in (model, model.with_parameters(W_E=moved))
            )
            slope = (after - before) / 1e-6
            assert slope == pytest.approx(gradients[row, position] @ direction, rel=1e-3, abs=1e-3)


def test_vocabularies_of_their_own_are_ablated_alike(tmp_path):
    """The same network with rows of the embedding for each input: every figure is the same."""
    plain = planted_model(23, SIZES)
    shape = replace(plain.architecture, n_vocab=47, offsets=(0, 23), suffix=(46,))
    W_E = plain.parameters["W_E"]
    doubled = Model(shape, {**plain.parameters, "W_E": torch.cat([W_E[:23], W_E])})
    shared = distill.distill(plain, square(23)).report
    run = distill.distill(doubled, square(23), out=tmp_path)
    separate = run.report
    for name in ("kept_only_accuracy", "removed_accuracy", "interchange_accuracy"):
        assert separate.value(name) == shared.value(name), name
    assert shared.value("kept_only_accuracy") == shared.value("interchange_accuracy") == 1
    assert shared.value("removed_accuracy") < 0.1
    assert separate.located
    assert check_run(run.folder).ok


def test_every_embedding_of_a_perceptron_loses_its_own_planes():
    shape = MLP(2, 23, 23, 8, (9,), "concat", shared=False)
    rng = torch.Generator().manual_seed(0)
    model = Model(shape, shape.initialise(rng))
    removed = EmbeddingPlanes(model, Coordinate((1, 3), 0, 23), [2], square(23)).removed()
    x = np.arange(23)
    for name, weight in (("W_E0", 1), ("W_E1", 3)):
        rows = removed.parameters[name].numpy()
        circle = np.exp(2j * np.pi * 2 * weight * x / 23)
        np.testing.assert_allclose(circle @ rows, 0, atol=1e-9)
        assert np.abs(circle @ model.parameters[name].numpy()).max() > 0.1
