"""Explaining rows of tables: names, the table's own columns through every step, and units of the target."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

import glassprop
from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import DataError, SettingsError, TableError
from glassprop.tables import Defaults, FitOptions, Table, explain_table, fit_table, gradient_arrays, read_table
from glassprop.tables.encoding.column_scale import SCALINGS
from glassprop.tables.encoding.slopes import slopes_of
from glassprop.tables.fitting.final_step import TargetScale

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
HOSTILE = "<img src=x onerror=alert(1)>"


def _table(rows=240, seed=0):
    """Numbers (some missing, some in text), categories (some rare, some missing), days and moments."""
    rng = np.random.default_rng(seed)
    age, weight = rng.normal(40, 12, rows).round(3), rng.lognormal(3, 1, rows).round(4)
    color = rng.choice(["red", "blue", HOSTILE], rows).astype(object)
    color[[0, 60, 90, 120, 150, 180]] = ["teal", "lime", "pink", "gray", "gold", "navy"]
    color[1:9] = None
    moments = [
        datetime.datetime(2023, 1, 1) + datetime.timedelta(minutes=int(m)) for m in rng.integers(0, 500_000, rows)
    ]
    gain = 3 * age + 5 * np.log(weight) + 20 * (color == "red") + rng.normal(0, 2, rows)
    return pl.DataFrame(
        {
            "age": [None if i % 17 == 5 else float(a) for i, a in enumerate(age)],
            "weight": [f"{w:.4f}".replace(".", ",") for w in weight],
            "color": color,
            "day": [m.date() for m in moments],
            "moment": [None if i % 29 == 3 else m for i, m in enumerate(moments)],
            "gain": gain,
            "high": np.where(gain > np.median(gain), "yes", "no"),
        }
    )


def _fit(target, drop, scaling="standard", dtype="float64", **settings):
    settings = {"hidden": (6, 5), "activation": "tanh", "epochs": 12, "early_stopping_rows": 60} | settings
    defaults = replace(Defaults(), scaling=scaling, dtype=dtype, **settings)
    return fit_table(Table(_table(), "people"), FitOptions(target=target, drop=(drop,)), defaults=defaults)


@pytest.fixture(scope="module")
def amounts():
    return _fit("gain", "high")


@pytest.fixture(scope="module")
def classes():
    return _fit("high", "gain")


def _cost(outcome, frame, row):
    """C_0 of one row, through all steps of the Pipeline, in the units of training."""
    network, theta, X, Y, _ = gradient_arrays(outcome.pipeline, outcome.record, Table(frame[row], "one"))
    return network.cost(theta, X, Y)


def _changed(frame, row, column, value):
    values = frame[column].to_list()
    values[row] = value
    return frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype))


def _slope(f, h):
    """A central difference of fourth order."""
    return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)


@pytest.mark.parametrize("target", ["gain", "high"])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_column_of_numbers_through_the_whole_pipeline(scaling, target):
    drop = {"gain": "high", "high": "gain"}[target]
    outcome, frame = _fit(target, drop, scaling), _table()
    for row in (0, 12, 50):
        e = explain_table(outcome.pipeline, outcome.record, Table(frame, "people"), [row])
        assert e.cost == pytest.approx(_cost(outcome, frame, row), rel=1e-9)
        at = frame["age"][row] + 1e-5  # beside the corners of quantiles, which are values of the table

        def by_age(d, row=row, at=at):
            return _cost(outcome, _changed(frame, row, "age", at + d), row)

        near = explain_table(outcome.pipeline, outcome.record, Table(_changed(frame, row, "age", at), "p"), [row])
        assert near.input("age").value == pytest.approx(_slope(by_age, 1e-6), rel=1e-5, abs=1e-8)
        assert near.input("age").value == pytest.approx(near.input("age").by_difference, rel=1e-7, abs=1e-10)


def test_numbers_in_text_are_by_the_number(amounts):
    frame = _table()
    e = explain_table(amounts.pipeline, amounts.record, Table(frame, "people"), [7])
    at = float(frame["weight"][7].replace(",", "."))

    def by_weight(d):
        return _cost(amounts, _changed(frame, 7, "weight", f"{at + d:.12f}".replace(".", ",")), 7)

    found = e.input("weight")
    assert found.shown == frame["weight"][7]
    assert found.value == pytest.approx(_slope(by_weight, 1e-4), rel=1e-6)
    assert found.value == pytest.approx(np.prod(list(found.factors.values())), rel=1e-14)


def test_a_moment_is_by_the_day(amounts):
    frame = _table()
    e = explain_table(amounts.pipeline, amounts.record, Table(frame, "people"), [8])
    at = frame["moment"][8]

    def by_moment(days):
        return _cost(amounts, _changed(frame, 8, "moment", at + datetime.timedelta(days=days)), 8)

    found = e.input("moment")
    assert found.unit == "day"
    assert [part.name for part in found.parts][:3] == ["moment [days]", "moment [year sin]", "moment [year cos]"]
    assert found.value == pytest.approx(_slope(by_moment, 1e-3), rel=1e-4)
    assert found.shown == str(at)
    assert e.input("moment [days]").value == found.parts[0].by_x


def test_what_is_missing_does_not_move(amounts):
    e = explain_table(amounts.pipeline, amounts.record, Table(_table(), "people"), [5, 3])
    age = e.input("age")
    assert (age.value, age.shown) == (0.0, "")
    assert [part.name for part in age.parts] == ["age", "age is missing"]
    assert [part.by_column for part in age.parts] == [0.0, 0.0]
    moment = e.of(1).input("moment")
    assert moment.value == 0.0
    assert moment.parts[-1].name.endswith("is missing")
    assert e.of(1).input("age").parts[1].by_column == 0.0
    assert e.of(1).input("age").factors


def test_a_category_switches(classes):
    frame = _table()
    rows = [int(np.flatnonzero((frame["color"] == color).to_numpy())[0]) for color in ("red", "teal")]
    e = explain_table(classes.pipeline, classes.record, Table(frame, "people"), [rows[0], 2, rows[1]])
    names = ("(missing)", HOSTILE, "blue", "red", "(rare or new)")
    red, missing, teal = (e.of(i).input("color") for i in range(3))
    assert tuple(red.switches) == names
    assert [part.name for part in red.parts] == ["color is missing", *(f"color = {name}" for name in names[1:])]
    for found, now in ((red, "red"), (missing, "(missing)"), (teal, "(rare or new)")):
        assert found.switches[now] == 0
        assert np.isnan(found.value)
    for i, found in enumerate((red, missing, teal)):
        rows = np.tile(e.view.X[i], (5, 1))
        rows[:, [part.index for part in found.parts]] = np.eye(5)
        costs = [e.architecture.cost(e.view.theta, row[None], e.view.Y[[i]]) for row in rows]
        assert list(found.switches.values()) == pytest.approx(np.array(costs) - e.of(i).cost, rel=1e-9, abs=1e-12)


def test_names_and_texts(amounts, classes):
    frame = _table()
    e = explain_table(classes.pipeline, classes.record, Table(frame, "people"), [30, 4])
    assert [column.name for column in e.names.columns] == ["age", "weight", "color", "day", "moment"]
    assert e.names.outputs == ("yes",)
    assert e.names.targets == tuple(frame["high"][[30, 4]])
    assert e.names.predictions == tuple(classes.pipeline.predict(frame[[30, 4]]))
    assert len(set(e.names.inputs)) == e.architecture.sizes[0]
    assert all(e.names.inputs)
    e = explain_table(amounts.pipeline, amounts.record, Table(frame, "people"), [30])
    assert e.names.outputs == ("gain",)
    assert float(e.names.targets[0]) == pytest.approx(frame["gain"][30], rel=1e-5)
    assert float(e.names.predictions[0]) == pytest.approx(amounts.pipeline.predict(frame[30])[0], rel=1e-5)


def test_inputs_are_what_scikit_learn_calls_them(classes):
    """Against the encoder's own names, which say the same in another form."""
    e = explain_table(classes.pipeline, classes.record, Table(_table(), "people"), [0])
    for own, known in zip(e.names.inputs, classes.pipeline[1].get_feature_names_out(), strict=True):
        kind, _, rest = known.partition("__")
        rest = rest.removeprefix("missingindicator_")
        said = {f"color = {rest[6:]}", "color is missing" if rest == "color_" else "", "color = (rare or new)"}
        assert own in {rest, f"{rest} is missing"} if kind == "numbers" else own in said
    np.testing.assert_array_equal(e.view.X, classes.pipeline[:-1].transform(_table()[0]))


