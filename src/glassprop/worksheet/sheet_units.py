"""What of a row stands in the table's units, and what it is scaled by."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassprop.worksheet.exact import Number


@dataclass(frozen=True)
class Scaled:
    """A number of the table, what it is scaled by, and what it becomes: u in full, and rounded to go on with."""

    value: Number
    center: Number
    spread: Number
    limit: Number | None
    u: Number
    rounded: Number


@dataclass(frozen=True)
class OwnUnits:
    """What of a row stands in the table's units: inputs and targets by their number; none where nothing is known."""

    inputs: dict[int, Scaled] = field(default_factory=dict)
    targets: dict[int, Scaled] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.inputs or self.targets)


NOTHING = OwnUnits()
