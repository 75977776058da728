"""The types of ours that a model file may hold, one by one; anything else is refused, saving and loading.

They come on top of what skops trusts by itself: plain Python and NumPy values and scikit-learn's estimators.
Names, not imports: what is in the list is imported only when a file holds it. To be listed, a type must
run nothing that a file could choose: not in ``__setstate__``, and not later by what its attributes hold.
"""

from __future__ import annotations

TRUSTED = (
    "glassprop.estimator.classifier.MLPClassifier",
    "glassprop.estimator.regressor.MLPRegressor",
    "glassprop.tables.encode.Bounded",
    "glassprop.tables.encode.TypedColumns",
    "numpy.dtype",  # scikit-learn's imputer keeps one; skops takes it from an empty array
)
