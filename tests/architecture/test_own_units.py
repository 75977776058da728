"""`OwnUnits`: there and back on every scale, by SciPy's and scikit-learn's own formulas; what is refused."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.preprocessing import QuantileTransformer

from glassprop import Layer, Network, OwnUnits
from glassprop.errors import ArchitectureError, DataError

KNOTS = tuple(np.exp(np.linspace(-3, 3, 25)).tolist())  # of a lognormal target: its places are the knots' logarithms
UNITS = {
    "none": OwnUnits(20.0, 5.0),
    "log": OwnUnits(2.0, 0.5, "log", shift=1.0, factor=1.25, knots=(0.0, 1e4)),
    "quantile": OwnUnits(0.1, 0.9, "quantile", factor=0.8, knots=KNOTS),
    "poisson": OwnUnits(0.0, 4.0, "poisson"),
}


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_there_and_back(name: str, dtype: type) -> None:
    units = UNITS[name]
    y = np.array([[0.06], [0.5], [3.0], [19.0]])
    back = units.own(units.standard(y).astype(dtype))
    assert back.dtype == dtype
    np.testing.assert_allclose(
        back, np.maximum(units.factor * (y + units.shift) - units.shift, KNOTS[0]), rtol=2e-6, atol=2e-6
    )


def test_a_log_scale_by_its_formula() -> None:
    units, a = UNITS["log"], np.array([-1.0, 0.0, 2.0])
    np.testing.assert_allclose(units.standard(np.array([0.0, 9.0])), (np.log([1.0, 10.0]) - 2) / 0.5)
    np.testing.assert_allclose(units.own(a), 1.25 * np.exp(2 + 0.5 * a) - 1)


def test_quantiles_are_those_of_a_normal_distribution() -> None:
    y = np.random.default_rng(0).gamma(0.5, size=5000)
    units = OwnUnits(0.0, 1.0, "quantile", knots=np.quantile(y, norm.cdf(np.linspace(-3, 3, 65))))
    other = QuantileTransformer(output_distribution="normal").fit(y[:, None])
    some = np.quantile(y, np.linspace(0.02, 0.98, 50))
    np.testing.assert_allclose(units.standard(some), other.transform(some[:, None]).ravel(), atol=0.02)


def test_a_value_of_several_knots_is_in_their_middle() -> None:
    units = OwnUnits(0.0, 1.0, "quantile", knots=(0, 0, 0, 1, 2, 3, 4))  # at -3, -2, ..., 3
    np.testing.assert_allclose(units.standard(np.array([0.0, 1.0, 1.5, 9.0, -9.0])), [-2.0, 0.0, 0.5, 3.0, -2.0])
    np.testing.assert_array_equal(units.own(np.array([-2.5, -2.0, -1.0, 0.0, 50.0])), [0, 0, 0, 1, 4])


@pytest.mark.parametrize("name", ["log", "quantile"])
@pytest.mark.parametrize("a", [-1e300, -50.0, 50.0, 1e300])
def test_what_a_network_says_far_out_stays_between_the_ends(name: str, a: float) -> None:
    units = UNITS[name]
    said = units.own(np.array([a]))[0]
    assert units.knots[0] <= said <= units.factor * (units.knots[-1] + units.shift)


def test_targets_without_a_place_count_as_the_last_that_has_one_and_are_not_trained_on() -> None:
    for name, low in (("log", -5.0), ("poisson", -1.0)):
        units = UNITS[name]
        assert units.standard(np.array([low])) == units.standard(np.array([0.0]))
        with pytest.raises(DataError, match=f"{name}.*1 of y are not, {low:g} the first"):
            units.refuse(np.array([3.0, low]))
        units.refuse(np.array([0.0, 3.0]))


@pytest.mark.parametrize("units", UNITS.values(), ids=list(UNITS))
def test_kept_as_data_and_in_pickles(units: OwnUnits) -> None:
    assert OwnUnits(**units.to_dict()) == units == pickle.loads(pickle.dumps(units))
    assert eval(repr(units), {"OwnUnits": OwnUnits}) == units
    assert UNITS["none"].to_dict() == {"mean": 20.0, "spread": 5.0}  # as in files of before


def test_of_an_earlier_pickle() -> None:
    earlier = object.__new__(OwnUnits)
    earlier.__dict__.update(mean=20.0, spread=5.0)
    assert earlier == UNITS["none"]
    assert earlier.own(np.array([1.0])) == 25


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown scale": ({"scale": "sqrt"}, "one of none, log, quantile, poisson"),
    "no text": ({"scale": ["log"]}, "one of none"),
    "a factor of 0": ({"scale": "log", "knots": (1, 2), "factor": 0.0}, "factor of a target must be more than 0"),
    "a shift that is no number": ({"shift": np.nan}, "shift of a target must be a finite number"),
    "knots that fall": ({"scale": "quantile", "knots": (1, 3, 2)}, "takes knots that rise"),
    "knots that are all one": ({"scale": "quantile", "knots": (1, 1, 1)}, "takes knots that rise"),
    "too few knots": ({"scale": "quantile", "knots": (1, 2)}, "takes 3 knots or more"),
    "too many": ({"scale": "quantile", "knots": tuple(range(1001))}, "takes 3 knots or more"),
    "infinite ones": ({"scale": "quantile", "knots": (1, 2, np.inf)}, "a knot of a target must be a finite number"),
    "knots below 0 on a log scale": ({"scale": "log", "knots": (-1, 2)}, "more than 0 with the shift"),
    "knots where there are none": ({"knots": (1, 2)}, "takes no knots"),
    "a shift where there is none": ({"shift": 1.0}, "takes no shift"),
    "a factor where there is none": ({"factor": 2.0}, "takes no factor"),
    "counts with a mean": ({"scale": "poisson"}, "takes a mean of 0"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_refused(case: str) -> None:
    given, words = FAULTS[case]
    with pytest.raises(ArchitectureError, match=words):
        OwnUnits(1.0, 2.0, **given)


def test_only_counts_go_with_the_cost_of_counts() -> None:
    layers = [Layer(1, "exp")]
    assert Network(2, layers, "poisson", UNITS["poisson"]).units == UNITS["poisson"]
    for name in ("none", "log", "quantile"):
        with pytest.raises(ArchitectureError, match="poisson"):
            Network(2, layers, "poisson", UNITS[name])


@pytest.mark.parametrize("name", UNITS)
def test_a_network_of_these_units_is_written_as_data(name: str) -> None:
    network = Network(2, [Layer(1, "exp")], "poisson" if name == "poisson" else "squared_error", UNITS[name])
    assert Network.from_spec(network.spec()) == network


@pytest.mark.parametrize(("name", "words"), [("none", "(target - 20) / 5"), ("log", "(log(target + 1) - 2) / 0.5")])
def test_the_formula_is_told(name: str, words: str) -> None:
    assert UNITS[name].formula == words
