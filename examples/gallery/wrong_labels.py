"""
Label errors: which labels are wrong
====================================

Labels are written by people, and some are wrong. Watching a network while it
learns shows which: those that it learns late, forgets, or would replace by
another label.
"""

# %%
# Wrong labels, planted
# ---------------------
# To see whether it works, one digit in twenty gets another label at random.
# The network is not told which.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from glassprop import MLPClassifier

X, y = load_digits(return_X_y=True)
X = X / 16
rng = np.random.default_rng(0)
planted = rng.random(len(y)) < 0.05
labels = np.where(planted, (y + rng.integers(1, 10, len(y))) % 10, y)
print(f"{planted.sum()} of {len(y)} labels are wrong now")

# %%
# One call
# --------
# ``suspect_labels`` trains a copy of the estimator once, and watches it.

clf = MLPClassifier(
    (64,),
    learning_rate_init=0.01,
    max_iter=30,
    n_iter_no_change=30,
    random_state=0,
)
suspects = clf.suspect_labels(X, labels)
found = suspects.suspected
precision, recall = planted[found].mean(), planted[found].sum() / planted.sum()
print(
    f"{len(found)} labels suspected; {precision:.0%} of them are really "
    f"wrong, and {recall:.0%} of the wrong labels are found"
)
mended = np.mean(suspects.suggested[found] == y[found])
print(f"the suggested label is the true one in {mended:.0%}")
assert precision > 0.8
assert recall > 0.8

# %%
# The most suspicious
# -------------------
# Each digit has the label it was given and the one that is suggested. Labels
# that are wrong at random, as here, are the easy case: in a real table they are
# wrong where classes are similar. About one in ten of the suspected labels is
# right here, and one in four on nine tables (see "Which labels are probably
# wrong"), so a person should look before anything is changed.

fig, axes = plt.subplots(2, 6, figsize=(7.4, 3.6))
for ax, row in zip(axes.ravel(), found, strict=False):
    ax.imshow(X[row].reshape(8, 8), cmap="gray_r")
    ax.set_title(
        f"labeled {labels[row]},\nsuggested {suspects.suggested[row]}",
        fontsize=8,
    )
    ax.axis("off")
fig.suptitle("The twelve most suspicious digits")
fig.tight_layout()
plt.show()

# %%
# All scores
# ----------
# The more probably the label of a row is wrong, the higher is its score. Right
# and wrong labels lie well apart, with some rows in between.

fig, ax = plt.subplots(figsize=(6.4, 3.4))
bins = np.linspace(0, 1, 41)
ax.hist(
    suspects.scores[~planted], bins=bins, alpha=0.6, label="labels as they were"
)
ax.hist(suspects.scores[planted], bins=bins, alpha=0.6, label="wrong labels")
ax.set(
    yscale="log",
    xlabel="score",
    ylabel="rows",
    title="Scores of right and of wrong labels",
)
ax.legend()
plt.show()
