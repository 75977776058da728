"""What verbose shows: scikit-learn's lines where there is no terminal, a bar where there is one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
import sklearn.neural_network as theirs
from waiting import HANG

import glassprop as ours

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def printed(capsys: Any, estimator: Any, problem: Any, method: str = "fit", times: int = 1) -> str:
    for _ in range(times):
        getattr(estimator, method)(problem.X, problem.y)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "settings",
    [
        {"max_iter": 5},
        {"max_iter": 60, "n_iter_no_change": 2, "tol": 0.05},
        {"max_iter": 60, "n_iter_no_change": 2, "tol": 0.05, "early_stopping": True},
        {"max_iter": 60, "n_iter_no_change": 1, "tol": 1.0, "solver": "sgd", "learning_rate": "adaptive"},
        {"max_iter": 4, "warm_start": True, "verbose": 2},
    ],
    ids=["lines", "stop", "early stop", "adaptive", "warm start"],
)
def test_lines_are_scikit_learns(settings: dict[str, Any], binary: Any, capsys: Any) -> None:
    settings = {"verbose": True, "random_state": 0, "hidden_layer_sizes": (4,), **settings}
    times = 2 if settings.get("warm_start") else 1
    mine = printed(capsys, ours.MLPClassifier(**settings), binary, times=times)
    other = printed(capsys, theirs.MLPClassifier(**settings), binary, times=times)
    assert mine == other
    assert "Iteration 1, loss = " in mine


def test_partial_fit_prints_its_line(one_output: Any, capsys: Any) -> None:
    settings = {"verbose": True, "random_state": 0}
    mine = printed(capsys, ours.MLPRegressor(**settings), one_output, "partial_fit", 3)
    assert mine == printed(capsys, theirs.MLPRegressor(**settings), one_output, "partial_fit", 3)


def test_silence_is_the_default(binary: Any, capfd: Any) -> None:
    for solver in ("adam", "lbfgs"):
        ours.MLPClassifier(solver=solver, max_iter=3).fit(binary.X, binary.y)
    assert capfd.readouterr() == ("", "")


def test_lbfgs_prints_a_line_an_iteration(binary: Any, capsys: Any) -> None:
    out = printed(capsys, ours.MLPClassifier(solver="lbfgs", max_iter=3, verbose=1, random_state=0), binary)
    assert re.fullmatch(r"(Iteration \d, loss = 0\.\d{8}\n){3}", out)


SCRIPT = """
import warnings; warnings.simplefilter("ignore")
import numpy as np
from glassprop import MLPClassifier
X = np.random.default_rng(0).normal(size=(60, 3))
for settings in ({}, {"early_stopping": True}, {"solver": "lbfgs"}, {"solver": "sgd", "learning_rate": "adaptive"}):
    more = {"n_iter_no_change": 1, "tol": 1.0} if "learning_rate" in settings else {}
    MLPClassifier((4,), verbose=1, max_iter=30, random_state=0, **settings, **more).fit(X, X[:, 0] > 0)
MLPClassifier((4,), verbose=1, max_iter=3).fit(X, X[:, 0] > 0, X_val=X, y_val=X[:, 0] > 0)
print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")
def test_a_terminal_gets_a_bar() -> None:
    import pty

    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says so when the other end has closed
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    text = shown.decode()
    assert process.wait(timeout=HANG) == 0, text
    assert "done" in text
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert re.search(r"epoch 30/30 .*cost \d\.\d+", plain)
    assert re.search(r"cost \d\.\d+ · score [01]", plain)
    assert re.search(r"cost \d\.\d+ · validation cost \d\.\d+", plain)
    assert "Setting learning rate to" in " ".join(plain.split())  # long lines are wrapped
    assert "Iteration 1, loss" not in plain
