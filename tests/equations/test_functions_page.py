"""docs/functions.md against the tables of the code: names, defaults, ranges, domains, and every pair."""

from __future__ import annotations

import re
from pathlib import Path

from core_cases import ACTIVATION_NAMES, COST_NAMES, fits

from glassprop.document.written_latex import LatexWriter
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.activation import ALIASES as ACTIVATION_ALIASES
from glassprop.equations.cost import ALIASES as COST_ALIASES
from glassprop.equations.cost import COSTS
from glassprop.equations.definitions import definition_of
from glassprop.equations.expression import parse
from glassprop.equations.pairs import PAIRS

PAGE = (Path(__file__).parents[2] / "docs" / "functions.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The first table under a heading: its rows, without the line of dashes."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("-")]


def begins_with_the_definition(row: list[str], entry: object) -> None:
    """Value and slope are those of the definition, with what its names stand for; words may follow."""
    definition, latex = definition_of(entry), LatexWriter()
    assert row[1].startswith(f"${latex.write(parse(definition.value))}$")
    assert row[2].startswith(f"${latex.write(parse(definition.slope))}$")
    for name, part in definition.where.items():
        assert f"${latex.name(name)} = {latex.write(parse(part))}$" in row[1]
    for name, number in definition.constants.items():
        assert f"${latex.name(name)} = {str(number)[:7]}\\ldots$" in row[1]


def test_activations():
    rows = table("Activations")[1:]
    assert [row[0] for row in rows] == [f"`{entry.spec}`" for entry in ACTIVATIONS.values()]
    for row, entry in zip(rows, ACTIVATIONS.values(), strict=True):
        begins_with_the_definition(row, entry)
        assert row[3] == entry.range.words
        assert "the parameter is" in row[1] or not entry.parameters


def test_costs():
    rows = table("Costs")[1:]
    assert [row[0] for row in rows] == [f"`{entry.spec}`" for entry in COSTS.values()]
    for row, entry in zip(rows, COSTS.values(), strict=True):
        begins_with_the_definition(row, entry)
        assert row[3] == entry.outputs.words
        assert row[4] == entry.targets.words
        assert "the parameter is" in row[1] or not entry.parameters


def test_pairs():
    head, *rows = table("Which pairs are allowed")
    assert head[1:] == [f"`{name}`" for name in COST_NAMES]
    assert [row[0] for row in rows] == [f"`{name}`" for name in ACTIVATION_NAMES]
    for row, activation in zip(rows, ACTIVATION_NAMES, strict=True):
        for cell, cost in zip(row[1:], COST_NAMES, strict=True):
            expected = "a - y" if (activation, cost) in PAIRS else "yes" if fits(activation, cost) else "no"
            assert cell == expected, f"{activation} under {cost}"


def test_other_names():
    for alias, name in {**ACTIVATION_ALIASES, **COST_ALIASES}.items():
        assert f"`{alias}`" in PAGE
        assert f"`{name}`" in PAGE
