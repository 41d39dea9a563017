"""The name of the instructions that this CPU multiplies 8-bit integers with, for records of int8 artifacts."""

from __future__ import annotations

import platform
from functools import cache

_NAMES = {
    "i8mm": "i8mm",
    "dot": "dot products",
    "neon": "NEON",
    "avx512_vnni": "AVX-512 VNNI",
    "avx_vnni": "AVX-VNNI",
    "avx512_bw": "AVX-512",
    "avx2": "AVX2",
    "sse4_1": "SSE4.1",
}
"""PyTorch's name of a CPU capability -> our name; the strongest capability of each architecture comes first."""


@cache
def int8_instructions() -> str:
    """Return the name of this CPU's strongest instructions, such as ``AVX-512 VNNI`` or ``dot products``."""
    import torch  # noqa: PLC0415 - a second, which a float artifact in ONNX Runtime need not wait for

    has = torch.cpu.get_capabilities()
    return next((name for capability, name in _NAMES.items() if has.get(capability)), platform.machine())
