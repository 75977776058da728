"""The map of hard and easy rows: counts, bins and lists against a plain count, and what the report shows of it."""

from __future__ import annotations

import json
import re
from collections import Counter

import numpy as np
import polars as pl
import pytest
from training_report.report_cases import flowers, reported, trained
from training_report.report_reader import Reader

from glassprop import Tracer
from glassprop.influence.seen_rows import SeenRows
from glassprop.tables import Defaults, FitOptions, Table, diagnose, fit_table
from glassprop.tables.fitting.table_margins import TableMargins
from glassprop.tables.use.blame_table import blame_table
from glassprop.tables.use.taught_by import drove_outcome, pulls_of_outcome
from glassprop.training_report.map_chart import map_axes, map_chart
from glassprop.training_report.row_map import BINS, MOST_LISTED, row_map


def seen(n=300, seed=0, untrained=7):
    rng = np.random.default_rng(seed)
    confidence = rng.beta(2, 1, n)
    return SeenRows(
        task="classes",
        epochs=20,
        outputs=np.zeros((n, 3)),
        margin=np.log(confidence / (1 - confidence)),
        confidence=confidence,
        spread=np.sqrt(confidence * (1 - confidence)) * rng.uniform(size=n),
        forgotten=rng.integers(0, 4, n) * (rng.uniform(size=n) < 0.3),
        learned=np.where(confidence < 0.3, -1, rng.integers(0, 20, n)),
        trained=np.arange(n) >= untrained,
    )


def plain(rows):
    """Of each row trained on: its number, confidence, spread, forgotten, learned."""
    columns = rows.confidence, rows.spread, rows.forgotten, rows.learned, rows.trained
    return [(i, *each[:4]) for i, each in enumerate(zip(*(c.tolist() for c in columns), strict=True)) if each[4]]


@pytest.mark.parametrize("n", [40, 3000])
def test_counts_are_those_of_a_plain_count(n):
    rows = seen(n)
    counts = Counter()
    for _, confidence, _, forgotten, learned in plain(rows):
        counts["easy" if confidence >= 0.75 else "hard" if confidence <= 0.25 else "ambiguous"] += 1
        counts["never_learned" if learned < 0 else "forgotten" if forgotten else "steady"] += 1
    found = row_map(rows)
    assert found["rows"] == n - 7
    assert found["counts"] == {name: counts[name] for name in found["counts"]}
    bins = np.array(found["bins"])
    assert bins[:, 2:].sum(axis=0).tolist() == [counts[name] for name in ("steady", "forgotten", "never_learned")]


def test_bins_hold_the_rows_between_their_edges():
    rows = seen(500)
    found = row_map(rows)
    told = {(i, j): (steady, forgotten, never) for i, j, steady, forgotten, never in found["bins"]}
    across, up = found["edges"]["spread"], found["edges"]["confidence"]
    expected = {}
    for _, confidence, spread, forgotten, learned in plain(rows):
        i = min(sum(edge <= spread for edge in across) - 1, BINS - 1)
        j = min(sum(edge <= confidence for edge in up) - 1, BINS - 1)
        group = 2 if learned < 0 else int(forgotten > 0)
        counts = expected.setdefault((i, j), [0, 0, 0])
        counts[group] += 1
    assert told == {place: tuple(counts) for place, counts in expected.items()}


def test_lists_are_sorted_as_they_say():
    rows, pull = seen(200), np.random.default_rng(1).normal(size=200)
    pull[:50] = np.nan
    numbers = np.arange(200) * 10
    lists = row_map(rows, numbers=numbers, labels=[f"c{i}" for i in range(200)], pull=pull)["lists"]
    known = plain(rows)
    for name, key, some in (
        ("hardest", lambda row: row[1], known),
        ("forgotten", lambda row: (-row[3], row[1]), [row for row in known if row[3] > 0]),
        ("late", lambda row: (-row[4], row[1]), [row for row in known if row[4] > 0]),
        ("against", lambda row: pull[row[0]], [row for row in enumerate(pull) if row[1] < 0]),
    ):
        expected = [10 * row[0] for row in sorted(some, key=key)][:MOST_LISTED]
        assert [told["row"] for told in lists[name]] == expected
        assert all(told["label"] == f"c{told['row'] // 10}" for told in lists[name])


