"""What a user may ask of `fit_table`, and the faults in it, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from difflib import get_close_matches
from math import inf
from typing import Any, Literal

from glassprop.architecture.target_scales import SCALES
from glassprop.equations.activation import ActivationName
from glassprop.errors import SettingsError, TableError
from glassprop.ground.text import LONGEST, listed, quoted
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.schema_file import TableSchema
from glassprop.tables.values.absent import LONGEST_ABSENT, MOST_ABSENT
from glassprop.tables.values.category_names import category_name

RECIPES = ("tabular", "plain")
USUAL_RECIPE: Literal["tabular", "plain"] = "tabular"
_TASKS = ("classification", "regression")
TARGET_SCALES = (*SCALES, "auto")
_KINDS = ("number", "category", "date")
_ROLES = (*_KINDS, "keep", "drop")


@dataclass(frozen=True)
class FitOptions:
    """The options of a fit to a table; None means that glassprop decides.

    Attributes
    ----------
    target : str or None
        The column to predict; may be left out where the table knows it (built-in data sets).
    task : {"classification", "regression"} or None
    drop : tuple of str
        Columns that are left out.
    number, category, date : tuple of str
        Columns that are taken as such, whatever they look like.
    keep : tuple of str
        Columns that are used, even if they look like names or numbers of rows.
    missing : tuple of str or number
        Words and numbers that stand for a missing value in every column, in any kind of table.
    missing_in : dict of str to tuple of str or number
        The same by column.
    schema : dict or None
        How the columns are read, as ``table_schema`` gives it; other options go before it.
    target_scale : {"none", "log", "quantile", "poisson", "auto"} or None
        For regression only: the scale that the target is learned on. None or "auto": decide by validation on training
        rows, where the target's shape asks for it.
    weight : str or None
        Column of example weights; no feature.
    class_weight : {"balanced"}, mapping of class to weight, or None
        For classification only.
    group : str or None
        Rows with the same value in this column stay on one side of every split; no feature.
    time : str or None
        The held-out rows are the latest by this column; no feature.
    validation : float or Table
        The held-out part, used for nothing but the final scores: a share of the rows, or a table.
    hidden : tuple of int or None
        Sizes of the hidden layers.
    activation : str or None
    epochs : int or None
        Maximum number of passes over the rows.
    accumulate : int
        Number of batches whose gradients are combined for each step.
    recipe : {"tabular", "plain"}
        How columns become inputs, and which network is trained on them. See docs/tabular.md.
    n_members : int or "auto"
        Number of networks that are trained together and averaged; "auto": as the recipe decides.
    member : {"head", "network"}
        What each of them has for itself, as the estimators take it.
    cross_fit : int, "auto" or None
        Number of networks that are averaged, each trained without one fold of the rows; None: no folds. "auto": 8 with
        the tabular recipe, unless ``n_members`` is given; no folds with the plain one.
    max_time : float or None
        Time limit of the whole fit, in seconds.
    seed : int

    Examples
    --------
    >>> from glassprop.tables import FitOptions
    >>> options = FitOptions(target="churn", drop=("name",), hidden=(64, 32), seed=1)
    >>> options.to_dict()["hidden"]
    [64, 32]
    """

    target: str | None = None
    task: Literal["classification", "regression"] | None = None
    drop: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    missing: tuple[str | float, ...] = ()
    missing_in: Mapping[str, tuple[str | float, ...]] = field(default_factory=dict)
    schema: Mapping[str, Any] | TableSchema | None = None
    target_scale: Literal["none", "log", "quantile", "poisson", "auto"] | str | None = None
    weight: str | None = None
    class_weight: Literal["balanced"] | Mapping[Any, float] | None = None
    group: str | None = None
    time: str | None = None
    validation: float | Table = 0.1
    hidden: tuple[int, ...] | None = None
    activation: ActivationName | str | None = None
    epochs: int | None = None
    accumulate: int = 1
    recipe: Literal["tabular", "plain"] = field(default_factory=lambda: USUAL_RECIPE)
    n_members: int | Literal["auto"] = "auto"
    member: Literal["head", "network"] = "head"
    cross_fit: int | Literal["auto"] | None = "auto"
    max_time: float | None = None
    seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; a validation table is given by its name."""
        plain = replace(self, validation=0.1) if isinstance(self.validation, Table) else self
        plain = replace(plain, schema=None)  # what it says of columns is in the model
        found = asdict(plain)
        if isinstance(self.validation, Table):
            found["validation"] = self.validation.name
        found["schema"] = self.schema is not None
        if isinstance(self.class_weight, Mapping):
            found["class_weight"] = {str(label): float(weight) for label, weight in self.class_weight.items()}
        found["missing_in"] = {name: list(words) for name, words in self.missing_in.items()}
        return {key: list(value) if isinstance(value, tuple | range) else value for key, value in found.items()}


def absent_from(options: FitOptions, name: str) -> frozenset[str]:
    """Words, in lower case, and numbers as text, that stand for a missing value in a column."""
    said = [str(word).strip() for word in (*options.missing, *options.missing_in.get(name, ()))]
    return frozenset(category_name(word).lower() for word in said)


