"""Predicting and scoring rows that come in pieces: the bits, the scores and the words of a table in memory."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from sklearn.pipeline import Pipeline

from glassprop.errors import DataError, TableError
from glassprop.tables import Defaults, FitOptions, Table, fit_table, predict_table, score_table
from glassprop.tables.encoding import block_encoder
from glassprop.tables.streaming import score_stream as score_module
from glassprop.tables.streaming.predict_stream import predict_stream
from glassprop.tables.streaming.recut import recut
from glassprop.tables.streaming.score_stream import score_stream
from glassprop.tables.streaming.some_rows import rows_of, spread_rows
from glassprop.tables.streaming.stream_scores import StreamScores

from .stand_ins import FrameRows

ROWS = 9_000  # more than a thread has at least, so that several are at work
QUICK = Defaults(hidden=(12,), epochs=3)


def _frame(rows: int, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x, town = rng.normal(size=rows), rng.choice(["a", "b", "c", None], rows)
    day = (np.datetime64("2021-01-01") + rng.integers(0, 700, rows)).astype("datetime64[D]")
    amount = 100 + 30 * x + 10 * (town == "a") + rng.normal(size=rows)
    kind = np.where(amount > 130, "high", np.where(amount > 90, "middle", "low"))
    return pl.DataFrame(
        {
            "x": x,
            "town": town.tolist(),
            "day": day,
            "w": rng.uniform(0, 2, rows),
            "amount": amount,
            "kind": kind,
            "buys": np.where(amount > 105, "yes", "no"),
        }
    )


def _learned(target: str, **options):
    others = {"amount", "kind", "buys"} - {target}
    asked = FitOptions(target=target, drop=tuple(others), **options)
    return fit_table(Table(_frame(1500), "train"), asked, defaults=QUICK)


@pytest.fixture(scope="module")
def learned():
    """By target, each learned when it is first asked for."""
    made = {}

    def of(target: str, **options):
        key = (target, *options.items())
        if key not in made:
            made[key] = _learned(target, **options)
        return made[key]

    return of


@pytest.fixture(params=[1, 3], ids=["one thread", "three threads"])
def threads(request, monkeypatch):
    from glassprop.tables.values import cores

    monkeypatch.setattr(cores, "usable_cores", lambda: request.param)
    return request.param


def _odd(rows: int) -> pl.DataFrame:
    """With rows that are new, missing or out of all bounds, some of them at the end only."""
    frame = _frame(rows, seed=1)
    last = pl.int_range(rows, eager=True) > rows - 40
    first = pl.int_range(rows, eager=True) < 30
    return frame.with_columns(
        pl.when(last).then(pl.lit("nowhere")).when(first).then(pl.lit("never")).otherwise(pl.col("town")).alias("town"),
        pl.when(last).then(1e6).otherwise(pl.col("x")).alias("x"),
        pl.when(last | first).then(None).otherwise(pl.col("amount")).alias("amount"),
        pl.when(last).then(None).when(first).then(pl.lit("unheard")).otherwise(pl.col("kind")).alias("kind"),
    )


def _both(streamed, in_memory, outcome, frame, piece):
    """What both give, and what they say."""
    heard: list[list[str]] = [[], []]
    source = FrameRows(frame, piece, "rows")
    found = streamed(outcome.pipeline, outcome.record, source, on_message=heard[0].append)
    found = found if isinstance(found, dict) else pl.concat(list(found))
    true = in_memory(outcome.pipeline, outcome.record, Table(frame, "rows"), on_message=heard[1].append)
    assert heard[0] == heard[1]
    return found, true, heard[0]


@pytest.mark.parametrize("target", ["amount", "kind"])
@pytest.mark.parametrize("piece", [7, 5000, 100_000])
def test_predictions_are_those_of_the_table_to_the_bit(learned, threads, target, piece):
    found, true, heard = _both(predict_stream, predict_table, learned(target), _odd(ROWS), piece)
    assert found.schema == true.schema
    assert all(found[name].to_list() == true[name].to_list() for name in true.columns)
    assert [note.kind for note in heard] == ["new-range", "new-categories"]  # once each, of all pieces
    assert heard[1].number == 69


def test_a_source_shorter_than_a_block_is_predicted_as_the_table_is(learned):
    found, true, _ = _both(predict_stream, predict_table, learned("amount"), _odd(50).drop("amount", "kind"), 7)
    assert found["prediction"].to_list() == true["prediction"].to_list()


def test_wide_rows_go_in_smaller_pieces_with_the_same_bits(learned):
    outcome, frame = learned("kind"), _odd(ROWS)
    pieces = list(predict_stream(outcome.pipeline, outcome.record, FrameRows(frame, 1000, row_bytes=1e5)))
    assert {len(piece) for piece in pieces[:-1]} == {512}  # of 64 MB at most, and whole blocks of the network's
    true = predict_table(outcome.pipeline, outcome.record, Table(frame, "rows"))
    assert pl.concat(pieces)["probability_low"].to_list() == true["probability_low"].to_list()


def test_steps_of_others_are_taken_through_scikit_learn(learned):
    outcome = learned("kind")
    plain = Pipeline(outcome.pipeline.steps)
    heard: list[str] = []
    source = FrameRows(_odd(ROWS), 1000, "rows")
    found = pl.concat(list(predict_stream(plain, outcome.record, source, on_message=heard.append)))
    true = predict_table(outcome.pipeline, outcome.record, Table(_odd(ROWS), "rows"))
    assert found["prediction"].to_list() == true["prediction"].to_list()
    np.testing.assert_allclose(found["probability_low"], true["probability_low"], rtol=1e-4)
    assert {note.kind for note in heard} == {"new-range"}


def test_without_a_listener_what_is_new_is_a_warning(learned):
    outcome = learned("amount")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert sum(map(len, predict_stream(outcome.pipeline, outcome.record, FrameRows(_odd(500), 100)))) == 500
    assert len(caught) == 2


def test_only_a_few_pieces_are_under_way(learned, monkeypatch, threads):
    """However slowly predictions are taken, and however many rows there are."""
    outcome, source = learned("amount"), FrameRows(_frame(20 * 256), 256)
    monkeypatch.setattr(block_encoder, "BLOCK", 256)
    taken, ahead = 0, []

    def counted(*args):
        for number, frame in enumerate(FrameRows.frames(source, *args)):
            ahead.append(number - taken)
            yield frame

    monkeypatch.setattr(source, "frames", counted, raising=False)
    for _ in predict_stream(outcome.pipeline, outcome.record, source):
        taken += 1
    assert len(ahead) == taken == 20
    assert max(ahead) <= threads + 1


@pytest.mark.parametrize("weight", [None, "w"])
@pytest.mark.parametrize("target", ["amount", "kind", "buys"])
@pytest.mark.parametrize("few", [True, False], ids=["kept", "summed"])
def test_scores_are_those_of_the_table(learned, monkeypatch, target, weight, few):
    if not few:
        monkeypatch.setattr(score_module, "StreamScores", lambda *args: StreamScores(*args, most=1000))
    outcome = learned(target, weight=weight)
    found, true, heard = _both(score_stream, score_table, outcome, _odd(ROWS), 1234)
    within = found.pop("within")
    assert found.keys() == true.keys()
    assert found["rows"] == true["rows"] == ROWS - {"amount": 69, "kind": 69, "buys": 0}[target]
    assert within.keys() == ({"roc_auc"} if target == "buys" and not few else set())
    for name, score in true["metrics"].items():
        assert found["metrics"][name] == pytest.approx(score, rel=1e-6, abs=within.get(name, 0)), name
        if name == "expected_calibration_error":  # which is no mean over rows, and has no interval
            assert name not in true["intervals"]
            continue
        low, high = true["intervals"][name]
        assert found["intervals"][name] == pytest.approx([low, high], abs=(1e-6 if few else 0.2) * (high - low)), name
    assert found["baseline"] == pytest.approx(true["baseline"])
    kinds = [note.kind for note in heard]
    assert ("unseen-class" in kinds, "no-target" in kinds) == {"amount": (False, True), "kind": (True, True)}.get(
        target, (False, False)
    )


def test_scores_have_the_same_bits_on_any_number_of_threads_and_from_any_pieces(learned, monkeypatch):
    from glassprop.tables.values import cores

    monkeypatch.setattr(score_module, "StreamScores", lambda *args: StreamScores(*args, most=1000))
    outcome, found = learned("amount", weight="w"), []
    for threads, piece in ((1, 100), (2, 5000), (3, 777)):
        monkeypatch.setattr(cores, "usable_cores", lambda threads=threads: threads)
        source = FrameRows(_odd(ROWS), piece, "rows")
        found.append(score_stream(outcome.pipeline, outcome.record, source, on_message=lambda message: None))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (pl.lit(None, pl.String).alias("kind"), "has no row with a target 'kind' to score by"),
        (pl.lit("else").alias("kind"), "all 500 row(s) with a 'kind' have one that training never saw ('else')"),
        (pl.lit(0.0).alias("w"), "weight column 'w' is 0 in every row"),
        (pl.when(pl.col("x") > 0).then(-1.0).otherwise(1.0).alias("w"), "negative value(s)"),
        (pl.lit("oops").alias("w"), "missing, no numbers"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_the_words_of_a_table(learned, change, words):
    outcome, frame = learned("kind", weight="w"), _frame(500).with_columns(change)
    refused = []
    for score, rows in ((score_stream, FrameRows(frame, 99, "rows")), (score_table, Table(frame, "rows"))):
        with pytest.raises(TableError) as error:
            score(outcome.pipeline, outcome.record, rows, on_message=lambda message: None)
        refused.append(str(error.value))
    assert words in refused[0]
    assert refused[0].removeprefix("rows, rows 1 to 500: ") == refused[1]


def test_columns_that_are_lacking_are_named_before_anything_is_read(learned):
    outcome, source = learned("kind"), FrameRows(_frame(50).drop("x", "kind"))
    with pytest.raises(TableError, match=r"lacks 1 column\(s\) that the model needs: 'x'"):
        predict_stream(outcome.pipeline, outcome.record, source)
    with pytest.raises(TableError, match="'kind' \\(the target\\), 'x'"):
        score_stream(outcome.pipeline, outcome.record, source)
    assert source.reads == []


def test_weights_as_text_have_one_decimal_mark_whatever_the_piece(learned):
    """1,5 in the first piece decides for 1,234 in a later one."""
    outcome = learned("kind", weight="w")
    texts = ["1,5"] * 300 + ["1,234"] * 200
    found, true, _ = _both(score_stream, score_table, outcome, _frame(500).with_columns(pl.Series("w", texts)), 100)
    assert found["metrics"] == pytest.approx(true["metrics"])


def test_pieces_are_cut_anew_without_losing_a_row():
    frame = pl.DataFrame({"n": range(1000)})
    for given, wanted in ((1, 7), (7, 1), (10, 1000), (1000, 10), (300, 256), (64, 64), (999, 5000)):
        found = list(recut(frame.iter_slices(given), wanted))
        assert [len(piece) for piece in found[:-1]] == [wanted] * (len(found) - 1)
        assert pl.concat(found).equals(frame)
        assert len(found) == -(-1000 // wanted)


def test_what_a_piece_raises_is_raised_and_nothing_hangs(learned, threads):
    outcome, source = learned("amount"), FrameRows(_frame(ROWS), 500)

    def broken(*args):
        for number, frame in enumerate(FrameRows.frames(source, *args)):
            if number == 9:
                raise TableError("it broke")
            yield frame

    source.frames = broken
    with pytest.raises(TableError, match="it broke"):
        list(predict_stream(outcome.pipeline, outcome.record, source))


def test_some_rows_are_read_alone(learned):
    frame = _frame(ROWS)
    source = FrameRows(frame, 64)
    assert rows_of(source, [7, 8000, 3]).frame.equals(frame[[7, 8000, 3]])
    with pytest.raises(DataError, match="there is no row 9000"):
        rows_of(source, [1, ROWS])
    source.reads.clear()
    spread = spread_rows(source, 40)
    assert len(spread.frame) == 200
    assert spread.frame["x"].is_in(frame["x"].to_list()).all()
    assert sum(stop - first for first, stop in source.reads) == 200
    assert min(first for first, _ in source.reads) == 0
    assert max(stop for _, stop in source.reads) == ROWS
    assert spread_rows(source, 5000).frame.equals(frame)
