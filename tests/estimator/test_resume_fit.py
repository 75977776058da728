"""A fit that is left after any epoch and gone on with, through a file or not, ends with the bits of one straight on.

"The same" is that of model files: equal models give equal bytes, and all of a fitted estimator is in them.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from leaving import FailAfter, PressAfter, SaveEach, StopAfter, pressed_at
from scipy.sparse import csr_array
from sklearn.exceptions import NotFittedError

import glassprop
from glassprop import Activation, MLPClassifier, MLPRegressor
from glassprop.errors import DataError, DivergenceError, SettingsError
from glassprop.estimator.build import STOCHASTIC_SOLVERS
from glassprop.schedules import SCHEDULES
from glassprop.tables import FitOptions, fit_table, read_table

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Training interrupted:UserWarning"),
]
EPOCHS = 7
RNG = np.random.default_rng(3)
X, WEIGHT = RNG.normal(size=(53, 4)), RNG.uniform(0.5, 2.0, 53)
NOISY = X[:, 0] + 0.5 * RNG.normal(size=53)
Y = np.array(["low", "middle", "high"])[np.digitize(NOISY, [-0.5, 0.5])]
ENGINES = ["compiled", "reference"]
CROSSED = [("compiled", np.float32), ("reference", np.float64)], [("compiled", np.float64), ("reference", np.float32)]


def crossed(names: Iterable[str]) -> list[Any]:
    """Each name with each engine and each dtype, and each engine with each dtype: every pair, not every three."""
    return [(name, *pair) for number, name in enumerate(names) for pair in CROSSED[number % 2]]


def clf(**settings: Any) -> MLPClassifier:
    fixed = {"hidden_layer_sizes": (6, 5), "activation": ["tanh", "gelu"], "dropout": 0.2, "batch_size": 8}
    return MLPClassifier(
        **fixed | {"max_iter": EPOCHS, "n_iter_no_change": 100, "random_state": 0, "tol": 0.0} | settings
    )


def reg(**settings: Any) -> MLPRegressor:
    return MLPRegressor(hidden_layer_sizes=(6,), max_iter=EPOCHS, batch_size=8, random_state=0, **settings)


def written(model: Any, folder: Path) -> bytes:
    path = folder / "written.glassprop"
    glassprop.save(model, path)
    return path.read_bytes()


def same(one: Any, other: Any, folder: Path) -> None:
    np.testing.assert_array_equal(one.theta_, other.theta_)
    assert one.loss_curve_ == other.loss_curve_
    assert written(one, folder) == written(other, folder)


def through_files(make: Any, folder: Path, *data: Any, at: list[int] | None = None, **more: Any) -> Any:
    """Fit, saving each epoch; go on from each (or some) of the files, and compare with the end of the fit."""
    straight = make().set_callbacks(SaveEach(folder)).fit(*data, **more).set_callbacks()
    numbers = at or range(1, straight.n_iter_)
    for number in numbers:
        left = glassprop.load(folder / f"{number}.glassprop")
        assert left.n_iter_ == number
        same(left.resume(*data, **more), straight, folder)
    return straight


@pytest.mark.parametrize(("solver", "engine", "dtype"), crossed([*STOCHASTIC_SOLVERS, "momentum", "plain"]))
def test_every_solver_goes_on(engine: str, solver: str, dtype: type, tmp_path: Path) -> None:
    of_sgd = {"momentum": {"nesterovs_momentum": False}, "plain": {"momentum": 0.0}}
    settings = {"solver": "sgd" if solver in of_sgd else solver, **of_sgd.get(solver, {})}
    data = X.astype(dtype), Y, WEIGHT
    straight = through_files(lambda: clf(engine=engine, **settings), tmp_path, *data, at=[1, 4, 6])
    assert straight.engine_ == engine
    assert straight.theta_.dtype == dtype


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_goes_on(engine: str, schedule: str, tmp_path: Path) -> None:
    settings = {"learning_rate": schedule, "learning_rate_init": 0.05, "warmup": 1.5, "solver": "sgd"}
    make = lambda: clf(engine=engine, tol=0.02, **settings | {"n_iter_no_change": 1})  # noqa: E731
    through_files(make, tmp_path, X, Y)


JUDGES: list[dict[str, Any]] = [{}, {"scoring": "loss", "stratify": True}, {"scoring": "neg_log_loss"}]


@pytest.mark.parametrize(
    ("judge", "engine", "patience", "given"),  # every pair of them, not every four
    [
        (JUDGES[0], "compiled", 1, False),
        (JUDGES[0], "reference", 100, True),
        (JUDGES[1], "compiled", 100, True),
        (JUDGES[1], "reference", 1, False),
        (JUDGES[2], "compiled", 1, True),
        (JUDGES[2], "reference", 100, False),
    ],
)
def test_early_stopping_goes_on_with_its_best_weights(
    engine: str, patience: int, judge: dict[str, Any], given: bool, tmp_path: Path
) -> None:
    settings = {"engine": engine, "early_stopping": True, "learning_rate_init": 0.05, "max_iter": 9, "tol": 0.01}
    val = {"X_val": X[:20], "y_val": Y[:20], "sample_weight_val": WEIGHT[:20]} if given else {}
    make = lambda: clf(**settings | judge | {"n_iter_no_change": patience})  # noqa: E731
    straight = through_files(make, tmp_path, X, Y, WEIGHT, **val)
    for leave in (StopAfter, PressAfter):  # which end with the best weights so far
        model = make().set_callbacks(leave(3)).fit(X, Y, WEIGHT, **val).set_callbacks()
        if model.n_iter_ == straight.n_iter_:
            continue
        best = int(np.argmax(straight.validation_scores_[:3])) + 1
        np.testing.assert_array_equal(model.theta_, glassprop.load(tmp_path / f"{best}.glassprop").theta_)
        for left in (glassprop.load(saved(model, tmp_path)), pickle.loads(pickle.dumps(model)), model):
            same(left.resume(X, Y, WEIGHT, **val), straight, tmp_path)


def saved(model: Any, folder: Path) -> Path:
    glassprop.save(model, folder / "left.glassprop")
    return folder / "left.glassprop"


DATA: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "regression": (reg, (X, NOISY)),
    "several outputs": (lambda: reg(loss="huber", early_stopping=True), (X, np.c_[NOISY, X[:, 1] ** 2], WEIGHT)),
    "two classes, balanced": (lambda: clf(class_weight="balanced", early_stopping=True), (X, NOISY > 0.4)),
    "several labels": (lambda: clf(label_smoothing=0.1), (X, np.c_[NOISY > 0, X[:, 1] > 0].astype(int))),
    "sparse": (lambda: clf(early_stopping=True), (csr_array(np.where(X > 0.5, X, 0.0)), Y)),
    "in order": (lambda: clf(shuffle=False, early_stopping=True), (X, Y)),
    "a batch of all": (lambda: clf(batch_size=100, clip_norm=0.5), (X, Y)),
    "a warm start": (lambda: clf(warm_start=True).fit(X, Y), (X, Y)),
    "after a partial_fit": (lambda: clf(warm_start=True).partial_fit(X, Y, classes=np.unique(Y)), (X, Y)),
}


@pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning")
@pytest.mark.parametrize("case", DATA)
def test_any_data_go_on(case: str, tmp_path: Path) -> None:
    make, data = DATA[case]
    through_files(make, tmp_path, *data, at=[1, 5])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("leave", [StopAfter, PressAfter])
def test_a_chain_of_resumptions_is_one_fit(engine: str, leave: Any, tmp_path: Path) -> None:
    straight = clf(engine=engine).fit(X, Y)
    model = clf(engine=engine).set_callbacks(leave(1)).fit(X, Y)
    for number in range(2, EPOCHS):
        assert model.interrupted_ == (leave is PressAfter)
        model = glassprop.load(saved(model.set_callbacks(), tmp_path)).set_callbacks(leave(number)).resume(X, Y)
        assert model.n_iter_ == number
    same(model.set_callbacks().resume(X, Y), straight, tmp_path)
    assert not model.interrupted_


@pytest.mark.parametrize("seed", ["instance", None])
def test_draws_of_others_in_between_change_nothing(seed: Any, tmp_path: Path) -> None:
    shared = np.random.RandomState(4)
    settings = {"random_state": None if seed is None else shared}
    draw_from = np.random if seed is None else shared
    np.random.seed(4)  # noqa: NPY002
    straight = clf(**settings).fit(X, Y)
    draw_from.seed(4)
    model = clf(**settings).set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    draw_from.normal(size=7)
    model.resume(X, Y)
    np.testing.assert_array_equal(model.theta_, straight.theta_)
    assert model.loss_curve_ == straight.loss_curve_


@pytest.mark.parametrize(("n", "early"), [(2, False), (30, False), (30, True)])
def test_ctrl_c_in_any_line_can_be_gone_on_from(n: int, early: bool, tmp_path: Path) -> None:
    """Of two examples the new order may be the old one by chance: in one line it cannot be told then, and is said."""
    settings = {"hidden_layer_sizes": (3,), "max_iter": 3, "engine": "reference", "early_stopping": early}
    make = lambda: MLPRegressor(random_state=1, dropout=0.3, batch_size=n - 3 * early, **settings)  # noqa: E731
    data, resumed, refused, there, number = (X[:n], NOISY[:n]), 0, 0, True, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        straight = make().fit(*data)
        while there:
            model, number = make(), number + 7
            try:
                there = pressed_at(number, lambda model=model: model.fit(*data))
            except KeyboardInterrupt:  # before training or after it
                continue
            if there and model.interrupted_:
                try:
                    same(model.resume(*data), straight, tmp_path)
                    resumed += 1
                except SettingsError:
                    refused += 1
    assert resumed > 20
    assert refused <= (3 if n == 2 else 0)


def test_ctrl_c_in_the_middle_of_an_epoch_can_be_gone_on_from() -> None:
    pressed: list[None] = []

    def value(z: Any) -> Any:
        pressed.append(None)
        if len(pressed) == 40:
            raise KeyboardInterrupt
        return np.tanh(z)

    make = lambda: reg(activation=Activation("mine", value, lambda z, a: 1 - a**2), dropout=0.1)  # noqa: E731
    model = make().fit(X, NOISY)
    assert model.interrupted_
    assert 0 < model.n_iter_ < EPOCHS
    straight = make().fit(X, NOISY)
    np.testing.assert_array_equal(model.resume(X, NOISY).theta_, straight.theta_)
    assert model.loss_curve_ == straight.loss_curve_


@pytest.mark.parametrize(("solver", "engine", "dtype"), crossed(STOCHASTIC_SOLVERS))
@pytest.mark.parametrize("seed", [0, None])
def test_partial_fit_goes_on_through_a_file(engine: str, solver: str, dtype: type, seed: Any, tmp_path: Path) -> None:
    """Each call draws anew from a seed; from a generator it goes on where the generator stands, in the file too."""
    make = lambda: clf(engine=engine, solver=solver, random_state=seed if seed == 0 else np.random.RandomState(5))  # noqa: E731
    straight, model = make(), make()
    for number in range(5):
        straight.partial_fit(X.astype(dtype), Y, classes=np.unique(Y))
        model.partial_fit(X.astype(dtype), Y, classes=np.unique(Y))
        if number in (0, 2):
            model = glassprop.load(saved(model, tmp_path))
    same(model, straight, tmp_path)


ELSEWHERE = """
import sys
sys.path.insert(0, {tests!r})
import glassprop
from estimator import test_resume_fit as here
left = glassprop.load({path!r})
glassprop.save(left.resume(here.X, here.Y, here.WEIGHT), {path!r})
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_another_process_goes_on(engine: str, tmp_path: Path) -> None:
    make = lambda: clf(engine=engine, early_stopping=True, solver="adamw", learning_rate="one_cycle")  # noqa: E731
    straight = make().fit(X, Y, WEIGHT)
    path = saved(make().set_callbacks(StopAfter(3)).fit(X, Y, WEIGHT).set_callbacks(), tmp_path)
    code = ELSEWHERE.format(tests=str(Path(__file__).parents[1]), path=str(path))
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == written(straight, tmp_path)


