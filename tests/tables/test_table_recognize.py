"""What columns are taken for, column by column, as people's tables have them."""

from __future__ import annotations

from datetime import date, timedelta

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from glassprop.tables.schema.recognize import recognize
from glassprop.tables.schema.roles import ColumnRole

RNG = np.random.default_rng(0)
N = 60


def _days(pattern: str) -> list[str]:
    return [(date(2020, 1, 1) + timedelta(days=9 * k)).strftime(pattern) for k in range(N)]


def _repeat(*values: object) -> list[object]:
    return [values[k % len(values)] for k in range(N)]


CASES = [
    # name, values, role, part of the reason
    ("age", RNG.integers(18, 80, N), "number", "numbers"),
    ("ratio", RNG.normal(size=N), "number", "numbers"),
    ("population", RNG.permutation(10**6)[:N], "number", "numbers"),
    ("flag", _repeat(0, 1), "number", "numbers"),
    ("weird", [np.inf, -np.inf, *RNG.normal(size=N - 2)], "number", "2 infinite or beyond 1e150 count as missing"),
    ("holes", [None, *RNG.normal(size=N - 1)], "number", "1 missing"),
    ("one value and holes", _repeat(3, None), "number", "30 missing"),
    ("price", [f"{k * 37},{k:02d}" for k in range(N)], "number", "decimal comma"),
    ("income", [f"{k},{k + 100:03d}" for k in range(1, N + 1)], "number", "1,234 could be read two ways"),
    ("cost", [f"$1,{k + 100:03d}.50" for k in range(N)], "number", "numbers as text"),
    ("share", [f"{k * k % 50} %" for k in range(N)], "number", "numbers as text"),
    ("mixed", ["oops", *[str(k / 7) for k in range(N - 1)]], "number", "1 that are no numbers count as"),
    ("python", ["None", "-", "unknown", *[str(k / 7) for k in range(N - 3)]], "number", "numbers as text"),
    ("town", _repeat("Bern", "Ulm", "Graz"), "category", "3 different texts"),
    ("town with holes", _repeat("Bern", "Ulm", None), "category", "20 missing"),
    ("member", _repeat("yes", "no"), "category", "2 different texts"),
    ("truth", _repeat(True, False), "category", "true or false"),
    ("sizes", _repeat("1", "2", "x", "L"), "category", "50% of them numbers"),
    ("plz", _repeat("01234", "12345", "08001"), "category", "3 different texts"),
    ("zip_code", _repeat(1234, 5678, 9012), "category", "codes, by its name"),
    ("store_id", _repeat(11, 12, 13, 14), "category", "codes, by its name"),
    ("storeId", _repeat(11, 12, 13, 14), "category", "codes, by its name"),
    ("paid", RNG.permutation(10**6)[:N], "number", "numbers"),
    ("humid", _repeat(11, 12, 13, 14), "number", "numbers"),
    ("day", _days("%Y-%m-%d"), "date", "year-month-day"),
    ("day", _days("%d.%m.%Y"), "date", "day/month/year"),
    ("day", _days("%m/%d/%Y"), "date", "month/day/year"),
    ("day", ["soon", *_days("%Y-%m-%d")[1:]], "date", "1 that are no dates count as missing ('soon')"),
    ("moment", [f"2020-01-01T{k % 24:02d}:15:00" for k in range(N)], "date", "time of day"),
    ("day", [date(2020, 1, 1) + timedelta(days=k) for k in range(N)], "date", "dates"),
    ("id", RNG.permutation(N), "dropped", "identifier-like"),
    ("CustomerID", RNG.permutation(10**6)[:N], "dropped", "identifier-like"),
    ("user_id", [*range(5, 4 + N), 5], "dropped", "identifier-like by its name"),
    ("anything", np.arange(7, 7 + N), "dropped", "identifier-like"),
    ("uuid", [f"{k:08x}-abcd" for k in range(N)], "dropped", "identifier-like"),
    ("name", [f"person {k}" for k in range(N)], "dropped", "identifier-like or free text: 60"),
    ("remark", [f"text {k % 40}" for k in range(N)], "dropped", "identifier-like or free text: 40"),
    ("country", ["CH"] * N, "dropped", "constant: every value is 'CH'"),
    ("zero", [0.0] * N, "dropped", "constant: every value is 0"),
    ("zero as text", ["0,0"] * (N - 1) + ["0,00"], "dropped", "constant"),
    ("nothing", [None] * N, "dropped", "every value is missing"),
    ("not finite", [np.inf] * N, "dropped", "every value is missing"),
    ("blank", [" "] * N, "dropped", "every value is missing"),
    ("lists", [[1, 2]] * N, "dropped", "its type"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "role", "reason"), CASES, ids=[f"{c[0]}-{k}" for k, c in enumerate(CASES)])
def test_role_of_a_column(name, values, role, reason):
    frame = nw.from_native(pl.DataFrame({name: pl.Series(values, strict=False)}), eager_only=True)
    (found,), plan = recognize(frame, {})
    assert (found.name, found.role) == (name, role)
    assert reason in found.reason
    assert (name in plan.names()) is (role != "dropped")


def test_a_short_table_keeps_its_categories_but_not_its_names():
    frame = nw.from_native(pl.DataFrame({"town": ["a", "b", "b"], "name": ["x", "y", "z"]}), eager_only=True)
    roles, _ = recognize(frame, {})
    assert [role.role for role in roles] == ["category", "dropped"]


def test_named_columns_keep_their_given_role():
    frame = nw.from_native(pl.DataFrame({"a": [1, 2], "y": [1, 2]}), eager_only=True)
    given = ColumnRole("y", "target", "as asked")
    roles, plan = recognize(frame, {"y": given})
    assert roles[1] is given
    assert plan.names() == ["a"]


def test_codes_with_leading_zeros_are_not_numbers_but_decimals_are():
    frame = nw.from_native(pl.DataFrame({"x": ["0,5", "0,25", "1"]}), eager_only=True)
    assert [reading.decimal for reading in recognize(frame, {})[1]] == [","]


@pytest.mark.parametrize("name", ["isbn_10", "ISBN", "pidnum", "id_nr", "item sku", "ean"])
def test_numbers_of_things_are_no_amounts(name):
    numbers = [f"0{k * 7919 % 10**9:09}" for k in range(1, 61)]
    numbers[::8] = [text[:-1] + "X" for text in numbers[::8]]  # a check digit
    for values in (numbers, [k * 7919 % 10**6 for k in range(1, 61)]):
        (role,), _ = recognize(nw.from_native(pl.DataFrame({name: values})), {})
        assert role.role == "dropped", role
