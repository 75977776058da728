"""What every room may stand on: files that are written whole or not at all."""
