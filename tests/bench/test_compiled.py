"""Compiled networks side by side, in three forms each."""

import numpy as np
from builders.compiled_texts import as_file, shifted

from distill.bench.compiled import compiled_page, compiled_row, noisy, turned
from distill.terminal.page import page_markdown


def test_a_network_is_read_as_it_is_turned_and_with_noise(tmp_path):
    path = as_file(shifted(tokens=2, longest=3), tmp_path / "shift.npz")
    rows = [compiled_row(path, form) for form in ("plain", "rotated", "noisy")]
    assert all(row.equivalent and row.clean and row.cells == 0 and row.live for row in rows)
    shown = page_markdown(compiled_page(rows))
    assert "| shift | ✓ | ✓ | ✓ | 0.01 | 1.00 | 0 |" in " ".join(shown.split())
    assert "1 of 1" in shown


def test_a_turned_network_is_the_same_and_one_with_noise_is_not():
    network = shifted()
    rows = np.array([[0, 1, 2, 1], [2, 2, 0, 0]])
    assert np.allclose(turned(network).logits(rows), network.logits(rows))
    apart = np.abs(noisy(network).logits(rows) - network.logits(rows)).max()
    assert 1e-4 < apart < 0.2
