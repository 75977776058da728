"""
Imbalanced classes: finding a rare one
======================================

One case in sixteen is of the class that matters, as in fraud or rare
diseases. A network with default settings misses some of these cases;
``class_weight="balanced"`` gives each class the same total weight. For a CSV
file: ``glassprop train payments.csv --target fraud --class-weight balanced``.
"""

# %%
# The data
# --------
# The data are biopsies of 569 patients; malignant ones are made rare by keeping
# 24 of the 212. With so few cases, the networks are judged by repeated
# cross-validation: each case is predicted by a network that has not seen it.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import precision_recall_curve, recall_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier

X, y = load_breast_cancer(return_X_y=True)
malignant, benign = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
rows = np.concatenate(
    [np.random.default_rng(1).choice(malignant, 24, replace=False), benign]
)
# 1 is malignant; the ten mean values.
X, y = (
    X[rows, :10],
    (y[rows] == 0).astype(int),
)
print(f"{y.sum()} of {len(y)} are malignant, {y.mean():.1%}")

# %%
# Two networks
# ------------
# They differ in one argument. *Recall* is the share of the malignant cases
# that is found.

folds = StratifiedKFold(4, shuffle=True, random_state=0)
probability = {}
for name, weight in {"as it comes": None, "balanced": "balanced"}.items():
    network = MLPClassifier(
        (8,),
        solver="lbfgs",
        alpha=10.0,
        max_iter=2000,
        class_weight=weight,
        random_state=0,
    )
    model = make_pipeline(StandardScaler(), network)
    probability[name] = cross_val_predict(
        model, X, y, cv=folds, method="predict_proba"
    )[:, 1]
recall = {name: recall_score(y, p > 0.5) for name, p in probability.items()}
false_alarms = {
    name: int(((p > 0.5) & (y == 0)).sum()) for name, p in probability.items()
}
for name in probability:
    print(
        f"{name:12} finds {recall[name]:.0%} of the malignant cases, with "
        f"{false_alarms[name]} false alarms"
    )
assert recall["balanced"] > recall["as it comes"]

# %%
# What weights do and do not do
# -----------------------------
# They move the threshold: more cases are found, and there are more false
# alarms. They hardly change how well the cases are ranked, which the whole
# curve shows; the disc on each marks a threshold of 0.5. If you can say what a
# missed case costs, you may as well choose the threshold of the plain network.

fig, ax = plt.subplots(figsize=(6, 4))
for (name, p), color in zip(
    probability.items(), ["tab:blue", "tab:orange"], strict=True
):
    precision, found, _ = precision_recall_curve(y, p)
    ax.plot(found, precision, color=color, label=name, drawstyle="steps-post")
    chosen = p > 0.5
    ax.plot(
        recall[name],
        y[chosen].mean(),
        "o",
        color=color,
        markersize=10,
        markeredgecolor="black",
    )
ax.set(
    xlabel="recall: part of the malignant cases that is found",
    ylabel="precision: part of the alarms that is right",
)
ax.set_title("Class weights move the point, not the curve")
ax.legend(loc="lower left")
plt.show()
