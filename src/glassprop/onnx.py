"""ONNX by way of scikit-learn's converter: importing this makes our estimators and steps known to skl2onnx.

``glassprop.to_onnx(model)`` writes a whole model of ours without it. For pipelines of scikit-learn's steps and wrappers
around ours there is ``skl2onnx.to_onnx(pipeline, X[:1])``, after ``import glassprop.onnx``.

Examples
--------
>>> import glassprop.onnx
>>> import skl2onnx
>>> from sklearn.datasets import load_iris
>>> from sklearn.pipeline import make_pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> from glassprop import MLPClassifier
>>> X, y = load_iris(return_X_y=True)
>>> pipeline = make_pipeline(StandardScaler(), MLPClassifier((8,), solver="lbfgs", random_state=0, max_iter=50))
>>> onx = skl2onnx.to_onnx(pipeline.fit(X, y), X[:1], options={"zipmap": False})
>>> [output.name for output in onx.graph.output]
['label', 'probabilities']
"""

from __future__ import annotations

from glassprop.portable.onnx_converters import register

__all__ = ["register"]

register()
