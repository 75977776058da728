"""A schema is written, edited and taken back: the same bits where nothing is changed, faults with place and remedy."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from glassprop.errors import TableError
from glassprop.tables import FitOptions, Table, fit_table, read_table, table_schema
from glassprop.tables.schema.readings import Reading
from glassprop.tables.schema.schema_file import TableSchema, schema_from, schema_from_text, schema_text
from glassprop.tables.schema.target import Target

N = 120
RNG = np.random.default_rng(2)


TOWNS = ("NA", "Ulm", '"NA"')


def _csv() -> str:
    rows = (
        f"{k};{TOWNS[k % 3]};{['1E2', 'B07', '2E2'][k % 3]};{k % 28 + 1:02d}.03.2021;{k % 9},5;"
        f"{['True', 'False'][k % 2]};{k % 24:02d}:15;{9007199254740993 + k % 3};{RNG.normal():.3f}"
        for k in RNG.permutation(N)
    )
    return ";town;part;day;price;flag;at;card;y\n" + "\n".join(rows)


def _typed() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "town": ["NA", "Ulm", None] * (N // 3),
            "size": RNG.normal(size=N),
            "day": [date(2020, 1, 1) + timedelta(days=k) for k in range(N)],
            "flag": [True, False] * (N // 2),
            "code": [7, 8, 9] * (N // 3),
            "w": RNG.random(N) + 0.5,
            "y": ["yes", "no", "no", "no"] * (N // 4),
        }
    )


def _round_trip(table: Table, again: Table, options: FitOptions) -> None:
    first = fit_table(table, options)
    plain = table_schema(first.pipeline, first.record)
    text = schema_text(plain)
    assert json.loads(text) == plain
    second = fit_table(again, FitOptions(schema=json.loads(text), epochs=2, hidden=(4,)))
    assert np.array_equal(first.pipeline[-1].theta_, second.pipeline[-1].theta_)
    assert first.scores == second.scores
    assert table_schema(second.pipeline, second.record) == plain
    assert second.pipeline[0].schema == first.pipeline[0].schema


def test_a_csv_is_trained_on_to_the_same_bits(write):
    name = write(_csv())
    table, options = read_table(name), FitOptions(target="y", epochs=2, hidden=(4,), missing=("-5",))
    outcome = fit_table(table, options)
    again = read_table(name, as_text=schema_from(table_schema(outcome.pipeline, outcome.record)).text_columns())
    _round_trip(table, again, options)


def test_a_typed_table_is_trained_on_to_the_same_bits():
    table = Table(_typed(), "typed")
    for asked in ({}, {"weight": "w"}, {"group": "code"}, {"category": ("code",), "drop": ("size",)}):
        _round_trip(table, table, FitOptions(target="y", epochs=2, hidden=(4,), **asked))


def _schema(**changes: object) -> dict[str, object]:
    columns = [{"name": "size", "kind": "number"}, {"name": "town", "kind": "category"}]
    target = {"name": "y", "task": "classification", "kind": "text"}
    return {"format": "glassprop schema 1", "target": target, "columns": columns, "dropped": []} | changes


FAULTS = [
    ({"columns": [{"name": "size", "kind": "numbr"}]}, "('size') 'kind' is 'numbr'", "did you mean 'number'"),
    ({"columns": [{"name": "a", "kind": "number", "decmal": ","}]}, "unknown key 'decmal'", "did you mean 'decimal'"),
    ({"columns": [{"kind": "number"}]}, "columns[0] lacks 'name'", ""),
    ({"columns": [{"name": "a"}]}, "columns[0] ('a') lacks 'kind'", ""),
    ({"columns": [{"name": "a", "kind": "number", "decimal": ";"}]}, "'decimal' is ';', not one of '.', ','", ""),
    ({"columns": [{"name": "a", "kind": "date", "order": "dmyy"}]}, "'order' is 'dmyy'", "did you mean 'dmy'"),
    ({"columns": [{"name": "a", "kind": "date", "clock": "yes"}]}, "'clock' is 'yes'", "true or false"),
    ({"columns": [{"name": "a", "kind": "number", "missing": "na"}]}, "'missing' is 'na'", 'as ["na", -9999]'),
    ({"columns": [{"name": "a", "kind": "number", "absent": [True, None, " "]}]}, "'absent' holds", "list of words"),
    ({"columns": [{"name": "a", "kind": "category", "aliases": ["b"]}]}, "'aliases' is ['b']", "write an object"),
    ({"columns": [{"name": "a", "kind": "number"}] * 2}, "columns[1] ('a') is column 'a'", "leave one out"),
    ({"dropped": [{"name": "town"}]}, "dropped[0] ('town') is column 'town', as columns[1] ('town') is", ""),
    ({"target": {"name": "size", "task": "regression"}}, "is column 'size', as target is", ""),
    ({"target": {"name": "y", "task": "regresion"}}, "target 'task' is 'regresion'", "did you mean 'regression'"),
    ({"target": {"name": "y", "task": "regression", "kind": "text"}}, "target is for regression", ""),
    ({"target": 3}, "target is 3: write an object", ""),
    ({"weight": 3}, "weight must be the name of a column", ""),
    ({"columns": {}}, "columns is {}: write a list", ""),
    ({"columns": [3]}, "columns[0] is 3: write an object", ""),
    ({"columns": []}, "name at least one column", ""),
    ({"format": "x"}, "format is 'x'", "write \"glassprop schema 1\""),
    ({"colums": []}, "unknown key 'colums'", "did you mean 'columns'"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said", "advice"), FAULTS)
def test_faults_are_told_with_their_place(changes, said, advice):
    with pytest.raises(TableError) as refused:
        schema_from(_schema(**changes))
    assert said in str(refused.value)
    assert advice in str(refused.value)


def test_all_faults_come_at_once_and_not_too_many():
    with pytest.raises(TableError) as refused:
        schema_from(_schema(format=3, target=[], columns=[{"name": f"c{k}", "kind": "x"} for k in range(50)]))
    assert "format is 3" in str(refused.value)
    assert "target is []" in str(refused.value)
    assert "and 42 more faults" in str(refused.value)


def test_text_that_is_no_json_is_refused_with_its_line():
    with pytest.raises(TableError, match="line 2 column 1"):
        schema_from_text('{"format": 1,\n]', "s.json")
    with pytest.raises(TableError, match="holds no object"):
        schema_from_text("[]", "s.json")


def test_columns_that_the_table_lacks_are_refused():
    columns = [{"name": "sizes", "kind": "number"}, {"name": "nothing like it", "kind": "number"}]
    with pytest.raises(TableError) as refused:
        fit_table(Table(_typed(), "t"), FitOptions(schema=_schema(columns=columns)))
    assert "no column 'sizes' for the schema: did you mean 'size'?" in str(refused.value)
    assert "no column 'nothing like it'" in str(refused.value)


def test_columns_that_cannot_be_read_so_are_refused_all_at_once():
    columns = [{"name": "town", "kind": "number"}, {"name": "size", "kind": "date"}, {"name": "w", "kind": "time"}]
    with pytest.raises(TableError) as refused:
        fit_table(Table(_typed(), "t"), FitOptions(schema=_schema(columns=columns)))
    for name in ("town", "size", "w"):
        assert f"column '{name}' cannot be a" in str(refused.value)


def test_what_is_edited_counts():
    """A column more, another kind, a word for missing; what the schema does not name is left out and told."""
    notes: list[str] = []
    columns = [{"name": "code", "kind": "number", "missing": [9]}, {"name": "town", "kind": "category"}]
    options = FitOptions(schema=_schema(columns=columns, weight="w"), epochs=1, hidden=(2,))
    outcome = fit_table(Table(_typed(), "t"), options, on_message=notes.append)
    roles = {role.name: (role.role, role.reason) for role in outcome.columns}
    assert roles["code"] == ("number", "numbers, by the schema, 40 missing")
    assert roles["w"][0] == "weight"
    assert roles["size"] == ("dropped", "not in the schema")
    assert any("not in the schema" in note for note in notes)
    (code,) = outcome.pipeline[0].schema.of_kind("number")
    assert code.absent == ("9",)


def test_options_go_before_the_schema():
    asked = {"category": ("code",), "keep": ("size",), "missing": ("Ulm",)}
    columns = [{"name": "code", "kind": "number"}, {"name": "town", "kind": "category"}]
    outcome = fit_table(
        Table(_typed(), "t"), FitOptions(schema=_schema(columns=columns), epochs=1, hidden=(2,), **asked)
    )
    found = {reading.name: (reading.kind, reading.absent) for reading in outcome.pipeline[0].schema}
    assert found == {
        "code": ("category", ("ulm",)),
        "town": ("category", ("ulm",)),
        "size": ("number", ("ulm",)),
    }
    with pytest.raises(TableError, match="target 'town' is asked for, and the schema has 'y'"):
        fit_table(Table(_typed(), "t"), FitOptions(target="town", schema=_schema()))


def test_a_target_that_the_schema_reads_wrongly_is_refused():
    target = {"name": "y", "task": "regression"}
    with pytest.raises(TableError, match="has no numbers in any of 120 rows"):
        fit_table(Table(_typed(), "t"), FitOptions(schema=_schema(target=target)))


def test_schemas_of_earlier_models_are_taken_back():
    """They have the empty word among those that stand for missing."""
    words = ("", "na", "nan")
    schema = TableSchema(
        (Reading("a", "category", missing=words),), {}, Target("y", "regression", "", "number", ".", words)
    )
    found = schema_from(schema.to_dict())
    assert found.readings[0].missing == found.target.missing == ("na", "nan")
    assert found.readings[0].words() == frozenset({"na", "nan"})


def test_a_key_that_stands_twice_is_told_with_its_place():
    text = '{"format": "glassprop schema 1", "columns": [{"name": "size", "kind": "number", "kind": "date"}]}'
    with pytest.raises(TableError, match=r"the key 'kind' stands twice in .*size"):
        schema_from_text(text, "x.json")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"columns": ' * 100_000])
def test_json_that_is_nested_too_deeply_is_refused(text):
    with pytest.raises(TableError, match=r"x\.json"):
        schema_from_text(text, "x.json")
