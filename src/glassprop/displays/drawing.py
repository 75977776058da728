"""What all pictures share: matplotlib, imported when something is drawn; axes; colors; text that stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from math import ceil
from typing import Any

from glassprop.errors import MissingPackageError, SettingsError
from glassprop.ground.text import first_line, quoted, shown

# Okabe and Ito's colors, told apart by color-blind people, too, and seen on white and on black (without their black).
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DIVERGING = "PuOr_r"  # violet below 0, orange above: told apart by color-blind people
_LONGEST = 40  # characters of a name in a picture
CLASS = "glassprop-class"  # marks what stands for a class, whatever that is called
_MOST_NAMES = 25  # that find room along an axis of a figure of usual size
_OWN_LABEL = re.compile(r"_child\d+|_nolegend_")

Keywords = Mapping[str, Any] | None


def need_matplotlib(who: str) -> None:
    """Refuse to draw without it. who: what is to be drawn.

    Raises
    ------
    MissingPackageError
        With the line that installs it.
    """
    try:
        import matplotlib.pyplot  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(f"{who} draws with matplotlib: pip install 'glassprop[plot]'") from error


def axes_for(ax: Any, who: str) -> Any:
    """The axes that were given; or those of a new figure, in which long names find room.

    Raises
    ------
    MissingPackageError
    SettingsError
        No axes.
    """
    need_matplotlib(who)
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    if isinstance(ax, Axes):
        return ax
    if ax is not None:
        raise SettingsError(f"{who}: ax is to be Axes of matplotlib, one of them, got {quoted(ax, 60)}")

    return plt.subplots(layout="constrained")[1]


def ink(ax: Any) -> Any:
    """The color that these axes write in: black on a light ground, white on a dark one."""
    return ax.xaxis.label.get_color()


def color_bar(ax: Any, drawn: Any, said: str) -> Any:
    """What the colors of something drawn mean, beside it, written in the color of the axes."""
    bar = ax.figure.colorbar(drawn, ax=ax)
    bar.ax.tick_params(colors=ink(ax))
    bar.outline.set_edgecolor(ink(ax))
    bar.ax.yaxis.label.set_color(ink(ax))
    label_axes(bar.ax, up=said)
    return bar


def named(name: object) -> str:
    """A name as it is shown: control characters visible, and not too long."""
    return shown(name, _LONGEST)


def as_text(*texts: Any) -> None:
    """Let these say what they say: no dollar or underscore of a name is read as mathematics."""
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)


def label_axes(ax: Any, across: str | None = None, up: str | None = None) -> None:
    """What the two axes are called; what is None stays. Their names are text."""
    if across is not None:
        ax.set_xlabel(across)
    if up is not None:
        ax.set_ylabel(up)
    as_text(ax.xaxis.label, ax.yaxis.label)


def name_ticks(axis: Any, names: Iterable[object], *, rotation: float = 0.0) -> None:
    """Names at 0, 1, 2 and so on of an axis; of very many every second, third and so on."""
    said = [named(name) for name in names]
    step = ceil(len(said) / _MOST_NAMES) or 1
    axis.set_ticks(range(0, len(said), step), said[::step])
    for text in axis.get_ticklabels():
        text.set_rotation(rotation)
        if rotation:
            text.set_horizontalalignment("right" if rotation < 90 else "center")
            text.set_rotation_mode("anchor" if rotation < 90 else "default")
    as_text(*axis.get_ticklabels())


def tilt(names: Sequence[object], room: int = 60) -> float:
    """By how many degrees names below an axis are turned, so that they do not run into each other."""
    longest = max((len(named(name)) for name in names), default=0)
    if (longest + 1) * len(names) <= room:
        return 0.0
    return 45.0 if len(names) <= 20 else 90.0


def legend_of(ax: Any, **where: Any) -> Any:
    """A legend of all that has a label, one that begins with an underscore too; its entries are text."""
    artists = [artist for artist in (*ax.lines, *ax.collections, *ax.patches) if _is_named(artist)]
    if not artists:
        return None
    legend = ax.legend(artists, [str(place) for place in range(len(artists))], **where)
    for text, artist in zip(legend.get_texts(), artists, strict=True):
        text.set_text(named(artist.get_label()))
    as_text(*legend.get_texts())
    return legend


def _is_named(artist: Any) -> bool:
    """Whether somebody gave it a label: matplotlib's own are `_child0` and so on, which a class may be called, too."""
    label = artist.get_label()
    return artist.get_gid() == CLASS or (isinstance(label, str) and bool(label) and not _OWN_LABEL.fullmatch(label))


def next_color(ax: Any, gid: str) -> str:
    """A color that none of the lines of these axes that are marked so has."""
    used = {line.get_color() for line in ax.lines if line.get_gid() == gid}
    return next((color for color in COLORS if color not in used), COLORS[len(used) % len(COLORS)])


def keywords(usual: Mapping[str, Any], given: Keywords, of: str = "lines.Line2D") -> dict[str, Any]:
    """What is handed to matplotlib: the usual, but for what was given, other names of the same included.

    Parameters
    ----------
    usual, given : mapping
    of : str
        Which of matplotlib's artists they are for.

    Raises
    ------
    SettingsError
        No mapping from names; one thing by two names.
    """
    return {**usual, **normal(given, of)}


def normal(given: Keywords, of: str = "lines.Line2D") -> dict[str, Any]:
    """Keywords for one of matplotlib's artists, each by its first name; raises as `keywords`."""
    from matplotlib import cbook

    module, name = of.split(".")
    if not isinstance(given, Mapping | None) or not all(isinstance(one, str) for one in given or ()):
        raise SettingsError(f"what is handed to matplotlib is a mapping from names to values, got {quoted(given)}")
    try:
        return cbook.normalize_kwargs(dict(given or {}), getattr(import_module(f"matplotlib.{module}"), name))
    except TypeError as error:
        raise SettingsError(first_line(error)) from error


def scatter_keywords(usual: Mapping[str, Any], given: Keywords, colors: Mapping[str, Any]) -> dict[str, Any]:
    """What is handed to `scatter`, as `keywords` has it.

    Parameters
    ----------
    usual, given : mapping
    colors : mapping
        The usual colors: left out where others were given.
    """
    from matplotlib.markers import MarkerStyle

    own = normal(given, "collections.PathCollection")
    own |= {f"{name}s": own.pop(name) for name in ("edgecolor", "linewidth", "linestyle") if name in own}
    colors = {} if {"c", "color", "facecolor"} & set(own) else colors
    how = {**usual, **colors, **own}
    if not MarkerStyle(how.get("marker") or "o").is_filled() and "edgecolors" not in own:
        how.pop("edgecolors", None)  # such a marker has no edge
    return how