def test_amounts_are_explained_in_the_units_of_training(amounts):
    scale = TargetScale(**amounts.record["target_scale"])
    frame = _table()
    e = explain_table(amounts.pipeline, amounts.record, Table(frame, "people"), [30])
    assert e.view.Y[0, 0] == pytest.approx((frame["gain"][30] - scale.mean) / scale.spread, rel=1e-12)
    assert e.a(3)[0] * scale.spread + scale.mean == pytest.approx(amounts.pipeline.predict(frame[30])[0], rel=1e-6)
    step = e.step(3, 0, 0)
    assert step.before["w"] == amounts.pipeline[-1].coefs_[-1][0, 0]


def test_history_and_training_come_along(classes):
    e = explain_table(classes.pipeline, classes.record, Table(_table(), "people"), [0])
    assert e.history["cost"] == classes.record["history"]["loss_curve"]
    assert e.history["validation_cost"] == classes.record["history"]["validation_curve"]
    assert e.history["best_epoch"] == [classes.record["history"]["best_epoch"]]
    model = classes.pipeline[-1]
    steps = -(-classes.record["rows"]["train"] // model.batch_size)
    assert e.step(1, 0, 0).settings["t"] == model.best_iteration_ * steps + 1


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([240], DataError, "there is no row 240: 240 rows are there"),
        ([-1], DataError, "there is no row -1"),
        ([], SettingsError, "rows= is empty"),
        ([0, 1.5], SettingsError, "rows are whole numbers"),
        ([0, 2], TableError, "people: row 2 has no target 'high', and others have one: explain them separately"),
        ([3], TableError, "1 row\\(s\\) have a 'high' that training never saw \\('perhaps'\\)"),
    ],
)
def test_rows_that_cannot_be_explained(classes, rows, error, said):
    frame = _changed(_changed(_table(), 2, "high", None), 3, "high", "perhaps")
    with pytest.raises(error, match=said) as caught:
        explain_table(classes.pipeline, classes.record, Table(frame, "people"), rows)
    assert "\n" not in str(caught.value)


