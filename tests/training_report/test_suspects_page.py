"""The page of suspected labels in a browser: keys do what they say, text stays text, decisions are kept and saved."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect
from training_report.suspects_cases import HOSTILE, amounts, digits, flowers, many, suspects

from glassprop.errors import DataError
from glassprop.training_report.suspects_page import suspects_page


def data_of(document):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', document, re.DOTALL)[1])


def decisions(text):
    return list(csv.DictReader(StringIO(text, newline="")))


def saved(page):
    """What the file holds, by the text that is there to be copied."""
    page.evaluate("document.getElementById('as-text').open = true")
    # to wait for a function would need eval, which the page forbids
    expect(page.locator("#csv")).not_to_have_value("")
    return decisions(page.locator("#csv").input_value())


def title(page):
    return page.locator("#row-title").inner_text()


def opens_with(page, wanted):
    """Whether the page, loaded anew, shows a row; a busy browser may take a moment to hand on what was kept."""
    for _ in range(20):
        page.reload()
        if title(page) == wanted:
            return True
    return False


def press(page, keys):
    for key in keys.split():
        page.keyboard.press(key)


# --- what it holds ---------------------------------------------------------------------------------------------------


def test_it_holds_the_listed_rows_and_what_they_need():
    found, frame = flowers()
    record = data_of(suspects_page(found, frame, target="kind"))
    assert [row["row"] for row in record["rows"]] == [7, 3, 50, 11]
    assert [row["kind"] for row in record["rows"]] == ["label"] * 3 + ["row"]
    assert [known["text"] for known in record["classes"]] == ["iris", "lily", "rose"]
    first = record["rows"][0]
    assert (first["given"], first["suggested"]) == (1, 2)
    assert first["cells"] == [None, frame["color"][7]]
    for name, of in (("score", "scores"), ("margin", "margin"), ("confidence", "confidence"), ("pull", "pull")):
        assert first[name] == pytest.approx(getattr(found, of)[7], rel=1e-3)
    assert (first["forgotten"], first["learned"]) == (found.forgotten[7], found.learned[7])


def test_typical_cells_are_those_of_the_other_rows_of_a_class():
    found, frame = flowers()
    record = data_of(suspects_page(found, frame))
    for k, kind in enumerate(["iris", "lily", "rose"]):
        rows = [i for i in range(120) if found.given[i] == kind and i not in (7, 3, 50, 11)]
        width, color = frame["width"].to_numpy()[rows], frame["color"].to_numpy()[rows]
        red = (color == "red").sum()
        common = "red" if red > len(rows) - red else "blue"
        told = record["typical"][str(k)]
        assert float(told[0]) == pytest.approx(np.nanmedian(width), abs=1e-8)
        assert told[1] == common


def test_a_training_that_has_learned_too_little_is_doubted():
    found, frame = flowers()
    assert found.doubt == ""
    guessed = replace(found, suggested=np.full(len(found), found.given[0]))
    assert f"<b>{guessed.doubt}</b>" in suspects_page(guessed, frame)
    assert "<b>Training" not in suspects_page(found, frame)


def test_rows_can_have_numbers_of_their_own():
    found, frame = flowers()
    record = data_of(suspects_page(found, frame, numbers=range(1000, 1120)))
    assert [row["row"] for row in record["rows"]] == [1007, 1003, 1050, 1011]
    with pytest.raises(DataError, match="119 rows to show"):
        suspects_page(found, frame[:119])


def test_many_rows_make_no_large_file():
    found, X = many()
    document = suspects_page(found, X)
    assert len(data_of(document)["rows"]) == 1000
    assert len(document.encode()) < 800_000
    wide = suspects_page(found, np.repeat(X, 20, axis=1))  # 400 columns, of which 100 are held
    assert len(wide.encode()) < 2_500_000
    assert data_of(wide)["more_columns"] == 300


def test_final_weights_alone_know_no_map():
    found, frame = flowers()
    document = suspects_page(replace(found, epochs=0), frame)
    assert "<svg" not in document
    assert data_of(document)["rows"][0]["learned"] is None


def test_no_suspect_is_no_fault(look):
    page = look(suspects_page(suspects(["a", "b"] * 20, ["a", "b"] * 20, []), np.zeros((40, 2))))
    assert "No label is suspected." in page.inner_text("main")


# --- keys ------------------------------------------------------------------------------------------------------------


def test_keys_decide_go_and_undo(look):
    found, frame = flowers()
    page = look(suspects_page(found, frame, target="kind"))
    assert title(page) == "Row 7, 1 of 4"
    assert page.locator("#given").inner_text() == "lily"
    assert page.locator("#suggested").inner_text() == "rose"
    press(page, "s")  # the suggested one
    assert title(page) == "Row 3, 2 of 4"
    press(page, "n p ArrowRight ArrowLeft k")  # there and back, and keep
    assert title(page) == "Row 50, 3 of 4"
    press(page, "x")
    assert title(page) == "Row 11, 4 of 4"
    press(page, "2")  # the second class
    assert "All listed rows are decided" in page.locator("#said").inner_text()
    assert page.locator("#progress").evaluate("bar => bar.value") == 4
    assert [(d["row"], d["given"], d["new_label"], d["action"]) for d in saved(page)] == [
        ("3", "rose", "rose", "keep"),
        ("7", "lily", "rose", "relabel"),
        ("11", "iris", "lily", "relabel"),
        ("50", "iris", "iris", "leave out"),
    ]
    press(page, "u u")
    assert title(page) == "Row 50, 3 of 4"
    assert page.locator("#decided").inner_text() == "nothing yet"
    assert len(saved(page)) == 2
    press(page, "u u u")
    assert "nothing to undo" in page.locator("#said").inner_text()


def test_digits_pick_the_class_that_has_their_name(look):
    found, X, names = digits()
    page = look(suspects_page(found, X, names=names), width=360, scheme="dark")
    assert page.locator("#pictures img").count() == 3
    assert page.locator("#pictures img").first.evaluate("img => [img.naturalWidth, img.naturalHeight]") == [8, 8]
    row = int(title(page).split()[1].rstrip(","))
    press(page, "0")
    (made,) = saved(page)
    given = str(found.given[row])
    assert made == {"row": str(row), "given": given, "new_label": "0", "action": "relabel" if given != "0" else "keep"}


def test_keys_can_be_turned_off_and_leave_fields_alone(look):
    found, X = amounts()
    page = look(suspects_page(found, X, names=list("abcd")))
    press(page, "l")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("sx12k")  # within the field: text, no deeds
    page.keyboard.press("Enter")
    assert "A number is wanted" in page.locator("#number-fault").inner_text()
    page.locator("#number").fill("-12.5")
    page.keyboard.press("Enter")
    assert [(d["row"], d["new_label"]) for d in saved(page)] == [("5", "-12.5")]
    page.locator("#keys").uncheck()
    press(page, "k k x")
    assert len(saved(page)) == 1


def test_many_classes_are_a_list_to_choose_from(look):
    given = np.array([f"c{i % 40:02}" for i in range(400)])
    page = look(suspects_page(suspects(given, np.roll(given, 1), [4, 8]), np.zeros((400, 2))))
    press(page, "l")
    page.keyboard.type("c33")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Set").click()
    assert [(d["row"], d["new_label"]) for d in saved(page)] == [("4", "c33")]


# --- mouse and touch, memory -----------------------------------------------------------------------------------------


def test_clicks_do_what_keys_do_and_the_list_follows(look):
    found, frame = flowers()
    page = look(suspects_page(found, frame), width=360)
    page.locator("#list button").nth(2).click()
    assert title(page) == "Row 50, 3 of 4"
    page.locator("#leave").click()
    page.locator("#show").select_option("done")
    assert page.locator("#list li:visible").count() == 1
    page.locator("#show").select_option("open")
    assert page.locator("#list li:visible").count() == 3
    with page.expect_download() as download:
        page.locator("#download").click()
    assert download.value.suggested_filename == "decisions.csv"
    text = download.value.path().read_bytes().decode()
    assert text == "row,given,new_label,action\r\n50,iris,iris,leave out\r\n"


def test_decisions_are_there_again_and_can_be_forgotten(look):
    found, frame = flowers()
    page = look(suspects_page(found, frame))
    press(page, "s x")
    assert opens_with(page, "Row 50, 3 of 4")  # the first that is not decided
    assert [d["action"] for d in saved(page)] == ["leave out", "relabel"]
    page.locator("#clear").click()
    assert opens_with(page, "Row 7, 1 of 4")
    page.evaluate("key => localStorage.setItem(key, '[[0, \"keep\", 99], [9, \"keep\", 1], [1, 2], 7, [2, \"x\", 0]]')",
                  page.evaluate("Object.keys(localStorage)[0]"))  # fmt: skip
    assert opens_with(page, "Row 7, 1 of 4")


def test_without_memory_it_works_and_says_so(look):
    found, frame = flowers()
    document = suspects_page(found, frame)
    page = look(document, own=True)
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });")
    page.reload()
    assert page.locator("#memory-note").is_visible()
    press(page, "s")
    assert len(saved(page)) == 1


CASES = {"digits": digits, "flowers": flowers, "hostile": lambda: flowers(kinds=HOSTILE), "amounts": amounts}


@pytest.mark.parametrize("case", CASES)
def test_what_was_decided_is_done_as_the_documentation_says(look, tmp_path, monkeypatch, case):
    found, rows, *names = CASES[case]()
    page = look(suspects_page(found, rows, names=names[0] if names else None))
    press(page, "s k x")
    with page.expect_download() as download:
        page.locator("#download").click()
    download.value.save_as(tmp_path / "decisions.csv")
    monkeypatch.chdir(tmp_path)
    guide = (Path(__file__).parents[2] / "docs/labels.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(import csv\n.*?)```", guide, re.DOTALL)
    n, first, _, third = len(found.given), *found.suspected[:3]
    scope = {"np": np, "X": np.arange(n)[:, None], "y": found.given.copy()}
    exec(lines, scope)
    expected = found.given.copy()
    expected[first] = found.suggested[first]
    assert scope["X"][:, 0].tolist() == [i for i in range(n) if i != third]
    assert scope["y"].tolist() == np.delete(expected, third).tolist()
    assert scope["y"].dtype == found.given.dtype


# --- text stays text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1600, "light")])
def test_what_comes_from_the_table_stays_text(look, width, scheme):
    """`look` fails on any dialog, request, error or word on the console."""
    found, frame = flowers(kinds=HOSTILE, names=HOSTILE[:2])
    document = suspects_page(found, frame, target=HOSTILE[4], source=HOSTILE[0])
    assert "\0" not in document
    assert "\u202e" not in re.sub(r'<script type="application/json".*?</script>', "", document, flags=re.DOTALL)
    page = look(document, width=width, scheme=scheme)
    assert page.title() == f"Labels to look at: {HOSTILE[0]}"
    assert page.locator("img, iframe, object").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#cells tbody th").all_inner_texts() == HOSTILE[:2]
    press(page, "1 2 3 4")
    made = {int(d["row"]): d for d in saved(page)}
    labels = sorted(HOSTILE)
    for row, label in zip([7, 3, 50, 11], labels, strict=False):
        assert made[row]["given"] == found.given[row]
        assert made[row]["new_label"].replace("\r\n", "\n") == label


def test_formulas_get_an_apostrophe_where_that_is_asked(look):
    found, frame = flowers(kinds=HOSTILE)
    page = look(suspects_page(found, frame))
    formula = sorted(HOSTILE).index(HOSTILE[2]) + 1
    press(page, str(formula))
    assert saved(page)[0]["new_label"] == HOSTILE[2]
    page.locator("#safe").check()
    assert saved(page)[0]["new_label"] == "'" + HOSTILE[2]
    plain, frame = flowers()
    assert not look(suspects_page(plain, frame)).locator("#safe-box").is_visible()
