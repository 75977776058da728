"""What every entry of COSTS must keep to; a new entry is tested by being there (and asks for a reference)."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from core_cases import COST_NAMES, outputs, targets
from rounding import OF_A_FUNCTION, assert_rounded
from scipy.special import huber
from sklearn import metrics

from glassprop.equations.cost import COSTS, Cost, find_cost, is_built_in
from glassprop.equations.domain import POSITIVE, REALS, SIMPLEX, UNIT, Domain
from glassprop.errors import ArchitectureError, DataError


def _log_loss_of_classes(a, y):
    """scikit-learn's log_loss, with each class of a row weighted by its target."""
    n, k = y.shape
    labels, rows = np.tile(np.arange(k), n), np.repeat(np.arange(n), k)
    loss = metrics.log_loss(labels, a[rows], sample_weight=y.ravel(), labels=range(k), normalize=False)
    return loss / y.sum()


def _binary_log_loss(a, y):
    """scikit-learn's log_loss of each output, both labels weighted by the target, summed over outputs."""
    n, k = y.shape
    labels = np.repeat([1, 0], n)
    return (
        sum(
            metrics.log_loss(labels, np.tile(a[:, j], 2), sample_weight=np.r_[y[:, j], 1 - y[:, j]], normalize=False)
            for j in range(k)
        )
        / n
    )


# The average over examples of the sum over outputs, by other hands. (a, y, *parameters) -> number
REFERENCE = {
    "squared_error": lambda a, y: metrics.mean_squared_error(y, a) * y.shape[1],
    "half_squared_error": lambda a, y: metrics.mean_squared_error(y, a) * y.shape[1] / 2,
    "cross_entropy": _log_loss_of_classes,
    "binary_cross_entropy": _binary_log_loss,
    "absolute_error": lambda a, y: metrics.mean_absolute_error(y, a) * y.shape[1],
    "huber": lambda a, y, delta: huber(delta, a - y).sum() / len(y),
    "poisson": lambda a, y: metrics.mean_poisson_deviance(y.ravel(), a.ravel()) / 2 * y.shape[1],
    "quantile": lambda a, y, level: metrics.mean_pinball_loss(y, a, alpha=level) * y.shape[1],
    "log_cosh": lambda a, y: (np.logaddexp(a - y, y - a) - np.log(2)).sum() / len(y),
}
# By hand, at a = 0.25, y = 1: (cost, gradient), as fractions and logarithms.
SAVED = {
    "squared_error": (0.5625, -1.5),
    "half_squared_error": (0.28125, -0.75),
    "cross_entropy": (np.log(4), -4.0),
    "binary_cross_entropy": (np.log(4), -4.0),
    "absolute_error": (0.75, -1.0),
    "huber": (0.28125, -0.75),
    "huber(0.5)": (0.25, -0.5),
    "poisson": (np.log(4) - 0.75, -3.0),
    "quantile": (0.375, -0.5),
    "quantile(0.9)": (0.675, -0.9),
    "log_cosh": (np.log(np.cosh(0.75)), np.tanh(-0.75)),
}
WITH_PARAMETERS = [*COST_NAMES, "huber(0.3)", "huber(2.5)", "quantile(0.1)", "quantile(0.9)"]


