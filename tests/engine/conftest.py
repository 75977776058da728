"""What the tests of threads and of Ctrl-C share: a pool of threads of a given size."""

from __future__ import annotations

from typing import Any

import pytest

from glassprop.engine.compiled import engine, threads


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A thread pool of its own for a number of threads, whatever the machine has."""

    def of(number: int) -> threads.ThreadPool:
        monkeypatch.setenv("GLASSPROP_NUM_THREADS", str(number))
        monkeypatch.setattr(engine, "POOL", threads.ThreadPool())
        return engine.POOL

    return of
