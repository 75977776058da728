"""Which mark is the decimal one: what the numbers of a column say of it, and those of a whole file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from glassprop.tables.values.numbers import parse_number, taken_apart

OTHER = {".": ",", ",": "."}


@dataclass(frozen=True)
class Votes:
    """What the numbers of a column say of their decimal mark.

    Attributes
    ----------
    point, comma : int
        In how many rows stands a number that can only be read with it, or was only written so with it (1.5; 1,234,567
        has thousands behind its commas, and so would have a point).
    unsure_points, unsure_commas : int
        In how many one that would be another number with the other mark (1.234; 1,234).
    """

    point: int = 0
    comma: int = 0
    unsure_points: int = 0
    unsure_commas: int = 0

    @property
    def mark(self) -> str | None:
        """The decimal mark that the column itself decides for; None where it does not."""
        if self.point == self.comma == 0:
            return None
        return "," if self.comma > self.point else "."

    @property
    def unsure(self) -> bool:
        """Nothing decides, and it would matter."""
        return self.mark is None and self.unsure_points + self.unsure_commas > 0


def votes_of(texts: Sequence[str], counts: Iterable[int] | None = None) -> Votes:
    """Ask the numbers of a column for their decimal mark.

    Parameters
    ----------
    texts : list of str
        Text that is no number says nothing.
    counts : list of int, optional
        In how many rows each of them stands; by default in one.
    """
    votes = {".": 0, ",": 0}
    unsure = {".": 0, ",": 0}
    for text, count in zip(texts, counts if counts is not None else [1] * len(texts), strict=True):
        if "," not in text and "." not in text and text.isascii():
            continue
        bare, _ = taken_apart(text)
        as_point, as_comma = parse_number(bare, "."), parse_number(bare, ",")
        if np.isnan(as_point) or not ("," in bare or "." in bare):
            continue
        last = bare[max(bare.rfind(","), bare.rfind("."))]
        if as_point != as_comma:
            unsure[last] += count
        else:
            votes[last if bare.count(last) == 1 else OTHER[last]] += count
    return Votes(votes["."], votes[","], unsure["."], unsure[","])


def votes_of_numbers(numbers: np.ndarray) -> Votes:
    """What a column of numbers (n_rows,), NaN where missing, said of its decimal mark when it was text with points.

    With a comma for it, 4.733 would be 4733. Where none has three digits behind its point, none of them was a group.
    """
    broken = numbers[np.isfinite(numbers) & (numbers != np.floor(numbers))]
    in_groups = (np.round(broken, 3) == broken) & (np.abs(broken) >= 1) & (np.abs(broken) < 1000)
    if not (in_groups & (np.round(broken, 2) != broken)).any():
        in_groups[:] = False
    return Votes(point=int((~in_groups).sum()), unsure_points=int(in_groups.sum()))


def mark_of_file(columns: Iterable[Votes]) -> str | None:
    """The decimal mark of a file: that of most columns which decide for themselves; None where there is none.

    The file's separator says nothing beside it: files with semicolons have points as often as commas, and one with
    commas may hold decimal commas in quotes.
    """
    marks = [votes.mark for votes in columns]
    points, commas = marks.count("."), marks.count(",")
    if points == commas:
        return None
    return "," if commas > points else "."


@dataclass(frozen=True)
class DecimalMark:
    """The decimal mark of a column.

    Attributes
    ----------
    mark : {".", ","}
        The one that more values can only be read with; else the file's; else the point.
    unsure : str
        A mark that stands in some of its values, which would mean other numbers with the other mark (1,234), where no
        value decides; "" where some does, or nothing is to be decided.
    by_file : bool
        Other columns of the file decided.
    """

    mark: str
    unsure: str = ""
    by_file: bool = False

    def told(self) -> str:
        """What should be known of it; "" if nothing."""
        if not self.unsure or (not self.by_file and self.unsure == "."):
            return ""
        text = f"1{self.unsure}234"
        read = text.replace(",", ".") if self.unsure == self.mark else text.replace(self.unsure, "")
        why = ", as other columns have decimal " + ("commas" if self.mark == "," else "points") if self.by_file else ""
        return f"; {text} could be read two ways and is read as {read}{why}"


def decimal_mark(texts: Sequence[str], counts: Iterable[int] | None = None, file: str | None = None) -> DecimalMark:
    """Find the decimal mark of a column.

    Parameters
    ----------
    texts, counts
        As `votes_of` takes them.
    file : {".", ","}, optional
        The mark of its file, which decides where no value does.
    """
    votes = votes_of(texts, counts)
    if votes.mark is not None or not votes.unsure:
        return DecimalMark(votes.mark or ".")
    return DecimalMark(file or ".", "," if votes.unsure_commas else ".", by_file=file is not None)
