"""Lists of targets, read from their specs: a new target joins the tests that every target of its kind must pass."""

from __future__ import annotations

from cloformer.export.request.registry import TARGETS

EXACT = tuple(name for name, spec in TARGETS.items() if "fp32" in spec.precisions)
"""Targets whose fp32 artifacts are compared number by number."""

BASE = tuple(name for name, spec in TARGETS.items() if spec.extra is None)
"""Targets of the base installation."""

FOR_CPUS = tuple(name for name, spec in TARGETS.items() if spec.cpu_forms)
"""Targets for CPUs: benchmarks time them here, and count them on emulated cores."""

INT8 = tuple(name for name, spec in TARGETS.items() if spec.int8_kernels)
"""Targets that the shared quantizer makes int8 artifacts for."""
