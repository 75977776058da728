"""A whole document within a notebook, in a frame of its own: neither can reach into the other."""

from __future__ import annotations

import re

from glassprop.document.html_document import html_text

MOST = 4_000_000  # characters of a document that a notebook is to hold
# Frames do not see the notebook's theme; what says dark or light to them is the color scheme of their element.
_DARK = (
    '[data-jp-theme-light="false"]',
    '[data-vscode-theme-kind*="dark"]',
    '[data-vscode-theme-kind="vscode-high-contrast"]',
    'html[theme="dark"]',
    'html[data-theme="dark"]',
)
_LIGHT = (
    '[data-jp-theme-light="true"]',
    '[data-vscode-theme-kind*="light"]',
    'html[theme="light"]',
    'html[data-theme="light"]',
)
_FRAME = ".glassprop-frame>iframe"


def _style() -> str:
    within = {
        scheme: ",".join(f"{mark} {_FRAME}" for mark in marks) for scheme, marks in (("dark", _DARK), ("light", _LIGHT))
    }
    return (
        f".glassprop-frame>div{{display:none}}{_FRAME}{{color-scheme:light dark}}"
        f"{within['light']}{{color-scheme:light}}{within['dark']}{{color-scheme:dark}}"
    )


def framed(document: str, instead: str, title: str, *, height: int, runs: bool) -> str:
    """A piece of HTML that shows a document, whatever else the notebook shows.

    Parameters
    ----------
    document : str
        HTML. It holds all that it shows.
    instead : str
        HTML that is seen where a notebook is not trusted, or shown by a site that takes frames and styles away.
    title : str
        What the frame is called for those who do not see it.
    height : int
        Pixels; of a document that runs nothing, until it is loaded: then as much as it has.
    runs : bool
        Whether it has scripts. They run in an origin of their own, from which neither the notebook nor what the
        browser keeps for it can be reached. Without, nothing runs in it, and the notebook asks it for its height.

    Examples
    --------
    >>> framed("<p>1 & 2</p>", "", "Numbers", height=100, runs=True).count("srcdoc='<p>1 &amp; 2</p>'")
    1
    """
    if len(document) > MOST:
        said = f"Its page has {len(document) / 1e6:.0f} million characters, more than a notebook should hold."
        return f"{_piece(instead)}<p>{said} <code>glassprop.showing</code> makes a file of it.</p>"
    allowed = "allow-scripts allow-downloads allow-modals" if runs else "allow-same-origin"
    fits = "" if runs else " onload=\"this.style.height=this.contentDocument.documentElement.scrollHeight+4+'px'\""
    look = (
        f"width:100%;height:{height}px;border:1px solid #8886;border-radius:6px;resize:vertical;box-sizing:border-box"
    )
    inner = re.sub("['&]", lambda found: "&#39;" if found[0] == "'" else "&amp;", document)
    return (
        f'<div class="glassprop-frame"><style>{_style()}</style>'
        f'<iframe sandbox="{allowed}" title="{html_text(title)}" style="{look}"{fits} srcdoc=\'{inner}\'></iframe>'
        f"<div>{_piece(instead)}</div></div>"
    )


def text_piece(text: str) -> str:
    """Text as a piece of HTML, as it would be printed."""
    return f"<pre>{html_text_lines(text)}</pre>"


def html_text_lines(text: str) -> str:
    """Several lines as text: no markup in them acts."""
    return "\n".join(map(html_text, text.split("\n")))


def _piece(html: str) -> str:
    """What no notebook is to typeset."""
    return f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'
