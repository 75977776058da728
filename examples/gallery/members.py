"""
An ensemble: several networks as one
====================================

Networks that start from different weights differ most where they know least.
Their average is better than each of them, and their disagreement shows where
not to trust them.
"""

# %%
# Eight members
# -------------
# ``n_members=8`` trains eight networks in one fit. With ``member="network"``
# each has all layers of its own; with the default, ``"head"``, they share the
# layers in between, which costs little more than one network.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

from glassprop import MLPRegressor

data = load_diabetes(scaled=False)
bmi, y = data.data[:, 2], data.target
X, y = ((bmi - bmi.mean()) / bmi.std())[:, None], (y - y.mean()) / y.std()
# Rows outside are left out, to see what networks predict where they know
# nothing; inside, every fourth row is enough.
known = np.abs(X[:, 0]) < 1.2
known &= np.arange(len(y)) % 4 == 0
model = MLPRegressor(
    hidden_layer_sizes=(32,),
    activation="relu",
    alpha=0.0,
    n_members=8,
    member="network",
    learning_rate="cosine",
    learning_rate_init=0.02,
    max_iter=200,
    batch_size=32,
    random_state=0,
)
model.fit(X[known], y[known])

# %%
# What each predicts
# ------------------
# ``network_.member(m)`` is one of them; it uses the same weights.

axis = np.linspace(-3, 4, 200)[:, None]
each = np.array(
    [
        model.network_.member(m).predict(model.theta_, axis)[:, 0]
        for m in range(8)
    ]
)
assert np.allclose(each.mean(axis=0), model.predict(axis))
spread = each.std(axis=0)
inside = np.abs(axis[:, 0]) < 1.2
print(
    f"their spread: {spread[inside].mean():.2f} where there were patients, "
    f"elsewhere {spread[~inside].mean():.2f}"
)
assert spread[~inside].mean() > 2 * spread[inside].mean()

# %%
# Where they disagree
# -------------------
# Between the dotted lines they were trained, and they agree. Beyond, each goes
# its own way. Agreement does not prove that they are right: all of
# them have the same layers and the same rows.

fig, ax = plt.subplots(figsize=(6.4, 4))
units = bmi.std(), bmi.mean()
ax.plot(
    bmi[known],
    y[known],
    ".",
    color="tab:gray",
    alpha=0.6,
    label="patients trained on",
)
ax.plot(
    bmi[~known],
    y[~known],
    "x",
    color="tab:gray",
    alpha=0.5,
    markersize=4,
    label="left out",
)
for values in each:
    ax.plot(
        axis * units[0] + units[1],
        values,
        color="tab:blue",
        alpha=0.35,
        linewidth=1,
    )
ax.plot(
    axis * units[0] + units[1],
    each.mean(axis=0),
    color="tab:orange",
    linewidth=2.5,
    label="their mean",
)
for end in (-1.2, 1.2):
    ax.axvline(end * units[0] + units[1], color="tab:gray", linestyle=":")
ax.set(
    xlabel="body mass index",
    ylabel="progression, standardized",
    title="Eight networks, and their mean",
)
ax.legend(fontsize=9)
plt.show()
