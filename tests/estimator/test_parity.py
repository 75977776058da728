"""With the same random_state and settings, training follows scikit-learn's step for step."""

from __future__ import annotations

import itertools
import random
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from scipy import sparse

import glassprop as ours

# Rounding takes the two apart from step to step; measured in November 2026 under several dispatches: 2e-14 of a loss.
RTOL, ATOL = 1e-8, 1e-10
DECIDED = 1e-9  # how clear a decision on improvement must be, for both to come to it on any CPU

# What is varied. A case takes one level of each; every pair of levels occurs in some case.
FACTORS: dict[str, tuple[Any, ...]] = {
    "kind": ("binary", "multiclass", "multilabel", "one_output", "three_outputs", "poisson"),
    "solver": ("adam", "nesterov", "momentum", "sgd"),
    "activation": ("relu", "logistic", "tanh", "identity"),
    "learning_rate": ("constant", "invscaling", "adaptive"),
    "mode": ("fit", "early_stopping", "warm_start", "warm_early_stopping", "partial_fit"),
    "batch_size": ("auto", 7, 25),
    "hidden_layer_sizes": ((6, 4), (5,), (), 3),
    "shuffle": (True, False),
    "weighted": (False, True),
    "container": ("dense", "csr", "csc", "fortran"),
    "patience": ((10, 1e-4), (2, 1e-2), (1, 0.05), (np.inf, 0.0)),
    "alpha": (1e-4, 0.5, 0.0),
    "random_state": ("int", "instance"),
}
Case = tuple[Any, ...]


def pairs_of(case: Case) -> set[tuple[Any, ...]]:
    return {(i, case[i], j, case[j]) for i, j in itertools.combinations(range(len(case)), 2)}


def covering_cases(rng: random.Random) -> list[Case]:
    """Few cases in which every pair of levels occurs: greedily, the best of 30 drawn around a missing pair."""
    levels = list(FACTORS.values())
    missing = {
        (i, a, j, b) for i, j in itertools.combinations(range(len(levels)), 2) for a in levels[i] for b in levels[j]
    }
    cases = []
    while missing:
        wanted = min(missing, key=repr)
        candidates = []
        for _ in range(30):
            case = [rng.choice(level) for level in levels]
            case[wanted[0]], case[wanted[2]] = wanted[1], wanted[3]
            candidates.append(tuple(case))
        best = max(candidates, key=lambda case: len(pairs_of(case) & missing))
        missing -= pairs_of(best)
        cases.append(best)
    return cases


def all_cases() -> list[Case]:
    rng = random.Random(2)
    drawn = [tuple(rng.choice(level) for level in FACTORS.values()) for _ in range(60)]
    return list(dict.fromkeys(covering_cases(rng) + drawn))


CASES = all_cases()


def arguments(case: dict[str, Any]) -> dict[str, Any]:
    """The constructor's arguments of a case, the same for both."""
    solver = {"solver": "adam", "learning_rate_init": 0.01}
    if case["solver"] != "adam":
        solver = {
            "solver": "sgd",
            "learning_rate_init": 0.005 if case["kind"] == "poisson" else 0.05,
            "momentum": 0.0 if case["solver"] == "sgd" else 0.8,
            "nesterovs_momentum": case["solver"] == "nesterov",
        }
    seed = 3 if case["random_state"] == "int" else np.random.RandomState(3)
    return {
        **solver,
        **{name: case[name] for name in ("hidden_layer_sizes", "activation", "learning_rate", "shuffle", "alpha")},
        "batch_size": case["batch_size"],
        "max_iter": 20,
        "random_state": seed,
        "early_stopping": "early_stopping" in case["mode"],
        "warm_start": case["mode"].startswith("warm"),
        "validation_fraction": 0.25,
        "n_iter_no_change": case["patience"][0],
        "tol": case["patience"][1],
        **({"loss": "poisson"} if case["kind"] == "poisson" else {}),
    }


def contained(X: Any, container: str) -> Any:
    make = {"dense": np.array, "csr": sparse.csr_matrix, "csc": sparse.csc_array, "fortran": np.asfortranarray}
    return make[container](X)