# --- what is kept, and for how long ------------------------------------------------------------------------------


def test_a_fit_that_came_to_its_end_keeps_nothing(tmp_path: Path) -> None:
    rows = np.repeat(X, 40, axis=0), np.repeat(Y, 40)
    ended = clf(max_iter=2, batch_size=200).fit(*rows)
    left = clf(max_iter=2, batch_size=200).set_callbacks(StopAfter(1)).fit(*rows).set_callbacks()
    assert "_left" not in vars(ended)
    assert ended._state.order is ended._state.rng is ended._state.last_theta is None
    assert b'"left"' not in written(ended, tmp_path)
    assert b'"left"' in written(left, tmp_path)
    more = len(written(left, tmp_path)) - len(written(ended, tmp_path))
    assert 4 * len(rows[0]) < more < 4 * len(rows[0]) + 8000  # four bytes a row, and the generator


@pytest.mark.parametrize("end", ["patience", "all epochs", "a new fit", "partial_fit", "divergence"])
def test_what_is_not_left_is_not_gone_on_with(end: str) -> None:
    model = clf(warm_start=True).set_callbacks(StopAfter(2)).fit(X, Y).set_callbacks()
    words = {"patience": "did not improve", "all epochs": "All 7 epochs are done; to train on from its weights, call"}
    if end == "patience":
        model.set_params(tol=10.0, n_iter_no_change=1).resume(X, Y)
    elif end == "all epochs":
        model.resume(X, Y)
    elif end == "a new fit":
        model.fit(X, Y)
    elif end == "partial_fit":
        model.partial_fit(X, Y)
    else:
        with pytest.raises(DivergenceError):
            model.set_params(solver="sgd", learning_rate_init=1e200).resume(X, Y)
        assert model.n_iter_ == 2  # the last good epoch
    before = model.theta_.copy()
    with pytest.raises(SettingsError, match=f"nothing to resume: .*{words.get(end, '')}"):
        model.resume(X, Y)
    np.testing.assert_array_equal(model.theta_, before)


