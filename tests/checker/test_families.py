"""Families of inputs that a search goes through."""

import numpy as np

from distill.search.families import Space, Stream, blocks, lines


def test_lines_have_every_two_values_at_every_two_places():
    space = Space(np.full((4, 1), -3), np.full((4, 1), 11))
    rows = lines(Stream(0), space, 121)[..., 0]
    for one in range(4):
        for two in range(one):
            assert len({*zip(rows[:, one].tolist(), rows[:, two].tolist(), strict=True)}) == 121


def test_blocks_have_every_word_of_a_width():
    rows = blocks(Stream(0), Space(np.zeros((7, 1), int), np.full((7, 1), 3)), 81)[..., 0]
    words = {tuple(row[i : i + 5]) for row in rows.tolist() for i in range(3)}
    assert len(words) == 3**5
