"""What the network's verbs are handed: taken where the meaning is plain, else refused in a line with what would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from core_cases import dense
from scipy import sparse
from storage import misaligned, read_only

from glassprop import Layer, Network, check_gradient
from glassprop.errors import DataError, GlasspropError, SettingsError
from glassprop.training.train_settings import Settings

NETWORK = dense(3, (4, "tanh"), (2, "softmax"), cost="cross_entropy")
RNG = np.random.default_rng(0)
THETA, X, Y = NETWORK.initial(RNG), RNG.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 1, 0]]


SHORT = Settings(epochs=5)


def validated(theta: Any, held: Any) -> Any:
    return NETWORK.train(theta, X, Y, settings=SHORT, rng=np.random.default_rng(0), validation=held)


class Tensor:
    """Quacks like torch's, which is not needed for the tests."""

    dtype = "torch.float32"

    def __init__(self, array: Any) -> None:
        self.shape, self.ndim = array.shape, array.ndim

    def detach(self) -> Tensor:
        return self

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


VERBS: dict[str, Callable[..., Any]] = {
    "predict": lambda theta, X, Y: NETWORK.predict(theta, X),
    "forward": lambda theta, X, Y: NETWORK.forward(theta, X).a[-1],
    "cost": NETWORK.cost,
    "gradient": NETWORK.gradient,
    "example_gradients": lambda *given: NETWORK.example_gradients(*given).norms(),
    "input_gradient": NETWORK.input_gradient,
    "explain": lambda *given: NETWORK.explain(*given).cost,
    "check_gradient": lambda *given: float(check_gradient(NETWORK, *given).ok),
    "train": lambda *given: NETWORK.train(*given, settings=SHORT, rng=np.random.default_rng(0)).theta,
    "validation": lambda theta, *held: validated(theta, held).theta,
}
WITH_TARGETS = [name for name in VERBS if name not in ("predict", "forward")]


