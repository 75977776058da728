"""The recipe with one part left out or changed, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glassprop.tables.encoding.recipe_inputs import InputRules
from glassprop.tables.schema.recipe import Recipe


@dataclass(frozen=True)
class Variant:
    """What is other than in the recipe.

    Attributes
    ----------
    name : str
    recipe, inputs, arguments : mapping
        Of ``Recipe``, ``InputRules`` and the estimator.
    plain_start : bool
        Layers start as layers do by default, whatever the data.
    folds : bool
        Networks of all folds, averaged, in place of one.
    """

    name: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    plain_start: bool = False
    folds: bool = False

    def of_recipe(self) -> Recipe:
        """The recipe as it is in this variant."""
        return replace(Recipe(), **self.recipe)

    def of_inputs(self) -> InputRules:
        """How columns become inputs in this variant."""
        return replace(InputRules(), **self.inputs)


BASE = Variant("the recipe, one network")
VARIANTS = (
    BASE,
    Variant("networks of 8 folds", folds=True),
    Variant("networks of 8 folds, a temperature each", arguments={"temperature": True}, folds=True),
    Variant("networks of 8 folds, frequencies of 0.1", {"sigmas": (0.1,)}, folds=True),
    Variant("networks of 16 folds", {"folds": 16}, folds=True),
    Variant("networks of 4 folds", {"folds": 4}, folds=True),
    Variant("networks of 8 folds, layers of 256", {"hidden": (256, 256, 256)}, folds=True),
    Variant("networks of 8 folds, trained Mish", {"activation": "blended_mish", "parametric": True}, folds=True),
    Variant("networks of 8 folds, five times the weight decay", {"weight_decay": 0.1}, folds=True),
    Variant("networks of 8 folds, 4 heads each", {"members": 4}, folds=True),
    Variant("8 heads", {"members": 8}),
    Variant("numbers not embedded", {"most_embedded": 0}),
    Variant("8 waves in place of 16", {"frequencies": 8}),
    Variant("frequencies of 0.3 in place of 0.1", {"sigmas": (0.3,)}),
    Variant("input factors at the common learning rate", {"scale_rate": 1.0}),
    Variant("biases at the common learning rate", {"bias_rate": 1.0}),
    Variant("embeddings at the common learning rate", {"embedding_rate": 1.0}),
    Variant("beta_2 0.999", {"beta_2": 0.999}),
    Variant("a constant learning rate", {"learning_rate": "constant"}),
    Variant("one_cycle in place of coslog4", {"learning_rate": "one_cycle"}),
    Variant("half the learning rate", {"rate_of_classes": 0.02, "rate_of_amounts": 0.1}),
    Variant("twice the learning rate", {"rate_of_classes": 0.08, "rate_of_amounts": 0.4}),
    Variant("no weight decay", {"weight_decay": 0.0}),
    Variant("five times the weight decay", {"weight_decay": 0.1}),
    Variant("dropout 0.15, flat_cos", {"dropout": 0.15}),
    Variant("label smoothing 0.1", {"label_smoothing": 0.1}),
    Variant("trained SELU", {"activation": "blended_selu", "parametric": True}),
    Variant("trained Mish", {"activation": "blended_mish", "parametric": True}),
    Variant("data-independent initialization", plain_start=True),
    Variant("no temperature", {"temperature": False}),
    Variant("the last epoch, not the best", arguments={"early_stopping": False, "temperature": False}),
    Variant("all epochs, the best kept", {"patience": 1.0}),
    Variant("32 epochs", {"epochs": 32}),
    Variant("128 epochs", {"epochs": 128}),
    Variant("2 layers", {"hidden": (128, 128)}),
    Variant("layers of 256", {"hidden": (256, 256, 256)}),
    Variant("layers of 64", {"hidden": (64, 64, 64)}),
    Variant("batches of 32", {"batch_sizes": ((0, 32),)}),
    Variant("batches of 64", {"batch_sizes": ((0, 64),)}),
    Variant("batches of 128", {"batch_sizes": ((0, 128),)}),
    Variant("batches of 256", {"batch_sizes": ((0, 256),)}),
    Variant("numbers squeezed at 3", inputs={"limit": 3.0}),
    Variant("numbers by quartiles, no logarithm", inputs={"scaling": "quartiles"}),
    Variant("numbers standardized, squeezed at 5", inputs={"scaling": "standard", "limit": 5.0}),
    Variant("numbers by rank", inputs={"scaling": "quantile", "limit": None}),
    Variant("no means of the target", inputs={"share": 1.0}),
    Variant("up to 8 categories one-hot", inputs={"most_one_hot": 8}),
)
BY_NAME = {variant.name: variant for variant in VARIANTS}