def check_options(options: FitOptions) -> None:
    """Refuse values that cannot be used.

    Raises
    ------
    SettingsError
        All faults in one line.
    """
    faults = []
    if options.task not in (None, *_TASKS):
        faults.append(f"task must be classification or regression, not {quoted(options.task)}")
    if options.class_weight not in (None, "balanced") and not isinstance(options.class_weight, Mapping):
        faults.append(f"class_weight must be 'balanced' or left out, not {quoted(options.class_weight)}")
    bad = [size for size in options.hidden or () if isinstance(size, bool) or size != int(size) or size < 1]
    if bad:
        faults.append(f"hidden layers need sizes of at least 1, not {', '.join(map(str, bad))}")
    if options.epochs is not None and options.epochs < 1:
        faults.append(f"epochs must be at least 1, not {options.epochs}")
    if isinstance(options.accumulate, bool) or options.accumulate != int(options.accumulate) or options.accumulate < 1:
        faults.append(f"accumulate must be a whole number of batches, at least 1, not {options.accumulate}")
    if not _is_number_of_folds(options.cross_fit):
        faults.append(f"cross_fit must be a whole number of folds, at least 2, 'auto' or None, not {options.cross_fit}")
    faults += _faults_of_recipe(options)
    if not 0 <= options.seed < 2**32:
        faults.append(f"seed must be between 0 and 4294967295, not {options.seed}")
    if not isinstance(options.validation, Table) and not 0 < options.validation < 1:
        faults.append(f"validation must be a share between 0 and 1, or a table, not {options.validation}")
    if options.target_scale not in (None, *TARGET_SCALES):
        near = get_close_matches(str(options.target_scale), TARGET_SCALES, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        faults.append(f"target_scale must be {listed(TARGET_SCALES)}, not {quoted(options.target_scale)}{hint}")
    empty = [word for word in _all_missing(options) if not str(word).strip()]
    if empty:
        faults.append("missing has an empty word: empty cells are missing anyhow, leave it out")
    if long := [word for word in _all_missing(options) if len(str(word).strip()) > LONGEST_ABSENT]:
        faults.append(f"missing has words of more than {LONGEST_ABSENT} characters, {quoted(long[0])}: leave them out")
    if (most := len(options.missing) + max(map(len, options.missing_in.values()), default=0)) > MOST_ABSENT:
        faults.append(f"missing has {most:,} words for a column: give {MOST_ABSENT:,} at most")
    if options.group is not None and options.time is not None:
        faults.append("group and time cannot both rule the split: give one of them")
    if faults:
        raise SettingsError("; ".join(faults))


def _faults_of_recipe(options: FitOptions) -> list[str]:
    faults = []
    if options.recipe not in RECIPES:
        faults.append(f"recipe must be {listed(RECIPES)}, not {quoted(options.recipe)}")
    if options.member not in ("head", "network"):
        faults.append(f"member must be 'head' or 'network', not {quoted(options.member)}")
    n = options.n_members
    if n != "auto" and (isinstance(n, bool | str) or n != int(n) or n < 1):
        faults.append(f"n_members must be a whole number, at least 1, or 'auto', not {n}")
    if options.max_time is not None and not 0 < options.max_time < inf:
        faults.append(f"max_time must be a number of seconds above 0, not {options.max_time}")
    if isinstance(n, int) and n > 1 and isinstance(options.cross_fit, int) and not faults:
        faults.append(
            f"cross_fit={options.cross_fit} makes a member of each fold, and n_members={n} is asked for: leave one out"
        )
    return faults


def _is_number_of_folds(asked: object) -> bool:
    return asked in (None, "auto") or (isinstance(asked, int) and not isinstance(asked, bool) and asked >= 2)


def check_columns(options: FitOptions, table: Table) -> str:
    """Find the target's name and see that every named column is there and has one use.

    Raises
    ------
    TableError
        All faults in one line, each unknown column with the nearest that there is.
    """
    columns = table.columns
    target = options.target if options.target is not None else table.target
    named = [("target", target), ("weight", options.weight), ("group", options.group), ("time", options.time)]
    faults = [] if target is not None else [f"no target is named: choose one of {listed(columns)}"]
    uses = [(use, name) for use, name in named if name is not None]
    uses += [(role, name) for role in _ROLES for name in getattr(options, role)]
    asked = uses + [("missing", name) for name in options.missing_in]
    if isinstance(options.schema, TableSchema):
        others = {name for _, name in asked}
        asked += [("the schema", reading.name) for reading in options.schema.readings if reading.name not in others]
    faults += [_unknown(use, name, columns) for use, name in asked if name not in columns]
    for name in dict.fromkeys(name for _, name in uses):
        double = list(dict.fromkeys(use for use, other in uses if other == name))
        if len(double) > 1 and not ("keep" in double and len(double) == 2 and double[0] in _KINDS):
            faults.append(f"column {quoted(name)} cannot be {' and '.join(double)} at once")
    if faults or target is None:
        raise TableError(f"{table.name}: " + "; ".join(faults))
    return target


def _all_missing(options: FitOptions) -> list[str | float]:
    return [*options.missing, *(word for words in options.missing_in.values() for word in words)]


def _unknown(use: str, name: str, columns: list[str]) -> str:
    # Not among very long ones: comparing two texts takes time that grows with the product of their lengths.
    lower = {column.lower(): column for column in columns if len(column) <= LONGEST}
    near = get_close_matches(name.lower()[:LONGEST], lower, n=1)
    hint = f"did you mean {quoted(lower[near[0]])}?" if near else f"there are {listed(columns)}"
    return f"there is no column {quoted(name)} for {use}: {hint}"
