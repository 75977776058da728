"""
Probabilities that can be believed
==================================

Of all rows to which a classifier gives 80 %, four in five should be of that
class. Networks that are trained for long are overconfident. One number, the
*temperature*, corrects most of that.
"""

# %%
# An overconfident network
# ------------------------
# Digits with pixels blurred by noise, so that some cannot be told apart; and
# many epochs. ``temperature=True`` divides the inputs of the softmax by the
# number that makes the log loss of the validation rows least. The order of
# the classes, and so the accuracy, stays as it is.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from glassprop import MLPClassifier
from glassprop.plot import CalibrationDisplay

X, y = load_digits(return_X_y=True)
X = X / 16 + np.random.default_rng(0).normal(0, 0.35, X.shape)
X_rest, X_test, y_rest, y_test = train_test_split(
    X, y, test_size=0.5, stratify=y, random_state=0
)
X_train, X_val, y_train, y_val = train_test_split(
    X_rest, y_rest, test_size=0.3, stratify=y_rest, random_state=0
)
settings = {
    "hidden_layer_sizes": (64,),
    "learning_rate": "cosine",
    "learning_rate_init": 0.01,
    "max_iter": 60,
}
models = {}
for name, temperature in {
    "as trained": False,
    "with a temperature": True,
}.items():
    clf = MLPClassifier(
        temperature=temperature, n_iter_no_change=60, random_state=0, **settings
    )
    models[name] = clf.fit(X_train, y_train, X_val=X_val, y_val=y_val)
print(f"temperature {models['with a temperature'].temperature_:.2f}")

# %%
# Judged by other rows
# --------------------
# Neither training nor the temperature has seen the test rows. The
# *calibration error* is the gap between confidence and accuracy, averaged
# over ten bins of as many rows each: in the picture, the distance from the
# diagonal. Points below the diagonal are overconfident.

fig, ax = plt.subplots(figsize=(5, 4.6))
errors = {}
for (name, clf), marker in zip(models.items(), "os", strict=True):
    display = CalibrationDisplay.from_estimator(
        clf,
        X_test,
        y_test,
        n_bins=10,
        strategy="quantile",
        name=name,
        marker=marker,
        ax=ax,
    )
    errors[name] = np.abs(display.prob_pred - display.prob_true).mean()
    loss = log_loss(y_test, clf.predict_proba(X_test))
    print(
        f"{name:18} accuracy {clf.score(X_test, y_test):.3f}, log loss "
        f"{loss:.3f}, calibration error {errors[name]:.3f}"
    )
ax.set(
    xlim=(0.2, 1.02),
    ylim=(0.2, 1.02),
    title="How often it is right, by how sure it is",
)
plt.show()
assert errors["with a temperature"] < errors["as trained"]
