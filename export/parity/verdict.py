"""Comparing numbers: the bounds of each precision, how far outputs are from the reference's, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from cloformer.export.report import ParityBounds, ParityReport
from cloformer.model.tasks import OutputKind

Floats = NDArray[np.float32]

_FP32_RELATIVE = 1e-4
_FP32_COSINE = 0.99999
_FP16_PSNR_DB = 40.0
_FP16_TOP1 = 0.99
_QUANTIZED_COSINE = {"a16w8": 0.9995, "int8": 0.97, "w8": 0.995, "w6": 0.97, "w4": 0.7}
"""The smallest cosine by precision. These bounds only catch bugs; whether the precision is good enough is measured with
a task metric (``cloformer-bench accuracy``). Random weights are the worst case: they were not trained for rounding."""
_FINEST_COSINE = max(_QUANTIZED_COSINE.values())
_QUANTIZED_TOP1 = 0.99
_SENSITIVITY_FACTOR = 10.0

_CLASS_AXIS: Mapping[OutputKind, int] = MappingProxyType({"logits": 1, "class_map": 1, "class_logits": 2})
"""The axis of the classes, by kind of output; the other kinds have no classes."""


def bounds_for(precision: str, reference: Floats) -> ParityBounds:
    """Return the bounds that an artifact of ``precision`` must keep for these reference logits.

    For fp16 and quantized artifacts, ``max_abs`` is not itself a bound: it is the error that the bound allows on
    average, and so the margin below which an input's top-1 says nothing.
    """
    peak = _peak(reference)
    if precision == "fp32":
        allowed = _FP32_RELATIVE * max(1.0, peak)
        return ParityBounds(
            max_abs=allowed,
            cosine=_FP32_COSINE,
            psnr_db=None,
            top1_agreement=1.0,
            sensitivity=_SENSITIVITY_FACTOR * allowed,
        )
    if precision in _QUANTIZED_COSINE:
        cosine = _QUANTIZED_COSINE[precision]
        allowed = _error_at(cosine, reference)
        return ParityBounds(
            max_abs=allowed,
            cosine=cosine,
            psnr_db=None,
            top1_agreement=_QUANTIZED_TOP1,
            # Ten times what 4 bits may err is more than images differ; a dead graph fails by this too.
            sensitivity=_SENSITIVITY_FACTOR * _error_at(_FINEST_COSINE, reference),
        )
    allowed = peak * 10 ** (-_FP16_PSNR_DB / 20)
    return ParityBounds(
        max_abs=allowed,
        cosine=None,
        psnr_db=_FP16_PSNR_DB,
        top1_agreement=_FP16_TOP1,
        sensitivity=_SENSITIVITY_FACTOR * allowed,
    )


def compare(reference: Floats, outputs: Floats, precision: str, kind: OutputKind = "logits") -> ParityReport:
    """Compare an output (N, ...) image by image and judge it; the caller adds who ran the artifact.

    Top-1 counts wherever the output has classes: an image's, a pixel's, an anchor's. A value that is not finite fails,
    whatever the metrics say.
    """
    bounds = bounds_for(precision, reference)
    if outputs.shape != reference.shape or not bool(np.isfinite(outputs).all()):
        return ParityReport(samples=len(reference), bounds=bounds, passed=False)
    difference = outputs.astype(np.float64) - reference
    decided, agrees = _top1(_by_class(reference, kind), _by_class(outputs, kind), bounds.max_abs)
    measured = ParityReport(
        samples=len(reference),
        decided=int(decided.sum()),
        max_abs=float(np.abs(difference).max()),
        cosine=smallest_cosine(reference, outputs),
        psnr_db=psnr_db(reference, outputs),
        top1_agreement=float(agrees[decided].mean()) if decided.any() else 1.0,
        sensitivity=_sensitivity(outputs),
        bounds=bounds,
    )
    return measured.model_copy(update={"passed": _keeps(measured, bounds, precision)})


def psnr_db(reference: Floats, outputs: Floats) -> float | None:
    """Return the peak signal-to-noise ratio against the largest reference value; None if both are identical."""
    error = float(np.sqrt(np.mean((outputs.astype(np.float64) - reference) ** 2)))
    return None if error == 0 else 20 * math.log10(max(_peak(reference), 1e-30) / error)


def _keeps(measured: ParityReport, bounds: ParityBounds, precision: str) -> bool:
    assert measured.max_abs is not None and measured.cosine is not None
    assert measured.top1_agreement is not None and measured.sensitivity is not None
    within = [
        measured.top1_agreement >= bounds.top1_agreement,
        measured.samples < 2 or measured.sensitivity >= bounds.sensitivity,
    ]
    if precision == "fp32":
        within.append(measured.max_abs <= bounds.max_abs)
    if bounds.cosine is not None:
        within.append(measured.cosine >= bounds.cosine)
    if bounds.psnr_db is not None and measured.psnr_db is not None:
        within.append(measured.psnr_db >= bounds.psnr_db)
    return all(within)


def smallest_cosine(reference: Floats, outputs: Floats) -> float:
    """Return the smallest cosine, over the inputs, of the angle between the reference's and the artifact's outputs."""
    a, b = (values.reshape(len(values), -1).astype(np.float64) for values in (reference, outputs))
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1) / np.maximum(norms, 1e-30)).min())


def _error_at(cosine: float, reference: Floats) -> float:
    """Return the error, as a root mean square, of outputs at this cosine with the reference."""
    return float(np.sqrt(np.mean(reference.astype(np.float64) ** 2))) * math.sqrt(2 * (1 - cosine))


def _peak(values: Floats) -> float:
    return float(np.abs(values).max())


def _by_class(values: Floats, kind: OutputKind) -> Floats:
    """Return one row of class logits for each place that has classes; no rows for other kinds of output."""
    if kind not in _CLASS_AXIS:
        return np.zeros((0, 1), dtype=np.float32)
    classes = np.moveaxis(values, _CLASS_AXIS[kind], -1)
    return classes.reshape(-1, classes.shape[-1])


def _top1(reference: Floats, outputs: Floats, margin: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, for each row, whether the reference's first class is clear, and whether both first classes agree."""
    return _margins(reference) > margin, outputs.argmax(axis=1) == reference.argmax(axis=1)


def _margins(logits: Floats) -> Floats:
    """Return the distance between the first and the second class of each row."""
    if logits.shape[1] < 2:
        return np.full(len(logits), np.inf, dtype=np.float32)
    top = np.sort(logits, axis=1)[:, -2:]
    return top[:, 1] - top[:, 0]


def _sensitivity(outputs: Floats) -> float:
    """Return the smallest distance (max-abs) of any input's logits to the farthest other's; a dead graph has 0."""
    if len(outputs) < 2:
        return 0.0
    return float(min(np.abs(outputs - row).max() for row in outputs))
