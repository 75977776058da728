"""`fit_table`: the right rows on the right side, roles told, faults refused, and predictions in own units."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from glassprop import MLPClassifier, MLPRegressor
from glassprop.errors import SettingsError, TableError
from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, read_table

QUICK = Defaults(hidden=(16,), epochs=8, early_stopping_rows=60)


def _fit(table: Table, *, defaults: Defaults = QUICK, **options):
    messages: list[str] = []
    outcome = fit_table(table, FitOptions(**options), defaults=defaults, on_message=messages.append)
    assert [note["text"] for note in outcome.record["notes"]] == messages
    return outcome, messages


def _table(**columns) -> Table:
    return Table(pl.DataFrame(columns, strict=False), "t")


def test_classification_from_end_to_end(people_table):
    outcome, messages = _fit(people_table, target="buys", drop=("spends",), defaults=replace(QUICK, epochs=60))
    assert outcome.task == "classification"
    assert isinstance(outcome.pipeline[-1], MLPClassifier)
    assert {role.name: role.role for role in outcome.columns} == {
        "customer_id": "dropped",
        "age": "number",
        "town": "category",
        "member": "category",
        "since": "date",
        "country": "dropped",
        "spends": "dropped",
        "buys": "target",
    }
    assert outcome.rows == {"train": 153, "validation": 27, "held_out": 20}
    names = {"accuracy", "log_loss", "expected_calibration_error", "balanced_accuracy", "roc_auc"}
    assert set(outcome.scores) == names
    assert set(outcome.baseline) == names - {"expected_calibration_error"}
    assert outcome.scores["accuracy"] > outcome.baseline["accuracy"] + 0.2
    told = "\n".join(messages)
    for part in (
        "target 'buys': classification (texts are classes)",
        "identifier-like",
        "constant",
        "as asked",
    ):
        assert part in told


def test_regression_predicts_in_the_targets_own_units(people_table):
    outcome, _ = _fit(people_table, target="spends", drop=("buys",), defaults=replace(QUICK, epochs=150))
    assert isinstance(outcome.pipeline[-1], MLPRegressor)
    truth = people_table.frame["spends"].to_numpy()
    predicted = predict_table(outcome.pipeline, outcome.record, people_table)["prediction"].to_numpy()
    assert abs(predicted.mean() - truth.mean()) < 0.1 * truth.std()
    assert metrics.r2_score(truth, predicted) > 0.8
    np.testing.assert_allclose(outcome.pipeline.predict(people_table.frame), predicted, rtol=1e-5)
    assert set(outcome.scores) == {"r2", "root_mean_squared_error", "mean_absolute_error"}
    assert outcome.scores["root_mean_squared_error"] < 0.5 * outcome.baseline["root_mean_squared_error"]


@pytest.mark.parametrize(("shift", "spread"), [(0.0, 1e-6), (0.0, 1e9), (1e9, 1.0), (-5.0, 2.0)])
def test_the_units_of_the_target_do_not_matter(shift, spread):
    x = np.linspace(-1, 1, 120)
    tables = [_table(x=x, y=m + s * (x + 0.01 * np.sin(50 * x))) for m, s in ((0.0, 1.0), (shift, spread))]
    one, other = (
        predict_table(o.pipeline, o.record, t)["prediction"].to_numpy()
        for t in tables
        for o in (_fit(t, target="y", epochs=20, defaults=replace(QUICK, dtype="float64"))[0],)
    )
    np.testing.assert_allclose((other - shift) / spread, one, atol=1e-4)


def test_scores_are_those_of_the_held_out_rows_alone():
    table = _table(x=np.arange(100.0) / 9, t=np.arange(100), y=np.sin(np.arange(100.0)))
    outcome, _ = _fit(table, target="y", time="t", validation=0.2)
    late = Table(table.frame[80:], "late")
    predicted = predict_table(outcome.pipeline, outcome.record, late)["prediction"].to_numpy()
    truth = late.frame["y"].to_numpy()
    assert outcome.rows["held_out"] == 20
    assert outcome.scores["r2"] == pytest.approx(metrics.r2_score(truth, predicted))
    early = table.frame["y"].to_numpy()[: outcome.rows["train"]]
    assert outcome.baseline["mean_absolute_error"] == pytest.approx(np.abs(truth - early.mean()).mean())


def test_a_validation_table_is_the_held_out_part(people_table, people):
    other = Table(people(50, seed=9), "other")
    outcome, _ = _fit(people_table, target="buys", drop=("spends",), validation=other)
    assert outcome.rows["held_out"] == 50
    assert sum(outcome.rows.values()) == 250
    assert outcome.record["options"]["validation"] == "other"
    probabilities = outcome.pipeline.predict_proba(other.frame)
    assert outcome.scores["roc_auc"] == pytest.approx(
        metrics.roc_auc_score(other.frame["buys"].to_numpy() == "yes", probabilities[:, 1])
    )


def test_held_out_rows_of_a_class_that_is_not_trained_on_are_told(people_table, people):
    frame = people(50, seed=9)
    other = Table(frame.with_columns(buys=pl.when(pl.int_range(50) < 3).then(pl.lit("perhaps")).otherwise("buys")), "o")
    outcome, messages = _fit(people_table, target="buys", drop=("spends",), validation=other)
    assert outcome.rows["held_out"] == 47
    assert any("3 of 50 row(s) are not scored" in message and "('perhaps')" in message for message in messages)


def test_a_validation_table_without_needed_columns_is_refused(people_table, people):
    other = Table(people(50, seed=9).drop("buys", "age"), "other")
    with pytest.raises(TableError, match=r"other lacks 2 column\(s\) that scoring needs: 'buys' \(the target\), 'age'"):
        _fit(people_table, target="buys", drop=("spends",), validation=other)


def test_held_out_rows_do_not_touch_the_encoder():
    x = np.r_[np.zeros(80), np.full(20, 1e6)] + np.linspace(0, 1, 100)
    table = _table(x=x, t=np.arange(100), y=np.cos(np.arange(100.0)))
    outcome, _ = _fit(table, target="y", time="t", validation=0.2)
    scaler = outcome.pipeline["inputs"].named_transformers_["numbers"]["scale"]
    assert scaler.center_[0] < 1


def test_groups_stay_on_one_side_of_both_splits():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 20, 200)
    table = _table(x=rng.normal(size=200), g=group, y=rng.normal(size=200))
    outcome, _ = _fit(table, target="y", group="g")
    assert [role.role for role in outcome.columns] == ["number", "group", "target"]
    sizes = np.bincount(group)
    for part in ("validation", "held_out"):
        assert 0 < outcome.rows[part] <= 40
    assert sum(outcome.rows.values()) == sizes.sum()
    assert outcome.pipeline[0].columns() == ["x"]


def test_two_groups_are_enough_to_train_on_one_and_score_on_the_other():
    rng = np.random.default_rng(0)
    table = _table(x=rng.normal(size=200), g=["a"] * 150 + ["b"] * 50, y=rng.normal(size=200))
    outcome, messages = _fit(table, target="y", group="g")
    assert outcome.rows == {"train": 150, "validation": 0, "held_out": 50}
    assert any("none are set aside for early stopping" in message for message in messages)


def test_held_out_weights_of_zero_are_refused():
    table = _table(x=np.arange(100) / 7, t=np.arange(100), w=[1.0] * 80 + [0.0] * 20, y=np.sin(np.arange(100)))
    with pytest.raises(TableError, match="weights of all 10 held-out rows are 0"):
        _fit(table, target="y", time="t", weight="w")


def test_time_as_text_dates_and_rows_without_time_are_left_out():
    days = [f"2020-{m:02d}-{d:02d}" for m in range(1, 11) for d in range(1, 11)]
    table = _table(x=np.random.default_rng(0).normal(size=101), day=[None, *days], y=np.arange(101.0) / 7)
    outcome, messages = _fit(table, target="y", time="day")
    assert sum(outcome.rows.values()) == 100
    assert any("1 rows have no time 'day'" in message for message in messages)
    assert [role.role for role in outcome.columns] == ["number", "time", "target"]


def test_weights_are_used_and_are_no_feature():
    x = np.linspace(0, 1, 200)
    wrong = np.arange(200) % 2 == 0
    table = _table(x=x, w=np.where(wrong, 0.0, 1.0), y=np.where(wrong, -100.0, x * 10 + 5))
    outcome, _ = _fit(table, target="y", weight="w", defaults=replace(QUICK, epochs=100))
    predicted = predict_table(outcome.pipeline, outcome.record, table)["prediction"].to_numpy()
    assert predicted.min() > 0
    assert outcome.scores["mean_absolute_error"] < 3
    assert outcome.record["weighted"] is True
    assert outcome.pipeline[0].columns() == ["x"]


def test_rows_without_a_target_are_left_out_and_said():
    y = ["a", "b", None, " "] * 30
    outcome, messages = _fit(_table(x=np.random.default_rng(0).normal(size=120), y=y), target="y")
    assert sum(outcome.rows.values()) == 60
    assert any("60 of 120 rows have no target 'y'" in message for message in messages)
    assert outcome.record["labels"] == ["a", "b"]


def test_nan_and_infinity_are_missing_in_features_and_target():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=100), rng.normal(size=100)
    x[:3], y[3:6] = [np.nan, np.inf, -np.inf], [np.nan, np.inf, -np.inf]
    outcome, messages = _fit(_table(x=x, y=y), target="y")
    assert sum(outcome.rows.values()) == 97
    assert any("1e150 count as missing" in message for message in messages)
    assert np.isfinite(list(outcome.scores.values())).all()


def test_a_class_with_one_example_is_trained_on_and_said():
    y = ["a"] * 50 + ["b"] * 49 + ["rare"]
    outcome, messages = _fit(_table(x=np.random.default_rng(0).normal(size=100), y=y), target="y")
    assert any("one example, which is trained on, not scored: rare" in message for message in messages)
    assert outcome.record["labels"] == ["a", "b", "rare"]
    assert outcome.rows["train"] + outcome.rows["validation"] == 90


def test_a_class_that_only_the_latest_rows_have_is_not_scored():
    y = ["a", "b"] * 45 + ["a", "new"] * 5
    table = _table(x=np.random.default_rng(0).normal(size=100), t=np.arange(100), y=y)
    outcome, messages = _fit(table, target="y", time="t")
    assert outcome.rows["held_out"] == 5
    assert any("5 held-out row(s) are not scored" in message and "new" in message for message in messages)
    assert outcome.record["labels"] == ["a", "b"]


@pytest.mark.parametrize("rows", [2, 3, 5, 10])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_tiny_tables_are_learned_from_without_early_stopping(rows, task):
    y = np.arange(rows) % 2 if task == "classification" else np.arange(rows) * 1.5
    table = _table(x=np.arange(rows)[::-1] ** 2, y=y)
    if rows == 2:
        with pytest.raises(TableError, match=r"one example only|rows to train on have the same 'y'"):
            _fit(table, target="y", task=task)
        return
    outcome, messages = _fit(table, target="y", task=task)
    assert outcome.rows == {"train": rows - 1, "validation": 0, "held_out": 1}
    assert any("early stopping" in message for message in messages)
    assert np.isfinite(list(outcome.scores.values())).all()


def test_options_reach_the_estimator(people_table):
    outcome, _ = _fit(
        people_table,
        target="buys",
        hidden=(7, 5),
        activation="tanh",
        epochs=3,
        seed=11,
        class_weight="balanced",
    )
    estimator = outcome.pipeline[-1]
    assert tuple(estimator.hidden_layer_sizes) == (7, 5)
    assert (estimator.activation, estimator.max_iter, estimator.random_state) == ("tanh", 3, 11)
    assert estimator.class_weight == "balanced"
    assert estimator.early_stopping is True


def test_same_seed_same_bits_and_another_seed_another_model(people_table):
    one, same, other = (_fit(people_table, target="buys", drop=("spends",), seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.pipeline[-1].theta_, same.pipeline[-1].theta_)
    assert one.scores == same.scores
    assert not np.array_equal(one.pipeline[-1].theta_, other.pipeline[-1].theta_)


def test_the_record_is_json_and_complete(people_table):
    outcome, _ = _fit(people_table, target="buys")
    record = json.loads(json.dumps(outcome.record, allow_nan=False))
    assert record == outcome.record
    assert record["target"] == "buys"
    assert record["labels"] == ["no", "yes"]
    assert len(record["history"]["loss_curve"]) == record["history"]["epochs"] == 8
    assert len(record["history"]["validation_curve"]) == 8
    assert record["columns"][0] == {
        "name": "customer_id",
        "role": "dropped",
        "reason": "identifier-like: a whole number of its own in every row",
    }


class _Stop:
    """A callback that counts epochs and raises or stops."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.epochs, self.error = 0, error

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.parent is None:
            return False
        self.epochs += 1
        if self.epochs == 3 and self.error is not None:
            raise self.error
        return self.epochs == 5

    def teardown(self, estimator, context):
        pass