def examples(cost: Cost, n: int = 40, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets in the cost's domains."""
    rng = np.random.default_rng(0)
    return outputs(cost.outputs, n, k, rng), targets(cost.targets, n, k, rng)


def test_every_cost_has_a_reference():
    missing = set(COST_NAMES) ^ set(REFERENCE) | set(COST_NAMES) - set(SAVED)
    assert not missing, "write what another library says of the new cost into REFERENCE, and one number into SAVED"


@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_values_against_other_libraries(spec):
    cost = find_cost(spec)
    a, y = examples(cost)
    costs = cost(a, y)
    assert costs.shape == (40,)
    assert costs.mean() == pytest.approx(REFERENCE[cost.name](a, y, *cost.parameters), rel=1e-12)


@pytest.mark.parametrize("spec", SAVED)
def test_saved_values(spec):
    cost, a, y = find_cost(spec), np.array([[0.25]]), np.array([[1.0]])
    assert_rounded(cost(a, y).item(), SAVED[spec][0], abs(SAVED[spec][0]) + 1, OF_A_FUNCTION)  # terms of about 1
    assert_rounded(cost.by_output(a, y).item(), SAVED[spec][1], abs(SAVED[spec][1]) + 1, OF_A_FUNCTION)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_cosh_keeps_its_digits_near_0_and_far_away(dtype):
    d = np.concatenate([np.logspace(-12, 4, 65), [0, 1 - 1e-7, 1, 1 + 1e-6]]).astype(dtype)
    with mp.workdps(60):
        exact = [float(mp.log(mp.cosh(mp.mpf(float(one))))) for one in d]
    for sign in (1, -1):
        given = COSTS["log_cosh"](sign * d[:, None], np.zeros_like(d)[:, None])
        assert_rounded(given, exact, np.maximum(exact, np.finfo(dtype).tiny), OF_A_FUNCTION, dtype)


@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_examples_do_not_mix(spec):
    cost = find_cost(spec)
    a, y = examples(cost)
    one_by_one = [cost(a[i : i + 1], y[i : i + 1]).item() for i in range(len(a))]
    assert_rounded(cost(a, y), one_by_one)


@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_gradient_against_differences(spec):
    cost = find_cost(spec)
    a, y = examples(cost)
    given = cost.by_output(a, y)
    for j in range(3):
        e = 1e-6 * np.eye(3)[j]
        difference = (cost(a + e, y) - cost(a - e, y)) / 2e-6
        np.testing.assert_allclose(given[:, j], difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_dtype_is_kept(spec, dtype):
    cost = find_cost(spec)
    a, y = (array.astype(dtype) for array in examples(cost))
    assert cost(a, y).dtype == dtype
    assert cost.by_output(a, y).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_safe_at_extremes(spec, dtype):
    """Outputs as a saturated or rounded activation gives them, the ends of its range included."""
    cost = find_cost(spec)
    ends = [max(cost.outputs.low, -1e4), 0.5, min(cost.outputs.high, 1e4)]
    wanted = [max(cost.targets.low, -1e4), 0.5, min(cost.targets.high, 1e4)]
    a, y = (array.ravel()[:, None].astype(dtype) for array in np.meshgrid(ends, wanted))
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(cost(a, y)).all()
        assert np.isfinite(cost.by_output(a, y)).all()


@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_no_cost_rewards_missing_the_target(spec):
    cost = find_cost(spec)
    a, y = examples(cost, n=500)
    inside = ~cost.outputs.outside(y).any(axis=1)  # a target can itself be an output there
    a, y = a[inside], y[inside]
    assert (cost(a, y) >= cost(y, y) - 1e-12).all()


@pytest.mark.parametrize("spec", WITH_PARAMETERS)
def test_kinks_are_declared_and_only_they(spec):
    cost, h, y = find_cost(spec), 1e-3, 0.4567
    low, high = (0.3, 0.7) if cost.outputs.high == 1 else (0.3, 3.0)
    a = np.arange(low, high, h)[:, None]
    gradient = cost.by_output(a, np.full_like(a, y))[:, 0]
    bend = np.abs(gradient[2:] - 2 * gradient[1:-1] + gradient[:-2]) / (1 + np.abs(gradient[1:-1]))
    found = a[1:-1, 0][bend > 1e-4]
    declared = []
    for f in cost.kinks(a, np.full_like(a, y), *cost.parameters) if cost.kinks else []:
        declared += list(a[:-1, 0][np.diff(np.sign(f[:, 0])) != 0])
    assert all(min(abs(place - kink) for kink in (*declared, np.inf)) < 2 * h for place in found)
    assert all(np.abs(found - kink).min(initial=np.inf) < 2 * h for kink in declared)


@pytest.mark.parametrize("name", COST_NAMES)
def test_found_by_name_and_by_spec(name):
    assert find_cost(name) is COSTS[name]
    assert find_cost(COSTS[name].spec) == COSTS[name]
    assert is_built_in(COSTS[name])


def test_other_names():
    assert find_cost("log_loss") is COSTS["cross_entropy"]
    assert find_cost("mse") is COSTS["squared_error"]
    assert find_cost("mae") is COSTS["absolute_error"]


def test_built_in_means_every_part_of_the_entry():
    poisson = COSTS["poisson"]
    assert is_built_in(find_cost("huber(3)"))
    assert not is_built_in(Cost("poisson", poisson.value, poisson.gradient))  # lacks its domains
    assert not is_built_in(Cost("poisson", poisson.value, lambda a, y: a - y, poisson.outputs, poisson.targets))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("squared_eror", "did you mean 'squared_error'"),
        ("qqqq", "there are: absolute_error, binary_cross_entropy,"),
        (7, "no cost is called 7; there are"),
        ("huber(0)", "must be more than 0, got 0"),
        ("huber(-1)", "must be more than 0, got -1"),
        ("huber(inf)", "must be more than 0, got inf"),
        ("quantile(1)", "between 0 and 1, ends excluded, got 1"),
        ("quantile(nan)", "between 0 and 1, ends excluded, got nan"),
        ("quantile(0.1, 0.9)", r"takes 1, as in 'quantile\(0.5\)'"),
        ("poisson(3)", "takes none"),
    ],
)
def test_unusable_names_are_refused(spec, message):
    with pytest.raises(ArchitectureError, match=message):
        find_cost(spec)


