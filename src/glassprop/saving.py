"""Public: model files, and states of training that are written down and gone on with."""

from __future__ import annotations

from glassprop.export.model_file import load, read_record, save
from glassprop.training.packing import Packed, pack, unpack

__all__ = ["Packed", "load", "pack", "read_record", "save", "unpack"]
