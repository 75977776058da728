"""The steps and estimators that a model file knows, by name: ``table.py`` is the list, the others fill it."""
