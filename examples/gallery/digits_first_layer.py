"""
What the first layer of a digits network sees
=============================================

Each neuron of the first layer has one weight for each pixel. Drawn as
pictures, the weights show what the neurons look for: strokes, gaps and their
places.
"""

# %%
# Training
# --------
# The data are 1,797 handwritten digits of 8 × 8 pixels. Sixteen neurons are
# enough for a good score, and few enough to look at all of them.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from glassprop import MLPClassifier
from glassprop.plot import WeightsDisplay

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X / 16, y, stratify=y, random_state=0
)
clf = MLPClassifier(
    (16,),
    "tanh",
    alpha=0.5,
    learning_rate="cosine",
    learning_rate_init=0.02,
    max_iter=60,
    batch_size=64,
    random_state=0,
)
clf.fit(X_train, y_train)
score = clf.score(X_test, y_test)
print(
    f"{clf.theta_.size} weights and biases; right about {score:.1%} of the "
    "digits held out"
)
assert score > 0.93

# %%
# The weights
# -----------
# ``WeightsDisplay`` draws each neuron's column of ``coefs_[0]``. Orange pixels
# speak for the neuron, violet ones against it, white ones are ignored: L2
# (``alpha``) has pulled the weights of pixels that are always empty, along the
# sides, towards 0.

display = WeightsDisplay.from_estimator(clf, shape=(8, 8))
display.ax_.set_title("The weights of sixteen neurons")
plt.show()
weights = clf.coefs_[0].T.reshape(16, 8, 8)
edge, middle = (
    np.abs(weights[:, :, [0, 7]]).mean(),
    np.abs(weights[:, :, 2:6]).mean(),
)
print(
    f"mean size of a weight along the sides {edge:.3f}, in the middle "
    f"{middle:.3f}"
)
assert edge < middle / 2

# %%
# Where it is mistaken
# --------------------
# These are the first held-out digits that the network gets wrong. Some of
# them, a person would have to guess, too.

said = clf.predict(X_test)
wrong = np.flatnonzero(said != y_test)[:8]
fig, axes = plt.subplots(2, 4, figsize=(5.6, 4.2))
for ax in axes.ravel():
    ax.axis("off")
for ax, row in zip(axes.ravel(), wrong, strict=False):
    ax.imshow(X_test[row].reshape(8, 8), cmap="gray_r")
    ax.set_title(f"{y_test[row]}, taken for {said[row]}")
fig.suptitle("Held-out digits that were mistaken")
fig.tight_layout()
plt.show()
