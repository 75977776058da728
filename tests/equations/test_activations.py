"""What every entry of ACTIVATIONS must keep to; a new entry is tested by being there (and asks for a reference)."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES
from rounding import OF_A_FUNCTION, assert_function, assert_rounded

from glassprop.equations.activation import ACTIVATIONS, Activation, find_activation, is_built_in
from glassprop.equations.domain import REALS, Domain
from glassprop.errors import ArchitectureError

ELEMENTWISE = [name for name in ACTIVATION_NAMES if ACTIVATIONS[name].elementwise]
MIXING = [name for name in ACTIVATION_NAMES if not ACTIVATIONS[name].elementwise]
OVERFLOWS = {"exp"}  # e^z of a large z is infinite by right; everything else must stay finite
POINTS = (-30.0, -8.0, -2.5, -1.0, -0.3, -1e-4, 0.0, 1e-4, 0.3, 1.0, 2.5, 8.0, 30.0)
EXTREME = (-1e4, -750.0, -90.0, -1.0, 0.0, 1.0, 90.0, 750.0, 1e4)

# The functions by their published definitions, evaluated in 40 digits by mpmath: independent of NumPy and SciPy.
# Sources: elu arXiv 1511.07289; selu 1706.02515; gelu 1606.08415 (exact form); silu 1702.03118; mish 1908.08681;
# softsign Glorot & Bengio 2010; hardswish 1905.02244; squared_relu 2109.08668.
_SELU = (mp.mpf("1.6732632423543772848170429916717"), mp.mpf("1.0507009873554804934193349852946"))
REFERENCE = {
    "identity": lambda z: z,
    "relu": lambda z: max(z, mp.mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z * mp.mpf("0.01"),
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "tanh": lambda z: mp.sinh(z) / mp.cosh(z),
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "elu": lambda z: z if z > 0 else mp.exp(z) - 1,
    "selu": lambda z: _SELU[1] * (z if z > 0 else _SELU[0] * (mp.exp(z) - 1)),
    "gelu": lambda z: z * mp.ncdf(z),
    "silu": lambda z: z / (1 + mp.exp(-z)),
    "mish": lambda z: z * mp.tanh(mp.log(1 + mp.exp(z))),
    "softsign": lambda z: z / (1 + abs(z)),
    "hardswish": lambda z: z * min(max(z + 3, mp.mpf(0)), mp.mpf(6)) / 6,
    "squared_relu": lambda z: max(z, mp.mpf(0)) ** 2,
    "blended_selu": lambda z: REFERENCE["selu"](z),  # p = 1
    "blended_mish": lambda z: REFERENCE["mish"](z),
    "exp": mp.exp,
}
# Saved numbers: the same definitions typed into sympy 1.14 at 7/10 and -13/10, `.evalf(17)`.
SAVED = {
    ("sigmoid", 0.7): 0.66818777216816611,
    ("tanh", 0.7): 0.60436777711716350,
    ("softplus", 0.7): 1.1031860488854579,
    ("gelu", 0.7): 0.53062544344384889,
    ("gelu", -1.3): -0.12584062996129343,
    ("silu", -1.3): -0.27841452204467380,
    ("mish", -1.3): -0.30738246474949591,
    ("elu", -1.3): -0.72746820696598740,
    ("selu", -1.3): -1.2789613751543256,
    ("leaky_relu", -1.3): -0.013,
    ("exp", -1.3): 0.27253179303401260,
    ("softsign", -1.3): -0.56521739130434783,
    ("hardswish", -1.3): -0.36833333333333333,
    ("squared_relu", 0.7): 0.49,
}


def column(*values: float, dtype=np.float64) -> np.ndarray:
    """Numbers as a batch of one neuron. -> (n, 1)."""
    return np.array(values, dtype=dtype)[:, None]


def test_every_activation_has_a_reference():
    assert set(ELEMENTWISE) == set(REFERENCE), "write the definition of the new activation into REFERENCE"
    assert MIXING == ["softmax"], "write a value and a derivative test for the new mixing activation"


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_follow_the_definition(name):
    with mp.workdps(40):
        exact = [float(REFERENCE[name](mp.mpf(z))) for z in POINTS]
    given = ACTIVATIONS[name](column(*POINTS))[:, 0]
    assert_rounded(given, exact, np.maximum(np.abs(exact), 1e-13), OF_A_FUNCTION)  # 1e-13: e^-30, where gelu is 1e-197


@pytest.mark.parametrize(("name", "z"), SAVED)
def test_saved_values(name, z):
    assert_function(ACTIVATIONS[name](column(z)).item(), SAVED[name, z])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_slopes_follow_the_definition(name):
    sigma = ACTIVATIONS[name]
    points = [z for z in POINTS if z not in sigma.kinks]
    with mp.workdps(40):
        exact = [float(mp.diff(REFERENCE[name], mp.mpf(z), h=mp.mpf("1e-15"))) for z in points]
    z = column(*points)
    given = sigma.pullback(np.ones_like(z), z, sigma(z))[:, 0]
    assert_rounded(given, exact, 1 + np.abs(exact), OF_A_FUNCTION)  # slopes are sums of terms of about 1


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_pullback_against_differences(name):
    sigma, rng = ACTIVATIONS[name], np.random.default_rng(0)
    z, g = rng.uniform(-4, 4, size=(200, 3)), rng.normal(size=(200, 3))
    given = sigma.pullback(g, z, sigma(z))
    for j in range(3):
        e = 1e-6 * np.eye(3)[j]
        difference = (g * (sigma(z + e) - sigma(z - e))).sum(axis=1) / 2e-6
        np.testing.assert_allclose(given[:, j], difference, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("parameter", [0.3, 1.7])
def test_slopes_with_other_parameters(name, parameter):
    entry = ACTIVATIONS[name]
    if not entry.parameters:
        with pytest.raises(ArchitectureError, match="takes none"):
            find_activation(f"{name}({parameter})")
        return
    sigma = find_activation(f"{name}({parameter})")
    z = np.linspace(-3, 3, 40)[:, None]
    difference = (sigma(z + 1e-6) - sigma(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(sigma.pullback(np.ones_like(z), z, sigma(z)), difference, rtol=1e-7, atol=1e-9)
    assert not np.allclose(sigma(z), entry(z))


def test_parameters_mean_what_their_papers_say():
    z = column(-2.0, 3.0)
    assert_function(find_activation("leaky_relu(0.2)")(z)[:, 0], [-0.4, 3])
    assert_function(find_activation("elu(0.5)")(z)[:, 0], [0.5 * (np.exp(-2) - 1), 3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_dtype_is_kept(name, dtype):
    sigma = ACTIVATIONS[name]
    z = np.linspace(-3, 3, 12, dtype=dtype).reshape(4, 3)
    a = sigma(z)
    assert a.dtype == dtype
    assert sigma.pullback(np.ones_like(z), z, a).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_safe_at_extremes(name, dtype):
    sigma = ACTIVATIONS[name]
    z = np.array(np.meshgrid(EXTREME, EXTREME), dtype=dtype).reshape(2, -1).T
    with np.errstate(all="raise", under="ignore", over="ignore" if name in OVERFLOWS else "raise"):
        a = sigma(z)
        back = sigma.pullback(np.ones_like(z), z, a)
    assert not np.isnan(a).any()
    assert np.isfinite(back).all()
    assert np.isfinite(a).all() or name in OVERFLOWS


def test_an_overflowed_exp_times_no_error_is_0():
    exp = ACTIVATIONS["exp"]
    z = column(1e4)
    with np.errstate(over="ignore"):
        assert exp.pullback(np.zeros_like(z), z, exp(z)).item() == 0


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_range_holds(name):
    sigma = ACTIVATIONS[name]
    z = np.random.default_rng(0).uniform(-15, 15, size=(500, 3))
    z[0] = 0
    assert not sigma.range.outside(sigma(z)).any()
    closed = Domain(sigma.range.low, sigma.range.high)  # far out, open ends are met by rounding
    far = np.array([[-1e4, 0.0, 1e4]])
    if name not in OVERFLOWS:
        assert not closed.outside(sigma(far)).any()
    if sigma.elementwise and sigma.range != REALS:  # and the range is no wider than it need be
        a = sigma(np.concatenate([np.linspace(-15, 15, 1001), [-1e6, 1e6] * (name not in OVERFLOWS)])[:, None])
        for end in (sigma.range.low, sigma.range.high):
            assert not np.isfinite(end) or np.abs(a - end).min() < 1e-5


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_kinks_are_declared_and_only_they(name):
    sigma, h = ACTIVATIONS[name], 1e-3
    z = np.arange(-6, 6, h)[:, None] + h / 3  # no kink falls on a point of the grid
    slope = sigma.pullback(np.ones_like(z), z, sigma(z))[:, 0]
    bend = np.abs(slope[2:] - 2 * slope[1:-1] + slope[:-2]) / (1 + np.abs(slope[1:-1]))
    found = z[1:-1, 0][bend > 1e-4]
    assert all(min(abs(place - kink) for kink in (*sigma.kinks, np.inf)) < 2 * h for place in found)
    assert all(np.abs(found - kink).min(initial=np.inf) < 2 * h for kink in sigma.kinks)


def test_softmax_values_against_scipy():
    from scipy.special import softmax

    z = np.random.default_rng(0).normal(scale=20, size=(50, 4))
    assert_function(ACTIVATIONS["softmax"](z), softmax(z, axis=1))
    np.testing.assert_array_equal(ACTIVATIONS["softmax"](np.array([[1e4, -1e4, 1e4]])), [[0.5, 0.0, 0.5]])


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_found_by_name_and_by_spec(name):
    assert find_activation(name) is ACTIVATIONS[name]
    assert find_activation(ACTIVATIONS[name].spec) == ACTIVATIONS[name]
    assert is_built_in(ACTIVATIONS[name])


def test_logistic_is_sigmoid():
    assert find_activation("logistic") is ACTIVATIONS["sigmoid"]


def test_built_in_means_every_part_of_the_entry():
    softmax, relu = ACTIVATIONS["softmax"], ACTIVATIONS["relu"]
    assert is_built_in(find_activation("leaky_relu(0.3)"))
    assert not is_built_in(Activation("softmax", softmax.value, mixing=lambda g, z, a: g))
    assert not is_built_in(Activation("relu", relu.value, relu.slope))  # lacks its range and kinks
    assert not is_built_in(Activation("cube", lambda z: z**3, lambda z, a: 3 * z**2))


@pytest.mark.parametrize("functions", [{}, {"slope": np.sign, "mixing": np.sign}])
def test_one_derivative_and_only_one(functions):
    with pytest.raises(ArchitectureError, match=r"either slope .* or mixing"):
        Activation("odd", np.abs, **functions)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("rleu", "did you mean 'relu'"),
        ("qqqq", "there are: blended_mish, blended_selu, elu, exp,"),
        ("", "there are: blended_mish, blended_selu, elu, exp,"),
        (None, "no activation is called None; there are"),
        ("leaky_relu(0.1, 0.2)", "takes 1, as in 'leaky_relu\\(0.01\\)'"),
        ("leaky_relu(big)", "the brackets hold its parameters as numbers"),
        ("leaky_relu(nan)", "must be any finite number, got nan"),
        ("elu(-1)", "must be more than 0, got -1"),
        ("tanh(2)", "takes none"),
        ("leaky_relu(0.1", "did you mean"),
    ],
)
def test_unusable_names_are_refused(spec, message):
    with pytest.raises(ArchitectureError, match=message) as caught:
        find_activation(spec)
    assert "\n" not in str(caught.value)
