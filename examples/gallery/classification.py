"""
A first classifier
==================

The iris flowers: three species, told apart by the length and width of their
petals. A network with one hidden layer learns to give each species a
probability.
"""

# %%
# The data
# --------
# The table has 150 flowers. Two of the four measurements are used, so that
# all that the network predicts fits into one picture. Inputs are standardized,
# as for any neural network; a quarter of the flowers is held out.

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier
from glassprop.plot import DecisionBoundaryDisplay

iris = load_iris()
X, y = iris.data[:, 2:], iris.target_names[iris.target]
X_train, X_test, y_train, y_test = train_test_split(
    X, y, stratify=y, random_state=0
)

# %%
# Training
# --------
# ``MLPClassifier`` takes the arguments of scikit-learn's class of the same
# name. For so few rows, L-BFGS is a good choice of solver. ``alpha`` keeps
# the weights small, and so the decision boundaries between species smooth.

model = make_pipeline(
    StandardScaler(),
    MLPClassifier(
        (16,),
        activation="tanh",
        solver="lbfgs",
        alpha=1.0,
        max_iter=300,
        random_state=0,
    ),
)
model.fit(X_train, y_train)
score = model.score(X_test, y_test)
print(f"right about {score:.0%} of the {len(y_test)} flowers held out")
assert score > 0.9

# %%
# What it has learned
# -------------------
# The background is the probability of the likeliest species: strong where the
# network is sure, pale along the decision boundaries, where the few mistakes
# lie (ringed).

display = DecisionBoundaryDisplay.from_estimator(
    model,
    X,
    y,
    grid_resolution=200,
)
ax = display.ax_
wrong = model.predict(X) != y
ax.plot(
    *X[wrong].T,
    "o",
    markerfacecolor="none",
    markeredgecolor="red",
    markersize=11,
    markeredgewidth=1.5,
    label="mistaken",
)
ax.set(
    xlabel="petal length, cm",
    ylabel="petal width, cm",
    title="Three species, and how sure the network is of each",
)
ax.legend(loc="upper left")
plt.show()
