"""PNG images for heat maps, the same bytes everywhere: a palette, and data that is not compressed.

A compressor may make other bytes in its next version, so deflate is used with stored blocks alone
(RFC 1951, section 3.2.4). A heat map of 128 by 128 cells is 17 kB.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from jaxtyping import UInt8
from numpy import ndarray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
STORED = 65_535
"""Bytes that a stored block can hold."""

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, from 0 to 255."""


def png(cells: UInt8[ndarray, "rows columns"], palette: Sequence[Colour]) -> bytes:
    """An image, a pixel a cell.

    Args:
        cells: the place of every pixel's colour in the palette, from the top row down.
        palette: at most 256 colours.
    """
    rows, columns = cells.shape
    lines = b"".join(b"\0" + row.tobytes() for row in cells)  # 0: the line is not filtered
    header = struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0)
    return SIGNATURE + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", header),
            (b"PLTE", bytes(part for colour in palette for part in colour[:3])),
            (b"tRNS", bytes(colour[3] for colour in palette)),
            (b"IDAT", _stored(lines)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    whole = kind + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks."""
    starts = range(0, max(len(data), 1), STORED)
    blocks = [
        struct.pack("<BHH", start == starts[-1], len(part), len(part) ^ 0xFFFF) + part
        for start in starts
        for part in (data[start : start + STORED],)
    ]
    return b"\x78\x01" + b"".join(blocks) + struct.pack(">I", zlib.adler32(data))
