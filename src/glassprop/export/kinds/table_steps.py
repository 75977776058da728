"""The steps that a table's columns go through, as kinds; and what the model that ``train`` makes must look like."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from glassprop.export.kinds.holders import width_of
from glassprop.export.kinds.kind import Kind, add, kind_of
from glassprop.export.kinds.scikit_values import Categories, has_shape
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Field, Flag, Mapped, Maybe, Object, Real, Several, Text, Whole, Word, told
from glassprop.tables.encoding.category_inputs import CATEGORY_FORMS
from glassprop.tables.encoding.column_scale import FORMS, KNOTS, SCALINGS
from glassprop.tables.encoding.news import TYPES
from glassprop.tables.encoding.target_means import MOST_CLASSES
from glassprop.tables.schema.readings import KINDS, Reading, Schema
from glassprop.tables.values.absent import LONGEST_ABSENT, MOST_ABSENT
from glassprop.tables.values.cells import LARGEST, MISSING, SMALLEST
from glassprop.tables.values.circles import DAY
from glassprop.tables.values.moments import END, FIRST
from glassprop.tables.values.written_dates import ORDERS

_COLUMNS = Several(Text())
_SMALLEST_LIMIT = 1e-150
_BY_RANK = ("quantile", "both")
_MOST_SCORE = 40.0
_ENDS = {"number": (-LARGEST, LARGEST), "date": (FIRST / DAY, END / DAY), "time": (0.0, 24.0)}  # of what is read
_LONGEST_TERM, _MOST_TERMS = 1000, 100_000
_LARGEST_IDF = 50  # 1 + ln(rows), and no table has e^49 of them
_MARK, _ORDER = Word(".", ","), Word(*ORDERS, "")
_WORDS = Several(Text(LONGEST_ABSENT), most=MOST_ABSENT)
_READING = Object(
    {"name": Text(), "kind": Word(*KINDS)},
    {
        "decimal": _MARK,
        "order": _ORDER,
        "clock": Flag(),
        "missing": _WORDS,
        "quoted": Flag(),
        "absent": _WORDS,
        "aliases": Mapped(Text()),
    },
)
_SEEN = Object({}, {"type": Word(*TYPES), "low": Real(), "high": Real()})
# What version 1 had: words for missing were the same for all columns.
_EARLIER: dict[str, Field] = {
    "numbers": Mapped(_MARK),
    "dates": Mapped(_ORDER),
    "clocks": _COLUMNS,
    "categories": _COLUMNS,
}


def _typed_state(typed: Any) -> dict[str, Any]:
    state = dict(vars(typed))  # of a file of format 1 they are those of version 1
    return state | {"schema": state["schema"].to_list()} if "schema" in state else state


def _restore_typed(made: Any, found: dict[str, Any]) -> None:
    readings = found.pop("schema", None)
    earlier = {name: found.pop(name) for name in _EARLIER if name in found}
    if (readings is None) != (earlier.keys() == _EARLIER.keys()) or (readings is not None and earlier):
        raise Misfit("its columns", "a schema is needed, or numbers, dates, clocks and categories")
    made.schema = Schema.from_list(readings) if readings is not None else _earlier_schema(**earlier)
    vars(made).update(found)


def _earlier_schema(numbers: dict[str, str], dates: dict[str, str], clocks: list[str], categories: list[str]) -> Schema:
    """Of version 1."""
    if not set(clocks) <= dates.keys() or len(set(clocks)) != len(clocks):
        raise Misfit("its columns", "its clocks must be columns of dates")
    words = tuple(sorted(MISSING))
    return Schema(
        (
            *(Reading(name, "number", decimal=mark, missing=words) for name, mark in numbers.items()),
            *(Reading(name, "date", order=o, clock=name in clocks, missing=words) for name, o in dates.items()),
            *(Reading(name, "category", missing=words) for name in categories),
        )
    )


def _columns_fit(made: Any, at: str) -> None:
    names = made.columns()
    if len(set(names)) != len(names) or not names:
        raise Misfit(at, "a column stands twice, or there is none")
    _seen_fits(made, f"{at}.seen_")


def _seen_fits(made: Any, at: str) -> None:
    """What training saw is of these columns, and its ends are such as these can have."""
    kinds = {reading.name: reading.kind for reading in made.schema}
    for name, seen in getattr(made, "seen_", {}).items():
        ends = [seen[end] for end in ("low", "high") if end in seen]
        if name not in kinds or len(ends) == 1 or (ends and kinds[name] not in _ENDS):
            raise Misfit(at, f"{told(name)} is no column, or has one end, or is of a kind that has none")
        low, high = _ENDS.get(kinds[name], (0.0, 0.0))
        if ends and not low <= ends[0] <= ends[1] <= high:
            raise Misfit(at, f"the ends of {told(name)} are from {ends[0]:g} to {ends[1]:g}, which it cannot have")


def _scales_fit(made: Any, at: str) -> None:
    """Columns and their scales are as many, within the bounds of cells; knots rise."""
    if not hasattr(made, "unit_") and not hasattr(made, "origin_"):  # of version 1: nothing is bent
        made.origin_, made.unit_ = np.zeros(made.n_features_in_), np.zeros(made.n_features_in_)
    for name in ("center_", "scale_", "knots_", "origin_", "unit_"):
        has_shape(made, name, (made.n_features_in_,), at)
    counts = made.knots_
    ranked = np.array([form in _BY_RANK for form in made.forms_], dtype=bool)
    if len(ranked) != len(counts):
        raise Misfit(f"{at}.forms_", "it must have one for each column")
    if not np.where(ranked, (counts > 1) & (counts <= KNOTS), counts == 0).all():
        raise Misfit(f"{at}.knots_", f"columns by rank have from 2 to {KNOTS}, and others none")
    bent = np.array([form == "log" for form in made.forms_], dtype=bool)
    if not np.where(bent, (made.unit_ >= SMALLEST) & (made.unit_ <= LARGEST), made.unit_ == 0).all():
        raise Misfit(f"{at}.unit_", "columns by logarithms have one, and others none")
    for name in ("at_", "to_"):
        has_shape(made, name, (int(counts.sum()),), at)
    within = (
        max(np.abs(made.center_).max(), np.abs(made.origin_).max()) <= LARGEST and (np.abs(made.at_) <= LARGEST).all()
    )
    if not within or made.scale_.min() < SMALLEST or (np.abs(made.to_) > _MOST_SCORE).any():
        raise Misfit(at, "its scales are beyond what numbers of a table are")
    inside = np.ones(len(made.at_), dtype=bool)  # of one column: the last of one and the first of the next may be any
    inside[np.cumsum(counts[counts > 0])[:-1]] = False
    if (np.diff(made.at_)[inside[1:]] <= 0).any() or (np.diff(made.to_)[inside[1:]] < 0).any():
        raise Misfit(f"{at}.at_", "knots must rise")


def _terms_fit(made: Any, at: str) -> None:
    """Each column has its terms, each once and in order, and as many weights, as large as those of rows can be."""
    if not len(made.terms_) == len(made.idf_) == made.n_features_in_:
        raise Misfit(at, f"it must have terms_ and idf_ for each of {made.n_features_in_} columns")
    for terms, idf in zip(made.terms_, made.idf_, strict=True):
        if len(terms) != len(idf) or "" in terms or any(not a < b for a, b in pairwise(terms)):
            raise Misfit(at, "the terms_ of a column must be texts in rising order, with a weight each")
        if len(idf) and not (idf.min() >= 1 and idf.max() <= _LARGEST_IDF):
            raise Misfit(at, f"idf_ must be from 1 to {_LARGEST_IDF}")
    made.prepare()


def _category_inputs_fit(made: Any, at: str) -> None:
    """Each column has its categories, each once, and as many of them are told apart as its form can have."""
    if not len(made.forms_) == len(made.categories_) == len(made.kept_) == len(made.means_) == made.n_features_in_:
        raise Misfit(
            at, f"it must have forms_, categories_, kept_ and means_ for each of {made.n_features_in_} columns"
        )
    for form, names, kept, means in zip(made.forms_, made.categories_, made.kept_.tolist(), made.means_, strict=True):
        listed = names.tolist()
        if not listed or len(set(listed)) != len(listed) or not all(type(name) is str for name in listed):
            raise Misfit(f"{at}.categories_", "the categories of a column must be texts, each once, and at least one")
        if not ("codes" in form) <= kept <= min(len(listed), 2**24 - 1):  # float32 has whole numbers so far
            raise Misfit(f"{at}.kept_", f"of {len(listed)} categories {kept} cannot be told apart")
        rows, width = means.shape
        if (rows, width > 0) != ((len(listed) + 1, True) if "means" in form else (0, False)) or width > MOST_CLASSES:
            raise Misfit(f"{at}.means_", f"{form} of {len(listed)} categories cannot have {rows} x {width} means")


add(
    Kind(
        "table_columns", "glassprop.tables.encoding.encode:TypedColumns",
        {},
        optional={"schema": Several(_READING), "seen_": Mapped(_SEEN), **_EARLIER},
        check=_columns_fit,
        state=_typed_state,
        restore=_restore_typed,
        version=2,
        width=lambda made: len(made.get_feature_names_out()),
        columns=False,
    ),
    Kind(
        "column_scaler", "glassprop.tables.encoding.column_scaler:ColumnScaler",
        {"scaling": Word(*SCALINGS)},
        {"forms_": Several(Word(*FORMS)), "center_": Array(), "scale_": Array(), "knots_": Array(("int64",)),
         "at_": Array(), "to_": Array()},
        {"origin_": Array(), "unit_": Array()},
        check=_scales_fit,
        version=2,
        width=lambda made: made.n_outputs,
    ),
    Kind(
        "bounded", "glassprop.tables.encoding.encode:Bounded",
        {"limit": Maybe(Real(_SMALLEST_LIMIT)), "dtype": Word("float32", "float64")},
        {"n_features_in_": Whole(1)},
    ),
    Kind(
        "category_inputs", "glassprop.tables.encoding.category_inputs:CategoryInputs",
        {"most_one_hot": Whole(), "most_codes": Whole(1), "min_rows": Whole(), "code_rows": Whole(),
         "share": Real(0, 1), "target": Maybe(Word("amounts", "classes")), "limit": Maybe(Real(_SMALLEST_LIMIT)),
         "dtype": Word("float32", "float64")},
        {"forms_": Several(Word(*CATEGORY_FORMS)), "categories_": Categories(), "kept_": Array(("int64",)),
         "means_": Several(Array(axes=2))},
        check=_category_inputs_fit,
        width=lambda made: made.width(),
    ),
    Kind(
        "text_terms", "glassprop.tables.encoding.text_inputs:TextTerms",
        {"most_terms": Whole(1), "min_rows": Whole(1), "dtype": Word("float32", "float64")},
        {"terms_": Several(Several(Text(_LONGEST_TERM), most=_MOST_TERMS)), "idf_": Several(Array())},
        derived=("_vectorizers",),
        check=_terms_fit,
        width=lambda made: made.width(),
    ),
)  # fmt: skip

_NUMBER_STEPS = {"missing": ("simple_imputer",), "scale": (
    "column_scaler", "standard_scaler", "robust_scaler", "quantile_transformer"), "bound": ("bounded",)}  # fmt: skip


def check_table_model(model: Any, record: dict[str, Any], at: str = "model") -> None:
    """Refuse a model that comes with a table's record and is not built as ``train`` builds it, or for another task.

    Between its first step, which reads the columns, and its network it may have steps of others: whoever loads it has
    named them.

    Raises
    ------
    Misfit
    """
    steps = list(getattr(model, "steps", []))
    kinds = [_kind(step) for _, step in steps]
    if kinds[:1] != ["table_columns"] or kinds[-1] not in ("mlp_classifier", "mlp_regressor"):
        raise Misfit(at, "the model of a table is a pipeline of columns, inputs and a network")
    _check_task(steps[-1][1], record)
    if any(_has_steps_of_others(step) for _, step in steps):
        return
    if kinds[1:-1] != ["column_transformer"]:
        raise Misfit(at, "the model of a table is a pipeline of columns, inputs and a network")
    (_, typed), (_, groups), (_, network) = steps
    wanted = typed.groups()
    found = {name: columns for name, _, columns in groups.transformers_}
    if found != wanted or [name for name, _, _ in groups.transformers_] != list(wanted):
        raise Misfit(at, "its groups of columns are not those of its first step")
    if list(getattr(groups, "feature_names_in_", [])) != typed.get_feature_names_out().tolist():
        raise Misfit(at, "its groups have columns of other names")
    for name, step, _ in groups.transformers_:
        _check_group(name, step, at)
    if width_of(groups) != network.n_features_in_ or groups.sparse_output_:
        raise Misfit(at, "its network takes another number of inputs")


def _has_steps_of_others(step: Any) -> bool:
    """Whether this is a step of no kind, or holds one."""
    if step is None or isinstance(step, str):
        return False
    held = [*getattr(step, "steps", ()), *getattr(step, "transformers_", ()), *getattr(step, "transformer_list", ())]
    return not _kind(step) or any(_has_steps_of_others(part[1]) for part in held)


def _check_task(network: Any, record: dict[str, Any]) -> None:
    """Classes are of a classifier, a scale of the target is of a regressor with one output."""
    classes = _kind(network) == "mlp_classifier"
    for task in (record["task"], record["target_reading"]["task"]):
        if (task == "classification") != classes:
            raise Misfit("record", "its task is not that of the network")
    if classes != (record["labels"] is not None) or (classes and record["target_scale"] is not None):
        raise Misfit("record", "its labels or target_scale do not go with the task")
    if not classes and (network.n_outputs_ != 1 or record["target_reading"]["kind"] != "number"):
        raise Misfit("record", "a table's regression has one output, of numbers")
    if classes:
        _check_classes(network, record)


def _check_classes(network: Any, record: dict[str, Any]) -> None:
    """The labels are the network's classes, of the type that the target is read as, and have probabilities."""
    labels, kind = network.classes_.tolist(), {"integer": int, "text": str}.get(record["target_reading"]["kind"])
    if network._label_binarizer.y_type_ == "multilabel-indicator":
        raise Misfit("record", "a table's classes are one of several, not several at once")
    if record["labels"] != labels or not all(type(label) is kind for label in labels):
        raise Misfit("record", "its labels are not the classes of the network")
    if not hasattr(network, "predict_proba"):
        raise Misfit("record", "a table's classes have probabilities, and this network gives none")


def _check_group(name: str, step: Any, at: str) -> None:
    if name == "texts":
        fits = _kind(step) == "text_terms"
    elif name == "categories":
        fits = _kind(step) == "category_inputs"
        fits |= _kind(step) == "one_hot_encoder" and not step.sparse_output and step.handle_unknown != "error"
    else:
        steps = [(part, _kind(value)) for part, value in getattr(step, "steps", [])]
        fits = [part for part, _ in steps] == list(_NUMBER_STEPS)
        fits = fits and all(kind in _NUMBER_STEPS[part] for part, kind in steps)
    if not fits:
        raise Misfit(at, f"group {name!r} is not built as train builds it")


def _kind(step: Any) -> str:
    kind = kind_of(step)
    return "" if kind is None else kind.name
