"""The numbers in the report of a training, against the arithmetic of others."""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl
import pytest
from sklearn import metrics
from training_report.report_cases import amounts, flowers, held_out, reported, trained
from training_report.report_reader import Reader

from glassprop.ground.number_text import number
from glassprop.tables import diagnose, explain_table
from glassprop.tables.fitting.intervals import wilson
from glassprop.training_report.training_report import training_report


@pytest.fixture(scope="module")
def classes():
    return trained(flowers(), "kind")


@pytest.fixture(scope="module")
def numbers():
    return trained(amounts(), "rent")


# --- numbers --------------------------------------------------------------------------------------------------------


def test_the_data_are_json(classes, numbers):
    for outcome in (classes, numbers):
        data, document = reported(outcome)
        assert training_report(json.loads(json.dumps(data, allow_nan=False))) == document


def test_the_confusion_matrix_is_scikit_learns(classes):
    rows = held_out(classes)
    labels = sorted(set(rows["kind"]))
    expected = metrics.confusion_matrix(rows["kind"], classes.pipeline.predict(rows), labels=labels)
    assert (expected - np.diag(expected.diagonal())).sum() > 0, "the test needs mistakes"
    _, document = reported(classes)
    head, *body, last = Reader(document).tables["confusion"][0]
    assert head[1:] == [*labels, "all"]
    normed = metrics.confusion_matrix(rows["kind"], classes.pipeline.predict(rows), labels=labels, normalize="true")
    for label, line, counts, shares in zip(labels, body, expected, normed, strict=True):
        cells = [f"{n} {100 * share:.1f} %" if n else "0" for n, share in zip(counts, shares, strict=True)]
        assert line == [label, *cells, str(counts.sum())]
    assert last == ["all", *map(str, expected.sum(axis=0)), str(expected.sum())]
    text = Reader(document).texts["confusion"]
    assert f"{expected.trace()} of {expected.sum()} held-out rows are predicted correctly" in text
    worst = max((n, -i, -j) for (i, j), n in np.ndenumerate(expected) if i != j)
    assert f"{labels[-worst[1]]} predicted as {labels[-worst[2]]}: {worst[0]}" in text


def test_scores_stand_beside_the_baseline(classes):
    rows, y = held_out(classes), classes.parts.train.y
    common = max(set(y), key=list(y).count)
    lines = {line[0]: line[1:] for line in Reader(reported(classes)[1]).tables["scores"][0]}
    right = metrics.accuracy_score(rows["kind"], classes.pipeline.predict(rows))
    low, high = wilson(right, len(rows))
    assert lines["accuracy"] == [
        f"{right:.4f}",
        f"{low:.4f} to {high:.4f}",
        f"{(rows['kind'] == common).mean():.4f}",
    ]
    assert lines["score"] == ["model", "95 % interval", "most frequent class"]


def test_remarks_on_scores_stand_above_them_with_and_without_rows(classes):
    remark = classes.remarks[0]
    assert remark.startswith(f"scores of {len(held_out(classes))} row(s) say little")
    for rows in (True, False):
        assert remark in Reader(reported(classes, rows=rows)[1]).texts["scores"]


def test_costs_by_epoch_and_the_best_of_them(classes):
    estimator = classes.pipeline[-1]
    head, *lines = Reader(reported(classes)[1]).tables["curves"][0]
    assert head == ["epoch", "training cost", "validation cost"]
    assert [line[1] for line in lines] == [number(float(cost)) for cost in estimator.loss_curve_]
    best = int(np.argmin(estimator.validation_curve_)) + 1
    assert [line[0] for line in lines if "best" in line[0]] == [f"{best} (best)"]


def test_costs_by_time_where_it_is_known(classes):
    estimator = classes.pipeline[-1]
    seconds = [0.25 * (epoch + 1) for epoch in range(estimator.n_iter_)]
    data, document = reported(classes, seconds=seconds)
    assert data["history"]["seconds"] == seconds
    head, *lines = Reader(document).tables["curves"][0]
    assert head == ["epoch", "seconds", "training cost", "validation cost"]
    assert [line[1] for line in lines] == [number(second) for second in seconds]
    assert f"Cost by time, over {seconds[-1]:.3g} seconds" in document
    for without in ([], seconds[:-1]):
        assert "Cost by time" not in reported(classes, seconds=without)[1]


def test_classes_and_their_shares(classes):
    lines = Reader(reported(classes)[1]).tables["target"][0][1:]
    train = pl.Series(classes.parts.train.y).value_counts(sort=True)
    for (label, count), line in zip(train.iter_rows(), lines, strict=True):
        share = held_out(classes)["kind"].eq(label).sum()
        total = len(classes.parts.train.y)
        assert line[:4] == [label, str(count), f"{100 * count / total:.1f} %", str(share)]


def test_residuals(numbers):
    rows = held_out(numbers)
    errors = numbers.pipeline.predict(rows) - rows["rent"].to_numpy()
    _, document = reported(numbers)
    reader = Reader(document)
    bins = reader.tables["residuals"][0][1:]
    assert sum(int(line[2]) for line in bins) == len(errors)
    edges = [float(line[0]) for line in bins]
    for edge, line in zip(edges[1:], bins[1:], strict=True):
        assert abs((errors >= edge).sum() - sum(int(later[2]) for later in bins[bins.index(line) :])) <= 1
    text = reader.texts["residuals"]
    assert float(re.search(r"mean (-?[\d.]+)", text)[1]) == pytest.approx(errors.mean(), abs=0.01)
    assert float(re.search(r"deviation ([\d.]+)\.", text)[1]) == pytest.approx(errors.std(), abs=0.01)
    assert document.count('class="point"') == len(rows)
    spread = numbers.parts.train.y.std()
    assert f"standard deviation{spread:.2f}" in " ".join(reader.texts["target"].split())