def test_points_lie_where_their_numbers_say():
    rows = seen(60)
    found = row_map(rows)
    drawn, (x, y) = map_chart(found), map_axes(found)
    discs = re.findall(r'<path class="row steady" d="M([\d.]+) ([\d.]+)a', drawn)
    expected = {
        (round(x.place(float(f"{spread:.4g}")) - 3.2, 1), round(y.place(float(f"{confidence:.4g}")), 1))
        for _, confidence, spread, forgotten, learned in plain(rows)
        if learned >= 0 and not forgotten
    }
    assert {(round(float(left), 1), round(float(up), 1)) for left, up in discs} == expected
    assert drawn.count('class="row') == 53


def test_many_rows_are_drawn_as_bins_in_a_small_chart():
    rows = seen(100_000)
    drawn = map_chart(row_map(rows))
    assert "<path class=" not in drawn.replace('<path class="axis"', "")
    assert len(drawn) < 150_000
    found = re.findall(r"(\d+) (?:steady|forgotten|never learned)", "".join(re.findall("<title>.*?</title>", drawn)))
    assert sum(map(int, found)) == 100_000 - 7


@pytest.mark.parametrize("n", [8, 9])
def test_few_and_equal_rows_can_be_drawn(n):
    rows = seen(n)
    rows.spread[:], rows.confidence[:] = 0.0, 1.0
    assert "nan" not in map_chart(row_map(rows))
    assert map_chart(row_map(seen(7))) == ""


# --- in the report ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched():
    margins, frame = TableMargins(), flowers()
    options = FitOptions("kind", validation=0.2)
    defaults = Defaults(hidden=(6,), epochs=12, early_stopping_rows=60)
    outcome = fit_table(Table(frame, "table.csv"), options, defaults=defaults, callbacks=(margins,))
    train = outcome.parts.train
    rows = margins.together(len(train))

    def told(**how):
        return row_map(rows, numbers=train.rows, labels=train.y, pull=pulls_of_outcome(outcome), **how)

    return outcome, rows, told


def test_the_report_has_counts_and_rows_by_their_numbers_in_the_table(watched):
    outcome, rows, told = watched
    data, document = reported(outcome, seen=told())
    json.dumps(data, allow_nan=False)
    reader = Reader(document)
    counts, hardest, *_ = reader.tables["difficulty"]
    assert int(counts[1][1]) == (rows.confidence >= 0.75).sum()
    assert int(counts[5][1]) == (rows.learned < 0).sum()
    order = np.argsort(rows.confidence, kind="stable")[:MOST_LISTED]
    numbers = outcome.parts.train.rows[order]
    assert [line[0] for line in hardest[1:]] == [str(number) for number in numbers]
    kinds = outcome.held_out_table.frame["kind"]
    assert [line[1] for line in hardest[1:]] == [kinds[int(number)] for number in numbers]


def gradients(outcome, rows):
    """Of each row by itself. (n, size)"""
    estimator = outcome.pipeline[-1]
    data = estimator._as_examples(outcome.pipeline[:-1].transform(rows.frame.to_native()), rows.y, rows.weights)
    network, theta = estimator.network_, estimator.theta_.astype(float)
    pairs = zip(data.X.astype(float), data.Y.astype(float), strict=True)
    return np.array([network.gradient(theta, x[None], y[None]) for x, y in pairs])


def test_pulls_are_cosines_with_the_mean_gradient(watched):
    outcome, _, _ = watched
    each = gradients(outcome, outcome.parts.train)
    mean = each.mean(axis=0)
    expected = each @ mean / np.linalg.norm(each, axis=1) / np.linalg.norm(mean)
    assert np.allclose(pulls_of_outcome(outcome), expected, atol=1e-3)  # single precision


