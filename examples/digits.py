"""Classify handwritten digits: standardize, train with early stopping, look at what was learned.

Run it: python examples/digits.py
"""

from __future__ import annotations

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier


def main() -> None:
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
    classifier = MLPClassifier(
        hidden_layer_sizes=(64,),
        activation="silu",
        solver="adamw",
        learning_rate="one_cycle",
        learning_rate_init=0.01,
        batch_size=64,
        max_iter=30,
        n_iter_no_change=30,
        early_stopping=True,
        scoring="neg_log_loss",
        stratify=True,
        random_state=0,
    )
    pipeline = make_pipeline(StandardScaler(), classifier).fit(X, y)
    best = classifier.best_iteration_
    print(f"{classifier.theta_.size} parameters, {classifier.n_iter_} epochs; the weights of epoch {best} are kept")
    print(f"validation log loss {classifier.validation_curve_[best - 1]:.3f}")
    print(f"held-out accuracy {pipeline.score(X_test, y_test):.3f}")


if __name__ == "__main__":
    main()
