"""
An activation of your own
=========================

Is the sine a good activation? An activation is defined by two functions, its
value and its derivative (``slope``), and then works in every part of the
library: training, gradient checks, explanations.
"""

# %%
# Value and slope
# ---------------
# The slope gets the input z and the value a, and may use whichever is
# handier. A Gaussian bump, for instance, has the slope :math:`-2 z a`.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from glassprop import Activation, MLPClassifier, check_gradient

activations = {
    "relu": "relu",
    "sine": Activation("sine", value=np.sin, slope=lambda z, a: np.cos(z)),
    "bump": Activation(
        "bump", value=lambda z: np.exp(-z * z), slope=lambda z, a: -2 * z * a
    ),
}

# %%
# Handwritten digits
# ------------------
# The same network is trained three times. Activations of your own run in NumPy
# and not in machine code, so fits take longer.

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X / 16, y, stratify=y, random_state=0
)
models = {}
for name, activation in activations.items():
    clf = MLPClassifier(
        (32,),
        activation,
        learning_rate="cosine",
        learning_rate_init=0.01,
        max_iter=25,
        random_state=0,
    )
    models[name] = clf.fit(X_train, y_train, X_val=X_test, y_val=y_test)
    print(
        f"{name:5} accuracy on digits held out {clf.score(X_test, y_test):.3f}"
    )
assert all(clf.score(X_test, y_test) > 0.93 for clf in models.values())

# %%
# The gradient is right
# ---------------------
# Back-propagation goes through the new slope. It agrees with finite
# differences of the cost:

sine = models["sine"]
check = check_gradient(
    sine.network_, sine.theta_, X_train[:20], np.eye(10)[y_train[:20]]
)
print("gradient agrees with differences:", check.ok)
assert check.ok

# %%
# How they learn
# --------------
# On this small task, all three learn. That says little about harder ones: most
# activations work for a network of one layer.

fig, axes = plt.subplots(1, 2, figsize=(7.4, 3.4))
z = np.linspace(-4, 4, 200)
for values, (name, clf) in zip(
    [np.maximum(z, 0), np.sin(z), np.exp(-z * z)], models.items(), strict=True
):
    axes[0].plot(z, values, label=name)
    axes[1].plot(range(1, 26), clf.validation_curve_, label=name)
axes[0].set(xlabel="z", ylabel="a", ylim=(-1.2, 2.5), title="Three activations")
axes[1].set(
    xlabel="epoch",
    ylabel="log loss of held-out digits",
    yscale="log",
    title="All three learn the digits",
)
axes[1].legend()
fig.tight_layout()
plt.show()
