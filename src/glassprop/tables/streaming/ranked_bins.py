"""The area under the ROC curve of rows that come in blocks: in bins of the score, with how far off it is at most.

The bins are those of the score's own bits: 2,048 from each power of two to the next, from 2⁻⁶⁴ to ½, and as many of
what is missing to 1, so that scores near 1 are told apart as finely as those near 0. Two rows in different bins are in
their true order; pairs of rows in one bin count half, as ties do. So the area is off by half the share of such pairs at
most, without those that are ties indeed, because all in their bin have one score.
"""

from __future__ import annotations

import numpy as np

_BITS = 11  # of a score's mantissa, that tell bins apart
_LOWEST = (1023 - 64) << _BITS  # the bin of 2⁻⁶⁴, counted as the bits are
_HALF = 64 << _BITS
BINS = 2 * _HALF


def bin_of(scores: np.ndarray) -> np.ndarray:
    """The number of each score's bin, (n_rows,); a higher score is in no lower bin. Scores lie between 0 and 1."""
    upper = scores >= 0.5
    from_end = np.where(upper, 1.0 - scores, scores)  # exact, from ½ on
    place = np.clip((from_end.view(np.int64) >> (52 - _BITS)) - _LOWEST, 0, _HALF - 1)
    return np.where(upper, BINS - 1 - place, place)


class RankedBins:
    """Weights of the rows of two classes, by bins of their scores.

    Attributes
    ----------
    weights : array (2, BINS)
        Of the rows that are not, and that are, of the class that high scores speak for.
    score : array (BINS,)
        One of those in the bin; NaN where there is none.
    several : array (BINS,) of bool
        Where there are different ones.
    """

    def __init__(self) -> None:
        self.weights = np.zeros((2, BINS))
        self.score = np.full(BINS, np.nan)
        self.several = np.zeros(BINS, dtype=bool)

    def add(self, positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> None:
        """More rows, (n_rows,) each. Rows of weight 0 count for nothing."""
        counted = weights > 0
        positive, scores, weights = positive[counted], scores[counted], weights[counted]
        bins = bin_of(scores)
        for side, own in enumerate((~positive, positive)):
            self.weights[side] += np.bincount(bins[own], weights[own], minlength=BINS)
        fresh = np.isnan(self.score[bins])
        self.score[bins[fresh]] = scores[fresh]
        self.several[bins[self.score[bins] != scores]] = True

    def merge(self, other: RankedBins) -> None:
        """The rows of another."""
        self.weights += other.weights
        both = ~np.isnan(self.score) & ~np.isnan(other.score)
        self.several |= other.several | (both & (self.score != other.score))
        self.score = np.where(np.isnan(self.score), other.score, self.score)

    def area(self) -> tuple[float, float]:
        """The area, and how far it may be from that of the scores themselves."""
        negative, positive = self.weights
        below = np.cumsum(negative) - negative
        pairs = negative.sum() * positive.sum()
        mixed = (negative * positive)[self.several].sum()
        return float((positive * (below + negative / 2)).sum() / pairs), float(mixed / 2 / pairs)

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, as plain arrays: the bins that have rows."""
        bins = np.flatnonzero(~np.isnan(self.score))
        return {
            "bins": bins,
            "of_bins": self.weights[:, bins],
            "score": self.score[bins],
            "several": self.several[bins],
        }

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> RankedBins:
        """What `arrays` gave."""
        made, bins = cls(), arrays["bins"]
        made.weights[:, bins], made.score[bins] = arrays["of_bins"], arrays["score"]
        made.several[bins] = arrays["several"]
        return made
