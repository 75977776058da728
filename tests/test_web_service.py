"""The web service of docs/deploy.md, run with a stand-in for Flask."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import glassprop
from glassprop import TabularClassifier

PAGE = (Path(__file__).parents[1] / "docs" / "deploy.md").read_text(encoding="utf-8")
PROGRAM = PAGE.split("## A web service\n", 1)[1].split("```python\n", 1)[1].split("```", 1)[0]


class Flask:
    def __init__(self, name):
        self.answers = {}

    def post(self, path):
        return lambda answer: self.answers.setdefault(path, answer)


def test_one_row_as_json_is_answered(tmp_path, monkeypatch):
    days = np.arange(80) % 40
    frame = pl.DataFrame({"plan": ["basic", None, "pro", "plus"] * 20, "days": days})
    model = TabularClassifier(recipe="plain", cross_fit=None, random_state=0)
    model.fit(frame, np.where(days > 20, "yes", "no"))
    glassprop.save(model, tmp_path / "churn.glassprop")
    monkeypatch.chdir(tmp_path)
    request = SimpleNamespace(get_json=lambda: {"plan": None, "days": 7})
    monkeypatch.setitem(sys.modules, "flask", SimpleNamespace(Flask=Flask, request=request))
    scope = {"__name__": "app"}
    exec(compile(PROGRAM, "app.py", "exec"), scope)
    answer = scope["app"].answers["/predict"]()
    expected = model.predict_proba(pl.DataFrame({"plan": ["pro", None], "days": [7, 7]}))[1]
    assert answer["label"] == model.classes_[expected.argmax()]
    assert answer["probabilities"] == pytest.approx(expected, abs=1e-6)
