"""Columns that number the rows of a long table are told from its sample, and left out as those of a short one are."""

from __future__ import annotations

import numpy as np
import polars as pl

from glassprop.tables import FitOptions
from glassprop.tables.fitting.task import columns_of, task_of
from glassprop.tables.streaming.numbered_rows import numbered_rows
from glassprop.tables.streaming.sample import sample_of

from .long_tables import silent
from .stand_ins import FrameRows

ROWS = 5_000
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(
    {
        "counts up": np.arange(ROWS) + 7,
        "as floats": np.arange(ROWS, dtype=float),
        "case": RNG.permutation(ROWS) + 1,  # a name that the numbers of rows often have
        "amount": RNG.permutation(ROWS) + 1,
        "sample": RNG.integers(1, ROWS, ROWS),
        "down": -np.arange(ROWS),
        "gaps": [None if k % 3 == 0 else k for k in range(ROWS)],
        "by two": 2 * np.arange(ROWS),
        "y": RNG.choice(["a", "b"], ROWS),
    }
)


def roles(options, most=400):
    sample = sample_of(FrameRows(FRAME), 0, most)
    return sample, numbered_rows(sample, options)


def test_those_that_count_up_and_those_called_so_are_left_out():
    _, found = roles(FitOptions(target="y"))
    assert [role.name for role in found] == ["counts up", "as floats", "case"]
    assert found[0].reason == "identifier-like: it counts the rows (to learn from it: --keep 'counts up')"
    assert "under a name that the numbers of rows often have" in found[2].reason


def test_what_the_user_says_goes_before():
    options = FitOptions(target="y", keep=("counts up",), number=("as floats",), drop=("case",))
    assert roles(options)[1] == []
    assert [role.name for role in roles(FitOptions(target="counts up"))[1]] == ["as floats", "case"]


def test_a_sample_that_is_the_whole_table_is_looked_at_as_any_table():
    assert roles(FitOptions(target="y"), ROWS)[1] == []


def test_columns_are_decided_with_them():
    sample, known = roles(FitOptions(target="y"))
    task = task_of(sample.table, FitOptions(target="y"), None, silent)
    found, schema = columns_of(task.frame, task, sample.table, silent, known)
    assert {role.name: role.role for role in found}["counts up"] == "dropped"
    assert not {"counts up", "as floats", "case"} & set(schema.names())
    assert {"amount", "down", "gaps"} <= set(schema.names())