def test_callbacks_run_and_do_not_stay(people_table):
    callback = _Stop()
    outcome = fit_table(people_table, FitOptions(target="buys"), defaults=QUICK, callbacks=[callback])
    assert callback.epochs == 5
    assert not hasattr(outcome.pipeline[-1], "_skl_callbacks")


def test_an_interrupted_training_is_kept_and_said(people_table):
    messages: list[str] = []
    outcome = fit_table(
        people_table,
        FitOptions(target="buys"),
        defaults=QUICK,
        callbacks=[_Stop(KeyboardInterrupt())],
        on_message=messages.append,
    )
    assert outcome.interrupted
    assert outcome.record["interrupted"]
    assert any("interrupted" in message for message in messages)
    assert np.isfinite(outcome.scores["log_loss"])


def test_without_on_message_nothing_is_printed_or_warned(people_table, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_table(people_table, FitOptions(target="buys"), defaults=QUICK)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "bys"}, "no column 'bys' for target: did you mean 'buys'"),
        ({"target": "BUYS"}, "did you mean 'buys'"),
        ({"target": "qqqqqq"}, "there are 'customer_id', 'age'"),
        ({}, "no target is named: choose one of"),
        ({"target": "bys", "weight": "ag", "drop": ("twn",)}, "'bys'.*'buys'.*'ag'.*'age'.*'twn'.*'town'"),
        ({"target": "buys", "weight": "buys"}, "'buys' cannot be target and weight at once"),
        ({"target": "buys", "drop": ("buys",)}, "'buys' cannot be target and drop at once"),
        ({"target": "buys", "weight": "town"}, "weight column 'town' has 200 value"),
        ({"target": "buys", "weight": "country", "time": "town"}, "time column 'town'.*; weight column 'co"),
        ({"target": "buys", "group": "country"}, "one group only"),
        ({"target": "since"}, "neither number nor text"),
        ({"target": "country"}, "'CH' in all 200 rows"),
    ],
)  # fmt: skip
def test_faults_of_columns(people_table, options, message):
    with pytest.raises(TableError, match=message) as caught:
        _fit(people_table, **options)
    assert "\n" not in str(caught.value)


