"""A ``Margins`` for each network that is trained on a table, and what all of them saw, put together by rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.estimator.margins import Margins
    from glassprop.influence.seen_rows import SeenRows


class TableMargins:
    """Handed to ``fit_table`` among the callbacks: every fit of a network that may be the model gets a ``Margins``.

    Networks of folds see other rows each, and those of a second recipe the same ones; a row's numbers are then the mean
    over the networks that were trained on it. Once a network is trained, its data are let go of.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[NDArray[np.integer] | None, SeenRows]] = []
        self._last: tuple[NDArray[np.integer] | None, Margins] | None = None

    def of_rows(self, rows: NDArray[np.integer] | None) -> Margins:
        """The callback of a fit on these of the rows to train on; None: on all of them."""
        from glassprop.estimator.margins import Margins

        self._settle()
        margins = Margins()
        self._last = rows, margins
        return margins

    def _settle(self) -> None:
        if self._last is None:
            return
        (rows, margins), self._last = self._last, None
        try:
            found = margins.rows()
        except SettingsError:  # the fit came to no end
            return
        if found.epochs:
            self._seen.append((rows, found))

    @property
    def networks(self) -> int:
        """How many were watched."""
        self._settle()
        return len(self._seen)

    def together(self, n: int) -> SeenRows | None:
        """What was seen of the n rows to train on; None if no fit on them was watched."""
        self._settle()
        return _mean_of(n, self._seen) if self._seen else None


def callbacks_of(callbacks: Sequence[Any], rows: NDArray[np.integer] | None = None) -> tuple[Any, ...]:
    """Callbacks for one fit, on these of the rows to train on: those that ask for one of their own get it."""
    return tuple(one.of_rows(rows) if isinstance(one, TableMargins) else one for one in callbacks)


def margins_of(callbacks: Sequence[Any], rows: NDArray[np.integer]) -> tuple[Any, ...]:
    """Of these callbacks those alone that gather margins."""
    return callbacks_of([one for one in callbacks if isinstance(one, TableMargins)], rows)


def _mean_of(n: int, seen: Sequence[tuple[NDArray[np.integer] | None, SeenRows]]) -> SeenRows:
    """Means over networks; how often a row was forgotten is a sum, and it was learned if half of them learned it."""
    from glassprop.influence.seen_rows import SeenRows

    first = seen[0][1]
    outputs = np.zeros((n, first.outputs.shape[1]))
    sums = {name: np.zeros(n) for name in ("networks", "margin", "confidence", "square", "knew", "learned")}
    forgotten = np.zeros(n, dtype=np.int64)
    for rows, found in seen:
        at = np.flatnonzero(found.trained) if rows is None else rows[found.trained]
        there, known = found.trained, found.learned[found.trained] >= 0
        outputs[at] += found.outputs[there]
        forgotten[at] += found.forgotten[there]
        for name, values in (
            ("networks", 1.0),
            ("margin", found.margin[there]),
            ("confidence", found.confidence[there]),
            ("square", np.square(found.spread[there])),
            ("knew", known),
            ("learned", np.where(known, found.learned[there], 0)),
        ):
            sums[name][at] += values
    many = np.maximum(sums["networks"], 1)
    knew = sums["knew"]
    learned = np.rint(sums["learned"] / np.maximum(knew, 1)).astype(np.int64)
    return SeenRows(
        task=first.task,
        epochs=max(found.epochs for _, found in seen),
        outputs=outputs / many[:, None],
        margin=sums["margin"] / many,
        confidence=sums["confidence"] / many,
        spread=np.sqrt(sums["square"] / many),
        forgotten=forgotten,
        learned=np.where(2 * knew < many, -1, learned),
        trained=sums["networks"] > 0,
    )
