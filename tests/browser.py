"""A browser for the tests of pages: Chromium, started once, and a fixture that watches whatever a page does wrong."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from waiting import HANG

_INSTALL = "python -m playwright install chromium (or apt-get install chromium), or name one in GLASSPROP_CHROMIUM"


def _missing(what: str) -> None:
    """Skip; but where CI is set, these tests must run."""
    said = f"{what}; to run these tests: {_INSTALL}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    with sync_playwright() as playwright:
        path = chromium(playwright.chromium.executable_path)
        if path is None:
            _missing("there is no Chromium")
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def tabs() -> dict[Any, list[Any]]:
    """Tabs that no test uses just now, by what they were opened with: one takes longer to open than a page in it."""
    return {}


@pytest.fixture
def look(browser: Any, tabs: dict[Any, list[Any]], tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens an HTML document as a file. Whatever it says, asks for or opens that it should not fails the test.

    own: in a tab that no other test is handed afterwards.
    """
    faults: list[str] = []
    used: list[tuple[Any, list[Any] | None, dict[str, Any]]] = []

    def opened(
        document: str, *, width: int = 1600, scheme: str = "light", at: str = "", own: bool = False, **options: Any
    ) -> Any:
        path = tmp_path / f"page{len(used)}.html"
        path.write_text(document, encoding="utf-8")
        address = path.as_uri()
        free = None if own else tabs.setdefault((scheme, *sorted(options.items())), [])
        page = free.pop() if free else browser.new_context(color_scheme=scheme, **options).new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.set_default_timeout(1000 * HANG)
        heard = {
            "console": lambda message: faults.append(f"console {message.type}: {message.text}"),
            "pageerror": lambda error: faults.append(f"error: {error}"),
            "dialog": lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()),
            "request": lambda r: None if r.url.split("#")[0] == address else faults.append(f"request: {r.url}"),
        }
        used.append((page, free, heard))
        for event, does in heard.items():
            page.on(event, does)
        page.goto(address + at)
        return page

    yield opened
    for page, free, heard in used:
        for event, does in heard.items():
            page.remove_listener(event, does)
        if free is None:
            page.context.close()
        else:
            _emptied(page)
            free.append(page)
    assert not faults, faults


def _emptied(page: Any) -> None:
    """As a new tab is: nothing kept, nothing pointed at, shown on a screen."""
    page.evaluate("() => { try { localStorage.clear(); } catch {} }")
    page.emulate_media(media="null")
    page.goto("about:blank")
    page.mouse.move(-1, -1)
