"""Between finding a free name and taking it, others wait, but not for ever."""

from __future__ import annotations

import threading

import pytest

from glassprop.ground import temporary
from glassprop.ground.temporary import alone_in

pytestmark = pytest.mark.skipif(temporary.fcntl is None, reason="locks of POSIX")


def test_a_free_name_is_chosen_by_one_at_a_time(tmp_path):
    order = []

    def work():
        with alone_in(tmp_path):
            order.append("second")

    with alone_in(tmp_path):
        thread = threading.Thread(target=work)
        thread.start()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def test_one_that_holds_on_for_ever_stops_nobody(tmp_path, monkeypatch):
    naps = []
    monkeypatch.setattr(temporary.time, "sleep", naps.append)
    with alone_in(tmp_path), alone_in(tmp_path):
        pass
    assert sum(naps) == pytest.approx(10)