# --- targets -----------------------------------------------------------------------------------------------

BAD_TARGETS = {  # domain: targets of which row 1 alone lies outside, and what must stand in the message
    REALS: ([[1.0, 2.0], [np.nan, 1.0], [0.0, 3.0]], "any finite number; got nan in row 1, output 0 (1 of 3 rows"),
    SIMPLEX: ([[0.0, 1.0], [0.5, 0.6], [1.0, 0.0]], "each row summing to 1 (one-hot, say); got [0.5 0.6] in row 1"),
    UNIT: ([[0.0, 1.0], [0.5, 1.1], [1.0, 0.0]], "between 0 and 1; got 1.1 in row 1, output 1"),
    COSTS["poisson"].targets: ([[0.0, 4.0], [-1.0, 0.0], [2.0, 2.0]], "0 or more; got -1 in row 1, output 0"),
}
REMEDIES = {
    REALS: "drop these rows or fill them in",
    SIMPLEX: "one-hot, or use binary_cross_entropy",
    UNIT: "scale them, or use squared_error",
    COSTS["poisson"].targets: "correct them, or use squared_error",
}


@pytest.mark.parametrize("name", COST_NAMES)
def test_targets_outside_the_domain_are_refused(name):
    cost = COSTS[name]
    y, message = BAD_TARGETS[cost.targets]
    with pytest.raises(DataError) as caught:
        cost.check_targets(np.array(y))
    said = str(caught.value)
    assert said.startswith(f"cost {cost.spec!r} takes targets that are ")
    assert message in said
    assert REMEDIES[cost.targets] in said
    assert "\n" not in said


@pytest.mark.parametrize("name", COST_NAMES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_targets_that_are_not_finite_are_refused(name, bad):
    y = targets(COSTS[name].targets, 5, 2, np.random.default_rng(0))
    COSTS[name].check_targets(y)
    y[3, 1] = bad
    with pytest.raises(DataError, match="row 3"):
        COSTS[name].check_targets(y)


def test_float32_rows_that_sum_to_1_by_their_own_precision_pass():
    y = np.random.default_rng(0).dirichlet(np.ones(50), size=200).astype(np.float32)
    COSTS["cross_entropy"].check_targets(y)


@pytest.mark.parametrize("domain", [POSITIVE, Domain(0, 2, words="from 0 to 2")])
def test_own_domains_are_refused_with_their_own_words(domain):
    cost = Cost("own", lambda a, y: (a - y).sum(axis=1), lambda a, y: np.ones_like(a), targets=domain)
    with pytest.raises(DataError, match=f"{domain.words}; got -1 .* correct these rows, or drop them"):
        cost.check_targets(np.array([[1.0], [-1.0]]))
