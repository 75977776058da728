"""Small trainings and predictions take the reference engine, by their shapes alone, and load no Numba."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from rounding import assert_rounded
from waiting import HANG

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.backprop.objective import Objective
from glassprop.engine import choose as choice
from glassprop.engine.choose import choose
from glassprop.engine.plan import Data
from glassprop.engine.worth import SMALL_FIT, SMALL_PREDICTION, Amount, seconds_of_prediction, seconds_of_training
from glassprop.optimizer import Adam
from glassprop.training.packing import pack, unpack
from glassprop.training.train_settings import Settings

pytestmark = [
    pytest.mark.usefixtures("small_jobs"),
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
NETWORK = Network(4, [Layer(100), Layer(3, "softmax")], "cross_entropy")
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(150, 4)), np.eye(3)[RNG.integers(3, size=150)]
THETA = NETWORK.initial(np.random.default_rng(0))
SMALL = Amount(epochs=200, steps=1, batch=150)


def name_of(amount: Amount | None, wish: Any = "auto", network: Network = NETWORK, **more: Any) -> str:
    taken = choose(wish, network, Objective(), Adam(), Data(X, Y), THETA, amount=amount, **more)
    return taken.engine.name


# --- which is small ---------------------------------------------------------------------------------------------


def test_small_is_what_takes_less_than_loading_machine_code() -> None:
    assert seconds_of_training(NETWORK, SMALL, 8) < SMALL_FIT
    assert name_of(SMALL) == "reference"
    for longer in ({"epochs": 20_000}, {"steps": 1000}, {"batch": 200_000}, {"watched": 200_000}):
        amount = replace(SMALL, **longer)
        assert seconds_of_training(NETWORK, amount, 8) > SMALL_FIT
        assert name_of(amount) == "compiled"


@pytest.mark.parametrize("amount", [SMALL, replace(SMALL, epochs=10**6), None])
def test_a_wish_goes_before_size(amount: Amount | None) -> None:
    assert name_of(amount, "compiled") == "compiled"
    assert name_of(amount, "reference") == "reference"


def test_what_nobody_can_say_the_length_of_is_not_small() -> None:
    assert name_of(None) == "compiled"


def test_the_reason_says_how_long_it_takes_and_what_else_would_do() -> None:
    why = choose("auto", NETWORK, Objective(), Adam(), Data(X, Y), THETA, amount=SMALL).why
    seconds = seconds_of_training(NETWORK, SMALL, 8)
    assert why == (
        f"the reference engine: such a short training run takes it {seconds:.2f} seconds at most, less than loading "
        "machine code does (engine='compiled' loads it anyway)"
    )


@pytest.mark.parametrize("wide", [False, True])
def test_more_of_anything_never_takes_less(wide: bool) -> None:
    """And numbers of half the size take half of what depends on size."""
    n = 300 if wide else 10
    network = Network(n, [Layer(n), Layer(n), Layer(1, "sigmoid")], "binary_cross_entropy")
    deeper = Network(n, [Layer(n), Layer(n), Layer(n), Layer(1, "sigmoid")], "binary_cross_entropy")
    one = Amount(3, 4, 50, 20)
    base = seconds_of_training(network, one, 8)
    assert seconds_of_training(deeper, one, 8) > base
    for name in ("epochs", "steps", "batch", "watched"):
        assert seconds_of_training(network, replace(one, **{name: 2 * getattr(one, name)}), 8) > base
    assert base / 2 < seconds_of_training(network, one, 4) < base
    assert seconds_of_prediction(network, 20, 8) < seconds_of_prediction(network, 40, 8)


# --- what is asked of estimators and networks ----------------------------------------------------------------------

LABELS = Y.argmax(axis=1)


@pytest.mark.parametrize("made_by", [MLPClassifier, MLPRegressor])
def test_a_small_fit_is_the_reference_engines(made_by: type) -> None:
    fitted = made_by(random_state=0).fit(X, LABELS)
    assert fitted.engine_ == "reference"
    asked = made_by(random_state=0, engine="reference").fit(X, LABELS)
    np.testing.assert_array_equal(fitted.theta_, asked.theta_)
    assert made_by(random_state=0, max_iter=10**6, n_iter_no_change=1, tol=9.0).fit(X, LABELS).engine_ == "compiled"


def test_calls_that_others_may_follow_run_compiled() -> None:
    """One call of ``partial_fit`` is small, and there may be a million of them. A warm start is such a call, too."""
    assert MLPClassifier(random_state=0).partial_fit(X, LABELS, classes=[0, 1, 2]).engine_ == "compiled"
    assert MLPClassifier(random_state=0, warm_start=True, max_iter=1).fit(X, LABELS).engine_ == "compiled"


def test_validation_data_are_judged_by_the_engine_of_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    predict = Network.predict

    def noting(self: Network, theta: Any, X: Any, *, engine: Any = "auto", **more: Any) -> Any:
        asked.append(engine)
        return predict(self, theta, X, engine=engine, **more)

    monkeypatch.setattr(Network, "predict", noting)
    for epochs, engine in ((3, "reference"), (10**6, "compiled")):
        asked.clear()
        model = MLPClassifier(max_iter=epochs, early_stopping=True, n_iter_no_change=1, tol=9.0, random_state=0)
        assert model.fit(X, LABELS).engine_ == engine
        assert set(asked) == {engine}


def test_every_fit_of_a_search_is_reckoned_by_itself() -> None:
    """Else its bits would depend on the search that it is in."""
    from sklearn.model_selection import GridSearchCV

    search = GridSearchCV(MLPClassifier(max_iter=20, random_state=0), {"alpha": [1e-4, 1e-2]}, cv=3).fit(X, LABELS)
    alone = MLPClassifier(max_iter=20, random_state=0, **search.best_params_).fit(X, LABELS)
    assert search.best_estimator_.engine_ == alone.engine_ == "reference"
    np.testing.assert_array_equal(search.best_estimator_.theta_, alone.theta_)


# --- gone on with ---------------------------------------------------------------------------------------------------


def left_after_two_epochs(settings: Settings) -> Any:
    """A state that was left, packed and unpacked as in a file."""
    kept: list[Any] = []
    keep = lambda report: kept.append(pack(report.state))  # noqa: E731
    NETWORK.train(THETA, X, Y, rng=np.random.default_rng(0), settings=settings, on_epoch=keep)
    return unpack(kept[1])


@pytest.mark.parametrize(("began", "first", "then"), [("reference", 4, 10**6), ("compiled", 10**6, 4)])
def test_a_training_is_gone_on_with_by_the_engine_that_it_began_with(began: Any, first: int, then: int) -> None:
    """Although what was small is not any more, or the other way round; and to the same bits."""
    settings = Settings(epochs=first, tol=9.0, patience=3)
    state = left_after_two_epochs(settings)
    assert state.engine == began
    resumed = NETWORK.resume(state, X, Y, settings=replace(settings, epochs=then))
    assert resumed.engine == began
    rng = np.random.default_rng(0)
    asked = NETWORK.train(THETA, X, Y, rng=rng, settings=replace(settings, epochs=then, engine=began))
    np.testing.assert_array_equal(resumed.theta, asked.theta)


def test_a_wish_goes_before_what_a_training_began_with() -> None:
    state = left_after_two_epochs(Settings(epochs=4))
    assert NETWORK.resume(state, X, Y, settings=Settings(epochs=4, engine="compiled")).engine == "compiled"


def test_an_engine_that_is_gone_is_done_without_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "compiled_module", lambda: "its kernels cannot be loaded (for a test)")
    told: list[str] = []
    taken = choose(
        "auto", NETWORK, Objective(), Adam(), Data(X, Y), THETA, told.append, began_with=("compiled", "as before")
    )
    assert taken.engine.name == "reference"
    assert taken.why == (
        "the reference engine: its kernels cannot be loaded (for a test); it began with the compiled engine, so its "
        "bits may differ from here on"
    )
    assert told == [
        "glassprop: continues with the reference engine: its kernels cannot be loaded (for a test); it began with "
        "the compiled engine, so its bits may differ from here on"
    ]


def test_an_estimator_goes_on_with_the_engine_that_it_began_with() -> None:
    class Stop:
        def setup(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
            return estimator.n_iter_ == 2

        def teardown(self, estimator: Any, context: Any) -> None: ...

    model = MLPClassifier(max_iter=10, random_state=0, n_iter_no_change=2, tol=9.0)
    left = copy.deepcopy(model).set_callbacks(Stop()).fit(X, LABELS)
    left = copy.deepcopy(left).set_callbacks().set_params(max_iter=10**6).resume(X, LABELS)
    assert left.engine_ == "reference"
    np.testing.assert_array_equal(left.theta_, model.fit(X, LABELS).theta_)


# --- predicting -----------------------------------------------------------------------------------------------------


def test_a_few_rows_are_predicted_by_the_reference_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = X[:5], np.repeat(X, 200, axis=0)
    assert seconds_of_prediction(NETWORK, len(few), 8) < SMALL_PREDICTION < seconds_of_prediction(NETWORK, len(many), 8)
    expected = NETWORK.forward(THETA, few).a[-1]
    compiled = NETWORK.predict(THETA, many)
    assert_rounded(compiled[:1], expected[:1])
    monkeypatch.setattr("glassprop.network.find_predictor", lambda *_: pytest.fail("asked for machine code"))
    network = copy.copy(NETWORK)
    network.__dict__.pop("_predictors", None)
    np.testing.assert_array_equal(network.predict(THETA, few), expected)
    np.testing.assert_array_equal(network.predict(THETA, few.tolist()), expected)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_few_rows_are_predicted_on_one_thread(threads: int) -> None:
    """Their bits do not depend on threads, as those of machine code do not."""
    from threadpoolctl import threadpool_limits

    network = Network(300, [Layer(40), Layer(40)])
    theta, rows = network.initial(np.random.default_rng(0)), np.random.default_rng(1).normal(size=(60, 300))
    with threadpool_limits(1):
        expected = network.forward(theta, rows).a[-1]
    with threadpool_limits(threads):
        np.testing.assert_array_equal(network.predict(theta, rows), expected)


# --- what is loaded: looked at in processes of their own ------------------------------------------------------------

IRIS = """
import sys, warnings
import glassprop
from sklearn.datasets import load_iris
warnings.simplefilter("ignore")
X, y = load_iris(return_X_y=True)
for arguments in {cases}:
    model = glassprop.MLPClassifier(random_state=0, **arguments).fit(X, y)
    model.predict(X), model.predict_proba(X[:1]), model.score(X, y)
    print(model.engine_, [name for name in ("numba", "llvmlite", "blis") if name in sys.modules])
