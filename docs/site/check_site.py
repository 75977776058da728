"""What Sphinx cannot see of the built site: that it loads nothing, that answers are found, that it fits a phone.

Run it: python docs/site/check_site.py build/site
"""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path
from typing import Any

from api_names import everything, home_of, methods_of

from glassprop.ground.documentation import VARIABLE

# Loaded by a page of itself, rather than followed by a reader.
LOADED = re.compile(r"""<(?:script|img|iframe|link|source|video)\b[^>]*?\b(?:src|href)=["']((?:https?:)?//[^"']+)""")
STYLE = re.compile(r"""(?:@import\s+|url\()["']?((?:https?:)?//[^"')]+)""")
PHONE = {"width": 360, "height": 780}

# Words that a newcomer might search for, and the pages one of which must be among the first results.
SEARCHES = {
    "wrong labels": ("docs/blame", "docs/questions", "docs/labels"),
    "delta": ("docs/derivation", "docs/questions", "docs/explain"),
    "wrong label": ("docs/labels", "docs/questions"),
    "noisy labels": ("docs/labels", "docs/questions"),
    "imbalanced": ("docs/questions", "docs/gallery/imbalanced"),
    "class imbalance": ("docs/questions", "docs/gallery/imbalanced"),
    "prediction interval": ("docs/gallery/quantile_band",),
    "grid search": ("docs/searching", "docs/questions"),
    "loss curve": ("docs/plots", "docs/questions"),
    "offline": ("docs/questions", "docs/installing"),
    "pytorch weights": ("docs/questions", "docs/estimators", "docs/deploy"),
    "several machines": ("docs/scaling", "docs/questions", "docs/searching"),
    "scikit-learn import": ("docs/estimators", "docs/questions"),
    "does not learn": ("docs/start-doctor", "docs/doctor"),
    "csv missing values": ("docs/tables", "docs/start-table", "docs/questions"),
    "quantile": ("docs/functions", "docs/questions"),
    "microcontroller": ("docs/deploy", "docs/start-deploy", "docs/questions"),
    "lightgbm": ("docs/compare", "bench/README", "docs/questions"),
    "contributions": ("docs/explain", "docs/questions"),
    "mislabeled": ("docs/labels", "docs/questions"),
    "mislabelled": ("docs/labels",),
    "hyperparameter": ("docs/searching",),
    "tuning": ("docs/searching",),
    "untrusted": ("SECURITY", "docs/model-file"),
    "fraud": ("docs/gallery/imbalanced",),
    "Flask": ("docs/deploy", "docs/start-deploy"),
    "FastAPI": ("docs/deploy", "docs/start-deploy"),
    "Arduino": ("docs/start-deploy", "docs/questions"),
    "SHAP": ("docs/explain",),
    "MLPClassifier": ("docs/api/glassprop.MLPClassifier",),
}
SOURCES = Path(__file__).parents[1]
FIRST = 6  # results that are on the screen without scrolling


def loads_from_elsewhere(site: Path) -> list[str]:
    faults = []
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        found = (LOADED if path.suffix == ".html" else STYLE).findall(text)
        faults += [f"{path.relative_to(site)} loads {url}" for url in found]
    return faults


# What a page may show of its source by mistake: commands of TeX, and a formula between its signs.
TEX = re.compile(r"\\[a-zA-Z]{2,}|\$[^\s$][^$\n]*\$")
NOT_PROSE = re.compile(r"<(script|style|pre|code|annotation)\b.*?</\1>|<[^>]+>", re.DOTALL)


def raw_formulas(site: Path) -> list[str]:
    texts = {path: unescape(NOT_PROSE.sub("", path.read_text(encoding="utf-8"))) for path in pages_of(site)}
    return [
        f"{path.relative_to(site)} shows {found[0]!r}" for path, text in texts.items() if (found := TEX.search(text))
    ]


def names_missing(site: Path) -> list[str]:
    """Of the inventory that Sphinx writes of what is documented."""
    import zlib

    data = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    listed = {line.split(" ", 1)[0] for line in zlib.decompress(data).decode().splitlines()}
    wanted = set(home_of().values()) - {"glassprop.__version__"}
    wanted |= {
        f"{home}.{method}"
        for home in home_of().values()
        if isinstance(everything()[home], type)
        for method in methods_of(everything()[home])
    }
    return [f"the reference has no {name}" for name in sorted(wanted - listed)]


