"""Libraries of arrays other than NumPy, as tests reach them: a strict one, and those that happen to be there."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

import glassprop.equations.arrays as arrays


@dataclass(frozen=True)
class Library:
    """One of them, on one device.

    exact: whether it calls NumPy, and so gives the same bits.
    """

    name: str
    asarray: Callable[[Any], Any]
    device: str
    exact: bool = False

    def __call__(self, numbers: ArrayLike) -> Any:
        """These numbers as an array of the library: a copy."""
        return self.asarray(np.array(numbers))

    def is_own(self, array: Any) -> bool:
        """Whether an array is of this library, and lies on this device."""
        mine = self(np.zeros(1))
        return type(array) is type(mine) and str(array.device) == str(mine.device)


def strict() -> Library:
    """array-api-strict, on a device that NumPy cannot look into."""
    xp: Any = importlib.import_module("array_api_strict")
    device = xp.Device("device1")
    return Library("strict", lambda numbers: xp.asarray(numbers, device=device), "device1", exact=True)


def torch(device: str) -> Library:
    """PyTorch on that device; skips the test where there is none."""
    module = pytest.importorskip("torch")
    if device == "cuda" and not module.cuda.is_available():
        pytest.skip("PyTorch finds no GPU")
    return Library("torch", lambda numbers: module.asarray(numbers, device=device), device)


def cupy() -> Library:
    """CuPy; skips the test where there is none, or no GPU."""
    module = pytest.importorskip("cupy")
    try:
        module.zeros(1).sum()
    except Exception as error:
        pytest.skip(f"CuPy finds no GPU: {error}")
    return Library("cupy", module.asarray, "cuda")


GPU = pytest.mark.gpu
LIBRARIES = [
    pytest.param(strict, id="strict"),
    pytest.param(lambda: torch("cpu"), id="torch"),
    pytest.param(lambda: torch("cuda"), id="torch-cuda", marks=GPU),
    pytest.param(cupy, id="cupy", marks=GPU),
]


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> Library:
    return request.param()


def on_host(array: Any) -> Any:
    return arrays.on_host(array)
