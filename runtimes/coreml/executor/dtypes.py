"""The storage of values of each MIL data type in torch, and their conversion from and to numpy arrays.

An fp16 value is stored as a float32 that was rounded to fp16: operators then compute in float32, as hardware with
wide accumulators does, and nothing is converted back and forth. Types that torch barely supports are stored in the
next larger type.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

HELD_AS: dict[str, torch.dtype] = {
    "fp16": torch.float32,
    "fp32": torch.float32,
    "fp64": torch.float64,
    "bool": torch.bool,
    "int4": torch.int8,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "uint1": torch.uint8,
    "uint2": torch.uint8,
    "uint3": torch.uint8,
    "uint4": torch.uint8,
    "uint6": torch.uint8,
    "uint8": torch.uint8,
    "uint16": torch.int32,
    "uint32": torch.int64,
}
"""MIL data type -> torch data type of the tensor that stores it."""

NUMPY: dict[str, np.dtype[np.generic]] = {
    "fp16": np.dtype(np.float16),
    "fp32": np.dtype(np.float32),
    "fp64": np.dtype(np.float64),
    "bool": np.dtype(np.bool_),
    "int4": np.dtype(np.int8),
    "int8": np.dtype(np.int8),
    "int16": np.dtype(np.int16),
    "int32": np.dtype(np.int32),
    "int64": np.dtype(np.int64),
    **{f"uint{bits}": np.dtype(np.uint8) for bits in (1, 2, 3, 4, 6, 8)},
    "uint16": np.dtype(np.uint16),
    "uint32": np.dtype(np.uint32),
}
"""MIL data type -> numpy data type outside the executor."""

_WRAP_MASK = {"uint16": 0xFFFF, "uint32": 0xFFFF_FFFF}


def hold(value: Tensor, mil_dtype: str) -> Tensor:
    """Convert an operator's raw result to the stored form of ``mil_dtype``.

    fp16 rounds to nearest even; values beyond 65,504 become infinite. Floats become integers by truncation.
    """
    if mil_dtype == "fp16":
        return round_to_fp16(value)
    held = value.to(HELD_AS[mil_dtype])
    mask = _WRAP_MASK.get(mil_dtype)
    return held if mask is None else held & mask


def round_to_fp16(value: Tensor) -> Tensor:
    """Round to the nearest fp16 value, stored as float32."""
    return value.to(torch.float16).to(torch.float32)


def from_numpy(array: np.ndarray, mil_dtype: str) -> Tensor:
    """Convert a numpy array to its stored form; the data is copied."""
    # int64 can represent every integer type, including those that torch does not have.
    wide = array.astype(np.int64) if array.dtype.kind == "u" else np.array(array)
    return hold(torch.from_numpy(wide), mil_dtype)


def to_numpy(value: Tensor, mil_dtype: str) -> np.ndarray:
    """Convert a stored value to a numpy array of the declared type; the data is copied."""
    return value.numpy().astype(NUMPY[mil_dtype])
