"""Several batches a step are one batch, so many times as large."""

import pytest

from glassprop.errors import SettingsError
from glassprop.tables import Defaults, FitOptions, fit_table, read_table


@pytest.mark.parametrize(("rows", "accumulate", "expected"), [(100_000, 1, 256), (100_000, 4, 1024), (300, 100, 300)])
def test_rows_of_a_step(rows, accumulate, expected):
    assert Defaults(accumulate=accumulate).batch_rows(rows) == expected


def test_a_table_is_learned_in_larger_steps():
    table, small = read_table("digits"), FitOptions(epochs=1)
    steps = fit_table(table, small).pipeline[-1].batch_size
    assert fit_table(table, FitOptions(epochs=1, accumulate=3)).pipeline[-1].batch_size == 3 * steps


@pytest.mark.parametrize("wrong", [0, 1.5, True])
def test_what_is_no_number_of_batches(wrong):
    with pytest.raises(SettingsError, match="accumulate must be a whole number of batches"):
        fit_table(read_table("iris"), FitOptions(accumulate=wrong))
