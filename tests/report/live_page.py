"""The page's computing core alone: its scripts in an empty document, asked by what is evaluated there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from glassprop.report.page import SCRIPTS, _static

_DOCUMENT = "<!DOCTYPE html><meta charset=utf-8><title>live</title><link rel=icon href=data:,>"
_BEFORE = ("text", "formula", "model")  # which the core counts on


def live_scripts() -> str:
    names = [name for name in SCRIPTS if name in _BEFORE or name.startswith("live")]
    return "\n".join(_static(f"page_{name}.js") for name in names)


def open_live(look: Callable[..., Any]) -> Any:
    """A document in which `Live` is there, for `ask`."""
    page = look(_DOCUMENT)
    page.evaluate(f'"use strict";(() => {{{live_scripts()}\nwindow.Live = Live; window.worked = worked;}})()')
    return page


# as text, which takes a tenth of the time of objects; what JSON lacks stays another thing than null
_AS_TEXT = "(key, v) => v === undefined ? null : typeof v === 'number' && !Number.isFinite(v) ? String(v) : v"


def ask(page: Any, record: Any, what: str) -> Any:
    """What an expression of ``live`` gives, of a record."""
    told: str = page.evaluate(
        "(text) => {const live = new Live(JSON.parse(text)); const { record } = live;"
        f"return JSON.stringify({what}, {_AS_TEXT});}}",
        json.dumps(record),
    )
    return json.loads(told)
