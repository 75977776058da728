"""A notebook that a real kernel runs, where nbclient and ipykernel are installed: what ends up in its file."""

from __future__ import annotations

from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("ipykernel")

CELLS = (
    """import warnings; warnings.simplefilter("ignore")
from sklearn.datasets import load_iris
from glassprop import MLPClassifier
X, y = load_iris(return_X_y=True)
clf = MLPClassifier((4,), max_iter=30, verbose=True, random_state=0)
clf.fit(X, y)""",
    "clf.explain(X, y, row=7)",
    "for _ in range(6): clf.fit(X, y)",
    """class Interrupts:
    def setup(self, estimator, context): ...
    def on_fit_task_begin(self, estimator, context): ...
    def teardown(self, estimator, context): ...
    def on_fit_task_end(self, estimator, context):
        import signal
        if context.parent is not None and estimator.n_iter_ == 7:
            signal.raise_signal(signal.SIGINT)  # as the button that interrupts a kernel does
_ = clf.set_callbacks(Interrupts()).fit(X, y)""",
    "_ = clf.set_callbacks().set_params(solver='sgd', activation='identity', learning_rate_init=1e200).fit(X, y)",
)


@pytest.fixture(scope="module")
def cells() -> Any:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(made, kernel_name="python3", allow_errors=True, timeout=120).execute()
    return nbformat.reads(nbformat.writes(made), as_version=4).cells  # as it is opened again


def lines(cell: Any) -> list[str]:
    return [output.data["text/plain"] for output in cell.outputs if output.output_type == "display_data"]


def test_a_fit_is_a_line_and_its_estimator_a_diagram(cells: Any) -> None:
    assert len(lines(cells[0])) == 1
    assert lines(cells[0])[0].startswith("epoch 30/30 · cost ")
    assert "stream" not in {output.output_type for output in cells[0].outputs}
    assert "glassprop-sketch" in cells[0].outputs[-1].data["text/html"]


def test_an_explanation_is_its_page(cells: Any) -> None:
    html = cells[1].outputs[0].data["text/html"]
    assert "srcdoc='<!DOCTYPE html>" in html
    assert cells[1].outputs[0].data["text/plain"].startswith("<Explanation of 1 example")


def test_several_fits_share_the_last_of_four_lines(cells: Any) -> None:
    assert len(lines(cells[2])) == 4
    assert lines(cells[2])[-1].startswith("fit 6 · epoch 30/30")


def test_an_interrupted_fit_and_one_that_fails_end_their_lines(cells: Any) -> None:
    assert lines(cells[3])[0].splitlines()[0].endswith("interrupted")
    assert "error" not in {output.output_type for output in cells[3].outputs}
    assert "ended by DivergenceError" in lines(cells[4])[0]
    assert cells[4].outputs[-1].output_type == "error"
