"""Long columns gone through in pieces give what they give as a whole."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from sklearn.preprocessing import RobustScaler, StandardScaler

from glassprop.tables.encoding import fit_encoder
from glassprop.tables.values import cells
from glassprop.tables.values.cells import cells_of


def test_numbers_too_far_out_are_found_in_every_piece(monkeypatch):
    monkeypatch.setattr(cells, "_BLOCK", 100)
    values = np.random.default_rng(0).normal(size=250)
    values[[3, 120, 249]] = np.inf, -1e200, 1e151
    values[[99, 100, 248]] = 1e-200, -1e-151, -0.0
    values[[50, 200]] = np.nan
    found = cells_of(nw.from_native(pl.Series("column", values), series_only=True))
    assert found.infinite == 3
    assert np.flatnonzero(np.isnan(found.values)).tolist() == [3, 50, 120, 200, 249]
    assert np.flatnonzero(found.values == 0).tolist() == [99, 100, 248]
    assert not np.signbit(found.values[[99, 100, 248]]).any()
    plain = np.setdiff1d(np.arange(250), [3, 50, 120, 200, 249, 99, 100, 248])
    np.testing.assert_array_equal(found.values[plain], values[plain])


@pytest.mark.parametrize("scaler", [StandardScaler(), StandardScaler(with_std=False), RobustScaler()], ids=str)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_scaler_is_fitted_to_columns_as_to_all_of_them(monkeypatch, scaler, threads):
    monkeypatch.setattr(fit_encoder, "_SCALED", 2_000)  # two columns at a time, and one that is left
    columns = np.random.default_rng(1).normal(size=(7, 1_000)) * np.logspace(-3, 3, 7)[:, None]
    columns[2] = 3.3
    expected = vars(type(scaler)(**scaler.get_params()).fit(columns.T))
    fit_encoder._fit_scaler(scaler, columns.T, threads)
    found = vars(scaler)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert type(found[name]) is type(value)
        np.testing.assert_array_equal(found[name], value)
