"""Which rows of the training data drove a prediction, by products of gradients along a training."""
