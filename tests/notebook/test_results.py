"""What a notebook shows of results: every kind of them; names stay text; frames hold scripts, and hold them off."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassprop
from glassprop import Layer, Margins, MLPClassifier, MLPRegressor, Network, Tracer, results
from glassprop.lessons import ready_lesson
from glassprop.notebook import frame

EVIL = "<script>document.title='x'</script><b>&amp;\"'"
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def made() -> Any:
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({EVIL: rng.normal(size=60), "width\u202e": rng.normal(size=60), "$x$": rng.normal(size=60)})
    y = np.where(X[EVIL] > 0, EVIL, "other")
    margins, tracer = Margins(), Tracer(4)
    clf = MLPClassifier((5,), max_iter=9, random_state=0).set_callbacks(margins, tracer).fit(X, y)
    e = clf.explain(X, y, rows=[0, 1])
    theta, Z = clf.network_.initial(rng), X.to_numpy()
    regressor = MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, random_state=0).fit(Z, Z[:, 0])
    return SimpleNamespace(
        explanation=e,
        of_prediction=clf.explain(X, row=3),
        of_amount=regressor.explain(Z, row=3),
        suspects=clf.suspect_labels(X, y, margins=margins),
        suspects_of_numbers=regressor.suspect_labels(Z, Z[:, 0]),
        blame=clf.blame(X, y, row=7, trace=tracer),
        diagnosis=clf.diagnose(X, y, budget=0),
        check=glassprop.check_gradient(clf.network_, theta, Z, (Z[:, :1] > 0).astype(float)),
        contributions=clf.explain(X, row=3).contributions(),
        weight=e.weight(1, 0, 1),
        column=e.input(EVIL),
        pulls=e.examples(1, 0, 1),
        step=e.step(1, 0, 1),
        paths=e.paths(1, 0),
        trace=tracer.trace(),
        seen=margins.rows(),
        lesson=ready_lesson("2-2-2"),
        network=clf.network_,
    )


KINDS = [
    "explanation", "of_prediction", "of_amount", "suspects", "suspects_of_numbers", "blame", "diagnosis", "check",
    "contributions", "weight", "column", "pulls", "step", "paths", "trace", "seen", "lesson", "network",
]  # fmt: skip
RUN = {"explanation", "of_prediction", "of_amount", "suspects", "suspects_of_numbers", "lesson"}
READ = {"blame", "diagnosis"}


# Parts, which are shown with what they are a part of; arrays that are not built; files of source; what was compiled.
NOT_SHOWN = {"Finding", "Pull", "Remedy", "Retrained", "ExampleGradients", "CSource", "Warmed"}


def test_these_are_all_kinds_of_results(made: Any) -> None:
    kinds = {type(getattr(made, kind)).__name__ for kind in KINDS}
    assert {*results.__all__} - NOT_SHOWN <= kinds | {"ModelTrace"}
    assert hasattr(results.ModelTrace, "_repr_html_")
    assert not any(hasattr(getattr(results, name), "_repr_html_") for name in NOT_SHOWN)


class Reader(HTMLParser):
    """Tags that stand in a piece of HTML itself, with the documents in frames taken apart from it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.framed: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "iframe":
            self.framed.append(found)
        if found.get("id"):
            self.ids.append(str(found["id"]))


def shown(made: Any, kind: str) -> tuple[str, Reader]:
    html = getattr(made, kind)._repr_html_()
    return html, Reader(html)


@pytest.mark.parametrize("kind", KINDS)
def test_every_result_shows_itself_and_no_name_acts(made: Any, kind: str) -> None:
    html, read = shown(made, kind)
    assert isinstance(html, str)
    assert len(html) < frame.MOST
    assert not {"script", "object", "embed", "img", "link", "form"} & {*read.tags}
    assert read.ids == []  # nothing that two outputs of a notebook could both have
    assert "<script>document.title" not in html
    assert "\u202e" not in html
    assert [one["sandbox"] for one in read.framed] == (
        ["allow-scripts allow-downloads allow-modals"] if kind in RUN else ["allow-same-origin"] if kind in READ else []
    )


@pytest.mark.parametrize("kind", sorted(RUN | READ))
def test_a_frame_holds_the_whole_document_as_it_was(made: Any, kind: str) -> None:
    html, read = shown(made, kind)
    document = read.framed[0]["srcdoc"] or ""
    assert document.startswith("<!DOCTYPE html>")
    assert document.rstrip().endswith("</html>")
    assert "Content-Security-Policy" in document
    assert unescape(re.search(r"srcdoc='([^']*)'", html)[1]) == document  # type: ignore[index]


def test_documents_are_those_of_files(made: Any) -> None:
    from glassprop.showing import page

    assert shown(made, "explanation")[1].framed[0]["srcdoc"] == page(made.explanation.to_dict())
    assert shown(made, "lesson")[1].framed[0]["srcdoc"] == made.lesson.page()


