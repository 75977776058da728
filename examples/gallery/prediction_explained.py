"""
An explanation: why this prediction?
====================================

For one wine, a network gives its grower a probability. Which of the
measurements led to it, and which of the training rows?
"""

# %%
# A network
# ---------
# The table has 178 wines of three growers, with thirteen measurements. A
# ``Tracer`` saves some of the weights during training, for the second question.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier, Tracer

wine = load_wine(as_frame=True)
X = StandardScaler().set_output(transform="pandas").fit_transform(wine.data)
y = wine.target.to_numpy()
tracer = Tracer(8)
clf = MLPClassifier(
    (16,),
    "tanh",
    learning_rate="cosine",
    learning_rate_init=0.02,
    max_iter=40,
    random_state=0,
)
clf.set_callbacks(tracer).fit(X, y)
# The wine that the network is least sure about.
row = int(np.argmin(clf.predict_proba(X).max(axis=1)))
probabilities = clf.predict_proba(X.iloc[[row]])[0]
print(
    f"wine {row} is of grower {y[row]}; the network says",
    ", ".join(f"{p:.2f}" for p in probabilities),
)

# %%
# By its measurements
# -------------------
# ``contributions`` says what each measurement added, compared with the mean
# wine (integrated gradients). They add up to the prediction.

found = clf.explain(X, row=row).contributions()
total = (
    found.baseline + sum(column.value for column in found.columns) + found.rest
)
print(
    f"the mean wine {found.baseline:.3f}, this wine {found.prediction:.3f}, "
    f"sum of the parts {total:.3f}"
)
assert np.isclose(total, found.prediction)

columns = found.columns[:8][::-1]
fig, ax = plt.subplots(figsize=(6.4, 3.8))
colors = [
    "tab:orange" if column.value > 0 else "tab:purple" for column in columns
]
ax.barh(
    [column.name for column in columns],
    [column.value for column in columns],
    color=colors,
)
ax.axvline(0, color="tab:gray", linewidth=1)
ax.set(
    xlabel="added to the probability",
    title=f"What speaks for grower {clf.predict(X.iloc[[row]])[0]}, and "
    "what against",
)
fig.tight_layout()
plt.show()

# %%
# By the training rows
# --------------------
# ``blame`` lists the training rows that lowered the cost of this prediction,
# and those that raised it.

blame = clf.blame(X, y, row=row, trace=tracer, top=5)
print("for:", [(pull.row, pull.label) for pull in blame.proponents])
print("against:", [(pull.row, pull.label) for pull in blame.opponents])
assert all(pull.label == str(y[row]) for pull in blame.proponents[:3])

# %%
# All training rows at a glance
# -----------------------------
# The rows are drawn by the two measurements that contributed most. Orange wines
# pulled this prediction toward its label, violet ones away from it; larger
# points pulled more. They are mostly its neighbors, of its own grower and of
# others.

first, second = (column.name for column in found.columns[:2])
others = np.arange(len(y)) != row
size = np.abs(blame.scores) / np.abs(blame.scores[others]).max()
fig, ax = plt.subplots(figsize=(6.4, 4.4))
for k, marker in enumerate("os^"):
    part = others & (y == k)
    signs = np.where(blame.scores[part] > 0, "tab:orange", "tab:purple")
    ax.scatter(
        X[first][part],
        X[second][part],
        s=8 + 300 * size[part],
        c=signs,
        marker=marker,
        alpha=0.6,
    )
    ax.scatter([], [], marker=marker, color="tab:gray", label=f"grower {k}")
ax.plot(
    X[first][row],
    X[second][row],
    "*",
    color="red",
    markersize=16,
    markeredgecolor="black",
    label="this wine",
)
ax.set(
    xlabel=f"{first}, standardized",
    ylabel=f"{second}, standardized",
    title="Which wines drove the prediction",
)
ax.legend()
plt.show()
