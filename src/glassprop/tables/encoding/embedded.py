"""Which inputs of fitted steps are numbers with a shape, and which are codes of categories."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer

from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler


def shaped_numbers(inputs: ColumnTransformer) -> tuple[int, ...]:
    """The inputs made of numbers that have more than two different values in training, and means of the target of
    categories; in rising order."""
    found: list[int] = []
    for name, step, _ in inputs.transformers_:
        start = inputs.output_indices_[name].start
        if name == "numbers" and type(step[1]) is ColumnScaler:
            found += [start + place for place in step[1].shaped()]
        elif name == "categories" and type(step) is CategoryInputs:
            found += step.means(start)
    return tuple(found)


def category_codes(inputs: ColumnTransformer) -> tuple[tuple[int, int], ...]:
    """(input, number of codes) of each column of categories that has codes, in rising order."""
    for name, step, _ in inputs.transformers_:
        if name == "categories" and type(step) is CategoryInputs:
            return step.codes(inputs.output_indices_[name].start)
    return ()