def test_rows_of_the_table_are_seen_and_in_no_other_face(made: Any) -> None:
    for result in (made.suspects, made.blame):
        assert list(result.rows.columns)[2] == "$x$"
        assert "$x$" in (Reader(result._repr_html_()).framed[0]["srcdoc"] or "")
        assert "rows=" not in repr(result)
        assert "$x$" not in str(result.to_dict())


def test_without_rows_there_is_a_page_without_cells(made: Any) -> None:
    from dataclasses import replace

    for result in (made.suspects, made.blame):
        html = replace(result, rows=None)._repr_html_()
        assert "srcdoc" in html
        assert "$x$" not in html


def test_other_rows_than_were_looked_at_are_not_shown(made: Any) -> None:
    from dataclasses import replace

    html = replace(made.blame, rows=np.zeros((3, 1)))._repr_html_()
    assert "srcdoc" not in html
    assert "there are 3 to show" in html
    assert "Proponents" in html


@pytest.mark.parametrize("kind", ["list", "sparse", "elsewhere", "nonsense"])
def test_rows_of_every_kind_have_a_page_or_the_text(made: Any, kind: str) -> None:
    from dataclasses import replace

    from scipy.sparse import csr_matrix

    class Elsewhere:
        """As tensors of PyTorch that lie on a device: NumPy cannot look into them."""

        def __array__(self, *_: Any, **__: Any) -> Any:
            raise TypeError("can't convert to numpy")

        detach = cpu = lambda self: self

        def numpy(self) -> Any:
            return Z

    Z = made.blame.rows.to_numpy()
    rows: Any = {"list": Z.tolist(), "sparse": csr_matrix(Z), "elsewhere": Elsewhere(), "nonsense": [[1, 2], [3]]}[kind]
    for result in (made.blame, made.suspects):
        html = replace(result, rows=rows)._repr_html_()
        assert ("srcdoc" in html) == (kind != "nonsense")
        assert "rows" in html


def test_without_jinja_the_text_is_there(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "jinja2", None)
    for result in (made.diagnosis, made.blame, made.suspects):
        html = result._repr_html_()
        assert "srcdoc" not in html
        assert "pip install" in html
        assert html.startswith("<pre>")


def test_what_is_too_large_is_told_without_its_page(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame, "MOST", 1000)
    html, read = shown(made, "explanation")
    assert read.framed == []
    assert "more than a notebook should hold" in html
    assert "details" in read.tags  # the same, section by section


def test_where_nothing_is_trusted_the_text_is_left(made: Any) -> None:
    html = made.blame._repr_html_()
    trusted_only = re.sub(r"<(style|iframe)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert "Which of 60 training rows" in trusted_only
    assert "hidden" not in trusted_only
    assert "display:none" not in trusted_only


def test_a_table_says_what_its_result_says(made: Any) -> None:
    check, weight = made.check, made.weight
    assert check.verdict()[0] in check._repr_html_()
    assert f"{weight.value:.6g}" in weight._repr_html_()
    for name in weight.factors:
        assert name in weight._repr_html_()
    assert f"{made.seen.epochs} epochs" in made.seen._repr_html_()


def test_a_network_is_sketched() -> None:
    html = Network(3, [Layer(400, "tanh", dropout=0.25), Layer(2, "softmax")], cost="cross_entropy")._repr_html_()
    said = re.sub(r"<[^>]+>", "|", html)
    for words in ("3 inputs", "400 units", "tanh", "dropout 0.25", "1,600 parameters", "2 outputs", "2,402 parameters"):
        assert f"|{words}|" in said or f"|{words} ·" in said
    assert html.count("<circle") == 3 + 6 + 2
    assert len(html) < 4000


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_work_within_a_notebook_in_its_theme(made: Any, browser: Any, theme: str) -> None:
    """Pages beside each other, and each twice, as a notebook may have them; the system itself is light."""
    kinds = "explanation", "suspects", "blame"
    body = "".join(f"<div class=out>{getattr(made, kind)._repr_html_()}</div>" for kind in kinds)
    light = "true" if theme == "light" else "false"
    document = f"<!DOCTYPE html><meta charset=utf-8><body data-jp-theme-light={light}>{body * 2}</body>"
    context = browser.new_context(color_scheme="null", viewport={"width": 900, "height": 700})
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.set_content(document)
    frames = [one for one in page.frames if one != page.main_frame]
    assert len(frames) == 6
    for one in frames:
        one.wait_for_load_state()
        dark = one.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert dark == (theme == "dark")
        assert one.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    assert frames[0].locator("svg circle, svg rect").count() > 3  # scripts have drawn it
    with pytest.raises(Exception, match=r"cross-origin|SecurityError|Blocked"):
        frames[0].evaluate("parent.document.title")
    assert page.title() == ""
    heights = page.evaluate("[...document.querySelectorAll('iframe')].map((one) => one.clientHeight)")
    inner = frames[2].evaluate("document.documentElement.scrollHeight")
    assert abs(heights[2] - inner) <= 4  # what is only read is as high as it is
    assert not page.locator(".glassprop-frame > div").first.is_visible()
    assert faults == []
    context.close()
