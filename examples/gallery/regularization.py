"""
Regularization: how much of it
==============================

``alpha`` penalizes large weights. With too little, the decision boundary
follows single points; with too much, it can no longer bend. Here are three
tables with four values each.
"""

# %%
# Fits
# ----
# Two moons, a circle inside another, and two clouds that a line nearly
# separates; all of them noisy. Each network has ten hidden neurons and is
# trained by L-BFGS to the end.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_blobs, make_circles, make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier

tables = {
    "moons": make_moons(120, noise=0.3, random_state=0),
    "circles": make_circles(120, noise=0.2, factor=0.5, random_state=1),
    "clouds": make_blobs(
        120, centers=[[-1, -1], [1, 1]], cluster_std=1.1, random_state=0
    ),
}
alphas = [0.001, 0.3, 3.0, 100.0]
grid = np.linspace(-2.8, 2.8, 80)
plane = np.array([(a, b) for b in grid for a in grid])
scores = np.zeros((len(tables), len(alphas)))
fig, axes = plt.subplots(
    len(tables), len(alphas), figsize=(7.6, 5.8), sharex=True, sharey=True
)
for i, (X, y) in enumerate(tables.values()):
    X = StandardScaler().fit_transform(X)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.4, random_state=0
    )
    for j, alpha in enumerate(alphas):
        clf = MLPClassifier(
            (10,),
            "tanh",
            solver="lbfgs",
            alpha=alpha,
            max_iter=1500,
            max_fun=4000,
            random_state=1,
        )
        clf.fit(X_train, y_train)
        scores[i, j] = clf.score(X_test, y_test)
        ax = axes[i, j]
        probability = clf.predict_proba(plane)[:, 1].reshape(80, 80)
        ax.contourf(
            grid,
            grid,
            probability,
            levels=np.linspace(0, 1, 11),
            cmap="PuOr",
            alpha=0.8,
        )
        ax.scatter(
            *X_train.T,
            c=y_train,
            cmap="gray",
            edgecolors="black",
            s=12,
            linewidths=0.6,
        )
        ax.set(xticks=[], yticks=[], xlim=(-2.8, 2.8), ylim=(-2.8, 2.8))
        ax.set_title(f"alpha {alpha:g}: {scores[i, j]:.0%}", fontsize=9)
fig.suptitle(
    "From too little to too much regularization, with the score on rows "
    "held out"
)
fig.tight_layout()
plt.show()

# %%
# What is seen
# ------------
# On the left the boundary bends around single points, and the network is sure
# everywhere; on the right it is sure of nothing. The best lies in between: try
# values that differ by a factor of ten.

for name, row in zip(tables, scores, strict=True):
    print(
        f"{name:8}",
        *(f"{score:.0%}" for score in row),
        f"  best alpha {alphas[row.argmax()]:g}",
    )
assert scores[:, 1:3].max(axis=1).mean() >= scores[:, 0].mean()
