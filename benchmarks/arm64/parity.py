"""The emulated run against this machine's: how far the same artifact may differ between two instruction sets."""

from __future__ import annotations

import numpy as np

from cloformer.runtimes.session import Floats

from .report import HostParity

RELATIVE_BOUNDS = {"fp32": 1e-5, "fp16": 1e-2}
"""On the largest difference, relative to max(1, largest logit).

fp32 differs by the order of additions alone (seen: 2e-6). fp16 also by how sums are kept: in fp16 on cores that have
its arithmetic, in fp32 elsewhere (seen: 4e-3).
"""

_INT8_STEPS = 2.5
"""int8, in steps of the output's quantization: values that fall between two steps may round either way (seen: 2)."""


def compare_with_host(host: Floats, emulated: Floats, precision: str | None) -> HostParity:
    """Compare logits (inferences, N, classes) of the two."""
    difference = float(np.abs(host - emulated).max())
    if precision == "int8":
        bound = _INT8_STEPS * _output_step(host)
    else:
        bound = RELATIVE_BOUNDS[precision or "fp32"] * max(1.0, float(np.abs(host).max()))
    agreement = float(np.mean(host.argmax(-1) == emulated.argmax(-1)))
    passed = bool(difference <= bound)  # NaN is not
    inputs = host.shape[0] * host.shape[1]
    return HostParity(inputs=inputs, max_abs=difference, bound=bound, top1_agreement=agreement, passed=passed)


def _output_step(logits: Floats) -> float:
    """Return the step in which quantized logits come: the smallest difference between two that differ."""
    gaps = np.diff(np.unique(logits.astype(np.float64)))
    return float(gaps.min()) if gaps.size else 0.0
