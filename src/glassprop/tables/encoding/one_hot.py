"""scikit-learn's one-hot encoder, fitted to the counts of categories: their rows need not be at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from glassprop.tables.values.cells import MISSING_CATEGORY
from glassprop.tables.values.texts import Texts


def counts_of(texts: Texts) -> dict[str, int]:
    """In how many rows each category stands."""
    counts = dict(zip(texts.known, texts.counts().tolist(), strict=True))
    return counts | {MISSING_CATEGORY: texts.missing} if texts.missing else counts


def fit_to_counts(step: OneHotEncoder, columns: Sequence[Mapping[str, int]], names: Sequence[str]) -> OneHotEncoder:
    """Fit it to columns of so many rows of each category: what its own ``fit`` makes of these rows."""
    orders = [sorted(counts) for counts in columns]
    longest = max(map(len, orders))
    step.fit(np.stack([np.minimum(np.arange(longest), len(order) - 1) for order in orders], axis=1))
    step.categories_ = [np.array(order, dtype=object) for order in orders]
    if step._infrequent_enabled:  # which are rare, by all rows
        counted = [np.array([counts[name] for name in order]) for order, counts in zip(orders, columns, strict=True)]
        step._fit_infrequent_category_mapping(int(counted[0].sum()), counted, {})
    step._set_drop_idx()
    step._n_features_outs = step._compute_n_features_outs()
    step.feature_names_in_ = np.array(names, dtype=object)
    return step
