"""The plain record of a model, read with NumPy alone, says what the model says; what it cannot say is refused."""

from __future__ import annotations

import numpy as np
import pytest
from forging.recipes import RECIPES, table
from portable import plan_numbers
from portable.plan_cases import CASES, X, Y, case, outcome
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import VarianceThreshold
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler

from glassprop import MLPClassifier, TabularClassifier
from glassprop.errors import ExportError
from glassprop.portable import whole_model as plan
from glassprop.portable.plan_of import plan_of
from glassprop.tables import Defaults, FitOptions, Table, fit_table

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")


@pytest.mark.parametrize("name", CASES)
def test_the_record_says_what_the_model_says(name):
    one = case(name)
    whole = plan_of(one.model)
    for frame in one.frames:
        expected, probable = outcome(one, frame)
        found, p = plan_numbers.said(whole, plan_numbers.given_of(whole, frame))
        bound = 1e-5 if whole.precision == "float32" else 1e-11
        if whole.ending.kind == "amounts":
            np.testing.assert_allclose(found, expected, rtol=bound, atol=bound)
        else:
            np.testing.assert_array_equal(found, expected)
        assert (p is None) == (probable is None)
        if p is not None:
            np.testing.assert_allclose(p, probable, rtol=bound, atol=bound)


def test_every_kind_of_piece_is_in_some_case():
    wholes = [plan_of(case(name).model) for name in CASES]
    pieces = {type(piece) for whole in wholes for piece in whole.inputs}
    assert pieces == set(plan.INPUTS)
    steps = {type(s) for w in wholes for piece in w.inputs if isinstance(piece, plan.NumberInput) for s in piece.steps}
    assert steps == set(plan.STEPS)
    assert {whole.ending.kind for whole in wholes} == set(plan.ENDINGS)
    sources = [source for whole in wholes for source in whole.sources]
    assert {source.given for source in sources} == {"number", "text", "truth"}
    assert {source.kind for source in sources} == {"number", "date", "time", "category", "text"}
    assert any(source.absent for source in sources)
    assert any(source.whole for source in sources)


def test_names_and_their_order_are_kept():
    whole = plan_of(case("recipe, classes").model)
    schema = case("recipe, classes").model.pipeline_[0].schema
    assert [source.name for source in whole.sources] == schema.names()
    assert "gap\n" in schema.names()


def test_gaps_say_whether_training_knows_them():
    gaps = {name: [s.gaps for s in plan_of(case(name).model).sources] for name in ("standard", "filled", "groups")}
    assert not any(gaps["standard"])
    assert all(gaps["filled"])
    assert dict(zip("agcbd", gaps["groups"], strict=True))["a"]


def small(*steps):
    return make_pipeline(*steps, MLPClassifier((2,), max_iter=2, random_state=0))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (small(PCA(2)), r"step 'pca', a PCA, cannot be said in another language: it has to be one of 'Bounded'"),
        (small(StandardScaler(), PolynomialFeatures()), "step 'polynomialfeatures', a PolynomialFeatures, cannot be"),
        (small(FunctionTransformer(np.exp)), "step 'functiontransformer' calls a function, which is not plain data"),
        (small(StandardScaler(), OneHotEncoder(handle_unknown="ignore")), "encodes what a step before it has made"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "a Pipeline that ends in a LogisticRegression cannot"),
        (
            LogisticRegression(),
            "a LogisticRegression cannot be said in another language: it has to be an MLPClassifier",
        ),
    ],
)
def test_what_is_no_plain_data_is_refused_by_name(model, said):
    with pytest.raises(ExportError, match=said):
        plan_of(model.fit(X, Y))


def test_whole_numbers_that_doubles_do_not_hold_are_refused():
    import pandas as pd

    frame = pd.DataFrame({"id": [2**53 + 1, 2**53 + 3] * 30})
    model = TabularClassifier(random_state=0, epochs=1, cross_fit=None, roles={"id": "category"})
    model.fit(frame, ["a", "b"] * 30)
    with pytest.raises(ExportError, match=r"column 'id' has categories that are whole numbers beyond 2\^53"):
        plan_of(model)