def test_what_was_never_fitted_is_not_gone_on_with() -> None:
    with pytest.raises(NotFittedError):
        clf().resume(X, Y)
    fitted = clf().fit(X, Y)
    given = MLPClassifier.from_weights(fitted.coefs_, fitted.intercepts_)
    with pytest.raises(SettingsError, match="no fit was interrupted before its end; to train on"):
        given.resume(X, Y)
    lbfgs = clf(solver="lbfgs", dropout=0.0).set_callbacks(StopAfter(2)).fit(X, Y)
    with pytest.raises(SettingsError, match="L-BFGS keeps its state inside SciPy"):
        lbfgs.resume(X, Y)


OTHER: dict[str, tuple[dict[str, Any], Any, str]] = {
    "fewer rows": ({}, lambda m: m.resume(X[:40], Y[:40]), "it was on 53 rows, got 40"),
    "another dtype": ({}, lambda m: m.resume(X.astype(np.float32), Y), "its X was float64, got float32"),
    "validation that was not": ({}, lambda m: m.resume(X, Y, X_val=X, y_val=Y), "given no rows as X_val, got 53"),
    "validation beside a split": (
        {"early_stopping": True}, lambda m: m.resume(X, Y, X_val=X, y_val=Y), "set 6 rows aside .* leave X_val out"),
    "other columns": ({}, lambda m: m.resume(X[:, :3], Y), "3 features"),
    "other classes": ({}, lambda m: m.resume(X, NOISY > 0), "classes not in"),
    "another judge": ({"early_stopping": True}, lambda m: m.set_params(scoring="loss").resume(X, Y),
        "judged by None, and now these are True and 'loss'; set them back"),
    "other sizes": ({}, lambda m: m.set_params(hidden_layer_sizes=(6, 4)).resume(X, Y), "sizes"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHER)
def test_other_data_and_settings_are_refused_and_nothing_changes(case: str, tmp_path: Path) -> None:
    settings, resume, words = OTHER[case]
    straight = clf(**settings).fit(X, Y)
    model = clf(**settings).set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    asked, before = model.get_params(), written(model, tmp_path)
    with pytest.raises(ValueError, match=words) as caught:
        resume(model)
    if case in ("fewer rows", "another dtype") or "validation" in case:
        assert isinstance(caught.value, DataError)
    assert written(model.set_params(**asked), tmp_path) == before
    same(model.resume(X, Y), straight, tmp_path)


def test_validation_data_must_be_given_again(tmp_path: Path) -> None:
    val = {"X_val": X[:20], "y_val": Y[:20]}
    model = clf().set_callbacks(StopAfter(3)).fit(X, Y, **val).set_callbacks()
    with pytest.raises(DataError, match="given 20 rows as X_val, got none"):
        model.resume(X, Y)
    same(model.resume(X, Y, **val), clf().fit(X, Y, **val), tmp_path)


def test_a_resumption_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    straight = clf(early_stopping=True).fit(X, Y)
    model = clf(early_stopping=True).set_callbacks(StopAfter(2)).fit(X, Y)
    before = written(model.set_callbacks(), tmp_path)
    with pytest.raises(RuntimeError, match="disk"):
        model.set_callbacks(FailAfter(4)).resume(X, Y)
    assert written(model.set_callbacks(), tmp_path) == before
    same(model.resume(X, Y), straight, tmp_path)


def test_a_longer_fit_may_be_asked_for(tmp_path: Path) -> None:
    straight = clf(max_iter=9).fit(X, Y)
    model = clf(max_iter=5).set_callbacks(StopAfter(3)).fit(X, Y).set_callbacks()
    same(model.set_params(max_iter=9).resume(X, Y), straight, tmp_path)


def test_callbacks_are_told_what_is_left_to_do() -> None:
    class Log(StopAfter):
        def setup(self, estimator: Any, context: Any) -> None:
            told.append(context.max_subtasks)

        def epoch_ended(self, estimator: Any) -> bool:
            told.append(estimator.n_iter_)
            return super().epoch_ended(estimator)

    told: list[int] = []
    clf().set_callbacks(Log(3)).fit(X, Y).set_callbacks(Log(0)).resume(X, Y)
    assert told == [7, 1, 2, 3, 4, 4, 5, 6, 7]


@pytest.mark.parametrize("target", ["species", "petal width (cm)"])
def test_models_of_tables_keep_nothing_of_a_fit_that_was_left(target: str) -> None:
    """Their target may be scaled back, and their rows are not at hand again."""
    model = fit_table(read_table("iris"), FitOptions(target=target, epochs=5), callbacks=[StopAfter(2)]).pipeline[-1]
    assert model.n_iter_ == 2
    assert "_left" not in vars(model)
    assert model._state.order is None


def test_a_warm_start_that_a_callback_broke_is_gone_on_with(tmp_path: Path) -> None:
    straight = clf(warm_start=True).fit(X, Y).fit(X, Y)
    model = clf(warm_start=True).fit(X, Y)
    with pytest.raises(RuntimeError, match="disk"):
        model.set_callbacks(FailAfter(3)).fit(X, Y)
    same(model.set_callbacks().resume(X, Y), straight, tmp_path)


def test_a_partial_fit_that_ctrl_c_came_into_is_called_again() -> None:
    batches: list[None] = []

    def value(z: Any) -> Any:
        if len(z) == 8:
            batches.append(None)
            if len(batches) == 20:
                raise KeyboardInterrupt
        return np.tanh(z)

    make = lambda: reg(activation=Activation("mine", value, lambda z, a: 1 - a**2), dropout=0.1)  # noqa: E731
    model, interrupted = make(), []
    while interrupted.count(False) < 4:
        interrupted.append(model.partial_fit(X, NOISY).interrupted_)
    assert interrupted.count(True) == 1
    straight = make()
    for _ in range(4):
        straight.partial_fit(X, NOISY)
    np.testing.assert_array_equal(model.theta_, straight.theta_)
    assert model.loss_curve_ == straight.loss_curve_
    with pytest.raises(SettingsError, match="nothing to resume"):
        model.resume(X, NOISY)
