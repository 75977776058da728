"""Who runs an epoch."""

from glassprop.engine import thread_limit  # noqa: F401 - limits that are set from now on are heard of