def test_telling_rows_of_classes(classes):
    rows, y = classes.held_out_table.frame, classes.held_out_table.frame["kind"]
    told = diagnose(classes)["telling"]
    assert len({entry["row"] for entry in told}) == len(told) == 6
    assert {entry["row"] for entry in told} <= set(classes.parts.held_out.rows)
    labels, sure = list(classes.pipeline.classes_), classes.pipeline.predict_proba(rows)
    for entry in told:
        i = entry["row"]
        assert entry["true"] == y[i]
        assert entry["predicted"] == labels[sure[i].argmax()]
        assert entry["probability"] == pytest.approx(sure[i].max(), rel=1e-5)
    held = classes.parts.held_out.rows.tolist()
    wrong = [i for i in held if labels[sure[i].argmax()] != y[i]]
    surest = sorted(wrong, key=lambda i: -sure[i].max())[:3]
    assert [entry["row"] for entry in told if entry["kind"] == "mistake"] == surest
    rest = sorted(set(held) - set(surest), key=lambda i: np.diff(np.sort(sure[i])[-2:])[0])
    assert [entry["row"] for entry in told if entry["kind"] == "undecided"] == rest[:2]
    typical = told[-1]
    assert typical["kind"] == "typical"
    assert typical["predicted"] == typical["true"]


def test_telling_rows_of_amounts(numbers):
    rows = numbers.held_out_table.frame
    errors = numbers.pipeline.predict(rows) - rows["rent"].to_numpy()
    held = sorted(numbers.parts.held_out.rows, key=lambda i: errors[i])
    told = {kind: [] for kind in ("too high", "too low", "typical")}
    for entry in diagnose(numbers)["telling"]:
        told[entry["kind"]].append(entry["row"])
        assert entry["predicted"] - entry["true"] == pytest.approx(errors[entry["row"]])
    assert told["too high"] == held[::-1][:2]
    assert told["too low"] == held[:2]
    assert abs(errors[told["typical"][0]]) == pytest.approx(np.median(abs(errors[held])), rel=0.2)


def test_the_gradient_check_is_in_it(numbers):
    reader = Reader(reported(numbers)[1])
    assert "Yes: back-propagation agrees" in reader.texts["check"]
    lines = reader.tables["check"][0]
    layers = numbers.pipeline[-1].network_.layers
    assert [line[0] for line in lines[1:]] == [str(l + 1) for l in range(len(layers))]
    assert all(float(line[-1]) < 1e-6 for line in lines[1:])


def test_a_wrong_gradient_is_told(classes):
    data, _ = reported(classes)
    worst = data["check"]["worst"]
    data["check"] = {**data["check"], "ok": False, "worst": {**worst, "error": 0.5}}
    assert "No: back-propagation differs" in Reader(training_report(data)).texts["check"]
    data["check"] = {"error": "no target lies in its domain"}
    assert "could not be checked: no target" in Reader(training_report(data)).texts["check"]


def test_columns_and_what_was_done(classes):
    lines = {line[1]: line for line in Reader(reported(classes)[1]).tables["columns"][0][1:]}
    assert lines["color"][0] == "category"
    assert lines["color"][2] == "2 different texts"
    assert lines["width"][0] == "number"
    assert "standardized" in lines["width"][3]
    assert lines["kind"][0] == "target"


# --- many and few ---------------------------------------------------------------------------------------------------


def test_many_classes_get_a_diagonal_in_place_of_a_matrix():
    rng = np.random.default_rng(0)
    kind = np.arange(40).repeat(12)
    frame = pl.DataFrame({"x": kind + rng.normal(size=len(kind)), "kind": [f"k{i:02}" for i in kind]})
    outcome = trained(frame, "kind")
    head, *lines = Reader(reported(outcome)[1]).tables["confusion"][0]
    assert len(head) == 4
    assert len(lines) == 40
    rows = held_out(outcome)
    predicted = outcome.pipeline.predict(rows)
    for label, count, right, _ in lines:
        assert int(count) == (rows["kind"] == label).sum()
        assert int(right) == ((rows["kind"] == label).to_numpy() & (predicted == label)).sum()


def test_hundreds_of_columns_share_a_line():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({f"x{k}": rng.normal(size=60) for k in range(300)} | {"y": rng.normal(size=60)})
    _, document = reported(trained(frame, "y"))
    reader = Reader(document)
    assert "x0, x1, x2, x3, … (300)" in reader.texts["columns"]
    assert "x299" in reader.texts["columns"]
    assert len(reader.tables["columns"][0]) == 3
    assert len(document) < 60_000


def test_a_tiny_table_gets_a_report():
    frame = pl.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 2.5, 3.0, 4.5]})
    data, document = reported(trained(frame, "y"))
    assert data["residuals"]["rows"] == 1
    assert "weights of the last epoch" in Reader(document).texts["curves"]


def test_how_the_predictions_of_telling_rows_came_about(classes, numbers):
    for outcome in (classes, numbers):
        telling = diagnose(outcome)["telling"]
        e = explain_table(outcome.pipeline, outcome.record, outcome.held_out_table, [told["row"] for told in telling])
        told = e.to_dict(live=False)["predictions"]
        data, document = reported(outcome, predictions=told)
        json.dumps(data, allow_nan=False)
        assert document.count("<summary>How it came about</summary>") == len(telling)
        for one in told:
            for column in one["columns"][:8]:
                assert f"{column['adds']:+.4g}</text>" in document
        without, document = reported(outcome, predictions=told, rows=False)
        assert without["came_about"] == []
        assert "How it came about" not in document
