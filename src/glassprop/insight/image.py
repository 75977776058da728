"""Inputs that are the points of a picture, found by their names: "pixel_3_5", "3x5", "pixel37"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

_ROW_AND_COLUMN = re.compile(r"(\D*+)(\d{1,4})(\D++)(\d{1,4})(\D*+)", re.ASCII)
_RUNNING = re.compile(r"(\D*+)(\d{1,6})", re.ASCII)
_OF_PIXELS = re.compile(r"pix|px", re.IGNORECASE)
_SAYS_SO = re.compile(r"pix|px|row|col", re.IGNORECASE)
_CERTAIN = 150  # numbered inputs that are taken for a picture whatever they are called
_SMALLEST = 4  # a side of a picture
_FILLED = 0.5  # the share of its points that must be there


@dataclass(frozen=True)
class Picture:
    """A picture made of inputs.

    Attributes
    ----------
    height, width : int
    places : tuple of int (n_inputs)
        Where each input lies, counted row by row from the upper left. Points may be missing.
    """

    height: int
    width: int
    places: tuple[int, ...]


def find_picture(names: Sequence[str]) -> Picture | None:
    """The picture that all of these inputs make up, told by row and column (or a running number) in their names.

    Examples
    --------
    >>> picture = find_picture([f"pixel_{r}_{c}" for r in range(8) for c in range(8) if (r, c) != (0, 0)])
    >>> picture.height, picture.width, picture.places[:3]
    (8, 8, (1, 2, 3))
    >>> find_picture(["age", "height"]) is None
    True
    """
    if len(names) < _SMALLEST**2 * _FILLED:
        return None
    points = _rows_and_columns(names) or _running_numbers(names)
    if points is None or len(set(points)) < len(points):
        return None
    height, width = (max(point[axis] for point in points) + 1 for axis in (0, 1))
    if min(height, width) < _SMALLEST or len(points) < _FILLED * height * width:
        return None
    return Picture(height, width, tuple(r * width + c for r, c in points))


def _rows_and_columns(names: Sequence[str]) -> list[tuple[int, int]] | None:
    found = [_ROW_AND_COLUMN.fullmatch(name) for name in names]
    if not all(found) or len({m.group(1, 3, 5) for m in found if m}) > 1:
        return None
    if len(names) < _CERTAIN and not _SAYS_SO.search(names[0]):  # q1_1 … q4_4 may be a table of questions
        return None
    rows, columns = ([int(m[group]) for m in found if m] for group in (2, 4))
    first = 0 if 0 in rows or 0 in columns else 1
    return [(r - first, c - first) for r, c in zip(rows, columns, strict=True)]


def _running_numbers(names: Sequence[str]) -> list[tuple[int, int]] | None:
    """Of a square picture: its side is the least that holds all numbers."""
    found = [_RUNNING.fullmatch(name) for name in names]
    if not all(found) or len({m[1] for m in found if m}) > 1 or not _OF_PIXELS.search(names[0]):
        return None
    numbers = [int(m[2]) for m in found if m]
    last = max(numbers)
    first = 0 if 0 in numbers or isqrt(last + 1) ** 2 == last + 1 else 1  # the first point may be missing
    side = isqrt(last - first) + 1
    return [divmod(number - first, side) for number in numbers]
