"""What files call types, and which kinds those are, wherever they live now.

These names never change: files of format 1 have them, and so have steps that skops writes into files of format 2.
"""

from __future__ import annotations

from functools import cache

from glassprop.export.kinds.all_kinds import KINDS

NAMES = {
    "glassprop.estimator.classifier.MLPClassifier": "mlp_classifier",
    "glassprop.estimator.regressor.MLPRegressor": "mlp_regressor",
    "glassprop.tables.encode.Bounded": "bounded",
    "glassprop.tables.encode.TypedColumns": "table_columns",
    "glassprop.tables.encoding.column_scaler.ColumnScaler": "column_scaler",
    "sklearn.compose._column_transformer.ColumnTransformer": "column_transformer",
    "sklearn.decomposition._pca.PCA": "pca",
    "sklearn.feature_selection._variance_threshold.VarianceThreshold": "variance_threshold",
    "sklearn.impute._base.MissingIndicator": "missing_indicator",
    "sklearn.impute._base.SimpleImputer": "simple_imputer",
    "sklearn.pipeline.FeatureUnion": "feature_union",
    "sklearn.pipeline.Pipeline": "pipeline",
    "sklearn.preprocessing._data.Binarizer": "binarizer",
    "sklearn.preprocessing._data.MaxAbsScaler": "max_abs_scaler",
    "sklearn.preprocessing._data.MinMaxScaler": "min_max_scaler",
    "sklearn.preprocessing._data.Normalizer": "normalizer",
    "sklearn.preprocessing._data.PowerTransformer": "power_transformer",
    "sklearn.preprocessing._data.QuantileTransformer": "quantile_transformer",
    "sklearn.preprocessing._data.RobustScaler": "robust_scaler",
    "sklearn.preprocessing._data.StandardScaler": "standard_scaler",
    "sklearn.preprocessing._encoders.OneHotEncoder": "one_hot_encoder",
    "sklearn.preprocessing._encoders.OrdinalEncoder": "ordinal_encoder",
    "sklearn.preprocessing._function_transformer.FunctionTransformer": "identity",
}
LABELS = "sklearn.preprocessing._label.LabelBinarizer"  # part of a classifier, and no kind by itself


@cache
def moved() -> dict[str, str]:
    """The names of our types that live elsewhere now -> where."""
    homes = {name: KINDS[kind].type() for name, kind in NAMES.items() if name.startswith("glassprop.")}
    now = {name: f"{home.__module__}.{home.__qualname__}" for name, home in homes.items()}
    return {name: home for name, home in now.items() if home != name}