def test_rows_beside_those_asked_for_do_not_matter(classes):
    frame = _changed(_changed(_table(), 2, "high", None), 3, "high", "perhaps")
    e = explain_table(classes.pipeline, classes.record, Table(frame, "people"), [4])
    assert e.to_dict() == explain_table(classes.pipeline, classes.record, Table(_table(), "people"), [4]).to_dict()


def test_columns_that_are_lacking_are_named(classes):
    with pytest.raises(TableError, match=r"people lacks 1 column\(s\) that explaining needs: 'age'"):
        explain_table(classes.pipeline, classes.record, Table(_table().drop("age", "high"), "people"), [0])


def test_what_is_odd_in_the_rows_is_told(classes):
    told = []
    frame = _changed(_table(), 4, "weight", "heavy")
    e = explain_table(classes.pipeline, classes.record, Table(frame, "p"), [4], on_message=told.append)
    assert told == ["column 'weight': 1 value(s) are no numbers and count as missing, the first 'heavy'"]
    assert (e.input("weight").shown, e.input("weight").value) == ("heavy", 0.0)


def test_digits_are_a_picture_with_gaps():
    table = read_table("digits")
    outcome = fit_table(table, FitOptions(epochs=1, hidden=(4,)))
    e = explain_table(outcome.pipeline, outcome.record, table, [0])
    record = json.loads(json.dumps(e.to_dict(), allow_nan=False))
    assert (record["image"], len(record["pixels"])) == ([8, 8], 61)
    for name, place in zip(record["inputs"], record["pixels"], strict=True):
        assert name == f"pixel_{place // 8}_{place % 8}"


# --- glassprop.explain ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("frame_of", [lambda frame: frame, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
@pytest.mark.parametrize(("target", "drop"), [("gain", "high"), ("high", "gain")])
def test_a_loaded_model_says_the_same(target, drop, frame_of, tmp_path, amounts, classes):
    outcome, frame = {"gain": amounts, "high": classes}[target], _table()
    glassprop.save(outcome.pipeline, tmp_path / "m.glassprop", outcome.record)
    model = glassprop.load(tmp_path / "m.glassprop")
    expected = explain_table(outcome.pipeline, outcome.record, Table(frame, "people"), [9, 30])
    e = glassprop.explain(model, frame_of(frame.drop(target)), frame[target], rows=[9, 30])
    own, known = e.to_dict(), expected.to_dict()
    if frame_of(frame) is frame:
        assert own == known
    for key in ("w", "inputs", "outputs", "gradient_size", "training", "history"):
        assert own[key] == known[key]
    assert [x["a"] for x in own["examples"]] == [x["a"] for x in known["examples"]]