def test_rows_that_drove_telling_rows_are_those_that_are_blamed(watched):
    outcome, _, _ = watched
    train, held_out = outcome.parts.train, outcome.parts.held_out
    telling = [told["row"] for told in diagnose(outcome)["telling"]]
    steps, estimator = outcome.pipeline[:-1], outcome.pipeline[-1]
    X, asked = (steps.transform(rows.frame.to_native()) for rows in (train, held_out))
    drove = drove_outcome(outcome, telling)
    assert len(drove) == len(telling)
    for number, told in zip(telling, drove, strict=True):
        at = held_out.rows.tolist().index(number)
        scores = estimator.blame(X, train.y, x=asked[at], y_x=held_out.y[at]).scores
        for side, sign in (("proponents", 1), ("opponents", -1)):
            expected = np.sort(sign * scores)[::-1][:5]
            assert [sign * row["score"] for row in told[side]] == pytest.approx(expected[expected > 0], rel=1e-2)
            for row in told[side]:
                at = train.rows.tolist().index(row["row"])
                assert row["score"] == pytest.approx(scores[at], rel=1e-2)
                assert row["label"] == train.y[at]
    data, document = reported(outcome, drove=drove)
    json.dumps(data, allow_nan=False)
    first = drove[0]["proponents"][0]
    assert f"row {first['row']} (" in document
    assert document.count("Which training rows drove it") == len(telling)
    hidden, _ = reported(outcome, drove=drove, rows=False)
    assert {row["label"] for told in hidden["drove"] for side in told.values() for row in side} == {None}


def test_where_a_trace_was_kept_they_are_told_along_it():
    tracer, frame = Tracer(3), flowers(60)
    outcome = fit_table(
        Table(frame, "t"), FitOptions("kind", validation=0.2, epochs=4, cross_fit=3), callbacks=(tracer,)
    )
    trace, (first, *_) = tracer.model_trace(), outcome.parts.held_out.rows
    (told,) = drove_outcome(outcome, [first], trace)
    found = blame_table(outcome.pipeline, outcome.record, Table(frame, "t"), int(first), top=5, trace=trace)
    for side in ("proponents", "opponents"):
        expected = [(pull.row, pull.label) for pull in getattr(found, side)]
        assert [(row["row"], row["label"]) for row in told[side]] == expected != []
    _, document = reported(outcome, drove=[told] * 9, drove_weights=trace.weights)
    assert f"along the training, at {trace.weights} of its weights: to first order" in document
    _, document = reported(outcome, drove=[told] * 9)
    assert "at the final weights: to first order" in document


def test_without_rows_neither_points_nor_labels_are_told(watched):
    outcome, _, told = watched
    data, document = reported(outcome, seen=told(), rows=False)
    assert data["seen"]["points"] is None
    assert 'class="row steady" d=' not in document
    lists = told(rows=False)["lists"]
    assert {row["label"] for rows in lists.values() for row in rows} == {None}
    head = Reader(document).tables["difficulty"][1][0]
    assert head[:2] == ["row", "confidence"]


def test_where_no_row_was_watched_a_line_says_why():
    outcome = trained(flowers(), "kind")
    _, document = reported(outcome, seen="nobody looked")
    assert "nobody looked" in Reader(document).texts["difficulty"]
    assert "difficulty" not in Reader(reported(outcome)[1]).texts


def test_names_of_classes_stay_text(look):
    margins = TableMargins()
    frame = flowers(kinds=("<img src=x onerror=alert(1)>", "b", "c")).rename({"kind": "<script>alert(2)</script>"})
    defaults = Defaults(hidden=(6,), epochs=6, early_stopping_rows=60)
    outcome = fit_table(
        Table(pl.DataFrame(frame), "t"), FitOptions(frame.columns[-1]), defaults=defaults, callbacks=(margins,)
    )
    train = outcome.parts.train
    found = row_map(margins.together(len(train)), numbers=train.rows, labels=train.y)
    page = look(reported(outcome, seen=found)[1], width=360)
    assert page.locator("img, script").count() == 0
    assert page.locator("#difficulty svg .row").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
