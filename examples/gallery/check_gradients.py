r"""
Gradient check: is the gradient right?
======================================

A gradient that is a little wrong still trains, only worse, and nobody
notices. A comparison with finite differences shows it. And the gradients of
single rows show which rows change the weights most.
"""

# %%
# Back-propagation against differences
# ------------------------------------
# A difference :math:`(C(\theta + h) - C(\theta - h)) / 2h` approximates a
# derivative. With too large a step h, curvature makes an error; with too small
# a one, rounding does. ``check_gradient`` chooses steps and tolerance itself.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from glassprop import Layer, Network, check_gradient

X, y = load_digits(return_X_y=True)
X, Y = X[:200] / 16, np.eye(10)[y[:200]]
network = Network(
    64, [Layer(12, "gelu"), Layer(10, "softmax")], cost="cross_entropy"
)
theta = network.initial(np.random.default_rng(0))
result = check_gradient(network, theta, X[:20], Y[:20])
print(result)
assert result.ok

# %%
# The same by hand, over many step lengths
# ----------------------------------------

gradient = network.gradient(theta, X, Y)
places = np.argsort(-np.abs(gradient))[:10]
steps = np.logspace(-11, -0.5, 22)
errors = np.zeros((len(steps), len(places)))
for i, h in enumerate(steps):
    for j, place in enumerate(places):
        up, down = theta.copy(), theta.copy()
        up[place] += h
        down[place] -= h
        difference = (network.cost(up, X, Y) - network.cost(down, X, Y)) / (
            2 * h
        )
        errors[i, j] = abs(difference / gradient[place] - 1)
assert errors.min() < 1e-8

# %%
# Rows with large gradients
# -------------------------
# ``example_gradients`` has the gradient of each row without ever storing it.
# Here are the norms, before training and after some steps of gradient
# descent.

lengths = {"at the start": network.example_gradients(theta, X, Y).norms()}
learned = theta.copy()
for _ in range(300):
    learned -= 0.5 * network.gradient(learned, X, Y)
lengths["after 300 steps"] = network.example_gradients(learned, X, Y).norms()
hardest = int(lengths["after 300 steps"].argmax())
print(f"row {hardest}, a {Y[hardest].argmax()}, pulls hardest after 300 steps")
assert np.median(lengths["after 300 steps"]) < np.median(
    lengths["at the start"]
)

# %%
# Both pictures
# -------------
# On the left is the V of all finite differences: from left to right the
# rounding error falls as 1/h, then the truncation error rises as h². On the
# right, most rows are learned and have small gradients; a few rows make up the
# rest of the gradient.

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.6))
single = axes[0].loglog(steps, errors, color="tab:blue", alpha=0.3)
median = axes[0].loglog(
    steps, np.median(errors, axis=1), color="tab:orange", linewidth=2
)
axes[0].legend([single[0], *median], ["each", "their median"])
axes[0].set(
    xlabel="step h",
    ylabel="relative error",
    title="Ten derivatives by differences",
)
bins = np.logspace(-3, 1, 30)
for name, values in lengths.items():
    axes[1].hist(values, bins=bins, alpha=0.6, label=name)
axes[1].set(
    xscale="log",
    xlabel="length of the gradient",
    ylabel="rows",
    title="Gradients of single rows",
)
axes[1].legend()
fig.tight_layout()
plt.show()
