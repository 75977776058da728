"""Public: what model files record, and states of training that are saved and resumed."""

from __future__ import annotations

from glassprop.export.model_file import load, read_record, save
from glassprop.export.savable import check_savable
from glassprop.training.packing import Packed, pack, unpack

__all__ = ["Packed", "check_savable", "load", "pack", "read_record", "save", "unpack"]
