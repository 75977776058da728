"""Odd tables by number: cells that look like something else, bytes that are no text, headers that are none."""

from __future__ import annotations

import csv
import io
import random

from forging.cases import Case

TABLES = "-"  # stands for the good file's name in a case of this sort
TARGET = "y"
_CELLS = [
    "", "NA", "?", "1", "2.5", "1,5", "1.234,5", "$3", "01", "yes", "no", "2020-01-02", "3/4/2021 5:06 PM", "inf",
    "nan", "1e400", "-1e308", "9" * 400,
    "1" + "0" * 5000 + "x", "-", "x y", '"', "a,b", "é", "\U0001f600", "12:30", "1 234",
    "true", "9999-12-31T23:30Z", "0001-01-01", "=1+1", "@x", "\x1b[31mred", "\x9b31m", "\x00", "NaT", "<b>&", "%",
    "\u202e", "2024-02-30", "1e-320", "- 5", "½", "٣",
    "2:05 PM", "125:30", "(12.50)", "3-", "USD 1,234", "20151227", "Q4 2015", "Dec-15", "27.12.15", "4.733", "950",
    "Sun, 27 Dec 2015 10:00:00 +0100",
]  # fmt: skip
_NAMES = ["a", "b", "", "a", "y ", "Größe", "x" * 300, "a [year]", "=x", "\x1b[0m", "1", "id", "day", "'", '"']


def table_case(number: int, seed: int = 0) -> Case:
    """A CSV file with a target and some columns; sometimes its bytes are damaged."""
    rng = random.Random(f"table:{seed}:{number}")
    rows = rng.choice([1, 3, 12, 40, 230])
    pools = [rng.sample(_CELLS, rng.choice([1, 2, 4, 10])) for _ in range(rng.choice([1, 2, 5]))]
    columns = [[rng.choice(pool) if rng.random() < 0.9 else str(k) for k in range(rows)] for pool in pools]
    text = io.StringIO()
    written = csv.writer(text, delimiter=rng.choice(",,;\t|"), lineterminator=rng.choice(["\n", "\r\n"]))
    written.writerow([TARGET, *(rng.choice(_NAMES) for _ in columns)])
    target = rng.choice([["a", "b"], ["1", "2", "3.5"], ["0", "1"], _CELLS])
    written.writerows([rng.choice(target), *row] for row in zip(*columns, strict=True))
    data = bytearray(text.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "utf-16"]), "replace"))
    for _ in range(rng.choice([0, 0, 0, 1, 5])):
        at = rng.randrange(max(1, len(data)))  # damage may have taken all of it away
        data[at : at + rng.choice([0, 1, 1, 9])] = rng.randbytes(rng.choice([0, 1, 3]))
    return Case(number, TABLES, 0, "odd table", bytes(data))
