"""Parity vectors: what ``cloformer.export.parity`` says of made-up logits, for the app to say the same.

``python -m tests.android_demo.parity_vectors FILE`` writes them: errors within the bounds of every precision,
and beyond.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from cloformer.export.parity import bounds_for, compare

PRECISIONS = ("fp32", "fp16", "a16w8", "int8", "w8", "w6", "w4")
IMAGES, CLASSES = 6, 200
ERRORS = (0.0, 0.1, 0.5, 0.9, 1.1, 2.0, 10.0)
"""Root mean square of the error, in units of what the bounds allow."""


def parity_vectors() -> list[dict[str, object]]:
    """Return cases with reference and outputs, and the numbers and the verdict of the comparison."""
    random = np.random.default_rng(0)
    cases: list[dict[str, object]] = []
    for precision in PRECISIONS:
        for error in ERRORS:
            reference = random.standard_normal((IMAGES, CLASSES)).astype(np.float32)
            reference[range(IMAGES), random.permutation(CLASSES)[:IMAGES]] += 40  # sure of another class for each image
            allowed = bounds_for(precision, reference).max_abs
            outputs = reference + (error * allowed * random.standard_normal(reference.shape)).astype(np.float32)
            found = compare(reference, outputs, precision)
            numbers = found.model_dump(include={"decided", "max_abs", "cosine", "psnr_db", "top1_agreement", "passed"})
            cases.append(
                {"precision": precision, "reference": reference.tolist(), "outputs": outputs.tolist(), **numbers}
            )
    return cases


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(parity_vectors()) + "\n", "utf-8")
