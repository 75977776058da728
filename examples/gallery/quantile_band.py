"""
Prediction intervals: quantile regression with your own loss
============================================================

A prediction of 150 is worth little if it may as well be 80 or 250. Three
networks, trained with a user-defined loss, give the median and the bounds
between which four in five patients lie.
"""

# %%
# The loss
# --------
# The *pinball loss* of level :math:`p` costs :math:`p` for each unit that a
# prediction is too low, and :math:`1 - p` for each that it is too high. It
# is least at the quantile: the number below which a share :math:`p` of
# the targets lies. A loss is two functions: its value, one number for each
# row, and its derivative with respect to the output.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from glassprop import Cost, MLPRegressor
from glassprop.errors import DerivativeError


def pinball(p):
    return Cost(
        f"pinball {p}",
        value=lambda a, y: np.maximum(p * (y - a), (p - 1) * (y - a)).sum(
            axis=1
        ),
        gradient=lambda a, y: (
            np.where(a > y, 1 - p, 0.0) - np.where(a < y, p, 0.0)
        ),
    )


# %%
# Training
# --------
# The only input is the body mass index, so that a picture shows everything.
# (In practice, use ``loss="quantile(0.1)"``: the same loss, built in and
# compiled.)

data = load_diabetes(scaled=False)
bmi, progress = data.data[:, 2], data.target
X, y = (
    ((bmi - bmi.mean()) / bmi.std())[:, None],
    (progress - progress.mean()) / progress.std(),
)
settings = {
    "hidden_layer_sizes": (16,),
    "activation": "tanh",
    "learning_rate": "cosine",
    "learning_rate_init": 0.02,
}
settings |= {
    "max_iter": 120,
    "n_iter_no_change": 120,
    "batch_size": 64,
    "alpha": 0.1,
    "random_state": 0,
}
bounds = {
    p: MLPRegressor(pinball(p), **settings).fit(X, y) for p in (0.1, 0.5, 0.9)
}
low, high = bounds[0.1].predict(X), bounds[0.9].predict(X)
inside = np.mean((low <= y) & (y <= high))
print(
    f"{inside:.0%} of the patients lie between the bounds; 80 % was asked for"
)
assert 0.74 < inside < 0.86

# %%
# The band
# --------
# It is wider where progress varies more. At both ends there are few patients,
# and the bounds are less certain there.

shown = np.linspace(X.min(), X.max(), 200)[:, None]
units = {
    p: model.predict(shown) * progress.std() + progress.mean()
    for p, model in bounds.items()
}
fig, ax = plt.subplots(figsize=(6.4, 4.2))
ax.plot(bmi, progress, ".", color="tab:gray", alpha=0.7)
axis = shown[:, 0] * bmi.std() + bmi.mean()
ax.fill_between(
    axis,
    units[0.1],
    units[0.9],
    color="tab:blue",
    alpha=0.25,
    label="four in five lie here",
)
ax.plot(axis, units[0.5], color="tab:blue", linewidth=2, label="half lie below")
ax.set(
    xlabel="body mass index",
    ylabel="progression after a year",
    title="A band that four in five patients lie in",
)
ax.legend(loc="upper left")
plt.show()

# %%
# A wrong derivative is refused
# -----------------------------
# Before training starts, user-defined derivatives are compared with finite
# differences. A forgotten factor does not get far:

wrong = Cost(
    "wrong",
    value=lambda a, y: ((a - y) ** 2).sum(axis=1),
    gradient=lambda a, y: a - y,
)
try:
    MLPRegressor(wrong, max_iter=2).fit(X, y)
except DerivativeError as error:
    print(error)
else:
    raise AssertionError("a wrong derivative was taken")
