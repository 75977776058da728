"""What of the kernels decides bits is in the state of a training; one that is gone on with asks for the same."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from glassprop import Layer, Network
from glassprop.engine.compiled import kernel_facts, libraries
from glassprop.engine.compiled.vector_width import WIDTH
from glassprop.engine.variables import PRODUCTS
from glassprop.training.packing import Packed, pack, unpack
from glassprop.training.reports import OnEpoch
from glassprop.training.state import TrainState
from glassprop.training.train_settings import Settings

NETWORK = Network(210, [Layer(200, "tanh"), Layer(2, "identity")], "squared_error")
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 210)), RNG.normal(size=(40, 2))
FOUR = Settings(epochs=4, batch_size=20, engine="compiled")


@pytest.fixture(autouse=True)
def as_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PRODUCTS, raising=False)


def begun() -> TrainState:
    """A training as it stood after two epochs of four."""
    left: list[Packed] = []
    train(lambda report: left.append(pack(report.state)))
    return unpack(left[1])


def train(on_epoch: OnEpoch | None = None) -> TrainState:
    theta = NETWORK.initial(np.random.default_rng(1))
    return NETWORK.train(theta, X, Y, settings=FOUR, rng=np.random.default_rng(0), on_epoch=on_epoch)


def has_openblas() -> bool:
    try:
        libraries.find("openblas")
    except libraries.Unavailable:
        return False
    return True


needs_openblas = pytest.mark.skipif(not has_openblas(), reason="SciPy here brings no OpenBLAS")


def test_the_state_says_with_what_it_was_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTS, "own")
    state = begun()
    assert (state.vector_bits, state.products) == (WIDTH.bits, "own")
    small = Network(2, [Layer(2, "identity")], "squared_error")
    state = small.train(
        small.initial(np.random.default_rng(1)), X[:, :2], Y, settings=FOUR, rng=np.random.default_rng(0)
    )
    assert (state.vector_bits, state.products) == (WIDTH.bits, "")  # no product of it is large
    state = NETWORK.train(
        NETWORK.initial(RNG), X, Y, settings=Settings(epochs=1, engine="reference"), rng=np.random.default_rng(0)
    )
    assert (state.vector_bits, state.products) == (0, "")


@needs_openblas
def test_what_is_gone_on_with_uses_the_recorded_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Through a file as well, with the same bits as a training that was not left."""
    monkeypatch.setenv(PRODUCTS, "openblas")
    whole = train()
    state = begun()
    monkeypatch.delenv(PRODUCTS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        state = NETWORK.resume(state, X, Y, settings=FOUR)
    assert state.products == "openblas"
    np.testing.assert_array_equal(state.theta, whole.theta)


@needs_openblas
def test_another_provider_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRODUCTS, "own")
    state = begun()
    monkeypatch.setenv(PRODUCTS, "openblas")
    with pytest.warns(
        RuntimeWarning, match="large products by own, and goes on with .* by openblas: its bits may differ"
    ):
        state = NETWORK.resume(state, X, Y, settings=FOUR)
    assert state.products == "openblas"


@pytest.mark.parametrize(("bits", "provider"), [(2 * WIDTH.bits, "own"), (WIDTH.bits, "one that is gone")])
def test_what_is_not_here_is_done_without_and_said(bits: int, provider: str) -> None:
    state = begun()
    state.vector_bits, state.products = bits, provider
    with pytest.warns(RuntimeWarning, match=f"begun with vectors of {bits} bits and large products by {provider}"):
        state = NETWORK.resume(state, X, Y, settings=FOUR)
    assert np.isfinite(state.theta).all()


def test_a_state_that_was_written_down_before_knows_nothing_and_goes_on() -> None:
    packed = pack(begun())
    del packed.facts["vector_bits"], packed.facts["products"]
    state = unpack(packed)
    assert (state.vector_bits, state.products) == (0, "")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NETWORK.resume(state, X, Y, settings=FOUR)


@needs_openblas
def test_kernels_that_do_not_use_all_of_the_cpu_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No CPU ends on generic kernels unnoticed: estimators tell why, under ``verbose``."""
    monkeypatch.setattr(kernel_facts, "cpu_bits", lambda: 2 * libraries.find("openblas").bits)
    monkeypatch.setenv(PRODUCTS, "openblas")
    assert "openblas makes large products, and its kernels use" in train().engine_why
    monkeypatch.setenv(PRODUCTS, "own")
    assert train().engine_why == "the compiled engine"
