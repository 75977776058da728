"""A person at a terminal is asked where to keep a model that finds no place."""

from __future__ import annotations

import io
import sys

import pytest
from full_disk import full

import glassprop
from glassprop.cli import keep as keeping
from glassprop.ground import draft
from glassprop.ground.temporary import new_temporary

pytestmark = pytest.mark.usefixtures("places")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def answer(monkeypatch):
    """Let a person at a terminal answer; gives what the terminal shows."""

    def call(text):
        monkeypatch.setattr(sys, "stdin", Terminal(text))
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return call


def test_a_person_names_another_place(tmp_path, monkeypatch, answer):
    full(monkeypatch, *(tmp_path / name for name in ("out", "temporary", "home")))
    monkeypatch.chdir(tmp_path / "out")
    (tmp_path / "stick").mkdir()
    shown = answer(f"\n{tmp_path / 'stick' / 'm.glassprop'}\n")
    kept = keep_something("m.glassprop")
    assert (kept.path, kept.fault) == (str(tmp_path / "stick" / "m.glassprop"), None)
    assert shown.getvalue().count("Make room and press Enter to try 'm.glassprop' again") == 2
    assert "the disk is full" in shown.getvalue()


def test_a_person_makes_room(tmp_path, monkeypatch, answer):
    full(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path / "out")
    answer("\n")
    real = sys.stdin.readline

    def make_room():
        monkeypatch.setattr(draft, "new_temporary", new_temporary)
        return real()

    monkeypatch.setattr(sys.stdin, "readline", make_room)
    assert keep_something("m.glassprop") == keeping.Kept("m.glassprop")


@pytest.mark.parametrize("how", ["end of input", "Ctrl-C"])
def test_a_person_gives_up(tmp_path, monkeypatch, answer, how):
    full(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path / "out")
    answer("")
    if how == "Ctrl-C":

        def press():
            raise KeyboardInterrupt

        monkeypatch.setattr(sys.stdin, "readline", press)
    kept = keep_something("m.glassprop")
    assert kept.path is None
    assert "the model is not saved" in str(kept.fault)


def keep_something(path):
    from sklearn.datasets import load_iris

    model = glassprop.MLPClassifier((2,), max_iter=1, engine="reference")
    with pytest.warns(UserWarning, match="converge"):
        model.fit(*load_iris(return_X_y=True))
    return keeping.keep(model, {}, path, named=True)
