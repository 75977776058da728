"""By which settings a table's columns become inputs, and its network is built: one entry for each recipe.

What trains knows none of them: it asks for steps, and of fitted steps for unfitted networks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf
from typing import Any, Protocol

from glassprop.estimator.classifier import MLPClassifier
from glassprop.estimator.regressor import MLPRegressor
from glassprop.layers.dense import Layer
from glassprop.network import Network
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.recipe_inputs import recipe_encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import final_step
from glassprop.tables.fitting.final_step import ClassWeight
from glassprop.tables.fitting.small_tables import FoldsChoice
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.recipe import Recipe
from glassprop.tables.schema.request import FitOptions

# Fewer rows than that are learned with less error by the plain recipe's networks: docs/decisions/0023-small-tables.md.
FEW_ROWS = 150
TRIED_ROWS = 2_000  # with fewer, folds of the table itself say which recipe does: docs/decisions/0035-few-rows.md


@dataclass(frozen=True)
class Wanted:
    """What is asked of one network.

    Attributes
    ----------
    rows : int
        It is to learn from.
    seed : int
    stop_early : bool
        Whether rows that it does not learn from tell when it is best.
    classification : bool
    class_weight : {"balanced"}, mapping or None
    loss : str
        Of amounts.
    weight_decay : float or None
        Other than usual.
    epochs : int or None
        Other than usual.
    alone : bool
        Without members, and as sure as it is: it is to be one of several.
    max_time : float or None
        Seconds that training is to take.
    """

    rows: int
    seed: int
    stop_early: bool
    classification: bool
    class_weight: ClassWeight = None
    loss: str = "squared_error"
    weight_decay: float | None = None
    epochs: int | None = None
    alone: bool = False
    max_time: float | None = None


class Builder(Protocol):
    """Makes unfitted networks for the inputs of fitted steps."""

    @property
    def settings(self) -> Defaults:
        """How rows are divided, and what folds may cost."""

    @property
    def decays(self) -> tuple[float, ...]:
        """Weight decays that small tables try, the usual one first."""

    def epochs(self, rows: int) -> int:
        """Of a whole training on so many rows."""

    def steps(self, rows: int) -> int:
        """Of an epoch."""

    def weights(self, n_inputs: int) -> int:
        """How many a network has, about."""

    def build(self, wanted: Wanted) -> Any:
        """An unfitted estimator."""

    def told(self, by_folds: FoldsChoice | None) -> dict[str, Any]:
        """The settings as they were used, JSON-able. by_folds: what folds have chosen."""


class Manner(Protocol):
    """How a table is made inputs, and what makes networks for these."""

    @property
    def name(self) -> str:
        """Of its recipe, as `FitOptions` has it."""

    def steps(self, schema: Schema, dtype: str, *, classification: bool) -> TablePipeline:
        """Unfitted steps: table -> array (n_rows, n_inputs)."""

    def builder(self, steps: TablePipeline, n_inputs: int) -> Builder:
        """For the inputs that fitted steps make."""


@dataclass(frozen=True)
class PlainBuilder:
    """Networks by the defaults of tables: a few dense layers."""

    settings: Defaults
    n_members: int = 1
    member: str = "head"

    @property
    def decays(self) -> tuple[float, ...]:
        """As `Builder` says."""
        return tuple(dict.fromkeys((self.settings.weight_decay, self.settings.small_weight_decay)))

    def epochs(self, rows: int) -> int:
        """As `Builder` says."""
        return self.settings.epochs

    def steps(self, rows: int) -> int:
        """As `Builder` says."""
        return -(-rows // self.settings.batch_rows(rows))

    def weights(self, n_inputs: int) -> int:
        """As `Builder` says."""
        return sum(one * other for one, other in pairwise((n_inputs, *self.settings.hidden, 1)))

    def build(self, wanted: Wanted) -> Any:
        """As `Builder` says."""
        changes: dict[str, Any] = {"weight_decay": wanted.weight_decay, "epochs": wanted.epochs}
        changes = {name: value for name, value in changes.items() if value is not None}
        return final_step.build(
            classification=wanted.classification,
            class_weight=wanted.class_weight,
            seed=wanted.seed,
            rows=wanted.rows,
            stop_early=wanted.stop_early,
            defaults=replace(self.settings, **changes),
            loss=wanted.loss,
            n_members=1 if wanted.alone else self.n_members,
            member=self.member,
            max_time=wanted.max_time,
        )

    def told(self, by_folds: FoldsChoice | None) -> dict[str, Any]:
        """As `Builder` says."""
        settings = self.settings if by_folds is None else replace(self.settings, weight_decay=by_folds.weight_decay)
        return settings.to_dict()


@dataclass(frozen=True)
class Plain:
    """The manner of the defaults: numbers scaled, categories one-hot."""

    settings: Defaults
    options: FitOptions
    name: str = "plain"

    def steps(self, schema: Schema, dtype: str, *, classification: bool) -> TablePipeline:
        """As `Manner` says."""
        return TablePipeline(encoder(schema, self.settings, dtype).steps)

    def builder(self, steps: TablePipeline, n_inputs: int) -> PlainBuilder:
        """As `Manner` says."""
        n_members = self.options.n_members
        return PlainBuilder(self.settings, n_members if isinstance(n_members, int) else 1, self.options.member)


@dataclass(frozen=True)
class RecipeBuilder:
    """Networks by the recipe for tables: embeddings, scalings, members.

    numbers, codes: what of the inputs is to be embedded, as the steps say.
    """

    recipe: Recipe
    settings: Defaults
    options: FitOptions
    numbers: tuple[int, ...]
    codes: tuple[tuple[int, int], ...]
    n_inputs: int

    @property
    def decays(self) -> tuple[float, ...]:
        """As `Builder` says."""
        return (self.recipe.weight_decay,)

    def epochs(self, rows: int) -> int:
        """As `Builder` says."""
        return int(self.recipe.arguments(rows, True)["max_iter"])

    def steps(self, rows: int) -> int:
        """As `Builder` says."""
        return -(-rows // int(self.recipe.arguments(rows, True)["batch_size"]))

    def weights(self, n_inputs: int) -> int:
        """As `Builder` says."""
        layers = self.recipe.layers(self.numbers, self.codes, self.n_inputs)
        return Network(self.n_inputs, [*layers, Layer(1, "identity")]).layout.size

    def build(self, wanted: Wanted) -> Any:
        """As `Builder` says."""
        classification, (count, member) = wanted.classification, self._members(wanted)
        recipe = replace(self.recipe, members=count if member == "head" else 1)
        turn = (
            wanted.seed if wanted.alone and wanted.stop_early else 0
        )  # networks of folds have seeds one after another
        arguments: dict[str, Any] = recipe.arguments(wanted.rows, classification)
        arguments |= {
            "layers": recipe.layers(self.numbers, self.codes, self.n_inputs, turn),
            "random_state": wanted.seed,
            "early_stopping": wanted.stop_early,
            "max_time": wanted.max_time,
            "n_members": count,
            "member": member,
            "temperature": self.recipe.temperature and wanted.stop_early and not wanted.alone and classification,
        }
        if wanted.weight_decay is not None:
            arguments["weight_decay"] = wanted.weight_decay
        if wanted.epochs is not None:
            arguments["max_iter"] = wanted.epochs
        if wanted.max_time is not None or wanted.epochs is not None or self.options.epochs is not None:
            arguments["n_iter_no_change"] = inf  # how long it takes has been said
        if classification:
            return MLPClassifier(**arguments | {"class_weight": wanted.class_weight})
        del arguments["temperature"]
        return MLPRegressor(**arguments | {"loss": wanted.loss})

    def _members(self, wanted: Wanted) -> tuple[int, str]:
        """How many, and what each has for itself."""
        if wanted.alone:
            return self.recipe.members, "head"
        if self.options.n_members != "auto":
            return int(self.options.n_members), self.options.member
        if wanted.stop_early:  # as many networks as there would be folds, judged by the same rows
            return self.recipe.folds, "network"
        return self.recipe.members, "head"

    def told(self, by_folds: FoldsChoice | None) -> dict[str, Any]:
        """As `Builder` says."""
        found = self.recipe.to_dict()
        return found if by_folds is None else found | {"weight_decay": by_folds.weight_decay}


@dataclass(frozen=True)
class Tabular:
    """The manner of the recipe for tables: numbers by their own shape, many categories as codes."""

    recipe: Recipe
    settings: Defaults
    options: FitOptions
    name: str = "tabular"

    def steps(self, schema: Schema, dtype: str, *, classification: bool) -> TablePipeline:
        """As `Manner` says."""
        return recipe_encoder(schema, dtype=dtype, target="classes" if classification else "amounts")

    def builder(self, steps: TablePipeline, n_inputs: int) -> RecipeBuilder:
        """As `Manner` says."""
        return RecipeBuilder(self.recipe, self.settings, self.options, steps.numbers_, steps.codes_, n_inputs)


def manners_of(options: FitOptions, settings: Defaults, rows: int, *, folds: bool) -> tuple[Manner, ...]:
    """Those that are tried, first the one that is followed unless another does better.

    folds: whether rows are kept apart by which two can be told apart; where there are none, it is one, and so it is
    where it was asked how many folds there are to be.
    """
    plain = Plain(settings, options)
    if options.recipe == "plain" or rows < FEW_ROWS:
        return (plain,)
    tabular = Tabular(_recipe_as_asked(options), settings, options)
    return (tabular, plain) if folds and rows < TRIED_ROWS and options.cross_fit == "auto" else (tabular,)


def _recipe_as_asked(options: FitOptions) -> Recipe:
    """The recipe with what the options say in its place."""
    recipe = Recipe()
    asked: dict[str, Any] = {"hidden": options.hidden, "epochs": options.epochs}
    if options.activation is not None:
        asked |= {"activation": options.activation, "parametric": False}
    if options.epochs is not None:
        asked |= {"least_epochs": options.epochs}
    asked["batch_sizes"] = tuple((rows, size * options.accumulate) for rows, size in recipe.batch_sizes)
    return replace(recipe, **{name: value for name, value in asked.items() if value is not None})
