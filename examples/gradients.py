"""Check the gradient of a fitted model, and find the examples that pull hardest on its weights.

Run it: python examples/gradients.py
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier, check_gradient


def main() -> None:
    X, y = load_wine(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    y = y.copy()
    y[[3, 77, 150]] = [2, 0, 1]  # three labels are wrong
    model = MLPClassifier((16,), "tanh", learning_rate="cosine", learning_rate_init=0.01, max_iter=60, random_state=0)
    model.fit(X, y)

    arrays = model.encode_targets(X, y)
    print(check_gradient(model.network_, model.theta_, *arrays))

    gradients = model.network_.example_gradients(model.theta_, *arrays)
    hardest = np.argsort(gradients.norms())[::-1][:6]
    print("longest gradients, the wrong labels 3, 77 and 150 among them:", *hardest)
    first = gradients[int(hardest[0])]
    print(f"the first of them, in full: {first.size} numbers, norm {np.linalg.norm(first):.3f}")


if __name__ == "__main__":
    main()