def test_a_table_with_nothing_to_learn_from_says_why():
    table = _table(id=np.arange(40)[::-1], land=["CH"] * 40, y=[0, 1] * 20)
    with pytest.raises(TableError, match=r"no column left to learn from \('id' identifier.*; 'land' constant"):
        _fit(table, target="y")


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([-1.0, 1.0], "50 negative"),
        ([0.0, 0.0], "0 in every row"),
        ([np.nan, 1.0], "50 value"),
        ([np.inf, 1.0], "50 value"),
    ],
)
def test_faults_of_weights(weights, message):
    table = _table(x=np.random.default_rng(0).normal(size=100), w=weights * 50, y=[0, 1] * 50)
    with pytest.raises(TableError, match=message):
        _fit(table, target="y", weight="w")


def test_all_faulty_options_are_told_at_once(people_table):
    options = {"hidden": (10, 0, -5), "epochs": 0, "validation": 1.5, "task": "guess", "seed": -1}
    with pytest.raises(SettingsError) as caught:
        _fit(people_table, target="buys", class_weight="half", group="town", time="since", **options)
    text = str(caught.value)
    for part in ("not 0, -5", "epochs", "validation", "'guess'", "seed", "'half'", "group and time"):
        assert part in text
    assert "\n" not in text


def test_repairs_of_reading_are_passed_on(write):
    rows = "".join(f"{k % 13},5;{'ja' if k % 3 else 'nein'}\n" for k in range(80))
    table = read_table(write("größe;kauft\n".encode("cp1252") + rows.encode()))
    outcome, messages = _fit(table, target="kauft")
    told = "\n".join(messages)
    for part in ("read as cp1252", "semicolon", "decimal comma"):
        assert part in told
    assert {role.name: role.role for role in outcome.columns} == {"größe": "number", "kauft": "target"}