def test_a_model_trained_on_leaves_the_scale_of_the_table(amounts, tmp_path):
    glassprop.save(amounts.pipeline, tmp_path / "m.glassprop", amounts.record)
    model = glassprop.load(tmp_path / "m.glassprop")[-1]
    assert model.target_scale_ == amounts.record["target_scale"]
    model.fit(np.random.default_rng(0).normal(size=(20, 3)), np.arange(20.0))
    assert not hasattr(model, "target_scale_")


def test_a_models_training_goes_on_in_the_units_of_the_table(amounts, tmp_path):
    """Optimizer's memory and weights are in standardized units, targets and predictions in the table's own."""
    frame = _table().drop_nulls("gain")
    X, y = amounts.pipeline[:-1].transform(frame), frame["gain"].to_numpy()
    glassprop.save(amounts.pipeline, tmp_path / "m.glassprop", amounts.record)
    model = glassprop.load(tmp_path / "m.glassprop")[-1]
    before = model.score(X, y)
    for _ in range(5):
        model.set_params(early_stopping=False).partial_fit(X, y)
    assert model.target_scale_ == amounts.record["target_scale"]
    assert model.score(X, y) > before - 0.1
    assert model.loss_ < 1  # of a standardized target


SCALERS = [
    (StandardScaler(),),
    (StandardScaler(with_std=False),),
    (RobustScaler(),),
    (RobustScaler(with_scaling=False),),
    (MaxAbsScaler(),),
    (MinMaxScaler((-1, 3)), "passthrough", StandardScaler()),
    (QuantileTransformer(n_quantiles=20, output_distribution="uniform"),),
    (make_pipeline(RobustScaler(), MinMaxScaler()), QuantileTransformer(n_quantiles=20, output_distribution="normal")),
]


@pytest.mark.parametrize("steps", SCALERS)
@pytest.mark.parametrize("frame", [False, True])
def test_a_pipeline_of_scalers_is_told_in_its_own_columns(steps, frame):
    rng = np.random.default_rng(3)
    X = rng.normal([5, -1, 100], [2, 0.1, 30], size=(60, 3))
    y = X[:, 0] + X[:, 1]
    net = MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", max_iter=5, random_state=0)
    names = ["a", "b", "c"] if frame else ["x0", "x1", "x2"]
    table = pl.DataFrame(X, schema=names).to_pandas() if frame else X
    model = make_pipeline(*steps, net).fit(table, y)
    e = glassprop.explain(model, table, y, row=11)
    assert [column.name for column in e.names.columns] == names
    for k, name in enumerate(names):

        def cost(d, k=k):
            moved = X[11:12] + d * np.eye(3)[k]
            moved = pl.DataFrame(moved, schema=names).to_pandas() if frame else moved
            return net.network_.cost(net.theta_, np.asarray(model[:-1].transform(moved)), y[11:12, None])

        assert e.input(name).value == pytest.approx(_slope(cost, 1e-6 * X[:, k].std()), rel=1e-5, abs=1e-9)
        assert float(e.input(name).shown) == X[11, k]


def test_values_beyond_where_a_scaler_clips_do_not_move():
    X = np.array([[0.0], [1.0], [2.0], [4.0]])
    clip = MinMaxScaler(clip=True).fit(X)
    assert slopes_of(clip, np.array([[-1.0], [1.0], [9.0]])).ravel().tolist() == [0, 0.25, 0]
    quantiles = QuantileTransformer(n_quantiles=4).fit(X)
    assert slopes_of(quantiles, np.array([[-1.0], [0.5], [3.0], [9.0]])).ravel() == pytest.approx([0, 1 / 3, 1 / 6, 0])
    corner = quantiles.quantiles_[2:3]
    assert slopes_of(quantiles, corner).ravel() == pytest.approx([(1 / 3 + 1 / 6) / 2])


def test_quantiles_that_stand_several_times():
    step = QuantileTransformer(n_quantiles=5).fit(np.array([[0.0], [1.0], [1.0], [1.0], [3.0]]))
    inner = slopes_of(step, np.array([[0.5], [2.0], [1.0]])).ravel()
    assert inner == pytest.approx([0.25, 0.125, (0.25 + 0.125) / 2])
    constant = QuantileTransformer(n_quantiles=2).fit(np.ones((3, 1)))
    assert slopes_of(constant, np.ones((1, 1))).tolist() == [[0.0]]


