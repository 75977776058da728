"""Pictures of as many rows of numbers, put side by side into one: it is drawn quickly, however many there are."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from glassprop.insight.image import Picture

GAP = 1  # pixels between two pictures


def side_by_side(values: NDArray[np.float64], picture: Picture, across: int) -> NDArray[np.float64]:
    """So many across, from the upper left; NaN in gaps, and in pixels that no number is of.

    Parameters
    ----------
    values : array (n_pictures, n_pixels)
    picture : Picture
        Where the pixels lie.
    across : int
    """
    tall, wide = picture.height + GAP, picture.width + GAP
    canvas = np.full((ceil(len(values) / across) * tall - GAP, across * wide - GAP), np.nan)
    for place, row in enumerate(values):
        one = np.full(picture.height * picture.width, np.nan)
        one[list(picture.places)] = row
        top, left = place // across * tall, place % across * wide
        canvas[top : top + picture.height, left : left + picture.width] = one.reshape(picture.height, -1)
    return canvas
