"""Frames whose columns are of every type that files may hold, for tests of what reads them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl

ROWS = 7


def odd_frame() -> pl.DataFrame:
    """A few rows of many types, with gaps."""
    day = dt.datetime(2020, 2, 29, 13, 5)
    some = [None, "x", "y", "", "x", "zé", "y"]
    return pl.DataFrame(
        {
            "whole": [1, 2, None, 4, 5, 6, 7],
            "small": pl.Series([1, 2, 3, None, 5, 6, 7], dtype=pl.UInt8),
            "single": pl.Series([1.5, None, float("nan"), float("inf"), 0, -0.0, 1e30], dtype=pl.Float32),
            "true": [True, None, False, True, True, False, None],
            "text": some,
            "category": pl.Series(some, dtype=pl.Categorical),
            "level": pl.Series([text or None for text in some], dtype=pl.Enum(["x", "y", "zé"])),
            "text as bytes": [None if text is None else text.encode() for text in some],
            "bytes": [b"\xff", b"a", None, b"", b"b", b"c", b"d"],
            "day": [day.date(), None, *[day.date()] * 5],
            "clock": [day.time(), None, *[day.time()] * 5],
            "moment": pl.Series([day, None, *[day] * 5], dtype=pl.Datetime("ns")),
            "zoned": pl.Series([day, None, *[day] * 5]).dt.replace_time_zone("Europe/Berlin"),
            "span": [dt.timedelta(days=1), None, *[dt.timedelta(1)] * 5],
            "money": [Decimal("1.50"), None, *[Decimal("-2.25")] * 5],
            "nothing": pl.Series([None] * ROWS),
            "list": [[1], [], None, [2, 3], [4], [5], [6]],
            "a.b": [1, 2, 3, 4, 5, 6, 7],
            "struct": [{"a": 1, "b": "x"}] * ROWS,
        }
    )
