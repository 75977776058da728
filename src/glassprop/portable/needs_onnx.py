"""The package `onnx`, imported when something is written with it, and what to install where it is missing."""

from __future__ import annotations

from types import ModuleType

from glassprop.errors import MissingPackageError

_INSTALL = "ONNX models are written with the package onnx: pip install 'glassprop[onnx]'"


def import_onnx() -> ModuleType:
    """``onnx``; MissingPackageError, with the line that installs it, if it is missing."""
    try:
        import onnx
    except ImportError as error:
        raise MissingPackageError(_INSTALL) from error
    return onnx
