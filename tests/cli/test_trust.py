"""A model of a table with a step of others: used where its types are named, refused where they are not."""

from __future__ import annotations

import polars as pl
import pytest
from sklearn.kernel_approximation import Nystroem
from sklearn.pipeline import Pipeline

import glassprop
from glassprop.tables import FitOptions, fit_table, predict_table, read_table

NAME = "sklearn.kernel_approximation.Nystroem"


@pytest.fixture
def kernels(tmp_path):
    """Nystroem's features between the inputs of iris and a network; and the table."""
    table = read_table("iris")
    outcome = fit_table(table, FitOptions(epochs=3, hidden=(4,)))
    (*steps, (_, network)) = outcome.pipeline.steps
    model = Pipeline([*steps, ("kernels", Nystroem(n_components=5, random_state=0)), ("network", network)])
    model.fit(table.frame.drop("species"), table.frame["species"].to_numpy())
    glassprop.save(model, tmp_path / "m.glassprop", outcome.record)
    return model, outcome.record, table


def test_it_is_refused_with_the_names_to_give(refuse, kernels):
    for command in ("predict", "score", "check"):
        refuse(command, "m.glassprop", "iris", words=[NAME, "--trust"])
        refuse(command, "m.glassprop", "iris", "--trust", "sklearn.svm._classes.SVC", words=[NAME, "--trust"])
    refuse("explain", "m.glassprop", "iris", "--row", "0", words=[NAME, "--trust"])


def test_it_is_used_where_they_are_named(run, refuse, kernels, tmp_path):
    model, record, table = kernels
    assert run("predict", "m.glassprop", "iris", "--trust", NAME, "--out", "p.csv").code == 0
    expected = predict_table(model, record, table)
    assert pl.read_csv(tmp_path / "p.csv")["prediction"].to_list() == expected["prediction"].to_list()
    assert run("score", "m.glassprop", "iris", "--trust", NAME).code == 0
    assert run("check", "m.glassprop", "iris", "--rows", "20", "--trust", NAME).code == 0
    assert run("info", "m.glassprop").code == 0
    refuse("explain", "m.glassprop", "iris", "--row", "0", "--trust", NAME, words=["glassprop.explain"])
