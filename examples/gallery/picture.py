"""
A picture memorized by a network
================================

A network maps the position of a pixel to its color: two numbers in, three out.
On its own it paints with a broad brush. Given waves of the position as inputs,
it reproduces detail.
"""

# %%
# The picture
# -----------
# A flower that comes with scikit-learn, reduced to 50 × 64 pixels, which are
# 3,200 rows.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_sample_image

from glassprop import Layer, MLPRegressor, PeriodicEmbedding

picture = load_sample_image("flower.jpg")[20:420:8, 60:572:8] / 255.0
height, width, _ = picture.shape
across, down = np.meshgrid(
    np.linspace(-1, 1, width), np.linspace(-1, 1, height)
)
X, y = np.column_stack([across.ravel(), down.ravel()]), picture.reshape(-1, 3)

# %%
# Two networks
# ------------
# ``PeriodicEmbedding`` turns each number into sums of cosines whose frequencies
# are trained along with everything else. Nothing is held out here: the
# question is what a network can express, not how well it generalizes.

settings = {
    "learning_rate": "one_cycle",
    "learning_rate_init": 0.02,
    "max_iter": 60,
    "batch_size": 128,
    "alpha": 0.0,
}
hidden = [Layer(48, "silu"), Layer(48, "silu")]
networks = {
    "plain": MLPRegressor(layers=hidden, random_state=0, **settings),
    "with waves": MLPRegressor(
        layers=[
            PeriodicEmbedding([0, 1], n=16, frequencies=24, sigma=1.5),
            *hidden,
        ],
        random_state=0,
        **settings,
    ),
}
error = {}
for name, network in networks.items():
    network.fit(X, y)
    error[name] = np.sqrt(np.mean((network.predict(X) - y) ** 2))
    print(
        f"{name:10} off by {error[name]:.3f} of the range of a color, "
        f"{network.theta_.size:,} weights"
    )
assert error["with waves"] < 0.8 * error["plain"]

# %%
# Side by side
# ------------

fig, axes = plt.subplots(1, 3, figsize=(7.6, 2.5))
axes[0].imshow(picture)
axes[0].set_title("The picture")
for ax, (name, network) in zip(axes[1:], networks.items(), strict=True):
    ax.imshow(network.predict(X).reshape(height, width, 3).clip(0, 1))
    ax.set_title(f"{name.capitalize()}: off by {error[name]:.3f}")
for ax in axes:
    ax.axis("off")
fig.tight_layout()
plt.show()
