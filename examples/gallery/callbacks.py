"""
Callbacks: watching a fit
=========================

A callback is called after every epoch, and may look at everything, save, or
stop training. It follows scikit-learn's protocol. Watching alone never changes
the result.
"""

# %%
# A callback
# ----------
# It has four methods. ``context.parent`` is None for the fit as a whole; the
# tasks below it are the epochs. ``on_fit_task_end`` gets the arguments that it
# names: ``fitted_estimator`` is a copy as if training had ended here.

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning

from glassprop import MLPClassifier
from glassprop.plot import DecisionBoundaryDisplay


class Snapshots:
    """Keeps models of some epochs, the length of weights; stops at a loss."""

    def __init__(self, epochs, stop_at):
        self.epochs, self.stop_at = epochs, stop_at

    def setup(self, estimator, context):
        self.kept, self.lengths = {}, []

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        if context.parent is None:
            return False
        epoch = context.task_id + 1
        self.lengths.append(
            [np.linalg.norm(w) for w in fitted_estimator.coefs_]
        )
        if epoch in self.epochs:
            self.kept[epoch] = fitted_estimator
        # True ends the training.
        return estimator.loss_curve_[-1] < self.stop_at

    def teardown(self, estimator, context):
        pass


# %%
# A fit, watched
# --------------

X, y = make_moons(400, noise=0.15, random_state=0)
watch = Snapshots(epochs=(1, 10, 40), stop_at=0.05)
settings = {
    "learning_rate_init": 0.02,
    "batch_size": 50,
    "max_iter": 300,
    "random_state": 0,
}
settings["engine"] = "reference"  # for so short a fit NumPy is quick enough
clf = MLPClassifier((16,), "tanh", **settings).set_callbacks(watch)
clf.fit(X, y)
print(f"stopped in epoch {clf.n_iter_} at a loss of {clf.loss_curve_[-1]:.4f}")
assert clf.loss_curve_[-1] < 0.05

# %%
# The same bits
# -------------
# A second fit without a callback, for as many epochs, ends with weights that
# are the same to the last bit.

alone = MLPClassifier((16,), "tanh", **settings | {"max_iter": clf.n_iter_})
with warnings.catch_warnings():
    # It is cut short on purpose.
    warnings.simplefilter("ignore", ConvergenceWarning)
    alone.fit(X, y)
print("same weights:", np.array_equal(alone.theta_, clf.theta_))
assert np.array_equal(alone.theta_, clf.theta_)

# %%
# What it saw
# -----------
# The decision boundary after 1, 10 and 40 epochs, and how the weights grow on
# the way.

fig, axes = plt.subplots(2, 2, figsize=(7.2, 5))
for ax, (epoch, model) in zip(axes.ravel(), watch.kept.items(), strict=False):
    DecisionBoundaryDisplay.from_estimator(
        model, X, y, colorbar=False, scatter_kw={"s": 8}, ax=ax
    )
    ax.set(title=f"The boundary after epoch {epoch}", xticks=[], yticks=[])
    ax.set(xlabel="", ylabel="")
axes[1, 1].plot(
    range(1, clf.n_iter_ + 1),
    watch.lengths,
    label=["hidden layer", "output layer"],
)
axes[1, 1].set(title="Length of the weights", xlabel="epoch")
axes[1, 1].legend()
fig.tight_layout()
plt.show()
