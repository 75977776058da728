"""
When to stop
============

A network that is trained for too long memorizes its training rows. Early
stopping watches rows that are not trained on, and keeps the weights of the
best epoch.
"""

# %%
# A network that is too large
# ---------------------------
# 442 patients with diabetes, ten measurements each, and two layers of 64
# neurons: 5,000 weights, more than that table can determine.

import matplotlib.pyplot as plt
from sklearn.datasets import load_diabetes
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from glassprop import MLPRegressor
from glassprop.plot import TrainingCurveDisplay

X, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.3, random_state=0
)
X_train, X_val, y_train, y_val = train_test_split(
    X_train, y_train, test_size=0.3, random_state=0
)
scaler = StandardScaler().fit(X_train)
X_train, X_val, X_test = (
    scaler.transform(part) for part in (X_train, X_val, X_test)
)

# %%
# With and without
# ----------------
# With ``scoring="loss"`` early stopping follows the loss of the watched rows.
# The first network stops by it; the second only watches the same rows, and
# runs on.

settings = {
    "hidden_layer_sizes": (64, 64),
    "learning_rate_init": 0.003,
    "batch_size": 32,
    "random_state": 0,
}
stops = MLPRegressor(
    early_stopping=True,
    scoring="loss",
    n_iter_no_change=15,
    max_iter=100,
    **settings,
)
stops.fit(X_train, y_train, X_val=X_val, y_val=y_val)
runs_on = MLPRegressor(
    learning_rate="flat_cos", n_iter_no_change=100, max_iter=100, **settings
)
runs_on.fit(X_train, y_train, X_val=X_val, y_val=y_val)
score = {
    "stopped": r2_score(y_test, stops.predict(X_test)),
    "run to the end": r2_score(y_test, runs_on.predict(X_test)),
}
print(
    f"stopped after epoch {stops.n_iter_}; the weights of epoch "
    f"{stops.best_iteration_} are kept"
)
for name, value in score.items():
    print(f"{name:15} R² on rows that neither has seen {value:.3f}")
assert score["stopped"] > score["run to the end"] + 0.1

# %%
# The curves
# ----------
# The loss of the rows that are trained on goes on falling. That of the others
# turns: from there on, the network learns noise. The disc marks the epoch
# whose weights are kept.

fig, ax = plt.subplots(figsize=(6.4, 4))
for name, network in {"run on": runs_on, "stopped": stops}.items():
    TrainingCurveDisplay.from_estimator(
        network, name=name, log_scale=False, ax=ax
    )
ax.set(title="Training loss falls on, validation loss turns", ylim=(0, 1))
plt.show()
