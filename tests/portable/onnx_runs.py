"""Runs ONNX models for tests, by a runtime that knows nothing of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime


def session_of(model: Any) -> onnxruntime.InferenceSession:
    """The model in onnxruntime; its bytes, so that what is read is what would be in a file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else model.SerializeToString()
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(model: Any, **inputs: Any) -> dict[str, np.ndarray]:
    """What every output is for these inputs, by name."""
    return run_named(model, inputs)


def run_named(model: Any, inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    """The same, for names that are no words of Python."""
    session = model if isinstance(model, onnxruntime.InferenceSession) else session_of(model)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))
