"""What verbose shows in a notebook: a line for a fit, written anew in its place, as a front end is sent it."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from glassprop import MLPClassifier, TabularClassifier
from glassprop.errors import DivergenceError
from glassprop.estimator import notebook_bar
from glassprop.ground.tell import Told

IPython = pytest.importorskip("IPython")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:Training interrupted")


class Outputs:
    """The outputs of a cell, as a front end keeps them: an update replaces what was shown under its name."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.shown: dict[str, dict[str, str]] = {}

    def publish(self, data: dict[str, str], metadata: Any = None, *, transient: Any = None, update: bool = False,
                **_: Any) -> None:  # fmt: skip
        name = transient["display_id"]
        assert update == (name in self.shown)  # what is updated is there, and nothing is shown twice
        self.sent.append(data)
        self.shown[name] = data

    @property
    def texts(self) -> list[str]:
        return [data["text/plain"] for data in self.shown.values()]


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Outputs:
    """IPython's shell as a kernel has it, with a front end that only keeps what it is sent."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    from IPython.core.interactiveshell import InteractiveShell

    outputs = Outputs()
    InteractiveShell.clear_instance()
    shell = SimpleNamespace(kernel=object(), display_pub=outputs, parent_header={"msg_id": "cell 1"}, execution_count=1)
    monkeypatch.setattr(InteractiveShell, "initialized", classmethod(lambda cls: True))
    monkeypatch.setattr(InteractiveShell, "instance", classmethod(lambda cls: shell))
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(notebook_bar, "_is_redirected", lambda: False)  # as pytest does
    outputs.shell = shell  # type: ignore[attr-defined]
    return outputs


def problem(n: int = 60) -> tuple[Any, Any]:
    X = np.random.default_rng(0).normal(size=(n, 3))
    return X, X[:, 0] > 0


def fit(**settings: Any) -> MLPClassifier:
    return MLPClassifier((4,), **{"verbose": True, "max_iter": 30, "random_state": 0, **settings}).fit(*problem())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "epoch 30/30 · cost 0."),
        ({"early_stopping": True}, "· score "),
        ({"solver": "lbfgs"}, "epoch "),
        (
            {"solver": "sgd", "learning_rate": "adaptive", "tol": 1.0, "n_iter_no_change": 1},
            "Learning rate too small. Stopping.",
        ),
    ],
)
def test_a_fit_is_one_line(cell: Outputs, settings: dict[str, Any], said: str, capfd: Any) -> None:
    fit(**settings)
    assert len(cell.texts) == 1
    assert said in cell.texts[0]
    assert len(cell.texts[0].splitlines()) <= 3
    assert "left" not in cell.texts[0]  # it is over
    assert capfd.readouterr() == ("", "")  # why an engine was taken stands under the line


def test_bits_are_the_same(cell: Outputs) -> None:
    assert (fit().theta_ == fit(verbose=False).theta_).all()


def test_updates_are_few(cell: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_bar, "perf_counter", lambda: 5.0)  # no time goes by
    fit(max_iter=200, n_iter_no_change=500)
    assert len(cell.sent) == 2  # the first, and the end
    assert "epoch 200/200" in cell.texts[0]


def test_what_is_sent_is_small_and_runs_nothing(cell: Outputs) -> None:
    fit()
    tags: list[str] = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    for data in cell.sent:
        assert set(data) == {"text/plain", "text/html"}
        assert len(data["text/html"]) < 2000
        reader.feed(data["text/html"])
    assert {*tags} <= {"div", "span", "progress"}


def test_an_interrupt_ends_it_cleanly(cell: Outputs) -> None:
    class Interrupts:
        def setup(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_begin(self, estimator: Any, context: Any) -> None: ...
        def teardown(self, estimator: Any, context: Any) -> None: ...
        def on_fit_task_end(self, estimator: Any, context: Any) -> None:
            if context.parent is not None and estimator.n_iter_ == 7:
                raise KeyboardInterrupt

    clf = MLPClassifier((4,), verbose=True, max_iter=30).set_callbacks(Interrupts())
    clf.fit(*problem())
    assert cell.texts[0].startswith("epoch 7/30 · cost ")
    assert cell.texts[0].splitlines()[0].endswith("interrupted")


def test_an_error_ends_it_cleanly(cell: Outputs) -> None:
    X, y = problem()
    with pytest.raises(DivergenceError):
        MLPClassifier((4,), verbose=True, solver="sgd", activation="identity", learning_rate_init=1e200).fit(X, y)
    assert len(cell.texts) == 1
    assert "ended by DivergenceError" in cell.texts[0]
    try:
        raise ValueError
    except ValueError:
        fit()  # what went wrong before is not this fit's
    assert "ended by" not in cell.texts[1]


def test_several_fits_of_a_cell_have_a_line_each_and_many_share_the_last(cell: Outputs) -> None:
    for _ in range(3):
        fit(max_iter=2)
    assert len(cell.texts) == 3
    for _ in range(7):
        fit(max_iter=2)
    assert len(cell.texts) == 4
    assert cell.texts[-1].startswith("fit 10 · epoch 2/2")
    cell.shell.parent_header = {"msg_id": "cell 2"}  # type: ignore[attr-defined]
    fit(max_iter=2)
    assert len(cell.texts) == 5
    assert cell.texts[-1].startswith("epoch 2/2")


def test_a_search_keeps_to_a_few_lines(cell: Outputs) -> None:
    X, y = problem()
    GridSearchCV(MLPClassifier((3,), max_iter=2, verbose=True), {"alpha": [0.1, 0.2, 0.3]}, cv=3).fit(X, y)
    assert len(cell.texts) == 4
    assert "fit 10 ·" in cell.texts[-1]  # nine, and the best again


def test_one_epoch_of_a_fit_is_a_line_too_and_what_is_planned_stands_under_it(cell: Outputs, capfd: Any) -> None:
    X, y = problem()
    MLPClassifier((4,), max_iter=1, verbose=True).fit(X, y)
    assert cell.texts[0].startswith("epoch 1/1 · cost ")
    MLPClassifier((4,), max_iter=3, max_time=60, verbose=True).fit(X, y)
    assert "epochs are planned in max_time=60 seconds" in cell.texts[1].splitlines()[1]
    assert capfd.readouterr() == ("", "")


def test_without_standard_streams_a_fit_trains_on(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = problem()
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert MLPClassifier((4,), max_iter=2, verbose=True).fit(X, y).n_iter_ == 2


def test_a_call_of_partial_fit_has_scikit_learns_line(cell: Outputs, capsys: Any) -> None:
    X, y = problem()
    clf = MLPClassifier((4,), verbose=True).partial_fit(X, y, classes=[False, True])
    clf.partial_fit(X, y)
    assert cell.texts == []
    assert [line[:11] for line in capsys.readouterr().out.splitlines()] == 2 * ["Iteration 1"]


def test_what_is_redirected_stays_lines(cell: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # of what follows all but this
    monkeypatch.setattr(IPython, "get_ipython", lambda: cell.shell)  # type: ignore[attr-defined]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        fit(max_iter=3)
    assert cell.texts == []
    assert printed.getvalue().count("Iteration ") == 3
    with contextlib.redirect_stdout(io.TextIOBase()):  # a kernel's stream is no file
        assert notebook_bar.notebook_shell() is cell.shell  # type: ignore[attr-defined]


def test_compiling_is_seen(cell: Outputs) -> None:
    bar = notebook_bar.NotebookBar(cell.shell, 9)  # type: ignore[attr-defined]
    bar.say("glassprop: why it is so")
    bar.say(Told(3, 40))
    assert cell.texts == ["compiling: 3 of 40 parts\nwhy it is so"]
    bar.close()
    assert cell.texts[0].startswith("no epoch · ")


def test_silence_is_the_default(cell: Outputs) -> None:
    fit(verbose=False)
    assert cell.sent == []


@pytest.mark.parametrize("cross_fit", [None, 3])
def test_a_table_is_one_line_with_what_was_found(
    cell: Outputs, cross_fit: int | None, usual_recipe: None, capfd: Any
) -> None:
    pl = pytest.importorskip("polars")
    X, y = problem(90)
    frame = pl.DataFrame({"a": X[:, 0], "<b>": X[:, 1], "same": [1.0] * 90})
    settings: dict[str, Any] = {"recipe": "plain", "epochs": 3, "cross_fit": cross_fit, "random_state": 0}
    model = TabularClassifier(verbose=True, **settings).fit(frame, y)
    assert len(cell.texts) == 1
    words, *below = cell.texts[0].splitlines()
    assert "done" in words
    assert bool(re.search(r"network (\d) of \1, without a fold", words)) == (cross_fit == 3)
    assert any("same" in line for line in below)
    assert "<b>" not in cell.sent[-1]["text/html"].replace("&lt;b&gt;", "")
    assert capfd.readouterr() == ("", "")
    other = TabularClassifier(**settings).fit(frame, y)
    assert (other.pipeline_[-1].theta_ == model.pipeline_[-1].theta_).all()


def test_a_table_whose_training_was_interrupted_is_not_done(cell: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    pl = pytest.importorskip("polars")
    X, y = problem(90)
    seen = []

    def interrupting(self: Any, state: Any) -> None:
        seen.append(state)
        if len(seen) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(notebook_bar.NotebookTable, "on_state", interrupting)
    monkeypatch.setattr(notebook_bar.NotebookTable, "on_fold", lambda self, done, of: None)
    model = TabularClassifier(verbose=True, recipe="plain", epochs=30, cross_fit=None, random_state=0)
    try:
        model.fit(pl.DataFrame({"a": X[:, 0], "b": X[:, 1]}), y)
    except KeyboardInterrupt:  # before there was a network to keep
        assert "ended by KeyboardInterrupt" in cell.texts[0]
    else:
        assert model.report_["interrupted"]
        assert "interrupted" in cell.texts[0].splitlines()[0]
    assert "done" not in cell.texts[0]


def test_a_table_that_cannot_be_learned_from_ends_the_line(cell: Outputs) -> None:
    from glassprop.errors import TableError

    with pytest.raises((TableError, ValueError)):
        TabularClassifier(verbose=True).fit(np.zeros((9, 1)), ["a"] * 9)
    assert all("ended by" in text for text in cell.texts)


def test_elsewhere_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_bar, "_is_redirected", lambda: False)
    for shell in (None, SimpleNamespace(kernel=None), SimpleNamespace()):  # none, and a terminal's
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        assert notebook_bar.notebook_shell() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert notebook_bar.notebook_shell() is None
