"""Comparing the emulated run with this machine's: how much an artifact may differ between two instruction sets."""

from __future__ import annotations

import numpy as np

from cloformer.runtimes.session import Floats

from .report import HostParity

RELATIVE_BOUNDS = {"fp32": 1e-5, "fp16": 1e-2}
"""Bounds on the largest difference, relative to max(1, largest logit), by precision.

In fp32, only the order of additions differs (observed: 2e-6). In fp16, the precision of sums differs too: fp16 on cores
with fp16 arithmetic, and fp32 on others (observed: 4e-3).
"""

_INT8_STEPS = 2.5
"""Bound for int8, in quantization steps of the output: values between two steps may round either way (observed: 2)."""


def compare_with_host(host: Floats, emulated: Floats, precision: str | None) -> HostParity:
    """Compare the logits (inferences, N, classes) of the host with those of the emulated run."""
    difference = float(np.abs(host - emulated).max())
    if precision == "int8":
        bound = _INT8_STEPS * _output_step(host)
    else:
        bound = RELATIVE_BOUNDS[precision or "fp32"] * max(1.0, float(np.abs(host).max()))
    agreement = float(np.mean(host.argmax(-1) == emulated.argmax(-1)))
    passed = bool(difference <= bound)  # false for NaN
    inputs = host.shape[0] * host.shape[1]
    return HostParity(inputs=inputs, max_abs=difference, bound=bound, top1_agreement=agreement, passed=passed)


def _output_step(logits: Floats) -> float:
    """Return the quantization step of logits: the smallest difference between two different logits."""
    gaps = np.diff(np.unique(logits.astype(np.float64)))
    return float(gaps.min()) if gaps.size else 0.0
