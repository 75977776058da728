"""The steps before the network of the recipe for tables, and which of its inputs are to be embedded."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scale import Scaling
from glassprop.tables.encoding.encode import steps_of
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.encoding.target_means import TargetKind
from glassprop.tables.schema.readings import Schema


@dataclass(frozen=True)
class InputRules:
    """How columns become inputs: docs/decisions/0033-inputs-of-the-recipe.md.

    Attributes
    ----------
    scaling : str
        Of numbers, as `ColumnScaler` takes it.
    limit : float or None
        Scaled numbers are squeezed smoothly into ±limit.
    most_one_hot, most_codes, min_rows, code_rows, share
        Of categories, as `CategoryInputs` takes them.
    """

    scaling: Scaling = "shape"
    limit: float | None = 5.0
    most_one_hot: int = 32
    most_codes: int = 10_000
    min_rows: int = 2
    code_rows: int = 10
    share: float = 0.1


def recipe_encoder(
    schema: Schema, rules: InputRules | None = None, dtype: str = "float32", target: TargetKind | None = None
) -> TablePipeline:
    """The steps before the network, unfitted: frame -> float array (n_rows, n_inputs).

    Once they are fitted, `numbers_` and `codes_` of the Pipeline say what is to be embedded. Where `target` says what
    the target is, and they are fitted with it, means of it may be inputs: then `fit_transform` and `fit_inputs` give
    the rows to train on, and not `transform`, which is for all other rows.
    """
    rules = InputRules() if rules is None else rules
    categories = CategoryInputs(
        rules.most_one_hot, rules.most_codes, rules.min_rows, rules.code_rows, rules.share, target, rules.limit, dtype
    )
    return TablePipeline(steps_of(schema, rules.scaling, rules.limit, categories, dtype))
