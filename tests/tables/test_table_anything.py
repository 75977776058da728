"""Whatever comes in: a table or a model comes out, or one clear line; never another exception."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glassprop.errors import TableError
from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, read_table, score_table

QUICK = Defaults(hidden=(3,), epochs=1)
CELL = st.one_of(
    st.sampled_from(
        ["", "NA", "?", "1", "2.5", "1,5", "1.234,5", "$3", "01", "yes", "no", "2020-01-02", "3/4/2021 5:06 PM",
         "inf", "nan", "1e400", "-", "x y", '"', "a,b", "é", "12:30", "2:05 PM", "1 234", "true", "(1.5)",
         "3-", "USD 1,234", "20151227", "Dec-15", "9" * 30]
    ),
    st.text(max_size=5),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.text(alphabet='a1,;\t"\n\r .é', max_size=80).map(str.encode)))
def test_any_bytes_are_a_table_or_a_table_error(data):
    try:
        table = read_table("-", stdin=io.BytesIO(data))
    except TableError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert table.frame.height > 0
    assert len(set(table.frame.columns)) == table.frame.width


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_columns_give_a_model_or_a_table_error(data):
    rows = data.draw(st.integers(1, 12))
    names = ["y", "a", "id", "day"][: data.draw(st.integers(2, 4))]
    pools = [data.draw(st.lists(CELL, min_size=1, max_size=4)) for _ in names]
    columns = {
        name: data.draw(st.lists(st.sampled_from(pool), min_size=rows, max_size=rows))
        for name, pool in zip(names, pools, strict=True)
    }
    table = Table(pl.DataFrame(columns), "any")
    try:
        outcome = fit_table(table, FitOptions(target="y"), defaults=QUICK)
    except TableError as error:
        assert "\n" not in str(error).replace("\\n", "")  # noqa: PT017
        return
    assert len(predict_table(outcome.pipeline, outcome.record, table, on_message=lambda _: None)) == rows
    assert np.isfinite(list(score_table(outcome.pipeline, outcome.record, table)["metrics"].values())).all()


@pytest.mark.parametrize("cut", range(0, 400, 23))
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_flipped_bytes_in_binary_files(tmp_path, kind, cut):
    path = tmp_path / f"t.{kind}"
    frame = pl.DataFrame({"a": list(range(30)), "b": ["x"] * 30})
    (frame.write_parquet if kind == "parquet" else frame.write_ipc)(path)
    data = bytearray(path.read_bytes())
    data[cut % len(data)] ^= 0xFF
    path.write_bytes(data)
    try:
        assert read_table(str(path)).frame.width > 0
    except TableError as error:
        assert "\n" not in str(error)  # noqa: PT017
