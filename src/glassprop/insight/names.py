"""What things are called: inputs, outputs, rows, and the columns of the table that inputs were made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.document.mathematics import Symbol
from glassprop.document.plain import PlainMath
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.ground.text import listed, quoted
from glassprop.insight.image import find_picture


@dataclass(frozen=True)
class Scaling:
    """How an input is made of a number of the table: (number - center) / spread, and far values may be squeezed.

    With a limit, u = (number - center) / spread becomes u / √(1 + (u / limit)²).

    Parameters
    ----------
    center, spread : float
        In the units of the table.
    limit : float or None
        What values far out come near to; None: they are not squeezed.

    Examples
    --------
    >>> from glassprop.showing import Scaling
    >>> Scaling(center=170.0, spread=10.0)
    Scaling(center=170.0, spread=10.0, limit=None)
    """

    center: float
    spread: float
    limit: float | None = None


@dataclass(frozen=True)
class Turn:
    """How an input is made of a date, by the day, or of a time of day, by the hour; and then scaled.

    Attributes
    ----------
    of : {"line", "sin", "cos", "missing"}
        The number itself, a coordinate of a point on a circle, or 0, for it is there.
    length : float
        How many days or hours go once around.
    scaling : Scaling
    """

    of: str
    length: float
    scaling: Scaling


class InputName(NamedTuple):
    """What an input is called, and the column that it is made of: the same, where it is the column as it is; empty
    where that is not known."""

    name: str
    column: str


@dataclass(frozen=True, eq=False)
class Column:
    """A column of the table, or an input that is its own column.

    Attributes
    ----------
    name : str
    parts : tuple of int
        The inputs of the network that it feeds.
    shown : tuple of str
        What stands in the table, by example; empty where it is the input itself.
    slopes : array (n, number of parts) or None
        ∂x/∂column by example, for numbers; None for categories and text.
    categories : tuple of str or None
        What each part stands for, where parts are one-hot; or each row of ``stands``.
    stands : array (number of categories, number of parts) or None
        What the parts are by category, where they are not one-hot: a code, say.
    unit : str
        What a derivative is by, where that is not plain: "day" for dates, "hour" for times of day.
    numbers : tuple of float
        Of a column of numbers what was read, by example: NaN where it is missing; empty for others.
    scalings : tuple of Scaling or None
        By part: how it is made of the number; None for a part that is made otherwise. Empty where no part is known.
    turns : tuple of Turn
        Of a date or a time of day: how each part is made of it. Empty where that cannot be written down.

    Examples
    --------
    >>> from glassprop.showing import Column, Scaling
    >>> height = Column("height", (0,), ("185",), numbers=(185.0,), scalings=(Scaling(170.0, 10.0),))
    >>> height.name, height.parts
    ('height', (0,))
    """

    name: str
    parts: tuple[int, ...]
    shown: tuple[str, ...] = ()
    slopes: Array | None = None
    categories: tuple[str, ...] | None = None
    unit: str = ""
    stands: Array | None = None
    numbers: tuple[float, ...] = ()
    scalings: tuple[Scaling | None, ...] = ()
    turns: tuple[Turn, ...] = ()

    @property
    def by_category(self) -> Array:
        """What the parts are by category, of one-hot ones, too. (number of categories, number of parts)"""
        return np.eye(len(self.parts)) if self.stands is None else self.stands


def as_code(column: Column, codes: Mapping[int, int]) -> Column:
    """The column as one of categories that have codes, where it is the code of one; codes: how many, by input.

    Categories keep the names that they have, else they are called by their codes.
    """
    if column.stands is not None or len(column.parts) != 1 or column.parts[0] not in codes:
        return column
    each = range(codes[column.parts[0]])
    named = column.categories is not None and len(column.categories) == len(each)
    categories = column.categories if named else tuple(map(str, each))
    return replace(column, slopes=None, categories=categories, stands=np.array(each, float)[:, None])


@dataclass(frozen=True, eq=False)
class Names:
    """Names of the network's inputs and outputs, of columns, and of rows.

    Attributes
    ----------
    inputs : tuple of str (n_inputs)
    outputs : tuple of str (n_L)
    columns : tuple of Column
    rows : tuple of int
        The number of each example in the table it came from, counted from 0.
    targets, predictions : tuple of str
        In the table's own terms, by example; may be empty.
    image : (height, width) or None
        How the inputs lie in a picture, if they are one.
    pixels : tuple of int (n_inputs) or None
        Where in it each input lies, counted row by row, if not in order.

    Examples
    --------
    >>> from glassprop import Layer, Network
    >>> from glassprop.showing import Names
    >>> Names.numbered(Network(2, [Layer(1, "sigmoid")]), 1, inputs=["age", "height"]).inputs
    ('age', 'height')
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    targets: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()
    image: tuple[int, int] | None = None
    pixels: tuple[int, ...] | None = None

    @classmethod
    def numbered(
        cls,
        architecture: Architecture,
        n: int,
        *,
        inputs: Sequence[str] | None = None,
        columns: tuple[Column, ...] | None = None,
        outputs: Sequence[str] | None = None,
        rows: Sequence[int] | None = None,
        targets: Sequence[str] = (),
        predictions: Sequence[str] = (),
    ) -> Names:
        """Names for ``n`` examples; numbers for what is not given. Without ``columns`` inputs are their own.

        Parameters
        ----------
        architecture : Network
        n : int
        inputs, outputs : sequence of str, optional
        columns : tuple of Column, optional
        rows : sequence of int, optional
            The number of each example in its table.
        targets, predictions : sequence of str, optional
            In the table's own terms, by example.
        """
        picture = None if inputs is None else find_picture([str(name) for name in inputs])
        sizes = architecture.sizes
        inputs = tuple(map(str, inputs)) if inputs is not None else tuple(f"x{k}" for k in range(sizes[0]))
        outputs = tuple(map(str, outputs)) if outputs is not None else tuple(f"output {j}" for j in range(sizes[-1]))
        if columns is None:
            one = np.ones((n, 1))
            columns = tuple(Column(name, (k,), slopes=one) for k, name in enumerate(inputs))
        numbers = tuple(range(n)) if rows is None else tuple(map(int, rows))
        image, pixels = (None, None) if picture is None else ((picture.height, picture.width), picture.places)
        if pixels == tuple(range(sizes[0])):
            pixels = None
        said = tuple(map(str, targets)), tuple(map(str, predictions))
        return cls(inputs, outputs, columns, numbers, *said, image, pixels)

    def with_codes(self, codes: Mapping[int, int]) -> Names:
        """The same, with inputs that are codes as columns of categories; codes: how many categories, by input."""
        return replace(self, columns=tuple(as_code(column, codes) for column in self.columns)) if codes else self

    def without_rows(self) -> Names:
        """The same without what stands in the table: no cells, targets or predictions; categories and words by number.

        An input that stands for a category is 1 in a row that has it, so that its name would tell the cell; those that
        stand for words would tell what is in it.
        """
        inputs, columns = list(self.inputs), []
        for column in self.columns:
            categories = column.categories
            if categories is not None:
                categories = tuple(f"category {number}" for number in range(len(categories)))
                for category, k in zip(categories, column.parts, strict=True) if column.stands is None else ():
                    inputs[k] = f"{column.name}: {category}"
            elif column.slopes is None:
                for number, k in enumerate(column.parts):
                    inputs[k] = f"{column.name}: term {number}"
            columns.append(replace(column, shown=(), categories=categories, numbers=()))
        return replace(self, inputs=tuple(inputs), columns=tuple(columns), targets=(), predictions=())

    def check(self, architecture: Architecture, n: int) -> None:
        """Refuse names of another network, or of another number of examples than n.

        Raises
        ------
        SettingsError
        """
        given = len(self.rows), len(self.inputs), len(self.outputs)
        needed = n, architecture.sizes[0], architecture.sizes[-1]
        if given != needed:
            raise SettingsError(
                f"names are of {given[0]} rows, {given[1]} inputs and {given[2]} outputs; needed are {needed[0]}, "
                f"{needed[1]} and {needed[2]}"
            )

    def column(self, name: str | int) -> Column:
        """The column of that name, or the input of that name or number.

        Raises
        ------
        SettingsError
            Naming some that there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        for k, known in enumerate(self.inputs):
            if known == name or (k == name and not isinstance(name, bool | str)):
                return Column(known, (k,), slopes=np.ones((len(self.rows), 1)))
        some = listed([column.name for column in self.columns], 8)
        raise SettingsError(f"there is no input or column {quoted(name)}: there are {some}")

    def shown(self, column: Column, example: int) -> str:
        """What stands in the table; empty where the column is an input of the network itself."""
        return column.shown[example] if column.shown else ""


def symbol_of(letter: str, layer: int, *index: int) -> str:
    """The derivative with respect to a parameter: ``∂C₀/∂w[1,0]⁽²⁾``."""
    return f"∂C₀/∂{quantity_of(letter, layer, *index)}"


def quantity_of(letter: str, layer: int, *index: int) -> str:
    """A quantity of a neuron or weight, in characters that every terminal shows: ``w[1,0]⁽²⁾``."""
    return PlainMath().symbol(Symbol(letter, layer, index))
