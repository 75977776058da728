"""What the recipe for tables is: every constant of its network and training, as one frozen record.

Where each constant comes from, and what leaving it out costs: docs/recipe.md, docs/decisions/0034-the-recipe.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Literal

from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.layers.scale import Scale


@dataclass(frozen=True)
class Recipe:
    """The network of the recipe and how it is trained; "paper" is RealMLP's (arXiv 2407.04491).

    Attributes
    ----------
    hidden : tuple of int
        Sizes of the hidden layers.
    activation : str
        Of the hidden layers.
    parametric : bool
        Whether the activation's parameter is trained.
    dropout : float
        Of the hidden layers, under `dropout_schedule`.
    numbers_each, frequencies : int
        Of the embedding of numbers, as ``PeriodicEmbedding`` takes them.
    sigmas : tuple of float
        Its frequencies' deviations at the start: those of the networks of folds in turn; one alone has the first.
    most_embedded : int
        With more numbers than that, they stand as they are.
    categories_each : int
        Numbers that a category becomes.
    rate_of_classes, rate_of_amounts : float
        Highest learning rate, of weights as they are before they are divided by the root of the inputs' number.
    embedding_rate, scale_rate, bias_rate, activation_rate : float
        What it is multiplied by.
    folds : int
        Networks of the whole: each is trained on all rows but those of its fold, which tell when it is best.
    members : int
        Heads of each of them: trained together, with scalings and an output of their own.
    epochs : int
        Of a whole training of up to `rows_of_epochs` rows; with more rows fewer, by the root, at least `least_epochs`.
    patience : float
        Training stops after so large a part of its epochs without a better one; the best epoch's parameters are kept.
    batch_sizes : tuple of (int, int)
        Up to how many rows to learn from, so many a step; the last counts for all above.
    """

    hidden: tuple[int, ...] = (128, 128, 128)
    activation: str = "relu"
    parametric: bool = False
    dropout: float = 0.0
    dropout_schedule: Literal["flat_cos"] | None = "flat_cos"
    numbers_each: int = 4
    frequencies: int = 16
    sigmas: tuple[float, ...] = (0.1, 0.3)
    most_embedded: int = 128
    categories_each: int = 8
    rate_of_classes: float = 0.04
    rate_of_amounts: float = 0.2
    embedding_rate: float = 0.1
    scale_rate: float = 6.0
    bias_rate: float = 0.1
    activation_rate: float = 0.1
    learning_rate: Literal["coslog4"] = "coslog4"
    beta_2: float = 0.95
    weight_decay: float = 0.02
    decay_schedule: Literal["flat_cos"] | None = "flat_cos"
    folds: int = 8
    members: int = 1
    epochs: int = 64
    rows_of_epochs: int = 10_000
    least_epochs: int = 16
    patience: float = 1 / 3
    batch_sizes: tuple[tuple[int, int], ...] = ((1_500, 64), (30_000, 128), (100_000, 256), (0, 512))
    label_smoothing: float = 0.0
    temperature: bool = True

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self) | {"hidden": list(self.hidden)}

    def batch_rows(self, rows: int) -> int:
        """Rows of a step."""
        size = next((size for limit, size in self.batch_sizes if rows <= limit), self.batch_sizes[-1][1])
        return max(1, min(size, rows))

    def epochs_of(self, rows: int) -> int:
        """Epochs of a whole training."""
        if rows <= self.rows_of_epochs:
            return self.epochs
        return min(self.epochs, max(self.least_epochs, round(self.epochs * sqrt(self.rows_of_epochs / rows))))

    def layers(
        self, numbers: Sequence[int], codes: Sequence[tuple[int, int]], n_inputs: int, turn: int = 0
    ) -> list[LayerKind]:
        """The layers before the output.

        numbers: which inputs are embedded as numbers; codes: which are codes of categories, and of how many; all others
        come as they are. turn: the number of a network among those of all folds.
        """
        found: list[LayerKind] = []
        n = n_inputs
        numbers = numbers if len(numbers) <= self.most_embedded else ()
        if numbers:
            found.append(self._of_numbers(numbers, self.sigmas[turn % len(self.sigmas)]))
            n += len(numbers) * (self.numbers_each - 1)
        if codes:
            rest = [column for column in range(n_inputs) if column not in set(numbers)]  # they come first, then numbers
            sizes = [size for _, size in codes]
            places = [rest.index(column) for column, _ in codes]
            found.append(CategoryEmbedding(places, sizes, self.categories_each, decays={"t": 1.0}))
            n += len(codes) * (self.categories_each - 1)
        several = self.members > 1
        start: Literal["normal", "ones"] = "normal" if several else "ones"
        found.append(
            Scale(initial=start, own=several, rates={"s": self.scale_rate}, decays={"s": 0.0 if several else 1.0})
        )
        for size in self.hidden:
            found.append(self._hidden(size, n))
            n = size
        return found

    def _of_numbers(self, numbers: Sequence[int], sigma: float) -> PeriodicEmbedding:
        rates = dict.fromkeys(("f", "c", "w", "e"), self.embedding_rate)
        return PeriodicEmbedding(numbers, self.numbers_each, self.frequencies, sigma, rates=rates)

    def _hidden(self, size: int, n_in: int) -> Layer:
        parametric = {"p": self.activation_rate} if self.parametric else {}
        rates = self._rates(n_in) | parametric
        return Layer(
            size,
            self.activation,
            self.dropout,
            "data",
            parametric=self.parametric,
            rates=rates,
            decays=self._decays(n_in),
        )

    def output_options(self) -> dict[str, Any]:
        """What the output layer is told, as the estimators take it."""
        n_in = self.hidden[-1]
        return {"initial": "data", "rates": self._rates(n_in), "decays": self._decays(n_in)}

    def _rates(self, n_in: int) -> dict[str, float]:
        """The paper trains w in z = a wᵀ / √n_in; on W = w / √n_in Adam's steps are as many times smaller."""
        return {"w": 1 / sqrt(n_in), "b": self.bias_rate}

    def _decays(self, n_in: int) -> dict[str, float]:
        """Weights shrink as w does: a block's rate counts in its decay, and is taken out again."""
        return {"w": sqrt(n_in)}

    def arguments(self, rows: int, classification: bool) -> dict[str, Any]:
        """What the estimators are told besides layers, for so many rows to learn from."""
        epochs = self.epochs_of(rows)
        found: dict[str, Any] = {
            "solver": "adamw",
            "alpha": 0.0,
            "batch_size": self.batch_rows(rows),
            "learning_rate": self.learning_rate,
            "learning_rate_init": self.rate_of_classes if classification else self.rate_of_amounts,
            "beta_2": self.beta_2,
            "weight_decay": self.weight_decay,
            "decay_schedule": self.decay_schedule,
            "dropout_schedule": self.dropout_schedule if self.dropout else None,
            "max_iter": epochs,
            "n_iter_no_change": max(1, round(self.patience * epochs)),
            "tol": 0.0,
            "scoring": "loss",
            "n_members": self.members,
            "output_options": self.output_options(),
        }
        of_classes = {"label_smoothing": self.label_smoothing, "temperature": self.temperature}
        return found | of_classes if classification else found
