"""Small charts as SVG: curves by epoch, points, a histogram. No script, no font, no color of their own: classes only.

They are drawn 440 units wide, so that their text is still readable on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, chain, pairwise
from math import ceil, floor, inf, isfinite, log10
from typing import Any

from glassprop.ground.number_text import tick
from glassprop.ground.text import shown

WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 76, 12, 12, 40
_NAME, _BARS, _NUMBERS, _STEP = 22, 165, 75, 22  # of a waterfall: its names, where its bars are, the height of each
_KINDS = ("training", "validation")
_TICKS = 6  # at most so many steps along an axis, and more than two: a single number would say no scale
_LABEL, _LABEL_WIDTH = 6, 50  # letters that have room beside the axis; longer labels are drawn narrower, so wide
_LOG_FROM = 1.3  # a curve that falls by more powers of ten is drawn on a logarithmic scale


@dataclass(frozen=True)
class Axis:
    """From numbers to places along one side of a chart."""

    least: float
    most: float
    begin: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where a number lies."""
        least, most = self.least, self.most
        if self.log:
            least, most, value = log10(least), log10(most), log10(value)
        share = (value / 2 - least / 2) / (most / 2 - least / 2) if most > least else 0.5  # halves cannot overflow
        return round(self.begin + share * (self.end - self.begin), 2)

    @property
    def ticks(self) -> list[float]:
        """Some round numbers between the ends."""
        if self.log:
            powers = range(floor(log10(self.least)), min(ceil(log10(self.most)), 308) + 1)
            steps = (1,) if len(powers) > 3 else (1, 2, 5)
            powers = powers[:: ceil(len(powers) / 6)]
            return [s * 10.0**p for p in powers for s in steps if self.least <= s * 10.0**p <= self.most]
        if not isfinite(self.most - self.least):
            return []
        step = _round_step((self.most - self.least) / _TICKS)
        first, last = ceil(self.least / step - 1e-9), floor(self.most / step + 1e-9)
        return [round(i * step, 12) if step >= 1e-9 else i * step for i in range(first, last + 1)]


def _round_step(about: float) -> float:
    """1, 2 or 5 times a power of ten."""
    if not about > 0 or not isfinite(about):
        return 1.0
    power = 10.0 ** floor(log10(about))
    return next((s * power for s in (1, 2, 5) if s * power >= about), 10 * power)


def spans_decades(values: Sequence[float]) -> bool:
    """Whether positive numbers lie so far apart that they are seen on a logarithmic scale alone."""
    return len(values) > 0 and min(values) > 0 and log10(max(values)) - log10(min(values)) > _LOG_FROM


