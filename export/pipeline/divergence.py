"""After parity failed: which block of the network is the first whose output differs from the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cloformer.export.conversion import Conversion
from cloformer.export.graph.blocks import AFTER_BLOCKS, NORMALIZATION, Tapped
from cloformer.export.parity.verdict import bounds_for, psnr_db, smallest_cosine
from cloformer.export.reference.run import Floats, ReferenceRun, run_in_float64
from cloformer.export.target_module import DamageFinder, load_target
from cloformer.model.errors import CloformerError

_QUANTIZED_BLOCK_COSINE = 0.99
"""The cosine below which a quantized block is at fault; rounding leaves the blocks of XXS and XS above 0.998."""


def find_divergence(conversion: Conversion, path: Path, truth: ReferenceRun) -> str | None:
    """Name the first block whose output differs from the reference; None where that cannot be told.

    Blocks are judged by their outputs, with the precision's bounds. Where the saved file cannot be asked for them, its
    target first looks for damage in what the file holds.
    """
    target = load_target(conversion.request.target.name)
    size = conversion.request.batch_size
    inputs = truth.inputs(normalized=not conversion.request.normalizes)[:size]
    try:
        damaged = target.damaged_block(conversion, path) if isinstance(target, DamageFinder) else None
        if damaged:
            return damaged
        found = target.block_outputs(conversion, path, inputs)
    except CloformerError:
        return None
    if found is None:
        return None
    tapped = Tapped(conversion.model)
    outputs = run_in_float64(tapped, truth.normalized[:size])[-len(tapped.names) :]
    expected = {NORMALIZATION: truth.normalized[:size], **dict(zip(tapped.names, outputs, strict=True))}
    for name, values in expected.items():
        if name in found and _differs(values, found[name], conversion.request.precision):
            return name
    return AFTER_BLOCKS


def _differs(expected: Floats, found: Floats, precision: str) -> bool:
    if found.shape != expected.shape or not bool(np.isfinite(found).all()):
        return True
    bounds = bounds_for(precision, expected)
    if precision == "fp32":
        return float(np.abs(found - expected).max()) > bounds.max_abs
    if bounds.cosine is not None:
        return smallest_cosine(expected, found) < _QUANTIZED_BLOCK_COSINE
    noise = psnr_db(expected, found)
    return noise is not None and bounds.psnr_db is not None and noise < bounds.psnr_db
