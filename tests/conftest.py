"""What holds for all tests: Hypothesis, too, looks at no clock; a browser is started once; small jobs run compiled."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from browser import browser, look, tabs
from hypothesis import HealthCheck, settings

from glassprop.engine import choose

__all__ = ["browser", "look", "tabs"]

settings.register_profile("no clock", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


def pytest_collection_finish() -> None:
    """All that was collected stays: else each full collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_is_small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The examples of tests are small, and are to run as those of people do, in machine code.

    What is special to small ones is looked at where ``small_jobs`` is asked for, and in processes of their own.
    """
    if "small_jobs" not in request.fixturenames:
        monkeypatch.setattr(choose, "SMALL_FIT", -1.0)
        monkeypatch.setattr(choose, "SMALL_PREDICTION", -1.0)


_USUAL = "glassprop.tables.schema.request.USUAL_RECIPE"


@pytest.fixture(autouse=True, scope="session")
def one_quick_network() -> Iterator[None]:
    """Tables are learned by one network, quickly: most tests are about something else than what learns.

    What people get is looked at where ``usual_recipe`` is asked for, in processes of their own, and in documentation.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_USUAL, "plain")
        yield


@pytest.fixture
def usual_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are learned by the recipe that people get, in this test."""
    monkeypatch.setattr(_USUAL, "tabular")


@pytest.fixture
def small_jobs() -> None:
    """Small jobs are small in this test, as they are for people."""
