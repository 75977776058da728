"""The sketch of a network: what is drawn of large ones, how much room it takes, and that names in it are text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from glassprop.document.network_sketch import SketchedLayer, fitting, network_sketch

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*layers: SketchedLayer) -> ElementTree.Element:
    return ElementTree.fromstring(network_sketch(layers, "a label"))


def layer(n: int, **more: object) -> SketchedLayer:
    return SketchedLayer(n, (f"{n} units",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "circles", "dots"), [(1, 1, 0), (7, 7, 0), (8, 6, 1), (100_000, 6, 1)])
def test_large_layers_are_cut_short(n: int, circles: int, dots: int) -> None:
    svg = drawn(layer(n), layer(2))
    assert len(svg.findall(f"{SVG}circle")) == circles + 2
    assert [text.text for text in svg.findall(f"{SVG}text")].count("⋮") == dots


def test_each_unit_is_joined_as_its_kind_is() -> None:
    def lines(joined: str) -> list[str]:
        svg = drawn(layer(3), layer(3, joined=joined))
        return [path.attrib["d"] for path in svg.findall(f"{SVG}path")]

    assert lines("all")[0].count("M") == 9
    assert lines("each")[0].count("M") == 3
    assert lines("") == []
    assert "stroke-dasharray" in network_sketch([layer(3), layer(3, joined="some")], "")


def test_many_layers_are_cut_short_and_counted() -> None:
    svg = drawn(*(layer(4) for _ in range(30)))
    texts = [text.text for text in svg.findall(f"{SVG}text")]
    assert "24 more layers" in texts
    assert len(svg.findall(f"{SVG}circle")) == 6 * 4
    assert float(svg.attrib["width"]) < 1100


def test_all_that_is_drawn_lies_within() -> None:
    names = tuple(f"a name of a column, {i}" for i in range(40))
    svg = drawn(layer(40, names=names), layer(3), layer(2, names=("花びらの長さはどれくらいですか", "b")))
    width, height = float(svg.attrib["width"]), float(svg.attrib["height"])
    for circle in svg.findall(f"{SVG}circle"):
        assert 0 < float(circle.attrib["cx"]) < width
        assert 0 < float(circle.attrib["cy"]) < height
    for text in svg.findall(f"{SVG}text"):
        room = sum(11 if ord(letter) > 0x2E80 else 6.2 for letter in text.text or "")
        x, anchor = float(text.attrib["x"]), text.attrib["text-anchor"]
        begin = x - room * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        assert begin >= 0, text.text
        assert begin + room <= width + 1, text.text


def test_names_of_those_that_are_drawn_and_of_no_other() -> None:
    svg = drawn(layer(20, names=tuple(f"n{i}" for i in range(20))), layer(1))
    texts = {text.text for text in svg.findall(f"{SVG}text")}
    assert {"n0", "n1", "n2", "n17", "n18", "n19"} <= texts
    assert not {"n3", "n10", "n16"} & texts


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a" onload="x', "</text></svg><b>", "a\x00\x1b[31m", "\u202e"]
)
def test_names_are_text(name: str) -> None:
    svg = drawn(layer(1, names=(name,)), layer(1, names=(name,)))
    assert {element.tag for element in svg.iter()} == {f"{SVG}{tag}" for tag in ("svg", "circle", "path", "text")}
    assert not any(key.startswith("on") for element in svg.iter() for key in element.attrib)
    assert "\x1b" not in network_sketch([layer(1, names=(name,))], name)


def test_it_has_no_script_style_or_id() -> None:
    text = network_sketch([layer(3), layer(2)], "x")
    assert not re.search(r"<(script|style)|\bid=|url\(|href", text)


@pytest.mark.parametrize("text", ["", "abc", "x" * 20, "x" * 21, "é" * 50, "花" * 11, "\n" * 9])
def test_fitting_fits(text: str) -> None:
    from unicodedata import east_asian_width

    found = fitting(text)
    assert sum(1 + (east_asian_width(letter) in "WF") for letter in found) <= 20
    assert found == text or found.endswith("…") or text == "\n" * 9
