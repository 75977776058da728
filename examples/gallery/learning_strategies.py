"""
Comparing optimizers and learning rate schedules
================================================

Gradient descent with and without momentum, schedules of the learning rate,
Adam, AdamW: the learning curves of eight methods on four small tables.
"""

# %%
# Eight methods
# -------------
# All use the same network and the same initial weights. The learning rates are
# usual ones for each method, not tuned for the table.

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits, load_iris, make_circles, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import MinMaxScaler

from glassprop import MLPClassifier

sgd = {"solver": "sgd", "learning_rate_init": 0.2}
ways = {
    "constant, no momentum": {**sgd, "momentum": 0.0},
    "constant, momentum": {**sgd, "momentum": 0.9, "nesterovs_momentum": False},
    "constant, Nesterov": {**sgd, "momentum": 0.9},
    "inverse scaling, Nesterov": {
        **sgd,
        "momentum": 0.9,
        "learning_rate": "invscaling",
    },
    "cosine, Nesterov": {**sgd, "momentum": 0.9, "learning_rate": "cosine"},
    "Adam": {"learning_rate_init": 0.01},
    "Adam, one cycle": {
        "learning_rate_init": 0.03,
        "learning_rate": "one_cycle",
    },
    "AdamW, cosine": {
        "solver": "adamw",
        "learning_rate_init": 0.02,
        "learning_rate": "cosine",
    },
}
tables = {
    "iris": load_iris(return_X_y=True),
    "digits": load_digits(return_X_y=True),
    "circles": make_circles(300, noise=0.15, factor=0.5, random_state=1),
    "moons": make_moons(300, noise=0.2, random_state=0),
}
epochs = {"iris": 80, "digits": 12, "circles": 80, "moons": 80}

# %%
# Curves
# ------
# They show the training loss of each epoch, on a logarithmic axis. Fits are cut
# short on purpose, so the warnings that say so are silenced.

last = {}
fig, axes = plt.subplots(2, 2, figsize=(7.4, 6.4))
for ax, (name, (X, y)) in zip(axes.ravel(), tables.items(), strict=True):
    X = MinMaxScaler().fit_transform(X)
    for k, (way, settings) in enumerate(ways.items()):
        clf = MLPClassifier(
            (32,),
            max_iter=epochs[name],
            n_iter_no_change=100,
            batch_size=50,
            random_state=0,
            **settings,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            clf.fit(X, y)
        last[name, way] = clf.loss_curve_[-1]
        style = {"linestyle": ["-", "--", ":"][k // 3], "color": f"C{k}"}
        ax.plot(range(1, clf.n_iter_ + 1), clf.loss_curve_, label=way, **style)
    ax.set(title=f"{name.capitalize()}: training loss by epoch", yscale="log")
fig.legend(
    *axes[0, 0].get_legend_handles_labels(),
    loc="lower center",
    ncols=2,
    fontsize=9,
)
fig.tight_layout(rect=(0, 0.18, 1, 1))
plt.show()

# %%
# What is seen
# ------------
# With momentum, gradient descent is much quicker. Inverse scaling makes
# the steps small long before a minimum is near. Schedules that fall to 0
# end with smooth curves; in the middle, while the rate is high, they may lie
# behind. The training loss does not say which network predicts best: judge
# that by held-out rows.

for name in tables:
    best = min(ways, key=lambda way: last[name, way])
    print(f"{name:8} lowest at the end: {best} ({last[name, best]:.4f})")
    assert (
        last[name, "constant, Nesterov"]
        < last[name, "inverse scaling, Nesterov"]
    )
