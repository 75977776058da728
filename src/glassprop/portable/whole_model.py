"""The plain record of a fitted model: columns as callers give them, inputs, networks, what is made of outputs.

Nothing but numbers, text and arrays: what writes a model in another language reads this, and no fitted step. Every
kind of piece has one meaning, which its docstring states; `plan_of` makes the record (decision 38).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.own_units import OwnUnits
from glassprop.equations.arrays import Array

Given = Literal["number", "text", "truth"]
Wave = Literal["", "sin", "cos"]
PLAIN_NUMBER = r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)"  # of ASCII digits, the whole of a text
EXACT = 2.0**53  # a text is looked up as a number where it is less than that, either side of 0


@dataclass(frozen=True)
class Source:
    """A raw column, as the caller gives it; in this order it is read before anything is made of it.

    Attributes
    ----------
    name : str
    given : {"number", "text", "truth"}
        "number": a double, NaN where missing. "truth": the same, 1 for true and 0 for false. "text": "" where missing.
    kind : {"number", "date", "time", "category", "text"}
        What a caller has to give: of a "date" the days since 1970-01-01 (UTC), with the time of day as a fraction; of a
        "time" the hours since midnight; of a "number" that was a duration, seconds.
    low, high : float
        A number below or above counts as missing.
    least : float
        A number nearer to 0 than this is 0.
    absent : tuple of float
        Numbers that count as missing.
    whole : bool
        Then a number is rounded down (of dates, the time of day is left out), after all of the above.
    blanks : str
        Characters that are taken off both ends of a text.
    words : tuple of str
        Then texts that count as missing, whatever their case (these are in lower case).
    gaps : bool
        Whether training knows what to do where it is missing; if not, what comes of it means nothing.
    """

    name: str
    given: Given
    kind: str
    low: float = -inf
    high: float = inf
    least: float = 0.0
    absent: tuple[float, ...] = ()
    whole: bool = False
    blanks: str = ""
    words: tuple[str, ...] = ()
    gaps: bool = True


# --- what a number goes through, in this order, in double precision ---------------------------------------------


@dataclass(frozen=True)
class Fill:
    """NaN becomes this number; a number stays."""

    value: float


@dataclass(frozen=True)
class Bend:
    """asinh((x - origin) / (2 unit))."""

    origin: float
    unit: float


@dataclass(frozen=True)
class Affine:
    """(x - center) / spread."""

    center: float
    spread: float


@dataclass(frozen=True, eq=False)
class Knots:
    """Linear between the points (at, to), flat beyond the outermost; at rises."""

    at: Array
    to: Array


@dataclass(frozen=True)
class Squeeze:
    """x / sqrt(1 + (x / limit)²); x may be as large as 1e300, what comes of it is within ±limit."""

    limit: float


@dataclass(frozen=True)
class Clip:
    """Not below low, not above high."""

    low: float
    high: float


Step = Fill | Bend | Affine | Knots | Squeeze | Clip
STEPS: tuple[type[Step], ...] = (Fill, Bend, Affine, Knots, Squeeze, Clip)


# --- inputs of the network, one after another -------------------------------------------------------------------


@dataclass(frozen=True)
class NumberInput:
    """One input from a number: the number itself, or a point on a circle, sin or cos of 2π x / turn; then the steps.

    Attributes
    ----------
    source : int
        Among `Whole.sources`.
    steps : tuple of Step
    wave : {"", "sin", "cos"}
    turn : float
        After how much of the source the circle is round.
    """

    source: int
    steps: tuple[Step, ...] = ()
    wave: Wave = ""
    turn: float = 1.0

    @property
    def width(self) -> int:
        """How many inputs it is."""
        return 1


@dataclass(frozen=True)
class MissingInput:
    """One input: one number where the source is missing, another where it is there."""

    source: int
    missing: float = 1.0
    there: float = 0.0

    @property
    def width(self) -> int:
        """How many inputs it is."""
        return 1


@dataclass(frozen=True)
class FixedInput:
    """One input that is always the same."""

    value: float

    @property
    def width(self) -> int:
        """How many inputs it is."""
        return 1


@dataclass(frozen=True)
class Lookup:
    """Which row of a table a value has.

    A source that is missing has the row `missing`. A number (or truth) has that of `by_number`, by equality. A text has
    that of `by_text`, as it is; one that is not there, but is a `PLAIN_NUMBER` of less than `EXACT`, has that of
    `by_number` for the number that it is. All else has the row `others`.
    """

    by_text: Mapping[str, int]
    by_number: Mapping[float, int]
    others: int
    missing: int


@dataclass(frozen=True, eq=False)
class CategoryInput:
    """Inputs from a category: the row of a table, (n_rows, width)."""

    source: int
    lookup: Lookup
    table: Array

    @property
    def width(self) -> int:
        """How many inputs they are."""
        return int(self.table.shape[1])


@dataclass(frozen=True, eq=False)
class TextInput:
    """Inputs from a text: for each term, how much it matters by TF-IDF.

    A text is read as `tables.values.words` does: lower case, NFKC, words by the rule `WORD`; a text that is a
    `PLAIN_NUMBER` of less than `EXACT` stands for the shortest one that is the same number ("12.50" for "12.5"). A term
    is a word, or two neighbors with a blank between. With n times in the text it counts (1 + ln n) · idf, and all terms
    of a text are divided by the root of the sum of their squares. Without a term, or missing, all are 0.

    Attributes
    ----------
    source : int
    terms : tuple of str
    idf : array (n_terms,)
    """

    source: int
    terms: tuple[str, ...]
    idf: Array

    @property
    def width(self) -> int:
        """How many inputs they are."""
        return len(self.terms)


Input = NumberInput | MissingInput | FixedInput | CategoryInput | TextInput
INPUTS: tuple[type[Input], ...] = (NumberInput, MissingInput, FixedInput, CategoryInput, TextInput)


# --- what is made of outputs ------------------------------------------------------------------------------------

ENDINGS = ("one class", "two classes", "classes", "labels", "amounts")


@dataclass(frozen=True, eq=False)
class Ending:
    """What is made of the outputs a, (n, n_outputs): the mean of a of the last layer over the networks.

    Attributes
    ----------
    kind : one of `ENDINGS`
        "one class": that one, with a probability of 1. "two classes": one output; the second class where a > ½;
        probabilities are (1 - a, a). "classes": the class of the largest (the first of several); probabilities are a.
        "labels": each label is there (1) where its a > ½, else not (0); (n, n_outputs); probabilities are a. "amounts":
        no classes; the prediction is a in the target's own units.
    classes : array (n_classes,) or None
        Of any type that labels may have; None of "amounts". Of "labels" their numbers.
    probabilities : bool
        Whether there are any: outputs may be other numbers.
    shares : bool
        Of "classes": probabilities are a divided by their sum; where that is not above 0, all the same.
    units : OwnUnits or None
        Of "amounts": what a stands for is ``units.own(a)``; None: a itself.
    flat : bool
        Whether predictions are (n,) rather than (n, n_outputs).
    """

    kind: str
    classes: Array | None = None
    probabilities: bool = False
    shares: bool = False
    units: OwnUnits | None = None
    flat: bool = True


@dataclass(frozen=True, eq=False)
class Whole:
    """A fitted model, whole.

    Attributes
    ----------
    sources : tuple of Source
        Of columns with names those that anything is made of, of a matrix all.
    inputs : tuple of pieces
        Of which the inputs of every network are put together, in this order.
    networks : tuple of (Architecture, theta)
        One for each member; ``architecture.layout`` says where a layer's blocks lie in theta. Members may share a theta
        and blocks in it (those with the same start).
    ending : Ending
    precision : {"float64", "float32"}
        Of θ; inputs are rounded to it once they are made, and the networks calculate in it.
    """

    sources: tuple[Source, ...]
    inputs: tuple[Input, ...]
    networks: tuple[tuple[Architecture, Array], ...]
    ending: Ending
    precision: str = field(default="float64")

    @property
    def n_inputs(self) -> int:
        """How many inputs the networks have."""
        return sum(piece.width for piece in self.inputs)
