"""Estimators that take tables as they are: scikit-learn's manners around what `fit_table` does."""
