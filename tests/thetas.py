"""A callback that keeps θ of each epoch."""

from __future__ import annotations

from typing import Any

import numpy as np


class Thetas:
    """Keeps θ of each epoch."""

    def __init__(self) -> None:
        self.seen: list[np.ndarray] = []

    def setup(self, estimator: Any, context: Any) -> None:
        pass

    teardown = on_fit_task_begin = setup

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        if context.parent is not None:
            self.seen.append(estimator.theta_.copy())
