"""Public: lessons, which are small networks with numbers of your own; and those that come with glassprop."""

from __future__ import annotations

from glassprop.classroom.lesson import Lesson
from glassprop.classroom.own_lessons import lesson_of, read_lesson
from glassprop.classroom.ready_lessons import READY, ready_lesson

__all__ = ["READY", "Lesson", "lesson_of", "read_lesson", "ready_lesson"]
