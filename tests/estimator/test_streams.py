"""A stream of ``partial_fit``: each call finds what the one before made ready, and nothing else comes of that."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.preprocessing import LabelBinarizer

from glassprop import Cost, MLPClassifier, MLPRegressor, load, save
from glassprop.engine.choose import choose
from glassprop.errors import DivergenceError
from glassprop.estimator import base_mlp
from glassprop.estimator.stream import STREAM
from glassprop.training import epochs

ENGINES = ["compiled", "reference"]
rng = np.random.default_rng(0)
X, LABELS, NUMBERS = rng.normal(size=(400, 5)), rng.integers(0, 3, 400), rng.normal(size=400)


def stream(model: Any, rows: int, calls: int, start: int = 0, between: Callable[[Any], Any] | None = None) -> Any:
    """Hand the model rows, some at a time. between: done after each call; gives the model to go on with, or None."""
    y = LABELS if isinstance(model, MLPClassifier) else NUMBERS
    for call in range(calls):
        part = slice(start + call * rows, start + (call + 1) * rows)
        first = {"classes": [0, 1, 2]} if isinstance(model, MLPClassifier) and not hasattr(model, "classes_") else {}
        model.partial_fit(X[part], y[part], **first)
        if between is not None:
            model = between(model) or model
    return model


def let_go(model: Any) -> None:
    """Without what was made ready, as in a process of its own for each call."""
    vars(model).pop(STREAM, None)


def assert_same(ours: Any, theirs: Any) -> None:
    np.testing.assert_array_equal(ours.theta_, theirs.theta_)
    assert ours.loss_curve_ == theirs.loss_curve_
    assert (ours.t_, ours.n_iter_, ours.best_loss_, ours.engine_) == (
        theirs.t_,
        theirs.n_iter_,
        theirs.best_loss_,
        theirs.engine_,
    )
    for mine, other in zip(ours._state.optimizer.vectors, theirs._state.optimizer.vectors, strict=True):
        np.testing.assert_array_equal(mine, other)


SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {},
    "sgd": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.1},
    "adamw, dropout": {"solver": "adamw", "dropout": 0.3, "clip_norm": 0.5},
    "warm-up": {"warmup": 3.0, "residual": True, "hidden_layer_sizes": (5,), "scale_inputs": True},
    "batches": {"batch_size": 3, "activation": ["tanh"], "learning_rate": "adaptive", "solver": "sgd"},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rows", [1, 10])
@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.filterwarnings("ignore:Got `batch_size`")
def test_a_stream_gives_the_bits_of_calls_that_make_all_anew(kind: type, name: str, rows: int, engine: str) -> None:
    settings = {"hidden_layer_sizes": (7,), "random_state": 3, "engine": engine, **SETTINGS[name]}
    assert_same(stream(kind(**settings), rows, 12), stream(kind(**settings), rows, 12, between=let_go))


@pytest.mark.parametrize("seed", [None, 5, "a generator"])
def test_draws_are_those_of_calls_that_make_all_anew(seed: Any) -> None:
    """Also where the generator is the user's, or NumPy's own."""
    results = []
    for between in (None, let_go):
        np.random.seed(4)  # noqa: NPY002 - which random_state=None draws from
        state = np.random.RandomState(9) if seed == "a generator" else seed
        results.append(stream(MLPClassifier((4,), dropout=0.2, random_state=state), 10, 10, between=between))
    assert_same(*results)


# --- work --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_call_makes_no_network_plan_or_engine_when_nothing_changed(
    kind: type, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **more: (made.append(name), function(*args, **more))[1]

    monkeypatch.setattr(epochs, "choose", counted("engine", choose))
    monkeypatch.setattr(base_mlp, "plan_fit", counted("plan", base_mlp.plan_fit))
    monkeypatch.setattr(kind, "_network_for", counted("network", kind._network_for))  # type: ignore[attr-defined]
    monkeypatch.setattr(base_mlp, "validate_data", counted("checks", base_mlp.validate_data))
    model = stream(kind(hidden_layer_sizes=(4,), random_state=0, engine=engine), 2, 1)
    assert made.count("engine") == made.count("plan") == made.count("network") == 1
    made.clear()
    stream(model, 2, 50, start=2)
    model.predict(X[:1])
    assert made == []


def test_a_room_of_the_compiled_engine_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassprop.engine.compiled import engine as compiled

    made: list[int] = []
    kept = compiled.make_room
    monkeypatch.setattr(compiled, "make_room", lambda *args, **more: (made.append(1), kept(*args, **more))[1])
    stream(MLPRegressor(hidden_layer_sizes=(4,), engine="compiled"), 3, 30)
    assert len(made) == 1


def test_no_thread_is_started() -> None:
    proc = Path("/proc/self/task")

    def threads() -> set[Any]:
        return {thread.ident for thread in threading.enumerate()} | {path.name for path in proc.glob("*")}

    for engine in ENGINES:
        model = stream(MLPClassifier((50,), random_state=0, engine=engine), 10, 2)
        before, seen = threads(), set()
        for call in range(20):
            stream(model, 10, 1, start=20 + call)
            model.predict_proba(X[:10])
            seen |= threads()
        assert seen <= before


# --- what ends a stream ------------------------------------------------------------------------------------------


def other_rate(model: Any) -> None:
    model.set_params(learning_rate_init=0.05)


def list_changed_in_place(model: Any) -> None:
    model.activation[0] = "tanh" if model.activation[0] == "relu" else "relu"


def other_activation(model: Any) -> None:
    model.activation = "softplus"


def weights_in_place(model: Any) -> None:
    model.coefs_[0][...] *= 0.5


def weights_assigned(model: Any) -> None:
    model.theta_ = model.theta_ * 0.5
    model.coefs_ = [w * 1.5 for w in model.coefs_]


def other_alpha_by_attribute(model: Any) -> None:
    model.alpha = 0.1 + model.alpha


def other_generator(model: Any) -> None:
    model.random_state = 8 if model.random_state == 3 else 3


def other_optimizer(model: Any) -> None:
    model.solver = "sgd" if model.solver == "adam" else "adam"


def fitted_between(model: Any) -> None:
    y = LABELS if isinstance(model, MLPClassifier) else NUMBERS
    model.set_params(max_iter=2, warm_start=False).fit(X[:30], y[:30])


def fitted_on_between(model: Any) -> None:
    fitted_between(model.set_params(warm_start=True))
    model.set_params(warm_start=False)


def predicted_between(model: Any) -> None:
    model.predict(X)


def copied(model: Any) -> Any:
    return copy.copy(model)


def copied_deeply(model: Any) -> Any:
    return copy.deepcopy(model)


def pickled(model: Any) -> Any:
    return pickle.loads(pickle.dumps(model))


CHANGES: list[Callable[[Any], Any]] = [
    other_rate,
    list_changed_in_place,
    other_activation,
    weights_in_place,
    weights_assigned,
    other_alpha_by_attribute,
    other_generator,
    other_optimizer,
    fitted_between,
    fitted_on_between,
    predicted_between,
    copied,
    copied_deeply,
    pickled,
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_what_changes_between_calls_counts(kind: type, change: Callable[[Any], Any], engine: str) -> None:
    def both(model: Any) -> Any:
        model = change(model) or model
        let_go(model)
        return model

    settings = {"hidden_layer_sizes": [6], "activation": ["relu"], "random_state": 3, "engine": engine}
    assert_same(*(stream(kind(**copy.deepcopy(settings)), 4, 6, between=each) for each in (change, both)))


def test_rows_of_other_numbers_and_kinds() -> None:
    """More or fewer rows, another precision, another layout, weights or none: each call as one by itself."""
    parts = [
        (X[:3], None),
        (X[:8], None),
        (X[:8].astype(np.float32), None),
        (np.asfortranarray(X[:8]), None),
        (X[:16:2], None),
        (X[:8], np.linspace(0, 2, 8)),
        (X[:8].tolist(), None),
        (X[:300], None),
        (X[:8], None),
    ]
    models = []
    for between in (lambda model: None, let_go):
        model = MLPRegressor(hidden_layer_sizes=(4,), random_state=0)
        for part, weight in parts:
            model.partial_fit(part, NUMBERS[: len(part)], sample_weight=weight)
            between(model)
        models.append(model)
    assert_same(*models)


def test_sparse_rows_and_frames_between() -> None:
    """They are looked at in full each time; what follows is as without them."""
    models = []
    for between in (lambda model: None, let_go):
        model = MLPClassifier((4,), random_state=0)
        for call in range(8):
            part = slice(4 * call, 4 * call + 4)
            rows = [X[part], sp.csr_array(X[part]), X[part].tolist()][call % 3]
            model.partial_fit(rows, LABELS[part], classes=[0, 1, 2])
            between(model)
        models.append(model)
    assert_same(*models)
    named = MLPRegressor(hidden_layer_sizes=(4,)).partial_fit(pd.DataFrame(X[:4], columns=list("abcde")), NUMBERS[:4])
    with pytest.warns(UserWarning, match="feature names"):
        named.partial_fit(X[:4], NUMBERS[:4])
    with pytest.raises(ValueError, match="feature"):
        named.partial_fit(pd.DataFrame(X[:4], columns=list("edcba")), NUMBERS[:4])


def test_where_kernels_are_called_no_more_a_stream_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassprop.engine.compiled import engine as compiled

    model = stream(MLPRegressor(hidden_layer_sizes=(4,), random_state=0, engine="auto"), 4, 3)
    monkeypatch.setattr(compiled.POOL, "closed", True)
    assert stream(model, 4, 1, start=12).engine_ == "reference"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("rows", [4, 200])
def test_a_forked_child_goes_on_with_a_stream(rows: int) -> None:
    """200 rows are two chunks, so that there may be a helper, which the child has not."""
    settings = {"hidden_layer_sizes": (60,), "random_state": 0, "engine": "compiled"}
    model = stream(MLPRegressor(**settings), rows, 1)
    expected = stream(stream(MLPRegressor(**settings), rows, 1), rows, 1, start=rows).theta_
    child = os.fork()
    if not child:
        try:
            same = np.array_equal(stream(model, rows, 1, start=rows).theta_, expected)
            os._exit(0 if same else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    np.testing.assert_array_equal(stream(model, rows, 1, start=rows).theta_, expected)


def test_callbacks_that_are_set_between_are_called() -> None:
    heard: list[int] = []

    class Listener:
        def setup(self, estimator: Any, context: Any) -> None:
            pass

        teardown = on_fit_task_begin = setup

        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            heard.append(len(estimator.loss_curve_))

    model = stream(MLPRegressor(hidden_layer_sizes=(4,), random_state=0), 4, 3)
    stream(model.set_callbacks(Listener()), 4, 2, start=12)
    assert heard == [4, 4, 5, 5]  # of the epoch and of the call
    stream(model.set_callbacks(), 4, 2, start=20)
    assert heard == [4, 4, 5, 5]
    assert_same(model, stream(MLPRegressor(hidden_layer_sizes=(4,), random_state=0), 4, 7))


def test_a_user_defined_loss_is_checked_once_and_goes_on() -> None:
    def cost(a: Any, y: Any) -> Any:
        return ((a - y) ** 4).sum(axis=1)

    own = Cost("fourth power", cost, lambda a, y: 4 * (a - y) ** 3)
    ours, theirs = (
        stream(MLPRegressor(own, (4,), random_state=0), 4, 6, between=between) for between in (None, let_go)
    )
    assert_same(ours, theirs)
    assert ours.engine_ == "reference"


def test_a_call_that_fails_ends_a_stream_and_changes_nothing() -> None:
    models = [stream(MLPRegressor(hidden_layer_sizes=(4,), random_state=0), 4, 3) for _ in range(2)]
    huge = np.full((4, 5), 1e200)
    with pytest.raises(DivergenceError):
        models[0].partial_fit(huge, NUMBERS[:4])
    assert STREAM not in vars(models[0])
    models[1]._state.optimizer = None  # which is what a divergence leaves
    for model in models:
        stream(model, 4, 4, start=12)
    np.testing.assert_array_equal(models[0].theta_, models[1].theta_)
    with pytest.raises(ValueError, match="NaN"):
        models[0].partial_fit(np.full((4, 5), np.nan), NUMBERS[:4])
    assert STREAM not in vars(models[0])


def test_labels_that_are_not_plain_are_looked_at() -> None:
    model = stream(MLPClassifier((4,), random_state=0), 4, 2)
    for wrong in (np.array([0, 1, 2, 3]), np.array([0.5, 1, 1, 1]), np.array(list("abcd")), np.array([0, 1])):
        before = model.theta_.copy()
        with pytest.raises(ValueError, match=r"classes|Classification|label|inconsistent"):
            model.partial_fit(X[:4], wrong)
        np.testing.assert_array_equal(model.theta_, before)


LABELS_OF_ALL_KINDS = [
    np.array([2, 0, 1, 1]),
    np.array(["b", "c", "a", "a"]),
    np.array([True, False, True, True]),
    np.array([7, 7, -1, 7], dtype=np.int8),
    np.array([1.0, 0.0, 2.0, 1.0]),
    np.array(["b", "c", "a", "a"], dtype=object),
    np.array([1, 0, 0, 1]),
    np.array(["yes", "no", "a longer word", "no"])[[0, 1, 1, 0]],
    np.array([3, 3, 3, 3]),
    np.array([[1, 0], [0, 1], [1, 1], [0, 0]]),
    [3, 1, 2, 2],
]


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("labels", LABELS_OF_ALL_KINDS, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_labels_are_encoded_and_told_as_scikit_learn_does_it(labels: Any, dtype: Any) -> None:
    """In ``fit``, in a stream, one row at a time, and back."""
    binarizer = LabelBinarizer().fit(labels)
    expected = np.asarray(binarizer.transform(labels)).astype(dtype)
    rows = X[:4].astype(dtype)
    fitted = MLPClassifier((3,), max_iter=1, random_state=0).fit(rows, labels)
    streamed = MLPClassifier((3,), random_state=0).partial_fit(rows, labels, classes=classes_of(labels))
    for model in (fitted, streamed):
        for part in [slice(0, 4), *(slice(i, i + 1) for i in range(4))]:
            _, _, Y = model._validate_input(rows[part], labels[part], first=False, incremental=True)
            np.testing.assert_array_equal(Y, expected[part])
            assert Y.dtype == dtype
            assert Y.flags.c_contiguous
        a = model.network_.predict(model.theta_, X.astype(dtype))
        told = binarizer.inverse_transform(a.ravel() if a.shape[1] == 1 else a)
        np.testing.assert_array_equal(model.predict(X.astype(dtype)), told)
        assert model.predict(X.astype(dtype)).dtype == told.dtype


def classes_of(labels: Any) -> Any:
    return np.arange(labels.shape[1]) if np.ndim(labels) == 2 else np.unique(labels)


# --- what it is no part of ---------------------------------------------------------------------------------------


def test_it_is_in_no_copy_and_in_no_file(tmp_path: Path) -> None:
    model = stream(MLPClassifier((4,), random_state=0), 10, 3)
    assert STREAM in vars(model)
    assert STREAM not in model.get_params()
    apart = copy.deepcopy(model)
    let_go(apart)
    assert pickle.dumps(model) == pickle.dumps(apart)
    joblib.dump(model, tmp_path / "model.joblib")
    save(model, tmp_path / "model.glassprop")
    for other in (
        copy.copy(model),
        copy.deepcopy(model),
        clone(model),
        joblib.load(tmp_path / "model.joblib"),
        load(tmp_path / "model.glassprop"),
    ):
        assert STREAM not in vars(other)


def test_it_holds_no_rows_that_were_given() -> None:
    """An estimator does not keep large data alive between calls."""
    import weakref

    class Rows(np.ndarray):
        """An array that can be watched."""

    for rows in (4, 20_000):
        base = np.random.default_rng(0).normal(size=(rows, 5)).view(Rows)
        watched = weakref.ref(base)
        model = MLPRegressor(hidden_layer_sizes=(4,), random_state=0)
        for _ in range(2):
            model.partial_fit(np.asarray(base), np.zeros(rows))
        del base
        assert watched() is None


def test_two_estimators_in_two_threads() -> None:
    alone = [stream(MLPRegressor(hidden_layer_sizes=(6,), random_state=seed), 5, 40) for seed in (0, 1)]
    models = [MLPRegressor(hidden_layer_sizes=(6,), random_state=seed) for seed in (0, 1)]
    threads = [threading.Thread(target=stream, args=(model, 5, 40)) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for ours, theirs in zip(models, alone, strict=True):
        assert_same(ours, theirs)