def test_what_is_not_fitted_is_said():
    with pytest.raises(ValueError, match="not fitted"):
        plan_of(MLPClassifier())


# What of the models that files are forged from is no plain data, and the step that is named.
NOT_PLAIN = {
    "step_normalizer": "Normalizer",
    "step_binarizer": "Binarizer",
    "step_quantile": "QuantileTransformer",
    "step_power": "PowerTransformer",
    "step_pca": "PCA",
    "step_words": "takes 's' for a missing value",
    "nested": "PCA",
    "generators": "QuantileTransformer",
    "texts": "CountVectorizer",
    "roots": "calls a function",
    "within_bounds": "calls a function",
    "bagged": "a BaggingClassifier cannot be said",
}

NETWORKS = ["kinds", "embedded", "heads", "networks", "binary", "several_labels", "amounts", "poisson"]
NETWORKS += ["two_amounts", "frames"]
PLAIN = [name for name in RECIPES if name.startswith(("table_", "step_", "columns_")) and name not in NOT_PLAIN]


@pytest.mark.parametrize("name", [*NOT_PLAIN, *PLAIN, *NETWORKS, "the_best_columns"])
def test_models_that_files_hold_are_said_or_refused_by_their_step(name):
    import pandas as pd

    recipe = RECIPES[name]
    model, _ = recipe.make()
    if name in NOT_PLAIN:
        with pytest.raises(ExportError, match=NOT_PLAIN[name]):
            plan_of(model)
        return
    whole = plan_of(model)
    rows = table().to_pandas() if recipe.target else recipe.rows()[0]
    expected = model.predict(rows)
    if isinstance(rows, pd.DataFrame) and recipe.target:
        for source in whole.sources:
            if source.kind == "date":
                rows[source.name] = pd.to_datetime(rows[source.name])
    frame = (
        rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=[f"x{k}" for k in range(rows.shape[1])])
    )
    found, _ = plan_numbers.said(whole, plan_numbers.given_of(whole, frame))
    if whole.ending.kind == "amounts":
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    else:
        np.testing.assert_array_equal(found, expected)


def test_a_number_that_stands_for_missing_does_so_however_it_is_written():
    import pandas as pd
    import polars as pl

    frame = pd.DataFrame({"c": ["a", "b", "1", "2.5"] * 30, "x": X[:, 0]})
    table = Table(pl.from_pandas(frame.assign(y=["u", "v"] * 60)), "t")
    options = FitOptions(target="y", category=("c",), missing=("1",))
    model = fit_table(table, options, defaults=Defaults(hidden=(3,), epochs=2)).pipeline
    rows = pd.DataFrame({"c": ["1", "1.0", "1.00", "", "a", "2.50"], "x": 0.5})
    expected = model.predict_proba(rows)
    np.testing.assert_array_equal(expected[:3], expected[[3] * 3])
    whole = plan_of(model)
    found = plan_numbers.said(whole, plan_numbers.given_of(whole, rows))[1]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_matrix_keeps_columns_that_nothing_is_made_of():
    given = np.c_[X[:, 0], np.ones(len(X)), X[:, 1]]
    model = small(VarianceThreshold(0.1)).fit(given, Y)
    assert [source.name for source in plan_of(model).sources] == ["x0", "x1", "x2"]


def test_a_column_may_be_a_truth_and_a_number_at_once():
    import pandas as pd

    frame = pd.DataFrame({"g": Y > 0, "x": X[:, 1]})
    both = ColumnTransformer([("n", StandardScaler(), ["g", "x"]), ("c", OneHotEncoder(), ["g"])])
    model = small(both).fit(frame, Y)
    whole = plan_of(model)
    assert [source.given for source in whole.sources] == ["truth", "number"]
    np.testing.assert_array_equal(plan_numbers.said(whole, [frame["g"], frame["x"]])[0], model.predict(frame))
