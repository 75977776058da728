"""Kernels read nothing that they have not written, and write nothing beside their workspace, whatever the network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine.engine_cases import CASES, DTYPES, Case, run

from glassprop.engine.compiled import predictor, room

_STEPS = 6  # batches are no more than five in nearly all cases
_BESIDE = 64  # numbers on either side
_MARK = 12345.5


class Fenced:
    """Makes arrays of no numbers at all, with marks on both sides."""

    def __init__(self) -> None:
        self.made: list[tuple[np.ndarray, int]] = []

    def __call__(self, n: int, dtype: Any) -> np.ndarray:
        array = _zeros(n + 2 * _BESIDE, dtype)
        array[:] = _MARK
        array[_BESIDE : _BESIDE + n] = np.nan
        self.made.append((array, n))
        return array[_BESIDE : _BESIDE + n]

    def holds(self) -> bool:
        return all((array[:_BESIDE] == _MARK).all() and (array[_BESIDE + n :] == _MARK).all() for array, n in self.made)


_zeros = room.aligned_zeros


@pytest.fixture
def fenced(monkeypatch: pytest.MonkeyPatch) -> Fenced:
    found = Fenced()
    for module in (predictor, room):
        monkeypatch.setattr(module, "aligned_zeros", found)
    return found


# the first block of a batch has padding, where no earlier one has left numbers
_ODD = [Case("odd batches", batch=13), Case("odd batches, weights", batch=13, weights="random")]


@pytest.mark.parametrize("case", [*_ODD, *CASES], ids=lambda case: case.name)
def test_training_begins_with_nothing_and_stays_in_its_place(
    case: Case, fenced: Fenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An epoch and the beginning of the next: by then all has been written that ever is."""
    found = [run("compiled", case, dtype, steps=_STEPS) for dtype in DTYPES]
    assert len(fenced.made) > 1
    assert fenced.holds()
    monkeypatch.undo()
    for dtype, one in zip(DTYPES, found, strict=True):
        assert np.array_equal(one.theta, run("compiled", case, dtype, steps=_STEPS).theta), dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.name)
def test_predictions_and_costs_likewise(
    case: Case, dtype: str, fenced: Fenced, monkeypatch: pytest.MonkeyPatch
) -> None:
    theta, data = case.problem(dtype)

    def said() -> tuple[np.ndarray, np.ndarray]:
        model = predictor.Predictor(case.network, dtype)
        return model(theta, data.X), model.costs(theta, data.X, data.Y)

    found = said()
    assert fenced.made
    assert fenced.holds()
    monkeypatch.undo()
    for ours, expected in zip(found, said(), strict=True):
        assert np.array_equal(ours, expected)
