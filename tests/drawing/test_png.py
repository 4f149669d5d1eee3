"""Images are what was written."""

from io import BytesIO

import numpy as np
from PIL import Image

from distill.drawing.colours import diverging
from distill.drawing.png import png


def test_an_image_is_what_was_written_and_is_not_compressed():
    cells = np.random.default_rng(0).integers(0, 256, (300, 260)).astype(np.uint8)
    data = png(cells, diverging())
    image = Image.open(BytesIO(data))
    image.load()
    assert (np.array(image) == cells).all()
    assert len(data) > cells.size  # stored, in more than one block
    opacity = np.array(image.convert("RGBA"))[..., 3]
    assert (opacity[cells == 128] == 0).all()
    assert (opacity[cells == 255] == 255).all()
