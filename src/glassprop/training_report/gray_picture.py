"""Small gray pictures as text that a page can hold: PNG, in a data address."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import numpy as np
from numpy.typing import ArrayLike

from glassprop.insight.image import Picture

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_WHITE = 255


def gray_picture(values: ArrayLike, picture: Picture) -> str:
    """The picture of a row, white at 0 and black at 1; points that no column stands for are white.

    Parameters
    ----------
    values : array (n_columns,), from 0 to 1
    picture : Picture
        Where they lie.
    """
    points = np.full(picture.height * picture.width, _WHITE, dtype=np.uint8)
    points[list(picture.places)] = np.rint(_WHITE * (1 - np.asarray(values, dtype=np.float64)))
    lines = np.zeros((picture.height, picture.width + 1), dtype=np.uint8)  # each line begins with its filter, none
    lines[:, 1:] = points.reshape(picture.height, picture.width)
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 0, 0, 0, 0)  # eight bits of gray
    parts = _part(b"IHDR", head) + _part(b"IDAT", zlib.compress(lines.tobytes(), 9)) + _part(b"IEND", b"")
    return "data:image/png;base64," + b64encode(_SIGNATURE + parts).decode()


def _part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
