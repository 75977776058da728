"""Names and numbers of rows, as programs write them, are not learned from; amounts that happen to be unique are."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassprop.tables import FitOptions, fit_table, read_table

RNG = np.random.default_rng(0)
N = 60


def _noise(rows: int = N) -> pd.DataFrame:
    """Noise, sorted by class and shuffled: where a row came from is all that tells its class."""
    frame = pd.DataFrame({"a": RNG.normal(size=rows), "b": RNG.normal(size=rows), "y": ["no", "yes"] * (rows // 2)})
    return frame.sort_values("y", ignore_index=True).sample(frac=1, random_state=1)


def _csv(frame: pd.DataFrame, **how: object) -> bytes:
    return frame.to_csv(**how).encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def _r(frame: pd.DataFrame) -> bytes:
    """As write.table(sep=",") does: the header has one name less."""
    lines = _csv(frame, index_label="").decode().splitlines()
    return "\n".join([lines[0].removeprefix('""').removeprefix(","), *lines[1:]]).encode()


def _named(name: str, from_one: bool = True) -> bytes:
    frame = _noise()
    return _csv(frame.assign(**{name: frame.index + from_one})[[name, "a", "b", "y"]], index=False)


def _rows_lost() -> bytes:
    return _csv(_noise().iloc[:-9])


def _sampled() -> bytes:
    return _csv(_noise(600).sample(100, random_state=3))


def _twice() -> bytes:
    return _csv(pd.read_csv(io.BytesIO(_csv(_noise()))))


def _in_parts() -> bytes:
    return _csv(pd.concat([_noise().reset_index(drop=True) for _ in range(3)]))


WRITERS = [
    ("pandas.csv", _csv(_noise()), ["column_1"]),
    ("pandas again.csv", _twice(), ["column_1", "Unnamed: 0"]),
    ("rows lost.csv", _rows_lost(), ["column_1"]),
    ("sampled.csv", _sampled(), ["column_1"]),
    ("in parts.csv", _in_parts(), ["column_1"]),
    ("texts.csv", _csv(_noise().set_index(np.array([f"case {k}" for k in range(N)]))), ["column_1"]),
    ("R.csv", _csv(_noise(), quoting=2), ["column_1"]),
    ("R.txt", _r(_noise()), ["row"]),
    ("pandas.parquet", _parquet(_noise()), ["__index_level_0__"]),
    ("named.parquet", _parquet(_noise().rename_axis("customer")), ["customer"]),
    ("texts.parquet", _parquet(_noise().set_index(np.array([f"case {k}" for k in range(N)]))), ["__index_level_0__"]),
    ("named.csv", _csv(_noise().rename_axis("sample")), ["sample"]),
    *(
        (f"counted {place}.csv", _named(name, from_one=place % 2 == 0), [name])
        for place, name in enumerate(("S/N", "seq", "Case No.", "patient", "Subject", "num", "rn", "_1", "Número"))
    ),
    *(
        (f"{place}.csv", _named(name), [name])
        for place, name in enumerate(
            ("row.names", "rownames", "...1", "X", "#", "No.", "Nr", "S.No", "Sl. No", "index", "level_0", "lfd. Nr.")
        )
    ),
]


@pytest.mark.parametrize(("name", "data", "columns"), WRITERS, ids=[name for name, *_ in WRITERS])
def test_what_a_writer_calls_its_index_is_dropped_and_told(write, name, data, columns):
    notes: list[str] = []
    table = read_table(write(data, name))
    outcome = fit_table(table, FitOptions(target="y", epochs=1, hidden=(2,)), on_message=notes.append)
    assert outcome.pipeline[0].columns() == ["a", "b"]
    dropped = {role.name: role.reason for role in outcome.columns if role.role == "dropped"}
    assert list(dropped) == columns
    for column in columns:
        told = [note for note in notes if note.kind == "dropped" and note.column == column]
        assert len(told) == 1


def test_held_out_rows_of_noise_are_guessed_no_more(write):
    """Learned from, the index told all of them."""
    rows = 400
    table = read_table(write(_csv(_noise(rows)), "noise.csv"))
    kept = fit_table(table, FitOptions(target="y", epochs=60, keep=("column_1",)))
    assert kept.scores["accuracy"] > 0.9
    left_out = fit_table(table, FitOptions(target="y", epochs=3))
    assert left_out.scores["accuracy"] < 0.5 + 4 * np.sqrt(0.25 / left_out.rows["held_out"])


AMOUNTS = [
    ("population", RNG.permutation(10**6)[:N]),
    ("paid", RNG.permutation(N)),
    ("rank", RNG.permutation(N) + 1),
    ("X", RNG.permutation(10**6)[:N]),
    ("x", RNG.permutation(N)),
    ("No.", RNG.integers(0, 5, N)),
    ("sample", RNG.permutation(10**6)[:N]),
    ("num", RNG.integers(0, 5, N)),
    ("unit", 3 * RNG.permutation(N)),
    ("", RNG.normal(size=N)),
    ("", RNG.integers(0, 5, N)),
    ("...1", RNG.normal(size=N)),
]


@pytest.mark.parametrize(("name", "values"), AMOUNTS, ids=[f"{name}-{k}" for k, (name, _) in enumerate(AMOUNTS)])
def test_an_amount_stays_in(write, name, values):
    frame = _noise()
    data = _csv(pd.concat([pd.Series(values, name=name, index=frame.index), frame], axis=1), index=False)
    outcome = fit_table(read_table(write(data)), FitOptions(target="y", epochs=1, hidden=(2,)))
    assert outcome.pipeline[0].columns() == [name or "column_1", "a", "b"]


def test_a_column_that_is_really_called_column_1_is_none_without_a_name(write):
    frame = _noise()
    data = _csv(frame.assign(column_1=RNG.permutation(10**6)[:N])[["column_1", "a", "b", "y"]], index=False)
    outcome = fit_table(read_table(write(data)), FitOptions(target="y", epochs=1, hidden=(2,)))
    assert "column_1" in outcome.pipeline[0].columns()


def test_metadata_that_makes_no_sense_does_no_harm(write):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    noise = _noise().reset_index(drop=True)
    for metadata in (b"{", b"[]", b'{"index_columns": 3}', b'{"index_columns": [{"kind": "range"}, 7]}'):
        table = pa.Table.from_pandas(noise, preserve_index=False).replace_schema_metadata({b"pandas": metadata})
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        assert read_table(write(buffer.getvalue(), "odd.parquet")).frame.equals(pl.DataFrame(noise))
