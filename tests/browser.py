"""A browser for the tests of pages: Chromium, started once, and a fixture that watches whatever a page does wrong."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import HANG

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_INSTALL = "python -m playwright install chromium (or apt-get install chromium), or name one in GLASSPROP_CHROMIUM"


def _missing(what: str) -> None:
    """Skip; but where CI is set, these tests must run."""
    said = f"{what}; to run these tests: {_INSTALL}"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


def _chromium(own: str) -> str | None:
    named = os.environ.get("GLASSPROP_CHROMIUM")
    found = [named] if named else [own, *(shutil.which(name) for name in _NAMES)]
    return next((path for path in found if path and Path(path).is_file()), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    with sync_playwright() as playwright:
        path = _chromium(playwright.chromium.executable_path)
        if path is None:
            _missing("there is no Chromium")
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def look(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens an HTML document as a file. Whatever it says, asks for or opens that it should not fails the test."""
    faults: list[str] = []
    contexts: list[Any] = []

    def opened(document: str, *, width: int = 1600, scheme: str = "light", at: str = "", **options: Any) -> Any:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(document, encoding="utf-8")
        address = path.as_uri()
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(1000 * HANG)
        page.on("console", lambda message: faults.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda r: None if r.url.split("#")[0] == address else faults.append(f"request: {r.url}"))
        page.goto(address + at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, faults
