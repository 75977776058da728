"""Watch training: a callback that writes down curves, one that stops, one that keeps checkpoints.

Run it: python examples/callbacks.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from sklearn.datasets import load_breast_cancer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop


class Callback:
    """The four hooks of scikit-learn's protocol; the classes below override on_fit_task_end."""

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        pass

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool | None:
        pass

    def teardown(self, estimator: Any, context: Any) -> None:
        pass


class Tell(Callback):
    """Prints the loss of every twentieth epoch. The root task (no parent) is the fit, its subtasks are the epochs."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is not None and context.task_id % 20 == 0:
            print(f"epoch {context.task_id + 1:3}: loss {estimator.loss_curve_[-1]:.4f}")


class StopAt(Callback):
    """Stops when the loss is low enough: a hook that returns True ends training."""

    def __init__(self, loss: float) -> None:
        self.loss = loss

    def on_fit_task_end(self, estimator: Any, context: Any) -> bool:
        return context.parent is not None and estimator.loss_curve_[-1] < self.loss


class Checkpoint(Callback):
    """Saves a model every 20 epochs; ``fitted_estimator`` is a copy as if training had stopped here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_fit_task_end(self, estimator: Any, context: Any, *, fitted_estimator: Any) -> None:
        if context.parent is not None and (context.task_id + 1) % 20 == 0:
            glassprop.save(fitted_estimator, self.folder / f"epoch-{context.task_id + 1:03}.glassprop")


def main() -> None:
    X, y = load_breast_cancer(return_X_y=True)
    with tempfile.TemporaryDirectory() as folder:
        model = glassprop.MLPClassifier((32,), max_iter=200, random_state=0)
        model.set_callbacks(Tell(), StopAt(0.06), Checkpoint(Path(folder)))
        pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
        print(f"stopped after {model.n_iter_} epochs, accuracy {pipeline.score(X, y):.3f}")
        for path in sorted(Path(folder).iterdir()):
            early = glassprop.load(path)
            print(f"{path.name}: accuracy {early.score(pipeline[:-1].transform(X), y):.3f}")


if __name__ == "__main__":
    main()
