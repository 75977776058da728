"""scikit-learn manners over the core: MLPClassifier and MLPRegressor."""