def test_class_weights_for_amounts_are_refused():
    columns = {"x": np.arange(40) % 7 * 1.0, "y": np.random.default_rng(0).normal(size=40)}
    with pytest.raises(SettingsError, match=r"class_weight='balanced' needs classes.*'y' is for regression") as caught:
        fit_table(_table(**columns), FitOptions(target="y", class_weight="balanced"), defaults=QUICK)
    assert "\n" not in str(caught.value)


def test_sizes_as_a_range_are_recorded_as_a_list(people_table):
    outcome, _ = _fit(people_table, target="buys", hidden=range(6, 2, -2), epochs=1)
    assert outcome.record["options"]["hidden"] == outcome.record["defaults"]["hidden"] == [6, 4]
    json.dumps(outcome.record)


def test_the_epoch_limit_is_told_without_a_guess(people_table):
    constant = replace(QUICK, learning_rate="constant", epochs=1, patience=5)
    _, messages = _fit(people_table, target="buys", defaults=constant)
    assert any(message.startswith("the limit of 1 epochs was reached") for message in messages)
    assert not any("falling" in message for message in messages)


def test_a_repair_is_told_once_and_many_alike_share_a_line():
    rng = np.random.default_rng(0)
    columns = {f"m{k}": rng.normal(size=80).round(3) for k in range(100)}
    for k in range(50):
        texts = [str(value) for value in rng.normal(size=80).round(2)]
        texts[k], texts[-1 - k] = f"odd{k}", "NA"
        columns[f"t{k}"] = texts
    columns |= {f"c{k}": ["same"] * 80 for k in range(50)}
    outcome, messages = _fit(_table(**columns, y=["a", "b"] * 40), target="y", epochs=1)
    assert len(messages) <= 5 + len(outcome.remarks)
    assert max(map(len, messages)) < 200
    repaired = [message for message in messages if "no numbers" in message]
    assert len(repaired) == 1
    assert "'t0'" in repaired[0]
    assert "'odd0'" in repaired[0]
    assert "49 more like it" in repaired[0]


def test_odd_values_of_a_table_of_held_out_rows_are_told(people_table, people):
    rest = people(60, seed=1).with_columns(age=pl.Series(["old", *["30"] * 59]))
    _, messages = _fit(people_table, target="buys", drop=("spends",), validation=Table(rest, "rest"))
    assert [message for message in messages if "'old'" in message] == [
        "column 'age': 1 value(s) are no numbers and count as missing, the first 'old'"
    ]
