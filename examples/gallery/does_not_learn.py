"""
The loss does not fall: why does it not learn?
==============================================

A loss that does not fall has many possible causes. The doctor measures,
names the cause, tries remedies in short runs, and says which of them helped.
"""

# %%
# A network that does not learn
# -----------------------------
# The breast cancer data as they come, and a network that was set up in a
# hurry.

import matplotlib.pyplot as plt
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop.plot import TrainingCurveDisplay

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, stratify=y, random_state=0
)
clf = glassprop.MLPClassifier(
    (16,),
    "tanh",
    learning_rate_init=1e-5,
    max_iter=40,
    n_iter_no_change=40,
    learning_rate="flat_cos",
    random_state=0,
)
clf.fit(X_train, y_train)
before = clf.score(X_test, y_test)
print(
    f"accuracy {before:.2f}; saying 'benign' of everyone gives "
    f"{y_test.mean():.2f}"
)

# %%
# What the doctor says
# --------------------
# Each finding has a measured number, the threshold beyond which it is a
# finding, and remedies with the validation cost without and with each.

found = glassprop.diagnose(clf, X_train, y_train)
print(found)
assert "inputs-unscaled" in found.kinds

# %%
# One step, and the next
# ----------------------
# The report says that standardizing alone did not help in so short a run: the
# steps are too small for anything to help. It is still right to fix the scale
# first. So the inputs are standardized, and the doctor is asked again.

settings = clf.get_params()
scaled = make_pipeline(
    StandardScaler(), glassprop.MLPClassifier(**settings)
).fit(X_train, y_train)
second = glassprop.diagnose(scaled, X_train, y_train)
print(second.kinds)
remedy = second.findings[0].remedies[0]
print(remedy.words, remedy.arguments)
mended = make_pipeline(
    StandardScaler(),
    glassprop.MLPClassifier(**settings | dict(remedy.arguments)),
)
mended.fit(X_train, y_train)
after = mended.score(X_test, y_test)
print(f"accuracy {before:.2f} at first, {after:.2f} after both")
assert after > 0.9

# %%
# The three training runs
# -----------------------
# The first two curves hardly fall; where they start is random.

fig, ax = plt.subplots(figsize=(6.4, 3.8))
curves = {
    "as it was": clf,
    "inputs standardized": scaled[-1],
    "and the second remedy": mended[-1],
}
for name, model in curves.items():
    TrainingCurveDisplay.from_estimator(
        model, name=name, log_scale=False, ax=ax
    )
ax.set_title("One fault mended, then the other")
plt.show()
