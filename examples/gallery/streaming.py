"""
Streaming: a table that does not fit into memory
================================================

Training can read a file piece by piece, once an epoch. Here a small file
stands in for a large one; neither the procedure nor the result depends on the
size.
"""

# %%
# A file
# ------
# 12,000 noisy copies of handwritten digits, written as a Parquet file. The
# network will be given a thousand of them at a time.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from glassprop import MLPClassifier

X, y = load_digits(return_X_y=True)
rng = np.random.default_rng(0)
order = rng.permutation(len(y))
# Split by original digit: no copy of a held-out digit is trained on.
learned, held = (
    order[:1400],
    order[1400:],
)
picked = rng.choice(learned, 12_000)
noisy = np.clip(
    X[picked] / 16 + rng.normal(0, 0.25, (12_000, 64)), 0, 1
).astype(np.float32)
folder = tempfile.TemporaryDirectory()
path = Path(folder.name, "digits.parquet")
pl.DataFrame(noisy, schema=[f"p{k}" for k in range(64)]).with_columns(
    digit=pl.Series(y[picked])
).write_parquet(path)
print(f"{path.stat().st_size / 1e6:.1f} MB")

# %%
# Piece by piece
# --------------
# With ``partial_fit`` you pass the pieces yourself, and can look at the
# network in between. The classes are named at the first call. (``glassprop
# train digits.parquet --target digit --stream`` does all of this in one
# command, with shuffling, early stopping and held-out scores.)

clf = MLPClassifier(
    (64,), learning_rate_init=0.002, batch_size=100, random_state=0
)
table = pl.scan_parquet(path)
X_held, y_held = X[held] / 16, y[held]
seen, scores = [], []
for epoch in range(2):
    for start in range(0, 12_000, 1_000):
        piece = table.slice(start, 1_000).collect()
        clf.partial_fit(
            piece.drop("digit").to_numpy(),
            piece["digit"].to_numpy(),
            classes=range(10),
        )
        seen.append(12_000 * epoch + start + 1_000)
        scores.append(clf.score(X_held, y_held))
print(f"right about {scores[-1]:.1%} of the digits held out")
assert scores[-1] > 0.9

# %%
# How it gets better
# ------------------
# The baseline is a logistic regression that was given the whole table in
# memory.

yardstick = (
    LogisticRegression(max_iter=200, tol=0.01)
    .fit(noisy, y[picked])
    .score(X_held, y_held)
)
fig, ax = plt.subplots(figsize=(6.4, 3.8))
ax.plot(seen, scores, "o-", markersize=4, label="network, piece by piece")
ax.axhline(
    yardstick,
    color="tab:gray",
    linestyle="--",
    label="logistic regression, all rows at once",
)
ax.set(
    xlabel="rows read",
    ylabel="accuracy on digits held out",
    title="After each piece of a thousand rows",
)
ax.legend()
plt.show()
folder.cleanup()
