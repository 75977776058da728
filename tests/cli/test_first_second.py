"""What a fresh process loads for a small job: what it uses, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import HANG

from glassprop.cli import main

HEAVY = ["numba", "llvmlite", "blis", "jinja2", "matplotlib", "torch", "sympy"]
OF_OTHERS = ["insight.explanation", "document", "report", "training_report", "worksheet", "engine.compiled"]
SHOWN = """
import json, sys
names = {names!r}
print(json.dumps([name for name in names if name in sys.modules]))
"""
FIT = """
import glassprop
from sklearn.datasets import load_iris
X, y = load_iris(return_X_y=True)
glassprop.MLPClassifier(max_iter=5, random_state=0).fit(X, y).predict(X)
"""
PREDICT = """
from glassprop.cli import main
assert main(["predict", {model!r}, {data!r}, "--out", {out!r}]) == 0
"""


def loaded(code: str, names: list[str]) -> list[str]:
    """Those of the names that a process has loaded after it ran the code."""
    command = [sys.executable, "-W", "ignore", "-c", code + SHOWN.format(names=names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "iris.glassprop"
    assert main(["train", "iris", "--model", str(path), "--epochs", "5"]) == 0
    return path


def test_a_small_fit_loads_what_scikit_learns_own_loads_and_ours() -> None:
    own = [f"glassprop.{name}" for name in (*OF_OTHERS, "tables", "export", "cli", "training.lbfgs")]
    assert loaded(FIT, [*HEAVY, "polars", "cyclopts", *own]) == []


def test_one_row_is_predicted_without_what_trains_and_explains(model: Path) -> None:
    row = model.with_name("row.csv")
    row.write_text("sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n")
    out = model.with_name("out.csv")
    code = PREDICT.format(model=str(model), data=str(row), out=str(out))
    own = [f"glassprop.{name}" for name in (*OF_OTHERS, "tables.fitting.fit", "tables.use.explain_table")]
    assert loaded(code, [*HEAVY, *own, "polars"]) == ["polars"]
    assert out.read_text().splitlines()[1].split(",")[0] in ("setosa", "versicolor", "virginica")


def test_a_command_leaves_the_collector_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    import gc

    before = gc.get_threshold()
    assert main(["info", "there is no such model"]) == 2
    assert gc.get_threshold() == before
    assert "there is no such model" in capsys.readouterr().err


def test_each_name_of_tables_is_found_and_kept() -> None:
    from glassprop import tables

    assert dir(tables) == sorted(tables.__all__)
    for name in tables.__all__:
        assert getattr(tables, name) is vars(tables)[name]
    with pytest.raises(AttributeError, match=r"module 'glassprop.tables' has no attribute 'nonsense'"):
        tables.nonsense  # noqa: B018