def links_nowhere(site: Path) -> list[str]:
    """Of the links that notebooks show of estimators: pages that there are not, or that lack what is asked for."""
    from unittest.mock import patch
    from urllib.parse import unquote

    faults = []
    with patch.dict("os.environ", {VARIABLE: site.as_uri()}):
        for thing in filter(is_estimator, everything().values()):
            link = thing()._get_doc_link()
            path = Path(link.removeprefix("file://"))
            text = " ".join(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")).split()) if path.is_file() else ""
            text = re.sub(r"\W+", " ", unescape(text))
            for shown in re.findall(r'href="([^"]+)"', thing()._repr_html_()):
                asked = unquote(shown.removeprefix(link).removeprefix("#:~:text=")).split(",-", 1)
                if not text or (shown != link and re.sub(r"\W+", " ", " ".join(asked)).strip() not in text):
                    faults.append(f"{thing.__name__} links to {shown}, which is not there")
    return faults


def is_estimator(thing: Any) -> bool:
    return isinstance(thing, type) and hasattr(thing, "_get_doc_link")


def pages_of(site: Path) -> list[Path]:
    """Those that are read, without lists of code, and without the one that leads to the start page."""
    found = {path: path.relative_to(site).parts for path in site.rglob("*.html")}
    return sorted(path for path, parts in found.items() if parts[0] not in ("_modules", "source", "index.html"))


# What reaches beyond the right edge, and in nothing that can be scrolled to it.
BEYOND = """() => {
  const scrolls = (e) => e && !e.matches(".bd-article")
    && (/auto|scroll/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  return [...document.querySelectorAll(".bd-article *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e))
    .map((e) => e.textContent.slice(0, 60));
}"""


def too_wide(page: Any, site: Path) -> list[str]:
    """Pages on which one has to scroll sideways, or that are cut off."""
    faults = []
    page.set_viewport_size(PHONE)
    for path in pages_of(site):
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            faults.append(f"{path.relative_to(site)} is {width} wide on a screen of {PHONE['width']}")
        cut = page.evaluate(BEYOND)
        faults += [f"{path.relative_to(site)}: {cut[0]!r} is cut off on a screen of {PHONE['width']}"] if cut else []
    return faults


def not_found(page: Any, site: Path) -> list[str]:
    """Searches, from a folder and without a server, whose answer is not among the first results."""
    faults = []
    for words, wanted in SEARCHES.items():
        page.goto(f"{(site / 'search.html').as_uri()}?q={words.replace(' ', '+')}")
        page.wait_for_selector("#search-results ul.search li a", timeout=20_000)
        page.wait_for_function("/found/.test(document.querySelector('#search-results .search-summary')?.innerText)")
        links = [a.get_attribute("href") or "" for a in page.locator("#search-results ul.search li > a").all()[:FIRST]]
        hits = [re.sub(r"\.html.*", "", link) for link in links]
        if not any(hit in wanted for hit in hits):
            faults.append(f"a search for {words!r} gives {', '.join(hits)}; none of {', '.join(wanted)}")
    return faults


def questions_unanswered(page: Any, site: Path) -> list[str]:
    """From the start page each question is one click away, and its answer leads on to a page of the guide."""
    page.goto((site / "index.html").as_uri())
    page.wait_for_url("**/docs/index.html")
    links = [a.get_attribute("href") or "" for a in page.locator("#what-people-ask-first li a").all()]
    answers = re.findall(r"^## ", (SOURCES / "questions.md").read_text(encoding="utf-8"), re.M)
    faults = [] if len(links) == len(answers) else [f"the start page has {len(links)} questions of {len(answers)}"]
    for link in links:
        page.goto(f"{(site / 'docs').as_uri()}/{link}")
        section = page.locator(f"[id='{link.partition('#')[2]}']")
        if section.count() != 1 or not section.locator("p a.reference.internal").count():
            faults.append(f"{link}: no answer that leads on")
    return faults


def main(folder: str) -> int:
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(SOURCES.parent / "tests"))
    from chromium import chromium

    site, asked = Path(folder).resolve(), []
    faults = loads_from_elsewhere(site) + raw_formulas(site) + names_missing(site) + links_nowhere(site)
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=chromium(started.chromium.executable_path), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        faults += questions_unanswered(page, site) + not_found(page, site) + too_wide(page, site)
        browser.close()
    faults += [f"asked for {url}" for url in sorted({*asked}) if not url.startswith(("file:", "data:"))]
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(pages_of(site))} pages, {len(SEARCHES)} searches, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
