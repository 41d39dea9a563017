"""Logits with small and large errors, and what the toolkit says of them, for the Swift comparison to agree."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from cloformer.export.parity import bounds_for, compare
from cloformer.export.registry import TARGETS

_ERRORS = (0.0, 0.3, 0.9, 1.5, 5.0)
"""Of the error that a precision's bounds allow: some pass and some fail."""


def write_parity_vectors(path: Path) -> None:
    """Write vectors for every precision that a target exports."""
    numbers = np.random.default_rng(8)
    reference = numbers.normal(0, 4, (6, 10)).astype(np.float32)
    reference[0, :2] = [9, np.nextafter(np.float32(9), np.float32(10))]  # an image that is not decided
    vectors = []
    for precision in sorted({precision for target in TARGETS.values() for precision in target.precisions}):
        allowed = bounds_for(precision, reference).max_abs
        for error in _ERRORS:
            outputs = reference + (error * allowed * numbers.choice([-1, 1], reference.shape)).astype(np.float32)
            report = compare(reference, outputs, precision)
            vectors.append(
                {
                    "precision": precision,
                    "shape": reference.shape,
                    "reference": reference.ravel().tolist(),
                    "outputs": outputs.ravel().tolist(),
                    "expected": report.model_dump(exclude={"bounds"}),
                }
            )
    path.write_text(json.dumps(vectors), "utf-8")
