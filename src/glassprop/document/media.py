"""What every medium does with a document: part by part, each kind of part by a method of its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar, assert_never

from glassprop.document.blocks import (
    Block,
    Display,
    Inline,
    Line,
    Matrix,
    Name,
    Paragraph,
    Section,
    Table,
    Waterfall,
    inlines,
)
from glassprop.document.mathematics import Math, Number

T = TypeVar("T")


class Medium(ABC, Generic[T]):
    """Makes something (text, mostly) of each part. A medium that lacks a kind of part cannot be made."""

    @abstractmethod
    def words(self, text: str) -> str:
        """Words of ours."""

    @abstractmethod
    def name(self, name: Name) -> str:
        """Text from outside, made harmless, and cut if it is long."""

    @abstractmethod
    def number(self, value: float) -> str:
        """A number that stands by itself."""

    @abstractmethod
    def math(self, node: Math) -> str:
        """Mathematics among words, or in a cell."""

    @abstractmethod
    def paragraph(self, part: Paragraph) -> T: ...

    @abstractmethod
    def display(self, part: Display) -> T: ...

    @abstractmethod
    def matrix(self, part: Matrix) -> T: ...

    @abstractmethod
    def table(self, part: Table) -> T: ...

    def waterfall(self, part: Waterfall) -> T:
        """As a table, where a medium draws no bars."""
        return self.table(part.table())

    @abstractmethod
    def section(self, part: Section, depth: int) -> T:
        """Depth 1: of the document itself."""

    def block(self, part: Block, depth: int = 1) -> T:
        """Any part of a document."""
        match part:
            case Paragraph():
                return self.paragraph(part)
            case Display():
                return self.display(part)
            case Matrix():
                return self.matrix(part)
            case Table():
                return self.table(part)
            case Waterfall():
                return self.waterfall(part)
            case Section():
                return self.section(part, depth)
            case _:
                assert_never(part)

    def line(self, line: Line) -> str:
        """Words, names, numbers and formulas one after the other."""
        return "".join(map(self._inline, inlines(line)))

    def _inline(self, part: Inline) -> str:
        match part:
            case str():
                return self.words(part)
            case Name():
                return self.name(part)
            case Number():
                return self.number(part.value)
            case _:
                return self.math(part)