SAME = {
    "list": np.ndarray.tolist,
    "tuple of rows": lambda X: tuple(X.tolist()),
    "read-only": read_only,
    "misaligned": misaligned,
    "big-endian": lambda X: X.astype(">f8"),
    "every other": lambda X: np.repeat(X, 2, axis=0)[::2],
    "columns first": np.asfortranarray,
    "matrix": np.asmatrix,
    "nothing masked": np.ma.masked_array,
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of np.matrix
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", SAME)
def test_the_same_numbers_give_the_same_results(verb: str, kind: str) -> None:
    expected, change = VERBS[verb](THETA, X, Y), SAME[kind]
    np.testing.assert_allclose(VERBS[verb](THETA, change(X), change(Y)), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "change", [read_only, misaligned, lambda theta: theta.astype(">f8"), lambda t: np.repeat(t, 2)[::2]]
)
def test_parameters_in_any_storage(verb: str, change: Any) -> None:
    np.testing.assert_allclose(VERBS[verb](change(THETA), X, Y), VERBS[verb](THETA, X, Y), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "form", [f"{form}_{kind}" for form in ("coo", "csc", "csr", "bsr") for kind in ("matrix", "array")]
)
def test_sparse_inputs_of_every_format(verb: str, form: str) -> None:
    np.testing.assert_allclose(
        VERBS[verb](THETA, getattr(sparse, form)(X), Y), VERBS[verb](THETA, X, Y), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("dtype", [int, np.uint8, bool, np.float16])
def test_whole_numbers_are_numbers(verb: str, dtype: Any) -> None:
    whole = (np.abs(X) * 2).astype(dtype)
    expected = VERBS[verb](THETA, whole.astype(float), Y)
    np.testing.assert_allclose(VERBS[verb](THETA, whole, Y.astype(dtype)), expected, rtol=1e-9, atol=1e-12)


REFUSED = {
    "pandas": (pd.DataFrame, r"X must be a NumPy array, got a pandas DataFrame; give X.to_numpy\(\)"),
    "polars": (pl.DataFrame, r"X must be a NumPy array, got a polars DataFrame; give X.to_numpy\(\)"),
    "torch": (Tensor, r"X must be a NumPy array, got a \w+ Tensor; give X.detach\(\).cpu\(\).numpy\(\)"),
    "masked": (lambda X: np.ma.masked_greater(X, 0), r"X has masked entries; fill them, as X.filled\(0\)"),
    "objects": (lambda X: X.astype(object), r"X must hold real numbers, got dtype object; X.astype\(float\)"),
    "complex": (lambda X: X + 0j, r"X must hold real numbers, got dtype complex128; give real and imaginary parts"),
    "text": (lambda X: X.astype(str), r"X must hold real numbers, got dtype <U\d+"),
    "dates": (lambda X: X.astype("M8[s]"), r"X must hold real numbers, got dtype datetime64\[s\]"),
    "ragged": (lambda X: [[1.0, 2.0, 3.0], [1.0]], r"X must be an array of numbers, got a list whose rows differ"),
    "nothing": (lambda X: None, "X must be a NumPy array, got a NoneType"),
    "text alone": (lambda X: "X.npy", "X must be a NumPy array, got a str"),
    "a dict": (lambda X: {"a": X}, "X must be a NumPy array, got a dict"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_plain_meaning_is_refused_in_a_line(verb: str, kind: str) -> None:
    change, message = REFUSED[kind]
    with pytest.raises(DataError, match=message) as caught:
        VERBS[verb](THETA, change(X), Y)
    assert "\n" not in str(caught.value)
    unasked = verb == "explain" and kind == "nothing"  # without targets it explains the prediction
    if verb in WITH_TARGETS and kind != "ragged" and not unasked:
        with pytest.raises(DataError, match=message.replace("X", "Y")):
            VERBS[verb](THETA, X, change(Y))
    if verb in ("cost", "gradient", "train") and kind in ("torch", "objects", "complex", "text"):
        with pytest.raises(DataError, match=message.replace("X", "sample_weight")):
            VERBS[verb](THETA, X, Y, change(np.ones(6)))


def test_sparse_targets_and_parameters_are_refused_or_made_dense() -> None:
    with pytest.raises(DataError, match=r"Y must be a dense array, got a coo_matrix; give Y.toarray\(\)"):
        NETWORK.gradient(THETA, X, sparse.coo_matrix(Y))
    for theta, message in (
        (Tensor(THETA), r"theta must be a NumPy array, got a \w+ Tensor; give theta.detach"),
        (pd.Series(THETA), r"theta must be a NumPy array, got a pandas Series; give theta.to_numpy"),
        (THETA.tolist(), r"theta must be a NumPy array, got a list; give np.asarray\(theta\)"),
        (THETA + 0j, "theta must hold floating-point numbers, got complex128"),
    ):
        with pytest.raises(DataError, match=message):
            NETWORK.gradient(theta, X, Y)


def test_all_faults_in_one_message() -> None:
    with pytest.raises(DataError) as caught:
        NETWORK.cost(THETA, pd.DataFrame(X), Y + 0j, np.ones(6).astype(object))
    assert str(caught.value).count("; sample_weight must") == str(caught.value).count("; Y must") == 1
    assert "\n" not in str(caught.value)


def test_a_vector_is_told_how_to_become_rows() -> None:
    with pytest.raises(DataError, match=r"X must have shape \(n, 3\), got \(3,\); for one example give X\[None, :\]"):
        NETWORK.predict(THETA, X[0])
    one = dense(1, (1, "identity"))
    with pytest.raises(DataError, match=r"X must have shape \(n, 1\), got \(6,\); give X\[:, None\]"):
        one.predict(np.zeros(2), X[:, 0])
    assert NETWORK.explain(THETA, X[0], Y[0]).n_examples == 1


@pytest.mark.parametrize("change", [read_only, misaligned, lambda w: np.repeat(w, 2)[::2], lambda w: w.astype(">f8")])
@pytest.mark.parametrize("verb", ["cost", "gradient", "train", "validation"])
def test_weights_in_any_storage(verb: str, change: Any) -> None:
    weight = np.arange(1.0, 7.0)
    np.testing.assert_allclose(VERBS[verb](THETA, X, Y, change(weight)), VERBS[verb](THETA, X, Y, weight), rtol=1e-12)


def test_a_column_of_a_frame_is_weights() -> None:
    weight = np.arange(1.0, 7.0)
    for column in (pd.Series(weight), pl.Series(weight), weight.tolist(), weight.astype(int)):
        assert NETWORK.cost(THETA, X, Y, column) == NETWORK.cost(THETA, X, Y, weight)


WEIGHTS = {
    "negative": (-1.0, "sample_weight must be finite and 0 or more, got -1 for example 2"),
    "NaN": (np.nan, "sample_weight must be finite and 0 or more, got nan for example 2"),
    "infinite": (np.inf, "sample_weight must be finite and 0 or more, got inf for example 2"),
}


@pytest.mark.parametrize("kind", [*WEIGHTS, "all 0"])
@pytest.mark.parametrize("verb", ["cost", "gradient", "train", "check_gradient", "validation"])
def test_weights_that_cannot_be_averaged_by(kind: str, verb: str) -> None:
    weight, message = np.zeros(6), "the weights of the examples sum to 0; give at least one example a weight above 0"
    if kind in WEIGHTS:
        weight[2], message = WEIGHTS[kind]
        weight[3] = 5.0
    with pytest.raises(DataError, match=message) as caught:
        VERBS[verb](THETA, X, Y, weight)
    assert str(caught.value).startswith("validation: ") == (verb == "validation")


def test_validation_data_are_taken_as_training_data_are() -> None:
    def curve(validation: Any) -> list[float]:
        return validated(THETA, validation).history.validation_cost

    expected = curve((X, Y))
    for same in ((X.tolist(), Y.tolist()), (sparse.coo_array(X), Y), (X, Y, None), [X, Y, [1] * 6]):
        np.testing.assert_allclose(curve(same), expected, rtol=1e-9)
    with pytest.raises(DataError, match=r"validation: X must be a NumPy array, got a pandas DataFrame"):
        curve((pd.DataFrame(X), Y))
    with pytest.raises(DataError, match=r"validation: .*one-hot"):
        curve((X, Y * 0.7))
    for wrong in (True, "0.1", {"X": X}, X, 3j):
        with pytest.raises(SettingsError, match="validation must be a fraction between 0 and 1, or a tuple"):
            curve(wrong)


@pytest.mark.parametrize("rng", [0, np.int64(0), None, "0", np.random, True, 0.5])
def test_a_seed_is_no_generator(rng: Any) -> None:
    """Weights and shuffles drawn from the same stream would be related; so a seed is not taken for one."""
    message = r"rng must be a NumPy generator, got .*; give np.random.default_rng\(0\)"
    with pytest.raises(SettingsError, match=message):
        NETWORK.initial(rng)
    with pytest.raises(SettingsError, match=message):
        NETWORK.train(THETA, X, Y, rng=rng)
    with pytest.raises(SettingsError, match=r"default_rng\(7\)"):
        NETWORK.initial(7)


def test_an_old_generator_trains_too_with_dropout() -> None:
    dropping = Network(3, [Layer(4, "tanh", dropout=0.5), Layer(2, "softmax")], cost="cross_entropy")
    runs = [dropping.train(THETA, X, Y, rng=np.random.RandomState(seed)).theta for seed in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


@pytest.mark.parametrize("dtype", [int, "int8", complex, "no dtype", object, str])
def test_parameters_are_floating_point_numbers(dtype: Any) -> None:
    with pytest.raises(SettingsError, match=r"dtype must be one of floating-point numbers, as np\.float64, got"):
        NETWORK.initial(np.random.default_rng(0), dtype)


@pytest.mark.parametrize("more", [{"settings": {}}, {"settings": {"epochs": 3}}, {"settings": "adam"}, {"on_epoch": 3}])
def test_settings_of_the_wrong_kind(more: dict[str, Any]) -> None:
    with pytest.raises(
        SettingsError, match=r"settings must be a Settings object, such as Settings\(\)|on_epoch must be"
    ):
        NETWORK.train(THETA, X, Y, rng=np.random.default_rng(0), **more)


def test_every_refusal_is_one_of_ours() -> None:
    for wrong in (object(), 3, b"bytes", lambda: 0, np.array("x"), np.zeros((0, 3, 1))):
        with pytest.raises(GlasspropError):
            NETWORK.gradient(THETA, wrong, Y)


@pytest.mark.parametrize("view", [NETWORK.w, NETWORK.b])
def test_views_are_of_layers_that_are_there(view: Any) -> None:
    for layer in (0, 3, -1, 1.0, "1", True, None):
        with pytest.raises(SettingsError, match=r"there is no layer .*: layers are 1 to 2"):
            view(THETA, layer)
    for theta in (THETA.tolist(), THETA[:5], THETA[:, None], None):
        with pytest.raises(DataError, match=r"theta must be an array of shape \(26,\), got"):
            view(theta, 1)
    assert view(NETWORK.layout.decay_factors > 0, np.int64(2)).shape[0] == 2


SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "directions": ({"directions": "all"}, "directions must be 1 or more, got 'all'"),
    "half a direction": ({"directions": 2.5}, "directions must be 1 or more, got 2.5"),
    "tolerance": ({"tolerance": "small"}, "tolerance must be more than 0, got 'small'"),
    "no tolerance": ({"tolerance": 0}, "tolerance must be more than 0, got 0"),
    "seed": ({"seed": "x"}, "seed must be a whole number of 0 or more, got 'x'"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings_of_a_check_that_are_no_numbers(case: str) -> None:
    settings, message = SETTINGS[case]
    with pytest.raises(SettingsError, match=message):
        check_gradient(NETWORK, THETA, X, Y, **settings)


def test_records_that_are_none() -> None:
    with pytest.raises(SettingsError, match="a Network is what can be checked, got 'network'"):
        check_gradient("network", THETA, X, Y)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match=r"names must be a Names object or None, got \['a'"):
        NETWORK.explain(THETA, X, Y, names=["a", "b", "c"])  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="training must be a Training object or None, got 'adam'"):
        NETWORK.explain(THETA, X, Y, training="adam")  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="stratify must be True or False, got 'auto'"):
        NETWORK.train(THETA, X, Y, rng=np.random.default_rng(0), validation=0.5, stratify="auto")  # type: ignore[arg-type]
