"""The one-hot encoder fitted to counts is scikit-learn's fitted to the rows."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import OneHotEncoder

from glassprop.tables.encoding.one_hot import fit_to_counts


@pytest.mark.parametrize("settings", [(None, None), (2, None), (None, 5), (3, 4), (2, 1), (50, 32), (0.1, None)])
def test_as_of_the_rows(settings):
    rng = np.random.default_rng(0)
    least, most = settings
    columns = [of.astype(str) for of in (rng.zipf(1.5, 200).clip(0, 40), rng.integers(0, 3, 200), rng.permutation(200))]
    rows = pd.DataFrame(dict(zip("abc", columns, strict=True)), dtype=object)
    options = {"min_frequency": least, "max_categories": most, "handle_unknown": "infrequent_if_exist"}
    right = OneHotEncoder(**options, sparse_output=False).fit(rows)
    counts = [Counter(column) for column in columns]
    found = fit_to_counts(OneHotEncoder(**options, sparse_output=False), counts, list("abc"))
    for mine, theirs in zip(found.categories_, right.categories_, strict=True):
        assert mine.tolist() == theirs.tolist()
    np.testing.assert_array_equal(found.transform(rows), right.transform(rows))
    if settings != (None, None):  # else what is unknown has no input, and a warning says so
        unknown = pd.DataFrame({name: ["never"] for name in "abc"})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.testing.assert_array_equal(found.transform(unknown), right.transform(unknown))
    assert found.get_feature_names_out().tolist() == right.get_feature_names_out().tolist()
