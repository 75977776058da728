"""Estimators in a notebook: scikit-learn's diagram with what was changed, links, and the network."""

from __future__ import annotations

import inspect
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from sklearn import config_context
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import glassprop
from glassprop import CategoryEmbedding, Layer, MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor
from glassprop.estimator.told_names import described
from glassprop.ground import documentation

ESTIMATORS = [name for name in glassprop.__all__ if hasattr(getattr(glassprop, name), "get_params")]
SITE = "https://docs.example.org/glassprop/"
EVIL = "<script>document.title='x'</script>"
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

CHANGED: dict[str, dict[str, Any]] = {
    "MLPClassifier": {"hidden_layer_sizes": np.array([4, 3]), "alpha": 0.5, "random_state": 0, "max_iter": 4},
    "MLPRegressor": {"activation": "tanh", "max_iter": 3, "random_state": np.random.RandomState(0)},
    "TabularClassifier": {"recipe": "plain", "epochs": 2, "random_state": 0, "roles": {EVIL: "number"}},
    "TabularRegressor": {"recipe": "plain", "epochs": 2, "cross_fit": None},
}


class Reader(HTMLParser):
    """Rows of scikit-learn's tables, links, and tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rows: dict[str, list[str]] = {"user-set": [], "default": []}
        self._kind, self._names = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if found.get("href"):
            self.links.append(str(found["href"]))
        if tag == "tr":
            self._kind = found.get("class") or ""
        if tag == "td":
            self._names = found.get("class") == "param" and self._kind in self.rows
        if tag == "span":
            self._names = False

    def handle_data(self, data: str) -> None:
        if self._names and data.strip():
            self.rows[self._kind].append(data.strip())


def table() -> tuple[Any, Any]:
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    return pd.DataFrame({EVIL: rng.normal(size=80), "b": rng.normal(size=80)}), np.array(["no", EVIL] * 40)


def fitted(name: str) -> Any:
    X, y = table()
    model = getattr(glassprop, name)(**CHANGED[name])
    return model.fit(X, y if name.endswith("Classifier") else X[EVIL].to_numpy())


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(documentation.VARIABLE, SITE)


def test_these_are_all() -> None:
    assert sorted(ESTIMATORS) == sorted(CHANGED)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_exactly_what_was_changed_is_marked(name: str) -> None:
    model = getattr(glassprop, name)(**CHANGED[name])
    defaults = inspect.signature(type(model).__init__).parameters
    changed = [key for key, value in model.get_params().items() if value is not defaults[key].default
               and not np.array_equal(value, defaults[key].default)]  # fmt: skip
    assert sorted(changed) == sorted(CHANGED[name])
    rows = Reader(model._repr_html_()).rows
    assert sorted(rows["user-set"]) == sorted(changed)
    assert sorted(rows["user-set"] + rows["default"]) == sorted(model.get_params())


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_parameter_and_attribute_is_explained(name: str) -> None:
    model = fitted(name)
    html, doc = model._repr_html_(), type(model).__doc__
    for section, table in (("Parameters", model._get_params_html()), ("Attributes", model._get_fitted_attr_html())):
        known = described(doc, section)
        assert set(table) <= {*known, "..."}
        for key in table:
            assert f'position-anchor: --doc-link-{key};">{known[key]}</span>' in html


@pytest.mark.parametrize("name", ESTIMATORS)
def test_no_name_acts_and_the_network_is_drawn(name: str) -> None:
    model = fitted(name)
    html = model._repr_html_()
    assert EVIL not in html
    assert Reader(html).tags.count("script") == 1  # scikit-learn's
    assert html.count('class="glassprop-sketch') == 1
    sketch = html[html.index('<div class="glassprop-sketch') :]
    assert "&lt;script&gt;document.ti…" in sketch  # a column, or a class
    assert f"{model._shown_network()[0].layout.size:,} parameter" in sketch
    assert 1000 < len(model._sketch()) < 12_000


@pytest.mark.parametrize("name", ESTIMATORS)
def test_before_fit_there_is_no_network(name: str) -> None:
    html = getattr(glassprop, name)()._repr_html_()
    assert "glassprop-sketch" not in html
    assert "Not fitted" in html


def test_where_nothing_is_published_there_is_no_link() -> None:
    assert documentation.ADDRESS == ""  # see docs/releasing.md
    for name in ESTIMATORS:
        model = getattr(glassprop, name)()
        assert model._get_doc_link() == ""
        assert Reader(model._repr_html_()).links == []


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("name", ESTIMATORS)
def test_links_lead_to_the_page_of_the_class(name: str) -> None:
    model = fitted(name)
    page = f"{SITE}docs/api/glassprop.{name}.html"
    assert model._get_doc_link() == page
    links = Reader(model._repr_html_()).links
    assert links[0] == page
    parameters = [link for link in links[1:] if link.startswith(f"{page}#:~:text=")]
    assert len(parameters) == len(links) - 1
    assert len(parameters) >= len(model.get_params())


@pytest.mark.usefixtures("published")
def test_of_a_class_of_their_own_users_get_no_link() -> None:
    class Mine(MLPClassifier):
        pass

    Mine.__module__ = "mine"
    assert Mine()._get_doc_link() == ""
    assert Reader(Mine()._repr_html_()).links == []


@pytest.mark.parametrize("wish", ["javascript:alert(1)", 'https://x" onclick="y', "docs.example.org", "https://a b"])
def test_an_address_that_is_none_gives_no_links_and_a_warning(wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(documentation.VARIABLE, wish)
    with pytest.warns(UserWarning, match="no links: GLASSPROP_DOCS must be an address that begins with"):
        shown = MLPClassifier()._repr_html_()
    assert Reader(shown).links == []


def test_within_pipelines_and_searches(published: None) -> None:
    X, y = table()
    piped = make_pipeline(StandardScaler(), MLPClassifier((3,), max_iter=2)).fit(X, y)
    search = GridSearchCV(MLPClassifier((3,), max_iter=2), {"alpha": [0.1, 0.2]}, cv=2).fit(X, y)
    for outer in (piped, search):
        html = outer._repr_html_()
        assert html.count('class="glassprop-sketch') == 1
        assert f"{SITE}docs/api/glassprop.MLPClassifier.html" in Reader(html).links
    unfitted = make_pipeline(StandardScaler(), MLPClassifier())
    assert "glassprop-sketch" not in unfitted._repr_html_()


def test_displays_are_as_scikit_learn_is_told() -> None:
    model = MLPClassifier()
    assert set(model._repr_mimebundle_()) == {"text/plain", "text/html"}
    with config_context(display="text"):
        assert set(model._repr_mimebundle_()) == {"text/plain"}
        assert not hasattr(model, "_repr_html_")
    assert repr(MLPClassifier((3,), alpha=0.5)) == "MLPClassifier(alpha=0.5, hidden_layer_sizes=(3,))"


def test_networks_of_every_kind_are_drawn() -> None:
    X, y = table()
    layers = [CategoryEmbedding([1], [3]), Layer(4, "relu")]
    Z = np.column_stack([X["b"], np.arange(80) % 3])
    model = MLPClassifier(layers=layers, max_iter=2, random_state=0).fit(Z, y)
    assert "CategoryEmbedding" in model._sketch()
    assert 'stroke-dasharray="2 3"' in model._sketch()
    several = MLPRegressor(hidden_layer_sizes=(4,), n_members=3, scale_inputs=True, max_iter=2).fit(Z, Z[:, 0])
    assert "mean of 3 members" in several._sketch()
    assert "each of 3" in several._sketch()
    wide = MLPRegressor(hidden_layer_sizes=(300,), max_iter=1).fit(np.zeros((20, 500)), np.arange(20.0))
    assert len(wide._sketch()) < 4000


def test_folds_are_told(usual_recipe: None) -> None:
    X, y = table()
    model = TabularRegressor(cross_fit=2, epochs=1, recipe="plain", random_state=0).fit(X, X["b"])
    assert "mean of 2 members" in model._sketch()
    assert "each without a fold of the rows" in model._sketch()
    alone = TabularClassifier(cross_fit=None, epochs=1, recipe="plain", random_state=0).fit(X, y)
    assert "fold" not in alone._sketch()


def test_a_version_without_some_of_the_hooks_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older diagrams ask for fewer tables: what nobody asks for is not missed."""
    from sklearn.base import BaseEstimator

    monkeypatch.delattr(BaseEstimator, "_get_fitted_attr_html")
    monkeypatch.setattr(
        MLPClassifier, "_get_fitted_attr_html", property(lambda self: (_ for _ in ()).throw(AttributeError))
    )
    assert "Parameters" in fitted("MLPClassifier")._repr_html_()
