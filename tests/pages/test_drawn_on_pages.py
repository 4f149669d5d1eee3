"""What a page draws of a run: the numbers behind its pictures are the network's."""

import json
import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
import torch
from builders.html_page import page_of
from PIL import Image
from planted import planted_model, square


def images(page, name):
    """The images of a figure, as the places of their pixels in the palette, and the palette."""
    (figure,) = re.findall(rf'<figure id="picture-{name}".*?</figure>', page, flags=re.S)
    found = []
    for data in re.findall(r'<image[^>]*href="data:image/png;base64,([^"]*)"', figure):
        image = Image.open(BytesIO(b64decode(data)))
        image.load()
        assert image.mode == "P"
        found.append(np.array(image))
    return found


def test_the_heat_maps_are_the_networks_logits(planted):
    drawn = [cells.astype(int) for cells in images(page_of(planted), "logits")]
    network, _, program, _, left, _ = drawn
    logits = planted.model.logits(square(23).tokens())
    first = (logits[:, 0] - logits.mean(axis=1)).reshape(23, 23)
    scale = planted.exhibits.logits.maps[0].scale
    assert scale == pytest.approx(np.abs(first).max(), rel=1e-2)
    for a, b in ((0, 0), (3, 20), (22, 1), (11, 7)):
        level = network[22 - b, a]  # the first input to the right, the second up
        assert (level - 128) / 127 * scale == pytest.approx(first[a, b], abs=scale / 200)
    assert np.abs(network - program - (left - 128)).max() <= 1


def test_the_answers_of_a_refused_network_are_drawn_as_they_are(refused):
    run, table = refused
    answers, bar = images(page_of(run), "answers")
    assert (answers == table.T[::-1]).all()
    assert bar[:, 0].tolist() == list(range(7))[::-1]


def test_the_circles_are_circles_where_the_network_holds_them(planted):
    (embedded,) = planted.exhibits.embedding
    assert embedded.names == ("a", "b")
    assert [circle.frequency for circle in embedded.circles] == [2, 7, 9]
    for circle in embedded.circles:
        turns = np.array(circle.places) / 23
        assert circle.places == tuple(circle.frequency * n % 23 for n in range(23))
        seen = np.array(circle.x) + 1j * np.array(circle.y)
        assert np.allclose(np.angle(seen * np.exp(-2j * np.pi * turns)), 0, atol=0.05)
        assert circle.r2 > 0.99
    keys = [embedded.shares[k - 1] for k in (2, 7, 9)]
    assert sum(keys) == pytest.approx(1, abs=0.02)
    assert max(share for k, share in enumerate(embedded.shares, 1) if k not in (2, 7, 9)) < 0.01


def test_a_network_without_circles_shows_none():
    """Its values lie anywhere, and the picture says so."""
    model = planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0})
    rows = model.parameters["W_E"].clone()
    rows[:23] = torch.from_numpy(np.random.default_rng(0).standard_normal((23, rows.shape[1])))
    from distill.kinds.fourier.coordinate import Coordinate
    from distill.kinds.fourier.embedding_exhibits import embedded_inputs

    shown = embedded_inputs(
        model.with_parameters(W_E=rows), square(23), Coordinate((1, 1), 0, 23), (2, 7)
    )
    assert len(shown) == 1  # both inputs have the same rows
    assert all(circle.r2 < 0.9 for circle in shown[0].circles)


def test_amplitudes_are_those_that_were_planted(planted):
    sizes = planted.exhibits.amplitudes
    assert [round(sizes[k - 1], 1) for k in (2, 7, 9)] == [5.0, 4.0, 3.0]
    assert planted.exhibits.network_profile[0] == pytest.approx(12, rel=0.01)


def test_exhibits_are_numbers_that_can_be_read_without_this_package(planted_run):
    stored = json.loads((planted_run / "exhibits.json").read_text())
    rows = stored["logits"]["maps"][0]["rows"]
    assert len(rows) == 23
    assert all(1 <= int(level) <= 255 for row in rows for level in row.split())