def curves(
    training: Sequence[float],
    validation: Sequence[float],
    best_epoch: int | None,
    *,
    title: str,
    label: str,
    seconds: Sequence[float] | None = None,
    networks: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Costs by epoch, counted from 1, or by the seconds at which each had ended; the best epoch is marked.

    networks: of each of several, of which these are the mean, the costs that are drawn behind them.
    """
    behind = [(kind, [inf if c is None else c for c in one[kind]]) for one in networks for kind in _KINDS]
    values = [value for value in (*training, *validation, *chain(*(costs for _, costs in behind))) if isfinite(value)]
    if not values:
        return ""
    least, most = min(values), max(values)
    log = spans_decades(values)
    n = max(len(training), len(validation))
    across = [float(epoch) for epoch in range(1, n + 1)] if seconds is None else list(seconds)
    last = max(across[-1], 2.0) if seconds is None else across[-1]
    x = Axis(1.0 if seconds is None else 0.0, last, LEFT, WIDTH - RIGHT)
    y = Axis(*widened(least, most, log), HEIGHT - BOTTOM, TOP, log)
    name = "epoch" if seconds is None else "seconds"
    parts = [frame(x, y, name, label + (", logarithmic" if log else ""), whole_across=seconds is None)]
    parts += [_line(across, costs, x, y, f"pale {kind}") for kind, costs in behind if costs]
    parts.append(_line(across, training, x, y, "training"))
    if validation:
        parts.append(_line(across, validation, x, y, "validation"))
    if best_epoch is not None and 1 <= best_epoch <= n:
        parts.append(_best(best_epoch, across[best_epoch - 1], validation or training, x, y))
    return drawing(parts, title)


def _best(epoch: int, across: float, values: Sequence[float], x: Axis, y: Axis) -> str:
    at = x.place(across)
    line = f'<line class="best" x1="{at}" x2="{at}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    if not 1 <= epoch <= len(values) or not isfinite(values[epoch - 1]):
        return line
    said = f"best epoch: {epoch}, cost {values[epoch - 1]:.6g}"
    return (
        f'{line}<circle class="best" cx="{at}" cy="{y.place(values[epoch - 1])}" r="5"><title>{said}</title></circle>'
    )


def _line(across: Sequence[float], values: Sequence[float], x: Axis, y: Axis, kind: str) -> str:
    points = [f"{x.place(at)},{y.place(v)}" for at, v in zip(across, values, strict=False) if isfinite(v)]
    if len(points) == 1:
        cx, cy = points[0].split(",")
        return f'<circle class="dot {kind}" cx="{cx}" cy="{cy}" r="3"/>'
    return f'<polyline class="{kind}" points="{" ".join(points)}"/>'


def scatter(points: Sequence[Sequence[float]], *, title: str, across: str, up: str) -> str:
    """Points (across, up) on two equal scales, with the line on which both are the same."""
    values = [value for point in points for value in point if isfinite(value)]
    if not values:
        return ""
    ends = widened(min(values), max(values), False)
    x, y = Axis(*ends, LEFT, WIDTH - RIGHT), Axis(*ends, HEIGHT - BOTTOM, TOP)
    parts = [frame(x, y, across, up)]
    parts.append(
        f'<line class="same" x1="{x.place(ends[0])}" y1="{y.place(ends[0])}" '
        f'x2="{x.place(ends[1])}" y2="{y.place(ends[1])}"/>'
    )
    parts += [f'<circle class="point" cx="{x.place(a)}" cy="{y.place(b)}" r="2.5"/>' for a, b in points]
    return drawing(parts, title)


def histogram(edges: Sequence[float], counts: Sequence[int], *, title: str, across: str) -> str:
    """How many numbers fall between each two edges; 0 is marked."""
    if not counts:
        return ""
    x = Axis(min(edges[0], 0.0), max(edges[-1], 0.0), LEFT, WIDTH - RIGHT)
    y = Axis(0, max(*counts, 1), HEIGHT - BOTTOM, TOP)
    parts = [frame(x, y, across, "rows", whole_up=True)]
    for k, count in enumerate(counts):
        begin, end, top = x.place(edges[k]), x.place(edges[k + 1]), y.place(count)
        said = f"{edges[k]:.4g} to {edges[k + 1]:.4g}: {count}"
        parts.append(
            f'<rect class="bar" x="{begin}" y="{top}" width="{max(round(end - begin - 1, 2), 0.5)}" '
            f'height="{round(HEIGHT - BOTTOM - top, 2)}"><title>{said}</title></rect>'
        )
    zero = x.place(0.0)
    parts.append(f'<line class="same" x1="{zero}" x2="{zero}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>')
    return drawing(parts, title)


def waterfall(told: Mapping[str, Any], *, title: str, most: int = 8) -> str:
    """How a prediction came about: from the baseline on, what each column adds, the largest first.

    told: an entry of ``predictions`` of an explanation's record.
    """
    listed, others = told["columns"][:most], told["columns"][most:]
    steps = [(shown(column["name"], _NAME), column["adds"]) for column in listed]
    left_out = len(others) + told["others"]["count"]
    if left_out:
        steps.append((f"{left_out} more", sum(c["adds"] for c in others) + told["others"]["adds"]))
    steps.append(("rest", told["rest"]))
    levels = list(accumulate([told["baseline"], *(adds for _, adds in steps)]))
    spans = [(0.0, levels[0]), *pairwise(levels), (0.0, told["value"])]
    if not all(isfinite(level) for span in spans for level in span):
        return ""
    x = Axis(min(map(min, spans)), max(map(max, spans)), _BARS, WIDTH - _NUMBERS)
    names, numbers = ["baseline", *(name for name, _ in steps), "prediction"], [adds for _, adds in steps]
    parts = []
    for k, (name, (begin, end), number) in enumerate(
        zip(names, spans, [told["baseline"], *numbers, told["value"]], strict=True)
    ):
        left, right = sorted((x.place(begin), x.place(end)))
        kind = "level" if k in (0, len(names) - 1) else "minus" if end < begin else "plus"
        parts.append(
            f'<text x="{_BARS - 8}" y="{_STEP * k + 15}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="step {kind}" x="{left}" y="{_STEP * k + 4}" width="{max(round(right - left, 2), 1)}" '
            f'height="{_STEP - 6}"/><text x="{WIDTH - 2}" y="{_STEP * k + 15}" text-anchor="end">'
            f"{'' if kind == 'level' else '+' if number >= 0 else ''}{number:.4g}</text>"
        )
    return drawing(parts, title, _STEP * len(names) + 6)


def widened(least: float, most: float, log: bool) -> tuple[float, float]:
    """A little room at both ends."""
    if log:
        begin, end = log10(least), log10(most)
        room = 0.04 * (end - begin)
        return 10 ** max(begin - room, -307), 10 ** min(end + room, 308)
    room = 0.04 * (most - least) or abs(most) * 0.1 or 1.0
    ends = least - room, most + room
    return ends if all(map(isfinite, ends)) else (least, most)


def frame(x: Axis, y: Axis, across: str, up: str, *, whole_across: bool = False, whole_up: bool = False) -> str:
    """The two axes with their names and numbers; only whole ones where that is said."""
    bottom, parts = HEIGHT - BOTTOM, []
    for value, label in labeled(x.ticks, whole=whole_across):
        parts.append(
            f'<text x="{x.place(value)}" y="{bottom + 16}" text-anchor="middle"{_narrow(label)}>{label}</text>'
        )
    for value, label in labeled(y.ticks, whole=whole_up):
        at = y.place(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4}" text-anchor="end"{_narrow(label)}>{label}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>')
    center = (TOP + bottom) / 2
    parts.append(f'<text transform="translate(13 {center}) rotate(-90)" text-anchor="middle">{escape(up)}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}"/>')
    return "".join(parts)


def labeled(ticks: Sequence[float], *, whole: bool = False) -> list[tuple[float, str]]:
    """Numbers along an axis with what is written there: with as many digits as tell them apart."""
    kept = [value for value in ticks if not whole or value == int(value)]
    for digits in range(3, 17):
        labels = [tick(value, digits) for value in kept]
        if len(set(labels)) == len(kept):
            break
    return list(zip(kept, labels, strict=True))


def _narrow(label: str) -> str:
    return f' textLength="{_LABEL_WIDTH}" lengthAdjust="spacingAndGlyphs"' if len(label) > _LABEL else ""


def drawing(parts: Sequence[str], title: str, height: int = HEIGHT) -> str:
    said = escape(title)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{said}">{"".join(parts)}</svg>'
