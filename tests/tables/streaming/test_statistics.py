"""One pass over a table, against the same counted in memory; the same bits however it is cut, and whoever has lanes."""

from __future__ import annotations

import weakref
from collections import Counter

import numpy as np
import polars as pl
import pytest
from groups import together

from glassprop.backprop.ranks import LaneSums
from glassprop.errors import TableError
from glassprop.tables import FitOptions, Table
from glassprop.tables.fitting.final_step import target_scale
from glassprop.tables.streaming import tally
from glassprop.tables.streaming.number_statistics import NumberStatistics
from glassprop.tables.streaming.tally import Tally
from glassprop.tables.streaming.uses import HELD_OUT, LEFT_OUT, TRAINED, WATCHED

from .long_tables import Long, mixed

CLASSES = FitOptions(target="y", drop=("amount",), seed=3)
AMOUNTS = FitOptions(target="amount", drop=("y",), weight="weight", seed=3)


def long(options=CLASSES, frame=None, **more):
    return Long(Table(mixed() if frame is None else frame, "mixed"), options, **more)


def test_rows_are_counted_by_use_and_lane():
    table = long()
    found, uses = table.statistics(), table.uses()
    assert found.rows() == {
        "train": (uses == TRAINED).sum(),
        "validation": (uses == WATCHED).sum(),
        "held_out": (uses == HELD_OUT).sum(),
    }
    for use in (TRAINED, WATCHED, HELD_OUT, LEFT_OUT):
        assert found.tally.rows[:, use].tolist() == [(uses[a:b] == use).sum() for a, b in table.edges()]
    np.testing.assert_array_equal(np.unpackbits(found.trained(), count=len(uses)), uses == TRAINED)
    assert found.tally.target.without_target == table.table.frame["y"].null_count() == (uses == LEFT_OUT).sum()


def test_classes_are_counted_in_rows_and_weights():
    table = long(FitOptions(target="y", drop=("amount",), weight="weight"))
    found = table.statistics()
    train = table.in_memory(TRAINED)
    assert found.classes.tolist() == ["a", "b", "c"]
    assert found.class_rows().tolist() == [(train["y"] == label).sum() for label in "abc"]
    known = table.table.frame.filter(pl.col("y").is_not_null())["weight"]
    right = [train.filter(pl.col("y") == label)["weight"].sum() / known.mean() for label in "abc"]
    np.testing.assert_allclose(found.class_rows(weighed=True), right, rtol=1e-12)
    assert found.class_rows(HELD_OUT).sum() == found.rows()["held_out"]
    weights = found.reader.read(table.frame(), np.arange(700)).weights
    np.testing.assert_allclose(weights, table.table.frame["weight"] / known.mean(), rtol=1e-12)


def test_amounts_have_the_mean_spread_and_ends_of_their_rows():
    table = long(AMOUNTS)
    found = table.statistics()
    train = table.in_memory(TRAINED)
    right = target_scale(train["amount"].to_numpy(), train["weight"].to_numpy())
    assert (found.scale.mean, found.scale.spread) == pytest.approx((right.mean, right.spread), rel=1e-13)
    plain = long(FitOptions(target="amount", drop=("y",), seed=3))
    right = target_scale(plain.in_memory(TRAINED)["amount"].to_numpy(), None)
    scale = plain.statistics().scale
    assert (scale.mean, scale.spread) == pytest.approx((right.mean, right.spread), rel=1e-13)
    both = pl.concat([train, table.in_memory(WATCHED)])["amount"]
    assert found.ends(TRAINED, WATCHED) == (both.min(), both.max())
    assert found.classes.tolist() == []


def test_columns_are_counted_in_the_rows_trained_on():
    table = long()
    found, train = table.statistics().tally, table.in_memory(TRAINED)
    for name in ("normal", "gappy", "heavy", "marked", "count"):
        known, counts = np.unique(train[name].drop_nulls().to_numpy(), return_counts=True)
        np.testing.assert_array_equal(found.numbers[name].counted()[0], known)
        np.testing.assert_array_equal(found.numbers[name].counted()[1], counts)
        assert found.numbers[name].missing == train[name].null_count()
    assert found.categories["town"].counts == Counter(train["town"].fill_null("").to_list())
    assert found.types["normal"] == "numbers"
    (odd,) = found.findings
    assert (odd.column, odd.kind, odd.rows, odd.values) == ("text_number", "unread", 14, ("none at all",))


