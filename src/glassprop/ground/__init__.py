"""What every room may stand on: files written whole or not at all, text fit to be shown."""
