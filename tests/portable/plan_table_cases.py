"""Models of tables with columns of every kind, and rows to try them on that training has not seen the like of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from glassprop import TabularClassifier, TabularRegressor
from glassprop.tables import Defaults, FitOptions, Table, fit_table

ROWS = 120


def table() -> pd.DataFrame:
    """Columns of every kind: numbers of every shape, with gaps, dates, times, categories of every type, and text."""
    rng = np.random.default_rng(1)
    day = pd.Timestamp("2019-03-01")
    normal = rng.normal(size=ROWS)
    return pd.DataFrame(
        {
            "num": normal,
            "heavy": np.exp(3 * rng.normal(size=ROWS)),
            "both ways": rng.normal(size=ROWS) ** 5,
            "gap\n": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(size=ROWS) * 1e5),
            "moment": 1.7e9 + np.arange(ROWS) * 0.25,  # of which float32 would make a few
            "far": np.where(np.arange(ROWS) == 7, -9999.0, rng.normal(size=ROWS)),
            "two": rng.integers(0, 2, ROWS) * 5.0 + 1,
            'to"wn': rng.choice(["Bonn", "Ulm", "Jena Süd", "1.0", "2.50", "None", None], ROWS),
            "code": rng.integers(0, 6, ROWS),
            "grade": pd.Categorical(np.where(rng.random(ROWS) < 0.1, np.nan, rng.integers(0, 3, ROWS) / 2)),
            "truth": rng.random(ROWS) < 0.4,
            "perhaps": pd.Series(np.where(rng.random(ROWS) < 0.2, None, rng.random(ROWS) < 0.5), dtype=object),
            "day": pd.Series(day + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")).where(rng.random(ROWS) > 0.1),
            "at": day + pd.to_timedelta(rng.integers(0, 90_000, ROWS), unit="min"),
            "weekly": day + pd.to_timedelta(7 * np.arange(ROWS) + 9.34375, unit="D"),
            "clock": [f"{k % 24}:{(7 * k) % 60:02d}" for k in range(ROWS)],
            "many": [f"k{k}" for k in rng.geometric(0.05, ROWS)],
            "title": [" ".join(rng.choice(WORDS, 5)) for _ in range(ROWS)],
        }
    )


WORDS = ("Good", "bad", "House,", "ZWEI-drei", "été", "x", "THE", "iPhone", "don't")
READ_AS = {"code": "category", "grade": "category", "two": "number", "moment": "number", "num": "number"}


def odd_rows() -> pd.DataFrame:
    """Rows that training has not seen the like of: gaps, new categories, huge, tiny and infinite numbers, blanks."""
    frame = table().iloc[:14].reset_index(drop=True)
    frame["num"] = [np.nan, np.inf, -np.inf, 1e200, -1e149, 1e-200, 0.0, -0.0, 1e20, -5.0, 3.0, 1.0, 2.0, 0.5]
    frame["heavy"] = [-1.0, 0.0, 1e149, np.nan, 1e-149, 1e300, *np.geomspace(1e-9, 1e9, 8)]
    frame["both ways"] = [-1e149, 1e149, np.nan, 0.0, 1e-300, -1e6, 1e6, *np.linspace(-3, 3, 7)]
    frame["gap\n"] = [np.nan, 1.0, *[np.nan] * 12]
    frame["moment"] = 1.7e9 + np.arange(14) * 0.001
    frame["far"] = [-9999.0, -9998.0, np.nan, *np.linspace(-4, 4, 11)]
    frame["two"] = [1.0, 6.0, 2.5, np.nan, 1e9, *[1.0] * 9]
    towns = ["Bonn", " Bonn ", "bonn", "1", "1.00", "2.5", "Rome", "", None, "none", "NA", "1e0", "Jena  Süd", "-0"]
    frame['to"wn'] = towns
    frame["code"] = [0, 1, 2, 3, 4, 5, 6, -1, 10**6, 0, 0, 0, 0, 0]
    frame["grade"] = [0.0, 0.5, 1.0, 1.5, np.nan, np.inf, 1e-200, *[0.5] * 7]
    frame["perhaps"] = pd.Series([True, False, None, True, False, None, *[True] * 8], dtype=object)
    frame["day"] = pd.to_datetime(pd.Series([None, "1700-01-01", "2200-12-31", *["2020-02-29"] * 11]), format="ISO8601")
    frame["at"] = pd.to_datetime(
        pd.Series(["1969-12-31 23:59:59.5", None, *["2020-02-29 13:07"] * 12]), format="ISO8601"
    )
    frame["weekly"] = pd.to_datetime(
        pd.Series([None, "2019-03-05 04:00:00.001", *["2001-01-01"] * 12]), format="ISO8601"
    )
    frame["clock"] = [None, "0:00", "24:00", "23:59:59", *["7:30"] * 10]
    frame["many"] = ["k1", "k2", "K1", "never", None, *["k3"] * 9]
    frame["title"] = [
        "", None, "good GOOD good", "House", "nothing", "12.50", "the x iphone", "DON'T", "été ete", "bad,good;the",
        "good", "zwei drei", "drei zwei", "  good   bad ",
    ]  # fmt: skip
    return frame


@dataclass(frozen=True, eq=False)
class Case:
    """A fitted model and frames that it can be asked about."""

    model: Any
    frames: tuple[pd.DataFrame, ...]


KEEP = {"roles": READ_AS, "random_state": 0, "epochs": 2}


def classes() -> np.ndarray:
    frame = table()
    return np.where(frame["num"] > 0.5, 'gr"oß', np.where(frame["two"] > 2, "mid,\n", "small"))


def of_table(model: Any, y: Any, *without: str) -> Callable[[], Case]:
    def make() -> Case:
        frames = [frame.drop(columns=list(without)) for frame in (table(), odd_rows())]
        return Case(model.fit(frames[0], y), (*frames, frames[1].iloc[[3]]))

    return make


def trained(target: str, scale: str | None = None, **options: Any) -> Callable[[], Case]:
    """As `glassprop train` does it."""

    def make() -> Case:
        import polars as pl

        frame = table().assign(target=_TARGETS[target]())
        settings = {"target": "target", "validation": 0.2, "category": ("code", "grade"), "missing": ("-9999",)}
        defaults = Defaults(hidden=(4, 3), epochs=2)
        done = fit_table(
            Table(pl.from_pandas(frame), "t"), FitOptions(**settings, target_scale=scale, **options), defaults=defaults
        )
        return Case(done.pipeline, (table(), odd_rows()))

    return make


_TARGETS: dict[str, Callable[[], Any]] = {
    "classes": classes,
    "amounts": lambda: np.exp(table()["num"]) * 1e4,
    "counts": lambda: np.random.default_rng(2).poisson(np.exp(table()["num"])).astype(float),
}

TABLES: dict[str, Callable[[], Case]] = {
    "recipe, classes": of_table(TabularClassifier(**KEEP, cross_fit=2), classes()),
    "recipe, two classes": of_table(TabularClassifier(**KEEP, cross_fit=None), np.asarray(table()["num"] > 0)),
    "recipe, amounts": of_table(TabularRegressor(**KEEP, cross_fit=2), table()["num"] * 100),
    "recipe, logarithms": of_table(
        TabularRegressor(**KEEP, cross_fit=None, target_scale="log"), np.exp(table()["num"]), "title"
    ),
    "recipe, quantiles": of_table(
        TabularRegressor(**KEEP, cross_fit=None, target_scale="quantile"), table()["num"] ** 3, "title"
    ),
    "recipe, members": of_table(TabularClassifier(**KEEP, n_members=3), classes(), "title"),
    "recipe, counts": of_table(
        TabularRegressor(**KEEP, cross_fit=None, target_scale="poisson"), _TARGETS["counts"](), "title"
    ),
    "plain, classes": of_table(TabularClassifier(**KEEP, recipe="plain", cross_fit=None), classes()),
    "plain, amounts": of_table(TabularRegressor(**KEEP, recipe="plain", cross_fit=None), table()["num"], "title"),
    "numbers alone": of_table(
        TabularRegressor(random_state=0, epochs=2, cross_fit=None),
        table()["num"],
        *table().columns.difference(["num", "heavy", "gap\n"]),
    ),
    "one category": of_table(
        TabularClassifier(random_state=0, epochs=2, cross_fit=None), classes(), *table().columns.difference(['to"wn'])
    ),
    "trained, classes": trained("classes"),
    "trained, amounts": trained("amounts", "log"),
    "trained, recipe": trained("classes", recipe="tabular"),
}
