"""HTML documents from templates: they load nothing, run only scripts of their own, and every value in them is text."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from glassprop.document.closed_page import script_of, source_hash
from glassprop.errors import MissingPackageError
from glassprop.ground.number_text import amount, number, percent
from glassprop.ground.text import LONGEST_LINE, shown


def html_page(template: str, *, styles: Sequence[str] = (), scripts: Sequence[str] = (), **data: Any) -> str:
    """The document that a template makes of data; styles, scripts: files that it has besides the style of all.

    Raises
    ------
    MissingPackageError
        If jinja2 is not installed.
    """
    need_jinja()
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup, escape

    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_static),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "number": number, "amount": amount}
    environment.filters["whole"] = escape  # text that is not looked at, however long
    environment.filters["line"] = lambda text: escape(shown(text, LONGEST_LINE))  # which may quote several names
    style = "\n".join(_static(name) for name in ("report_training.css", *styles))
    own = {"style": Markup(style), "style_hash": Markup(source_hash(style))}
    if scripts:
        script = script_of([_static(name) for name in scripts])
        own |= {"script": Markup(script), "script_hash": Markup(source_hash(script))}
    return environment.get_template(template).render(**data, **own)


def as_is(drawn: str) -> Any:
    """Markup of our own making, that is not to be escaped."""
    from markupsafe import Markup

    return Markup(drawn)


def need_jinja() -> None:
    """Raise MissingPackageError, with the line that installs it, if jinja2 is missing."""
    try:
        import jinja2  # noqa: F401
    except ImportError as error:
        raise MissingPackageError("reports need the package jinja2: pip install 'glassprop[cli]'") from error


def _static(name: str) -> str:
    return (files("glassprop.training_report") / "static" / name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    """Every value on its way into the document."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return shown(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return number(value) if isinstance(value, float) else value
