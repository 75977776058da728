"""What a user should know about the columns of a table, in as few lines as will do."""

from __future__ import annotations

from collections.abc import Callable

from glassprop.tables.options import listed
from glassprop.tables.recognize import ColumnRole

# Dropped columns that share a reason share a line from this number on.
_SHARED = 3


def tell_columns(roles: list[ColumnRole], say: Callable[[str], None]) -> None:
    """Say what columns are taken as, which are dropped and why, and what was repaired in them."""
    for kind in ("number", "category", "date"):
        names = [role.name for role in roles if role.role == kind]
        if names:
            say(f"{len(names)} column(s) taken as {kind}: {listed(names)}")
    kept = [role for role in roles if role.role in ("number", "category", "date")]
    for role in kept:
        if ";" in role.reason or "as text" in role.reason or role.role == "date" or "codes" in role.reason:
            say(f"column {role.name!r}: {role.role}, {role.reason}")
    filled = [role.name for role in kept if " missing" in role.reason]
    if filled:
        say(f"{len(filled)} column(s) have missing values, which are filled in: {listed(filled)}")
    _tell_dropped([role for role in roles if role.role == "dropped"], say)


def _tell_dropped(dropped: list[ColumnRole], say: Callable[[str], None]) -> None:
    by_reason: dict[str, list[ColumnRole]] = {}
    for role in dropped:
        by_reason.setdefault(role.reason.split(":")[0], []).append(role)
    for reason, roles in by_reason.items():
        if len(roles) >= _SHARED:
            say(f"{len(roles)} column(s) dropped, {reason}: {listed([role.name for role in roles])}")
            continue
        for role in roles:
            say(f"column {role.name!r}: dropped, {role.reason}")
