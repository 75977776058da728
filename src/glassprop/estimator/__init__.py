"""MLPClassifier and MLPRegressor: the core, with the interface of scikit-learn's estimators."""