def test_another_pipeline_is_told_in_what_the_network_is_given():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(40, 5)), rng.integers(3, size=40)
    model = make_pipeline(StandardScaler(), PCA(2), MLPClassifier((3,), max_iter=3, random_state=0)).fit(X, y)
    e = glassprop.explain(model, X, y, row=0)
    assert e.names.inputs == ("pca0", "pca1")
    assert e.input("pca1").value == e.by_a(0)[1]
    assert e.names.predictions == (str(model.predict(X[:1])[0]),)
    gradient = model[-1].network_.gradient(model[-1].theta_, model[:-1].transform(X[:1]), np.eye(3)[y[:1]])
    assert e.weight(1, 1, 1).value == pytest.approx(model[-1].network_.w(gradient, 1)[1, 1], rel=1e-10)


def test_an_estimator_by_itself_and_inside_pipelines():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(40, 2)), rng.integers(2, size=40)
    net = MLPClassifier((3,), max_iter=3, random_state=0).fit(X, y)
    expected = net.explain(X, y, row=4).to_dict()
    assert glassprop.explain(net, X, y, row=4).to_dict() == expected
    wrapped = Pipeline([("outer", Pipeline([("net", net)]))])
    assert glassprop.explain(wrapped, X, y, row=4).to_dict() == expected


@pytest.mark.parametrize("model", [StandardScaler(), make_pipeline(StandardScaler()), None, "digits.glassprop"])
def test_other_models_are_refused(model):
    with pytest.raises(SettingsError, match=r"cannot explain a .*: give a glassprop MLPClassifier"):
        glassprop.explain(model, [[0.0]], [0])


# --- rows without a target -----------------------------------------------------------------------------------------


def _predicts(outcome, frame):
    """What the Pipeline itself says of rows: the second class's probability, or the amount."""
    model = outcome.pipeline
    return model.predict_proba(frame)[:, 1] if outcome.record["labels"] else model.predict(frame)


@pytest.mark.parametrize("which", ["amounts", "classes"])
@pytest.mark.parametrize("row", [4, 5, 30])  # a color is missing, then a number
def test_a_row_without_a_target_is_explained_by_its_columns(which, row, request):
    outcome = request.getfixturevalue(which)
    frame = _table().drop("gain", "high")
    output = "yes" if which == "classes" else None
    e = explain_table(outcome.pipeline, outcome.record, Table(frame, "new"), [row], output=output)
    found = e.contributions()
    assert e.names.targets == ()
    assert sorted(one.name for one in found.columns) == sorted(frame.columns)
    assert found.prediction == pytest.approx(_predicts(outcome, frame[row])[0], rel=1e-5)
    assert abs(found.rest) <= 1e-3 * abs(found.prediction - found.baseline)
    for name, step in (("age", 0.01), ("moment", datetime.timedelta(minutes=5))):
        if frame[name][row] is None:
            assert e.input(name).value == 0
            continue
        low, high = (
            _predicts(outcome, _changed(frame, row, name, frame[name][row] + way * step)[row])[0] for way in (-1, 1)
        )
        per = step / datetime.timedelta(days=1) if name == "moment" else step
        assert e.input(name).value == pytest.approx((high - low) / (2 * per), rel=1e-3, abs=1e-6)
    switches = e.input("color").switches
    for color in ("red", "blue"):
        there = _predicts(outcome, _changed(frame, row, "color", color)[row])[0]
        assert switches[color] == pytest.approx(there - found.prediction, rel=1e-4, abs=1e-5)


def test_contributions_count_from_the_mean_of_the_rows_trained_on(classes):
    model = classes.pipeline
    rows = classes.parts.train.rows
    X = np.asarray(model[:-1].transform(_table().drop("gain", "high")[rows.tolist()]))
    assert model[-1].input_means_ == pytest.approx(X.mean(axis=0), rel=1e-6, abs=1e-9)
    e = explain_table(model, classes.record, Table(_table().drop("high"), "new"), [30], output="yes")
    assert e.contributions().baseline == pytest.approx(model[-1].predict_proba(X.mean(axis=0)[None, :])[0, 1], rel=1e-6)


def test_a_target_that_is_there_but_empty_is_none(classes):
    frame = _changed(_table(), 2, "high", None)
    e = explain_table(classes.pipeline, classes.record, Table(frame, "people"), [2])
    assert e.to_dict()["asked"] == "prediction"
    assert e.to_dict()["examples"][0]["target"] is None
