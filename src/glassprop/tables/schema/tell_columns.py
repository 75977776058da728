"""What a user should know about the columns of a table, in as few lines as will do."""

from __future__ import annotations

from glassprop.ground.alike import kind_of_sentence
from glassprop.ground.note import Note, Say
from glassprop.ground.text import listed, quoted
from glassprop.tables.schema.roles import ColumnRole
from glassprop.tables.schema.tell_far_values import tell_far_values

_LEARNED = ("number", "category", "date", "time of day", "text")
# Columns with the same fate share a line from this number on.
_SHARED = 3
# So many of their names are given.
_NAMES = 6


def tell_columns(roles: list[ColumnRole], say: Say) -> None:
    """Say what columns are taken as, which are dropped and why, and what was repaired in them."""
    for kind in _LEARNED:
        names = [role.name for role in roles if role.role == kind]
        if names:
            say(_of_several(f"{len(names)} column(s) taken as {kind}", "columns-taken", names))
    kept = [role for role in roles if role.role in _LEARNED]
    _tell_alike([role for role in kept if _is_notable(role)], say)
    filled = [role.name for role in kept if " missing" in role.reason]
    if filled:
        say(_of_several(f"{len(filled)} column(s) have missing values, which are filled in", "missing-filled", filled))
    tell_far_values({role.name: role.far for role in kept if role.far is not None}, say)
    _tell_dropped([role for role in roles if role.role == "dropped"], say)


def _of_several(text: str, kind: str, names: list[str]) -> Note:
    return Note(f"{text}: {listed(names, _NAMES)}", kind, number=len(names), examples=tuple(names[:_NAMES]))


def _is_notable(role: ColumnRole) -> bool:
    return role.role in ("date", "text") or any(word in role.reason for word in (";", "as text", "codes"))


def _tell_alike(roles: list[ColumnRole], say: Say) -> None:
    """One line for each column, or for all of those whose reasons differ in numbers and examples only."""
    alike: dict[tuple[str, str], list[ColumnRole]] = {}
    for role in roles:
        alike.setdefault((role.role, kind_of_sentence(role.reason)), []).append(role)
    for same in alike.values():
        first = same[0]
        if len(same) >= _SHARED:
            names = [role.name for role in same]
            text = f"column {quoted(first.name)}: {first.role}, {first.reason}; {len(same) - 1} more like it"
            say(
                Note(
                    f"{text}: {listed(names[1:], _NAMES)}", "column-taken", first.name, len(same), tuple(names[:_NAMES])
                )
            )
            continue
        for role in same:
            say(Note(f"column {quoted(role.name)}: {role.role}, {role.reason}", "column-taken", role.name))


def _tell_dropped(dropped: list[ColumnRole], say: Say) -> None:
    by_reason: dict[str, list[ColumnRole]] = {}
    for role in dropped:
        by_reason.setdefault(role.reason.split(":")[0], []).append(role)
    for reason, roles in by_reason.items():
        if len(roles) >= _SHARED:
            say(_of_several(f"{len(roles)} column(s) dropped, {reason}", "dropped", [role.name for role in roles]))
            continue
        for role in roles:
            say(Note(f"column {quoted(role.name)}: dropped, {role.reason}", "dropped", role.name))
