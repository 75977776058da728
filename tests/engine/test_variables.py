"""What makes no sense in the environment is said, be the job ever so small, and without a kernel loaded for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassprop import Layer, MLPClassifier, Network, warmup
from glassprop.cli.app import run
from glassprop.engine.compiled.libraries import LIBRARIES
from glassprop.engine.thread_limit import usable_cores
from glassprop.engine.variables import OWN, PROVIDERS
from glassprop.errors import SettingsError

pytestmark = pytest.mark.usefixtures("small_jobs")
X = np.random.default_rng(0).normal(size=(20, 3))
NONSENSE = [
    ("GLASSPROP_PRODUCTS", "bset", "must be one of own, openblas, blis, mkl, got 'bset'"),
    ("GLASSPROP_VECTOR_BITS", "265", "must be one of 128, 256, 512, got '265'"),
    ("GLASSPROP_NUM_THREADS", "two", "must be a whole number above 0, got 'two'"),
    ("GLASSPROP_NUM_THREADS", "0", "must be a whole number above 0, got '0'"),
    ("GLASSPROP_NUM_THREADS", "²", "must be a whole number above 0, got '²'"),
]
FIT = MLPClassifier(hidden_layer_sizes=(2,), max_iter=1)


def network() -> tuple[Network, Any]:
    made = Network(3, [Layer(2)])
    return made, made.initial(np.random.default_rng(0))


def predict(**more: Any) -> Any:
    made, theta = network()
    return made.predict(theta, X, **more)


def train() -> Any:
    made, theta = network()
    return made.train(theta, X, X[:, :2], rng=np.random.default_rng(0))


JOBS = {
    "fit": lambda: FIT.fit(X, X[:, 0] > 0),
    "partial_fit": lambda: FIT.partial_fit(X, X[:, 0] > 0, classes=[False, True]),
    "train": train,
    "predict": predict,
    "predict compiled": lambda: predict(engine="compiled"),
    "warmup": warmup,
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize(("variable", "value", "said"), NONSENSE)
def test_nonsense_is_refused(job: str, variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        JOBS[job]()
    assert str(caught.value) == f"{variable} {said}"


@pytest.mark.parametrize(("variable", "value", "said"), NONSENSE)
def test_who_wants_no_kernels_is_not_asked_about_them(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    predict(engine="reference")
    monkeypatch.setenv(variable, "")
    predict()


@pytest.mark.parametrize(("variable", "value", "said"), NONSENSE)
def test_info_says_it(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(["info", "--engine"]) == 2
    assert capsys.readouterr().err == f"glassprop: {variable} {said}\n"


@pytest.mark.parametrize("value", ["two", "0", "²", "-1"])
def test_whoever_only_counts_threads_is_not_disturbed(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """threadpoolctl asks too, for libraries that have nothing to do with us."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("GLASSPROP_NUM_THREADS", raising=False)
    cores = usable_cores()
    monkeypatch.setenv("GLASSPROP_NUM_THREADS", value)
    assert usable_cores() == cores


def test_the_names_of_libraries_are_those_that_are_found() -> None:
    assert (OWN, *LIBRARIES) == PROVIDERS
