"""A reference executor for Core ML's ML Programs, which runs a saved .mlpackage with PyTorch, without macOS."""

from __future__ import annotations

from .errors import (
    CoreMLExecutorError,
    InvalidInput,
    InvalidPackage,
    OperatorError,
    UnknownValue,
    UnsupportedOperator,
)
from .execution import OutputValue
from .features import InputFeature, OutputFeature
from .package import LoadedProgram, load_program
from .program import CoreMLProgram

__all__ = [
    "CoreMLExecutorError",
    "CoreMLProgram",
    "InputFeature",
    "InvalidInput",
    "InvalidPackage",
    "LoadedProgram",
    "OperatorError",
    "OutputFeature",
    "OutputValue",
    "UnknownValue",
    "UnsupportedOperator",
    "load_program",
]
