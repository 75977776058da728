"""Scales of columns: what few wild values may do to others, heavy tails, and odd columns; by rank and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import norm, rankdata
from sklearn.preprocessing import StandardScaler

from glassprop.tables import Defaults, FitOptions, Table, explain_table, fit_table, read_table
from glassprop.tables.encoding.column_scale import SCALINGS, ColumnInMemory, quantiles_of, scale_of
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded
from glassprop.tables.encoding.slopes import slopes_of, sources_of
from glassprop.tables.values.apart import together, typical_distance

RNG = np.random.default_rng(0)
HEIGHTS = RNG.uniform(60, 75, 500).round(1)
COLUMNS = {
    "normal": RNG.normal(3, 2, 400),
    "heights": HEIGHTS,
    "five rows": np.array([1.0, 2.0, 3.0, 4.0, 1000.0]),
    "two rows": np.array([1.0, 1e100]),
    "one row": np.array([7.0]),
    "constant": np.full(50, 1e9),
    "constant but for one": np.r_[np.zeros(99), 5.0],
    "constant but for a few": np.r_[np.full(95, 3.5), 1.0, 2.0, 9.0, 9.5, -40.0],
    "two values": RNG.integers(0, 2, 300).astype(float),
    "two values and a mark": np.r_[RNG.integers(0, 2, 300), [-9999.0] * 6],
    "mostly zero": np.where(RNG.random(600) < 0.9, 0.0, RNG.lognormal(4, 1, 600)),
    "counts": RNG.poisson(2, 500).astype(float),
    "heavy counts": np.floor(RNG.pareto(1, 800)),
    "six decades": RNG.lognormal(0, 3.5, 900),
    "both signs": RNG.standard_cauchy(700),
    "a circle": np.sin(np.linspace(0, 60, 500)),
    "tiny": RNG.normal(0, 1e-149, 80),
    "huge": RNG.normal(0, 3e149, 80),
    "huge and tiny": np.r_[RNG.normal(0, 1e-149, 80), 1e150, -1e150],
    "nearly the same": 1e15 + np.arange(60) / 8,
    "marked on both sides": np.r_[RNG.normal(0, 1, 200), [-9999.0] * 9, [1e36] * 9],
}
# A shift rounds these away, or a factor takes them beyond the numbers of a table.
BEYOND_UNITS = ("tiny", "huge", "huge and tiny", "nearly the same")


def inputs(values, scaling="auto", limit=5.0):
    """What the network gets of a column, (n_rows, 1 or 2)."""
    scaled = ColumnScaler(scaling).fit(values[:, None]).transform(values[:, None])
    return Bounded(limit).fit(scaled).transform(scaled)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("name", COLUMNS)
def test_inputs_are_finite_and_rise_with_the_column(name, scaling):
    values = COLUMNS[name]
    step = ColumnScaler(scaling).fit(values[:, None])
    ends = np.array([-1e150, -1e-150, 0.0, 1e-150, 1e150])
    later = np.sort(np.concatenate([values, ends, values.mean() + values.std() * np.linspace(-9, 9, 50)]))[:, None]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        X = Bounded(5.0, "float32").fit(step.transform(later)).transform(step.transform(later))
    assert np.isfinite(X).all()
    assert np.abs(X).max() <= 5
    assert X.shape[1] == step.n_outputs == len(step.sources()) == len(step.get_feature_names_out())
    assert (np.diff(X, axis=0) >= -1e-6).all()


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in BEYOND_UNITS])
@pytest.mark.parametrize(("factor", "shift"), [(1024.0, 0.0), (1e-3, 0.0), (1.0, 12.5), (-1.0, 0.0), (-0.7, 3.0)])
def test_another_unit_changes_inputs_to_rounding_only(name, scaling, factor, shift):
    """Degrees for kelvin, cents for euros, and the other direction."""
    values = COLUMNS[name]
    if scale_of(ColumnInMemory(values), scaling).form == "log" and (factor < 0 or shift):
        pytest.skip("a logarithm is of numbers from 0, which another 0 changes")
    one, other = inputs(values, scaling), inputs(values * factor + shift, scaling)
    np.testing.assert_allclose(other[:, :1], np.sign(factor) * one[:, :1], **_rounding(scaling, factor))
    np.testing.assert_allclose(other[:, 1:], np.sign(factor) * one[:, 1:], **_rounding("quantile", factor))


def _rounding(scaling, factor):
    """From the other end, other values of many may be taken as knots of an input by rank."""
    return {"rtol": 0, "atol": 0.05} if scaling == "quantile" and factor < 0 else {"rtol": 1e-7, "atol": 1e-7}


@pytest.mark.parametrize("name", ["normal", "heights", "counts", "two values", "a circle", "constant", "one row"])
def test_a_column_without_wild_values_is_standardized(name):
    values = COLUMNS[name][:, None]
    step = ColumnScaler().fit(values)
    assert step.forms_ == ["standard"]
    np.testing.assert_allclose(step.transform(values), StandardScaler().fit_transform(values), rtol=1e-12, atol=1e-12)


WILD = {
    "a mark in 2 %": [-9999.0] * 10,
    "a mark in a third": [-9999.0] * 250,
    "one typed": [10000.0],
    "a number of netCDF": [9.97e36] * 5,
    "the widest": [1e150],
    "on both sides": [-9999.0, 9999.0, 1e30],
    "all different": np.random.default_rng(1).uniform(-1e6, 1e6, 10),
    "all sizes": 100 * 3.0 ** np.arange(12),
    "from near to far": np.geomspace(80, 1e5, 20),
}


@pytest.mark.parametrize("rows", [40, 500])
@pytest.mark.parametrize("name", WILD)
def test_wild_values_leave_the_inputs_of_other_rows_about_where_they_were(name, rows):
    """One of them, where there are two: those by rank hold where the others cannot."""
    values = HEIGHTS[:rows]
    wild = np.asarray(WILD[name])[: rows // 20 if len(WILD[name]) < 100 else rows // 2]
    before = inputs(values)[:, 0]
    after = inputs(np.concatenate([values, wild]))[:rows]
    slope = [np.polyfit(before, column, 1)[0] for column in after.T]
    assert np.abs(after).max() < 5
    assert max(slope) > 0.4
    if len(slope) == 1:
        np.testing.assert_allclose(after[:, 0], before, atol=1.1)


def test_what_is_apart_by_hand():
    def kept(*values):
        known, counts = np.unique(values, return_counts=True)
        low, high = together(known, counts)
        return known[low:high].tolist()

    assert kept(1, 2, 3, 4, 1000) == [1, 2, 3, 4]
    assert kept(1, 2, 3, 4, 13) == [1, 2, 3, 4, 13]  # 9 is three times 3
    assert kept(1, 2, 3, 4, 13.1) == [1, 2, 3, 4]
    assert kept(-500, 1, 2, 3, 4, 5, 6, 1000) == [1, 2, 3, 4, 5, 6]
    assert kept(0, 0, 1000) == [0, 1000]
    assert kept(0, 1, 1, 0, -9999, -9999) == [0, 1]
    assert kept(-9999, 0, 1, 9999) == [0, 1]
    assert kept(0, 1, 2) == [0, 1, 2]
    near, far = range(50), range(10**6, 10**6 + 50)
    assert kept(*near, *far) == [*near, *far]  # two halves: neither is few
    assert kept(*near, 10**6, 10**6 + 1, 10**6 + 2) == [*near]
    assert kept(*near, *[10**6] * 200) == [*near]  # one value, in however many rows
    several = [10**6 + k for k in range(5) for _ in range(20)]
    assert kept(*range(100), *several) == sorted({*range(100), *several})  # five, in half of the rows
    different = range(10**6, 10**6 + 10**5, 2000)  # in a fiftieth of the rows, and half of the different values
    assert kept(*(list(near) * 50), *different) == [*near]


def test_robust_and_rank_by_hand():
    step = ColumnScaler("robust").fit(np.array([[1.0], [2.0], [3.0], [4.0], [1000.0]]))
    spread = 1.5 * 1.482602218505602  # distances from 3: 2, 1, 1, 997
    assert (step.center_[0], step.scale_[0]) == (3.0, pytest.approx(spread))
    assert typical_distance(np.array([0.0, 0.0, 0.0, 2.0, 4.0])) == pytest.approx(3 * 1.482602218505602)
    ranked = ColumnScaler("quantile").fit(np.array([[1.0], [1.0], [2.0], [7.0]]))
    expected = norm.ppf([0.25, 0.625, 0.875])
    np.testing.assert_allclose(
        ranked.transform([[1.0], [2.0], [7.0], [9.0], [0.0]])[:, 0], [*expected, *expected[[2, 0]]]
    )
    assert ranked.transform([[1.5]])[0, 0] == pytest.approx(expected[:2].mean())


@pytest.mark.parametrize("name", ["six decades", "both signs", "heavy counts"])
def test_a_heavy_tail_gets_an_input_by_rank_beside_the_other(name):
    values = COLUMNS[name]
    scale = scale_of(ColumnInMemory(values), "auto")
    assert scale.form == "both"
    assert len(scale.at) <= 129
    one, ranked = inputs(values, limit=None).T
    np.testing.assert_allclose(ranked, norm.ppf((rankdata(values) - 0.5) / len(values)), atol=0.05)
    assert np.corrcoef(one, values)[0, 1] == pytest.approx(1)


def test_inputs_by_rank_come_after_all_columns():
    X = np.stack([COLUMNS["six decades"], np.arange(900.0), COLUMNS["six decades"][::-1]], axis=1)
    step = ColumnScaler().fit(X)
    assert step.forms_ == ["both", "standard", "both"]
    assert step.sources().tolist() == [0, 1, 2, 0, 2]
    assert step.get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c", "a_by_rank", "c_by_rank"]
    out = step.transform(X)
    np.testing.assert_array_equal(out[:, 3], out[::-1, 4])
    alone = ColumnScaler().fit(X[:, [2]]).transform(X[:, [2]])
    np.testing.assert_array_equal(out[:, [2, 4]], alone)


def test_forms_may_be_mixed():
    """As in a file."""
    mixed = ColumnScaler("quantile").fit(np.stack([COLUMNS["six decades"]] * 3, axis=1))
    expected = mixed.transform(np.ones((1, 3)))[0, 0]
    mixed.forms_ = ["quantile", "both", "both"]
    np.testing.assert_array_equal(mixed.transform(np.ones((1, 3)))[0], [expected, 1, 1, expected, expected])


def test_pixels_that_are_half_zero_have_no_heavy_tail():
    """Their median is at zero or next to it, so their typical distance says little."""
    frame = read_table("digits").frame
    forms = ColumnScaler().fit(frame.drop("digit").to_numpy()).forms_
    assert "both" not in forms


def test_bits_depend_neither_on_threads_nor_on_how_numbers_lie():
    X = np.stack([COLUMNS["six decades"], RNG.normal(size=900), np.r_[COLUMNS["heights"], HEIGHTS[:399], 1e6]], axis=1)
    first = vars(ColumnScaler().fit(X))
    for other in (ColumnScaler().fit(np.asfortranarray(X)), ColumnScaler().fit_columns(X.T, 3)):
        for name, value in first.items():
            np.testing.assert_array_equal(getattr(other, name), value)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_slopes_are_those_of_differences(scaling):
    X = np.stack([COLUMNS["six decades"], np.linspace(0, 1, 900), COLUMNS["mostly zero"][np.arange(900) % 600]], axis=1)
    step, at = ColumnScaler(scaling).fit(X), np.quantile(X, [0.31, 0.62, 0.87], axis=0) * 1.003
    found, h = slopes_of(step, at), 1e-6 * np.array([at[1, 0], 1, 10])
    sources = sources_of(step, 3)
    assert found.shape == (3, step.n_outputs)
    for place, column in enumerate(sources):
        nudge = h[column] * np.eye(3)[column]
        expected = (step.transform(at + nudge) - step.transform(at - nudge))[:, place] / (2 * h[column])
        np.testing.assert_allclose(found[:, place], expected, rtol=1e-5, atol=1e-12)


def _money(rows=300):
    rng = np.random.default_rng(5)
    income = rng.lognormal(8, 2, rows).round(2)
    gap = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows))
    return pl.DataFrame({"income": income, "gap": gap, "y": np.log(income) + 0.1 * rng.normal(size=rows)})


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_column_with_two_inputs_is_explained_as_one(scaling):
    defaults = replace(Defaults(), hidden=(6, 5), activation="tanh", epochs=8, dtype="float64", scaling=scaling)
    outcome = fit_table(Table(_money(), "money"), FitOptions(target="y"), defaults=defaults)
    two = scaling == "auto"
    e = explain_table(outcome.pipeline, outcome.record, Table(_money(), "money"), [4])
    assert len(next(column for column in e.names.columns if column.name == "income").parts) == 1 + two
    assert ("income by rank" in e.names.inputs) == two
    row = _money()[4].with_columns(income=pl.col("income") * 1.0001)  # beside a corner
    e = explain_table(outcome.pipeline, outcome.record, Table(row, "money"), [0])
    predicted = [outcome.pipeline.predict(row.with_columns(income=pl.col("income") + d))[0] for d in (-0.001, 0.001)]
    y = (np.array(predicted) - row["y"][0]) / outcome.record["target_scale"]["spread"]
    by_income = (y[1] ** 2 - y[0] ** 2) / 2 / 0.002
    assert e.input("income").value == pytest.approx(by_income, rel=1e-4, abs=1e-12)


@pytest.mark.parametrize("wild", ["marks", "one"])
def test_a_column_that_decides_is_learned_from_in_spite_of_wild_values(wild):
    """By standard deviations of all rows, R² is 0.00."""
    rng = np.random.default_rng(2)
    x = rng.uniform(60, 75, 1500)
    y = np.sin(x) + x / 3 + 0.01 * rng.normal(size=1500)
    x[rng.random(1500) < 0.02 if wild == "marks" else slice(7, 8)] = -9999 if wild == "marks" else 1e5
    frame = pl.DataFrame({"x": x, "other": rng.normal(size=1500), "y": y})
    r2 = {}
    for scaling in ("auto", "standard"):
        defaults = Defaults(scaling=scaling, epochs=25, hidden=(64, 32))
        outcome = fit_table(Table(frame, "t"), FitOptions(target="y", validation=0.01), defaults=defaults)
        new = pl.DataFrame({"x": np.linspace(61, 74, 200), "other": np.zeros(200)})
        error = outcome.pipeline.predict(new) - np.sin(new["x"].to_numpy()) - new["x"].to_numpy() / 3
        r2[scaling] = 1 - np.mean(error**2) / np.var(y)
    assert r2["auto"] > 0.9
    assert r2["standard"] < 0.5


def _log_normal(ratio: float) -> np.ndarray:
    """Quantiles of a log-normal column whose standard deviation is so many typical distances from the median."""
    scores = ndtri((np.arange(2000) + 0.5) / 2000)

    def found(width: float) -> float:
        values = np.exp(width * scores)
        return float(values.std() / (np.median(np.abs(values - np.median(values))) / ndtri(0.75)))

    return np.exp(brentq(lambda width: found(width) - ratio, 0.1, 2.0) * scores)


@pytest.mark.parametrize(("ratio", "form"), [(1.95, "standard"), (2.05, "both")])
def test_a_tail_is_heavy_from_two_typical_distances_on(ratio, form):
    values = _log_normal(ratio)
    assert values.max() - values.mean() > 5 * values.std()
    assert scale_of(ColumnInMemory(values), "auto").form == form


@pytest.mark.parametrize("name", COLUMNS)
def test_quantiles_of_counted_values_are_those_of_all_rows(name):
    values = COLUMNS[name]
    shares = (0.0, 0.1, 0.25, 0.5, 0.75, 0.993, 1.0)
    found = quantiles_of(*np.unique(values, return_counts=True), shares)
    np.testing.assert_allclose(found, np.quantile(values, shares), rtol=1e-12, atol=1e-150)


def test_quartiles_as_realmlp_has_them():
    """(x − median) / IQR; by half the range where that is 0; 0 where nothing varies: arXiv 2407.04491, appendix."""
    columns = {
        "normal": RNG.normal(3, 2, 401),
        "counts": RNG.poisson(2, 500).astype(float),
        "a rare one": np.r_[np.zeros(97), 4.0, 5.0, 6.0],
        "two": np.r_[np.zeros(70), np.ones(30)],
    }
    for name, x in columns.items():
        low, middle, high = np.percentile(x, [25, 50, 75])
        spread = high - low if high > low else (x.max() - x.min()) / 2
        step = ColumnScaler("quartiles").fit(x[:, None])
        np.testing.assert_allclose(step.transform(x[:, None])[:, 0], (x - middle) / spread, rtol=1e-12, atol=1e-12)
        assert step.forms_ == ["two" if name == "two" else "quartiles"]
        assert step.shaped() == ([] if name == "two" else [0])
    step = ColumnScaler("quartiles").fit(np.full((9, 1), 4.0))
    assert step.forms_ == ["constant"]
    np.testing.assert_array_equal(step.transform(np.array([[4.0], [1e150], [-3.0]])), np.zeros((3, 1)))


def test_quartiles_leave_out_what_is_apart():
    x = RNG.normal(0, 1, 400)
    marked = np.r_[x, np.full(250, -9999.0)]  # of all rows a third: the lower quartile is a mark
    plain, other = ColumnScaler("quartiles").fit(x[:, None]), ColumnScaler("quartiles").fit(marked[:, None])
    np.testing.assert_array_equal(other.scale_, plain.scale_)
    np.testing.assert_array_equal(other.center_, plain.center_)


def test_a_heavy_tail_is_bent_to_logarithms():
    x = RNG.lognormal(0, 3, 900)
    step = ColumnScaler("shape").fit(x[:, None])
    assert step.forms_ == ["log"]
    found = step.transform(x[:, None])[:, 0]
    bent = np.arcsinh(x / x.min())
    low, middle, high = np.percentile(bent, [25, 50, 75])
    np.testing.assert_allclose(found, (bent - middle) / (high - low), rtol=1e-9, atol=1e-9)
    far = x > 50 * x.min()  # where it is the logarithm, on another line
    np.testing.assert_allclose(np.diff(np.sort(found[far])), np.diff(np.log(np.sort(x[far]))) / (high - low), atol=1e-4)
    plain = RNG.normal(size=400)
    assert ColumnScaler("shape").fit(plain[:, None]).forms_ == ["quartiles"]


def test_counts_with_zeros_and_both_signs_are_bent_too():
    counts = np.floor(RNG.pareto(1, 800))
    step = ColumnScaler("shape").fit(counts[:, None])
    assert (step.forms_, step.origin_[0]) == (["log"], 0.0)
    assert step.unit_[0] == pytest.approx(0.05 * np.median(counts[counts > 0]))
    both = RNG.standard_cauchy(700)
    step = ColumnScaler("shape").fit(both[:, None])
    low, middle, high = np.percentile(both, [25, 50, 75])
    assert step.forms_ == ["log"]
    assert step.origin_[0] == pytest.approx(middle)
    assert step.unit_[0] == pytest.approx((high - low) / 4)
    later = step.transform(np.array([[middle - 3.0], [middle], [middle + 3.0], [-1e6]]))[:, 0]
    assert (np.diff(later[:3]) > 0).all()
    assert later[3] < later[0]


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in ("tiny", "huge", "huge and tiny")])
def test_slopes_of_shapes_by_differences(name):
    values = COLUMNS[name]
    step = ColumnScaler("shape").fit(values[:, None])
    at = np.quantile(values, np.linspace(0.05, 0.95, 13))[:, None]
    nudge = 1e-6 * np.maximum(np.abs(at), step.scale_[0])
    expected = (step.transform(at + nudge) - step.transform(at - nudge)) / (2 * nudge)
    np.testing.assert_allclose(slopes_of(step, at), expected, rtol=1e-4, atol=1e-6 / step.scale_[0])