"""
SMALL_FITS: list[dict[str, Any]] = [
    {},
    {"early_stopping": True, "scoring": "accuracy"},
    {"solver": "sgd", "dropout": 0.1},
]


def test_iris_is_fitted_and_predicted_without_numba_unless_asked_for() -> None:
    """Each in turn: whichever loaded it, those after it would have it, too."""
    said = said_by(IRIS.format(cases=[*SMALL_FITS, {"engine": "compiled", "max_iter": 3}])).splitlines()
    assert said[:-1] == ["reference []"] * len(SMALL_FITS)
    assert said[-1].startswith("compiled ['numba'")


SPARE = """
import sys, warnings
import numpy as np
import glassprop
warnings.simplefilter("ignore")
X = np.random.default_rng(0).normal(size=(150, 4))
for arguments in ({}, {"early_stopping": True}):
    for kind in (glassprop.MLPClassifier, glassprop.MLPRegressor):
        kind(random_state=0, **arguments).fit(X, X[:, 0] > 0).predict(X)
    print([name for name in ("sklearn.metrics", "sklearn.model_selection") if name in sys.modules])
"""


def test_a_plain_fit_loads_no_metrics_and_no_splits() -> None:
    """Which take as long to load as half of such a fit."""
    assert said_by(SPARE).splitlines() == ["[]", "['sklearn.metrics', 'sklearn.model_selection']"]


def test_the_choice_does_not_depend_on_the_cache(tmp_path: Any) -> None:
    """Where none can be written the choice is the same. Numba is not even there to say so."""
    (tmp_path / "file").write_text("a file")
    environment = {"GLASSPROP_CACHE_DIR": str(tmp_path / "file" / "below")}
    code = "import sys; sys.modules['numba'] = None\n" + IRIS.format(cases=[{}])
    assert said_by(code, **environment) == "reference ['numba']"


def said_by(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, timeout=HANG
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()
