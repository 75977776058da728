"""
A first regression
==================

How far has diabetes progressed after a year? A network is compared with a
linear model: on this table, the linear model is about as good, which is worth
knowing.
"""

# %%
# The data
# --------
# There are 442 patients with ten measurements each, and a number between 25 and
# 346 for the progression of the disease a year later. The target is scaled for
# training, and predictions come back in its own units.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.linear_model import RidgeCV
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPRegressor
from glassprop.plot import PredictionErrorDisplay

X, y = load_diabetes(return_X_y=True)
network = MLPRegressor(
    hidden_layer_sizes=(16,),
    activation="silu",
    solver="lbfgs",
    alpha=30.0,
    max_iter=500,
    random_state=0,
)
network = TransformedTargetRegressor(
    make_pipeline(StandardScaler(), network), transformer=StandardScaler()
)

# %%
# Honest predictions
# ------------------
# Each patient is predicted by a network that was trained without them: five
# parts, each left out once.

folds = KFold(5, shuffle=True, random_state=0)
predicted = {
    "network": cross_val_predict(network, X, y, cv=folds),
    "straight line": cross_val_predict(
        make_pipeline(StandardScaler(), RidgeCV(np.logspace(-2, 3, 20))),
        X,
        y,
        cv=folds,
    ),
}
for name, values in predicted.items():
    print(
        f"{name:14} R² {r2_score(y, values):.3f}, off by "
        f"{mean_absolute_error(y, values):.1f} in the mean"
    )
assert r2_score(y, predicted["network"]) > 0.42

# %%
# Next to each other
# ------------------
# Both predict middle values well, and extreme ones too near to the middle:
# what is not in the ten measurements cannot be predicted by any model. A
# network earns its place where linear models fail; here they hardly do.

fig, axes = plt.subplots(1, 2, figsize=(7, 3.8), sharex=True, sharey=True)
for ax, (name, values) in zip(axes, predicted.items(), strict=True):
    PredictionErrorDisplay.from_predictions(
        y,
        values,
        kind="actual_vs_predicted",
        target="progression",
        scatter_kwargs={"s": 10},
        ax=ax,
    )
    ax.set_title(f"{name.capitalize()}: R² {r2_score(y, values):.2f}")
axes[1].set_ylabel("")
fig.tight_layout()
plt.show()
