"""PyTorch on CPU: indexing rather than a DataLoader, fused steps; eager, or with the forward pass compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

from bench.cases import RATE, Case
from bench.competitors.base import Competitor

_ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}
_OPTIMIZERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


class Torch(Competitor):
    name = "torch"

    def __init__(self, case: Case, *, threads: int = 2, compiled: bool = False, **options: Any) -> None:
        torch.manual_seed(0)
        self.threads = threads
        X, Y, y = case.data()
        self.X, self.batch = torch.from_numpy(X), case.batch
        self.y = torch.from_numpy(y if case.classes else Y)
        layers: list[nn.Module] = []
        for l, (n_in, n_out) in enumerate(case.products):
            layers.append(nn.Linear(n_in, n_out, dtype=getattr(torch, case.dtype)))
            if l < len(case.products) - 1:
                layers.append(_ACTIVATIONS[case.activation]())
                layers += [nn.Dropout(case.dropout)] * bool(case.dropout)
        self.model = nn.Sequential(*layers)
        self.linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        with torch.no_grad():
            for layer, (w, b) in zip(self.linear, case.start(), strict=True):
                layer.weight.copy_(torch.from_numpy(w.T.copy()))
                layer.bias.copy_(torch.from_numpy(b))
        self.cost = nn.CrossEntropyLoss() if case.classes else lambda a, y: ((a - y) ** 2).sum(dim=1).mean()
        self.optimizer = _OPTIMIZERS[case.optimizer](self.model.parameters(), lr=RATE, fused=True)
        self.forward = torch.compile(self.model) if compiled else self.model

    @staticmethod
    def obstacle(case: Case) -> str:
        return "a batch of sparse rows cannot be indexed" if case.density else ""

    def epochs(self, k: int) -> None:
        torch.set_num_threads(self.threads)
        n = len(self.X)
        for _ in range(k):
            order = torch.randperm(n)
            for start in range(0, n, self.batch):
                rows = order[start : start + self.batch]
                self.optimizer.zero_grad(set_to_none=True)
                self.cost(self.forward(self.X[rows]), self.y[rows]).backward()
                self.optimizer.step()

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in self.linear]