def trained(estimator: Any, problem: Any, case: dict[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
    """Train as the case's mode says. -> the estimator, and the warnings it gave."""
    X, weight = contained(problem.X, case["container"]), problem.weight if case["weighted"] else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if case["mode"] == "partial_fit":
            classes = np.arange(3) if case["kind"] == "multilabel" else np.unique(problem.y)
            first = {"classes": classes} if problem.classifier else {}
            for i in range(12):
                estimator.partial_fit(X, problem.y, sample_weight=weight, **(first if i == 0 else {}))
        else:
            for _ in range(2 if case["mode"].startswith("warm") else 1):
                estimator.fit(X, problem.y, sample_weight=weight)
    return estimator, [(w.category.__name__, str(w.message)) for w in caught]


def outputs(estimator: Any, X: Any) -> Any:
    return estimator.predict_proba(X) if hasattr(estimator, "predict_proba") else estimator.predict(X)


def nearest_decision(estimator: Any) -> float:
    """How near any epoch came to the value from which on it counts as an improvement.

    Shares of rows that are right are the same float in both, or apart by a row: such a tie no rounding decides.
    """
    curve = np.array(estimator.loss_curve_)
    if estimator.early_stopping:
        curve = -np.array(estimator.validation_scores_)
    best = np.minimum.accumulate(curve)[:-1]
    apart = np.abs(curve[1:] - (best - estimator.tol))
    shares = estimator.early_stopping and hasattr(estimator, "classes_")
    return float(apart[apart > 0].min(initial=np.inf) if shares else apart.min(initial=np.inf))


def assert_follows(ours: Any, theirs: Any, X: Any) -> None:
    """Curves, counts, parameters and predictions are the same."""
    assert nearest_decision(theirs) > DECIDED, "rounding may decide how many epochs this takes: choose another case"
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("loss_curve_", "loss_", "best_loss_", "validation_scores_", "best_validation_score_"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        assert (mine is None) == (other is None), name
        if other is not None:
            np.testing.assert_allclose(mine, other, rtol=RTOL, atol=ATOL, err_msg=name)
    for name in ("coefs_", "intercepts_"):
        for mine, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            np.testing.assert_allclose(mine, other, rtol=1e-6, atol=1e-8, err_msg=name)
    np.testing.assert_allclose(outputs(ours, X), outputs(theirs, X), rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(
        *(e.predict(X) if e.out_activation_ in ("identity", "exp") else [0] for e in (ours, theirs))
    )


def pair(kind: str, **settings: Any) -> tuple[Any, Any]:
    name = "MLPClassifier" if kind in ("binary", "multiclass", "multilabel") else "MLPRegressor"
    return getattr(ours, name)(**settings), getattr(theirs, name)(**settings)


def test_every_pair_of_levels_occurs() -> None:
    occurring = set().union(*map(pairs_of, CASES))
    for (i, first), (j, second) in itertools.combinations(enumerate(FACTORS.values()), 2):
        for a, b in itertools.product(first, second):
            assert (i, a, j, b) in occurring


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case)).replace(" ", ""))
def test_training_follows_scikit_learn(case: Case, problem_of: Any) -> None:
    named = dict(zip(FACTORS, case, strict=True))
    problem = problem_of(named["kind"])
    (mine, said), (other, said_there) = (
        trained(pair(named["kind"], **arguments(named))[side], problem, named) for side in (0, 1)
    )
    assert said == said_there
    assert_follows(mine, other, contained(problem.X, named["container"]))


@pytest.mark.parametrize("kind", FACTORS["kind"])
def test_defaults_follow_scikit_learn(kind: str, problem_of: Any) -> None:
    problem = problem_of(kind, n=230)  # more than the default batch of 200
    mine, other = pair(kind, random_state=0, max_iter=8, **({"loss": "poisson"} if kind == "poisson" else {}))
    with pytest.warns(UserWarning, match="Maximum iterations"):
        mine.fit(problem.X, problem.y)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        other.fit(problem.X, problem.y)
    assert_follows(mine, other, problem.X)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_adaptive_rate_falls_until_training_stops(early_stopping: bool, problem_of: Any) -> None:
    """Long enough for the rate to reach 1e-6, which ends training."""
    problem = problem_of("binary")
    settings = {
        "solver": "sgd",
        "learning_rate": "adaptive",
        "learning_rate_init": 0.1,
        "n_iter_no_change": 1,
        "tol": 1e-2,
        "max_iter": 300,
        "random_state": 1,
        "early_stopping": early_stopping,
    }
    mine, other = (e.fit(problem.X, problem.y) for e in pair("binary", **settings))
    assert mine.n_iter_ < 300
    assert_follows(mine, other, problem.X)


def test_batch_size_above_n_warns_in_the_same_words(binary: Any) -> None:
    settings = {"batch_size": 500, "max_iter": 20, "tol": 1.0, "n_iter_no_change": 3, "random_state": 0}
    fitted = []
    for estimator in pair("binary", **settings):
        with pytest.warns(UserWarning, match="Got `batch_size` less than 1 or larger than sample size") as caught:
            fitted.append((estimator.fit(binary.X, binary.y), [str(w.message) for w in caught]))
    assert fitted[0][1] == fitted[1][1]
    assert_follows(fitted[0][0], fitted[1][0], binary.X)


def test_partial_fit_goes_on_after_fit_and_other_batches(multiclass: Any) -> None:
    """fit, then partial_fit on parts that lack a class: optimizer and history go on as there."""
    fitted = []
    for estimator in pair("multiclass", max_iter=20, random_state=0, solver="sgd", learning_rate="invscaling", tol=1.0):
        estimator.fit(multiclass.X, multiclass.y)
        for start in (0, 10, 20):
            rows = slice(start, start + 10)
            estimator.partial_fit(multiclass.X[rows], multiclass.y[rows])
        fitted.append(estimator)
    assert_follows(*fitted, multiclass.X)


def test_a_warm_start_may_change_settings(one_output: Any) -> None:
    fitted = []
    for estimator in pair("one_output", max_iter=20, random_state=0, warm_start=True, tol=1.0):
        estimator.fit(one_output.X, one_output.y)
        estimator.set_params(learning_rate_init=0.05, batch_size=9, solver="sgd", momentum=0.5)
        fitted.append(estimator.fit(one_output.X, one_output.y))
    assert_follows(*fitted, one_output.X)


def test_saturated_probabilities_are_reported_clipped() -> None:
    """Separable data, long training: the loss counts probabilities off by no more than epsilon, as there."""
    X = np.linspace(-300, 300, 40)[:, None]
    y = (X[:, 0] > 0).astype(int)
    y[5] = 1  # one label that saturated outputs get wrong
    settings = {"hidden_layer_sizes": (), "max_iter": 20, "tol": 0.0, "learning_rate_init": 0.5, "random_state": 0}
    settings["n_iter_no_change"] = np.inf
    fitted = []
    for estimator in pair("binary", **settings):
        with pytest.warns(UserWarning, match="Maximum iterations"):
            fitted.append(estimator.fit(X, y))
    assert_follows(*fitted, X)
    assert fitted[0].loss_ > 0.5


@pytest.mark.parametrize("kind", ["binary", "multiclass", "one_output"])
@pytest.mark.parametrize("activation", FACTORS["activation"])
@pytest.mark.parametrize("weighted", [False, True])
def test_lbfgs_loss_after_20_iterations(kind: str, activation: str, weighted: bool, problem_of: Any) -> None:
    problem = problem_of(kind, n=80)
    weight = problem.weight if weighted else None
    losses = []
    settings = {
        "solver": "lbfgs",
        "activation": activation,
        "hidden_layer_sizes": (6,),
        "random_state": 0,
        "max_iter": 20,
    }
    for estimator in pair(kind, **settings):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            losses.append(estimator.fit(problem.X, problem.y, sample_weight=weight).loss_)
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


def test_lbfgs_says_that_it_has_not_converged(binary: Any) -> None:
    for estimator in pair("binary", solver="lbfgs", max_iter=3, random_state=0):
        with pytest.warns(UserWarning, match=r"lbfgs failed to converge after 3 iteration\(s\) \(status=1\)"):
            estimator.fit(binary.X, binary.y)
        assert estimator.n_iter_ == 3


@pytest.mark.parametrize("early_stopping", [False, True])
def test_with_tol_0_an_equal_score_is_no_reason_to_stop(early_stopping: bool, binary: Any) -> None:
    """Counting is strict: accuracy that stays where it is never stops training under tol=0."""
    settings = {"early_stopping": early_stopping, "tol": 0.0, "n_iter_no_change": 1, "learning_rate_init": 1e-9}
    fitted = []
    for estimator in pair("binary", max_iter=9, random_state=0, batch_size=10, shuffle=False, **settings):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted.append(estimator.fit(binary.X, binary.y))
    assert_follows(*fitted, binary.X)
    assert fitted[0].n_iter_ == 9
