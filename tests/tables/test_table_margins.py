"""What networks of a table saw of its rows: nothing changes by looking, folds are put together by rows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassprop import Margins
from glassprop.tables import Defaults, FitOptions, Table, fit_table
from glassprop.tables.fitting.table_margins import TableMargins

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def table(n=240, classes=3):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=n).round(3), rng.normal(size=n).round(3)
    place = x + 0.5 * rng.normal(size=n)
    y = np.digitize(place, [-0.5, 0.5]).astype(str) if classes else place
    return Table(pl.DataFrame({"x": x, "z": z, "y": y}), "t.csv")


def test_one_network_is_seen_as_by_margins_alone():
    defaults = Defaults(hidden=(4,), epochs=8, early_stopping_rows=60)
    fits = {}
    for name, callback in (("together", TableMargins()), ("alone", Margins()), ("nobody", None)):
        callbacks = () if callback is None else (callback,)
        fits[name] = callback, fit_table(table(), FitOptions("y"), defaults=defaults, callbacks=callbacks)
    n = len(fits["nobody"][1].parts.train)
    found, expected = fits["together"][0].together(n), fits["alone"][0].rows()
    assert fits["together"][0].networks == 1
    for name in ("margin", "confidence", "spread", "forgotten", "learned", "trained", "outputs"):
        assert np.allclose(getattr(found, name), getattr(expected, name)), name
    thetas = [outcome.pipeline[-1].theta_ for _, outcome in fits.values()]
    assert all(np.array_equal(theta, thetas[-1]) for theta in thetas)


@pytest.mark.parametrize("classes", [3, 0])
def test_folds_are_put_together_by_rows(classes):
    margins = TableMargins()
    options = FitOptions("y", recipe="plain", cross_fit=4, epochs=8, hidden=(4,))
    outcome = fit_table(table(classes=classes), options, callbacks=(margins,))
    bare = fit_table(table(classes=classes), options)
    assert np.array_equal(outcome.pipeline[-1].theta_, bare.pipeline[-1].theta_)
    n = len(outcome.parts.train)
    found = margins.together(n)
    fits = margins._seen
    assert margins.networks == len(fits) >= 4
    for i in range(0, n, 7):
        told = [(seen, list(rows).index(i)) for rows, seen in fits if i in rows]
        assert len(told) == len(fits) * 3 // 4  # each row is kept apart once
        of = {name: [getattr(seen, name)[k] for seen, k in told] for name in ("margin", "confidence", "spread")}
        assert found.margin[i] == pytest.approx(np.mean(of["margin"]))
        assert found.confidence[i] == pytest.approx(np.mean(of["confidence"]))
        assert found.spread[i] == pytest.approx(np.sqrt(np.mean(np.square(of["spread"]))))
        assert found.forgotten[i] == sum(seen.forgotten[k] for seen, k in told)
        learned = [seen.learned[k] for seen, k in told]
        knew = [epoch for epoch in learned if epoch >= 0]
        assert found.learned[i] == (-1 if 2 * len(knew) < len(told) else round(float(np.mean(knew))))
    assert found.trained.all()


def test_a_fit_that_came_to_no_end_tells_nothing():
    margins = TableMargins()
    margins.of_rows(np.arange(5))
    assert margins.together(5) is None
