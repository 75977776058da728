"""What the tests of threads and of Ctrl-C share: a crew of helper threads of a given size."""

from __future__ import annotations

from typing import Any

import pytest

from glassprop.engine.compiled import engine, threads


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A crew of its own for a number of threads, whatever the machine has."""

    def of(number: int) -> threads.Crew:
        monkeypatch.setenv("GLASSPROP_NUM_THREADS", str(number))
        monkeypatch.setattr(engine, "CREW", threads.Crew())
        return engine.CREW

    return of
