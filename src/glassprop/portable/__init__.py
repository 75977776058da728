"""A fitted model in the languages it is deployed in: ONNX, C, PyTorch, scikit-learn's own."""
