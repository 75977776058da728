"""Who runs an epoch."""