def test_a_row_counts_the_same_in_pieces_of_any_size_but_lanes_count_apart():
    digests = {piece: long(piece=piece).statistics().digest for piece in (7, 37, 1000)}
    assert len(set(digests.values())) == 1
    assert long(lanes=4).statistics().digest != digests[7]
    frame = mixed()
    other = frame.with_columns(count=pl.when(pl.int_range(700) == 333).then(99).otherwise("count"))
    assert long(frame=other).statistics().digest != digests[7]


@pytest.fixture
def small(monkeypatch):
    """Sketches, names and blocks so small that nothing is exact."""
    monkeypatch.setattr(tally, "size_for", lambda columns: 16)
    monkeypatch.setattr(tally, "most_names", lambda columns: 10)
    monkeypatch.setattr(tally, "_BLOCK", 64)


@pytest.mark.parametrize("options", [CLASSES, AMOUNTS])
def test_any_number_of_processes_has_the_same_statistics(small, options):
    table = long(options, lanes=12)
    alone = table.statistics()
    assert not alone.tally.numbers["normal"].exact
    assert alone.tally.categories["town"].error > 0
    for ranks in (1, 2, 3, 5):
        found = together(ranks, lambda rank, group: table.statistics(sums=LaneSums(group, 12)))
        assert {of.digest for of in found} == {alone.digest}
    np.testing.assert_array_equal(found[-1].trained(), alone.trained())


def test_few_lanes_are_held_at_a_time(small):
    alive, most = [], 0
    make = Tally.empty.__func__

    def made(cls, wanted):
        nonlocal most
        new = make(cls, wanted)
        alive.append(weakref.ref(new))
        most = max(most, sum(one() is not None for one in alive))
        return new

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tally, "empty", classmethod(made))
        long(lanes=12).statistics()
    assert len(alive) == 12
    assert most <= 2


def test_it_reads_only_the_columns_that_it_needs():
    table = long()
    seen = []
    frames = table.source.frames
    table.source.frames = lambda first, stop, columns=None: seen.append(columns) or frames(first, stop, columns)
    table.statistics()
    assert {"remark", "amount", "person"}.isdisjoint({name for columns in seen for name in columns} - {"person"})
    assert "normal" in seen[0]


ONE_VALUE = pl.when(pl.int_range(700) < 2).then(pl.lit("x")).otherwise(None)


@pytest.mark.parametrize(
    ("change", "options", "match"),
    [
        ({"y": ONE_VALUE}, CLASSES, "all 2 rows to train on have the same 'y', x: give more"),
        ({"y": pl.lit(None, pl.String)}, CLASSES, "0 row"),
        ({"amount": pl.lit(5.0)}, AMOUNTS, "have the same 'amount', 5"),
        ({"weight": -pl.col("weight")}, AMOUNTS, r"has 6\d\d negative value"),
        ({"weight": pl.lit(0.0)}, AMOUNTS, "is 0 in every row"),
        ({"weight": pl.lit(None, pl.Float64)}, AMOUNTS, r"has 6\d\d value\(s\) that are missing"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(change, options, match):
    table = long(options)
    table.source.frame = mixed().with_columns(**change)  # which the sample did not show
    with pytest.raises(TableError, match=match):
        table.statistics()


def test_numbers_of_a_lane_without_rows():
    found = NumberStatistics(16)
    found.merge(NumberStatistics(16))
    assert (found.rows, found.missing) == (0, 0)
    table = long(frame=mixed(6), lanes=12, defaults=long().defaults)
    assert sum(table.statistics().rows().values()) == 5


def test_groups_stay_together_and_times_are_cut_at_a_moment():
    table = long(FitOptions(target="y", drop=("amount",), group="person"))
    uses, person = table.uses(), table.table.frame["person"].to_numpy()
    for use in (TRAINED, WATCHED, HELD_OUT):
        assert not set(person[uses == use]) & set(person[(uses != use) & (uses != LEFT_OUT)])
    table = long(FitOptions(target="y", drop=("amount",), time="day"))
    uses, day = table.uses(), table.table.frame["day"].to_numpy()
    assert day[uses == TRAINED].max() < day[uses == WATCHED].min()
    assert day[uses == WATCHED].max() < day[uses == HELD_OUT].min()
    assert table.statistics().rows()["held_out"] == (uses == HELD_OUT).sum() > 30
