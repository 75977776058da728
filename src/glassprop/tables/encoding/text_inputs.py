"""Columns of text as the network's inputs: how much each of their words and pairs of words matters, by TF-IDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.validation import check_is_fitted, validate_data

from glassprop.tables.values.texts import Texts
from glassprop.tables.values.words import WORD, plain_text

_FEWEST, _MOST = 50, 4_000  # terms of a column
_TOGETHER = 8_000  # of all columns, where that leaves each the fewest
_CHARACTERS = 10_000_000  # of a column, over which terms are counted: what is made of them is bounded


def most_terms(columns: int) -> int:
    """How many terms each of so many columns may have at most."""
    return max(_FEWEST, min(_MOST, _TOGETHER // max(columns, 1)))


class TextTerms(TransformerMixin, BaseEstimator):
    """TF-IDF of single words and pairs of neighbors, for each column by itself.

    scikit-learn's `TfidfVectorizer` does it, with words found by a fixed rule. What is learned are the terms and their
    weights alone. A text that is missing, or has none of the terms, is zeros. Each row is read by itself.

    Parameters
    ----------
    most_terms : int
        Of a column, those that come most often; and a tenth of the training rows at most, but for 50.
    min_rows : int
        A term must stand in so many rows, where any does.
    dtype : {"float32", "float64"}

    Attributes
    ----------
    terms_ : list of list of str
        By column, in rising order.
    idf_ : list of array of float64
        By column, the weight of each term.
    """

    def __init__(self, most_terms: int = _MOST, min_rows: int = 2, dtype: str = "float64") -> None:
        self.most_terms = most_terms
        self.min_rows = min_rows
        self.dtype = dtype

    def fit(self, X: Any, y: Any = None) -> TextTerms:
        """Find the terms of each column of texts (n_rows, n_columns)."""
        values = validate_data(self, X, dtype=object, ensure_all_finite=False)
        return self.fit_texts([Texts.of_cells(column) for column in values.T])

    def fit_texts(self, columns: Sequence[Texts]) -> TextTerms:
        """The same for columns that have been read."""
        found = [self._terms_of(texts) for texts in columns]
        self.n_features_in_ = len(found)
        self.terms_, self.idf_ = [terms for terms, _ in found], [idf for _, idf in found]
        self.prepare()
        return self

    def prepare(self) -> None:
        """Make the vectorizers anew from the terms and their weights."""
        self._vectorizers = [_vectorizer_of(terms, idf) for terms, idf in zip(self.terms_, self.idf_, strict=True)]

    def transform(self, X: Any) -> np.ndarray:
        """Array (n_rows, n_inputs)."""
        check_is_fitted(self)
        values = validate_data(self, X, reset=False, dtype=object, ensure_all_finite=False)
        dense: np.ndarray = self.of_texts([Texts.of_cells(column) for column in values.T]).toarray()
        return dense

    def of_texts(self, columns: Sequence[Texts]) -> csr_matrix:
        """The same for columns that have been read, as a sparse matrix."""
        pairs = zip(self._vectorizers, columns, strict=True)
        parts = [_weights(vectorizer, texts).astype(self.dtype) for vectorizer, texts in pairs]
        return parts[0] if len(parts) == 1 else csr_matrix(hstack(parts, format="csr"))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """ "column: term" for each input."""
        columns = getattr(self, "feature_names_in_", input_features)
        names = columns if columns is not None else [f"x{k}" for k in range(self.n_features_in_)]
        found = [f"{name}: {term}" for name, terms in zip(names, self.terms_, strict=True) for term in terms]
        return np.array(found, dtype=object)

    def width(self) -> int:
        """How many inputs there are."""
        return sum(map(len, self.terms_))

    def _terms_of(self, texts: Texts) -> tuple[list[str], np.ndarray]:
        rows, most = _rows_looked_at(texts), min(self.most_terms, max(_FEWEST, len(texts) // 10))
        for least in dict.fromkeys((min(self.min_rows, max(len(rows), 1)), 1)):
            vectorizer = _vectorizer(min_df=least, max_features=most)
            try:
                vectorizer.fit(rows)
            except ValueError:  # there is no such term
                continue
            return vectorizer.get_feature_names_out().tolist(), vectorizer.idf_
        return [], np.empty(0)


def _vectorizer(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=plain_text, token_pattern=WORD, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float64, **settings
    )


def _vectorizer_of(terms: list[str], idf: np.ndarray) -> TfidfVectorizer | None:
    """As it was fitted; None without a term."""
    if not terms:
        return None
    vectorizer = _vectorizer(vocabulary={term: place for place, term in enumerate(terms)})
    vectorizer.idf_ = idf
    return vectorizer


def _weights(vectorizer: TfidfVectorizer | None, texts: Texts) -> csr_matrix:
    """(n_rows, n_terms); each different text is looked at once."""
    if vectorizer is None:
        return csr_matrix((len(texts), 0))
    known = vectorizer.transform([*texts.known, ""])  # the last stands for a missing one: the code -1
    return known[np.where(texts.codes < 0, len(texts.known), texts.codes)]


def _rows_looked_at(texts: Texts) -> list[str]:
    """The texts of all rows that have one, or of evenly chosen ones where that is too much."""
    codes = texts.codes[texts.there]
    lengths = np.array([len(plain_text(text)) for text in texts.known], dtype=np.int64)
    step = max(1, -(-int(lengths[codes].sum()) // _CHARACTERS)) if len(codes) else 1
    return [texts.known[code] for code in codes[::step]]
