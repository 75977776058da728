"""Tables to learn from, made from a seed, and a way to write them as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glassprop.tables import Table


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write text or bytes to a file and give its name."""

    def to_file(content: str | bytes, name: str = "table.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return to_file


def _people(rows: int = 200, seed: int = 0) -> pl.DataFrame:
    """A table as people have them; `spends` follows from age, town and member, `buys` from `spends`."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    town = rng.choice(["Bern", "Ulm", "Graz"], rows)
    member = rng.choice(["yes", "no"], rows)
    spends = 10.0 * age + 300.0 * (town == "Bern") + 200.0 * (member == "yes") + rng.normal(0, 20, rows)
    day = np.datetime64("2021-01-01") + rng.integers(0, 700, rows)
    return pl.DataFrame(
        {
            "customer_id": rng.permutation(rows) + 1000,
            "age": age,
            "town": town,
            "member": member,
            "since": day.astype("datetime64[D]"),
            "country": ["CH"] * rows,
            "spends": np.round(spends, 2),
            "buys": np.where(spends > np.median(spends), "yes", "no"),
        }
    )


@pytest.fixture
def people_table() -> Table:
    """200 rows of `people`."""
    return Table(_people(), "people")


@pytest.fixture
def people() -> Callable[..., pl.DataFrame]:
    """The maker of such tables: people(rows, seed)."""
    return _people
