"""Finding the units that must stay float: measure each one's damage, then give up the worst until the bound is kept.

The quantized network is run in PyTorch, with the steps of its 8-bit numbers, and not in the target's runtime: XNNPACK
and ONNX Runtime round as it does, up to a step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from cloformer.export.calibration.calibration import batches_of
from cloformer.export.conversion import Conversion
from cloformer.export.deployable import rewritten_network
from cloformer.export.graph.deploy_module import DeployModule
from cloformer.export.parity.verdict import smallest_cosine
from cloformer.export.quantization.quantize import quantize
from cloformer.export.quantization.units import unit_names
from cloformer.export.reference.run import Floats, ReferenceRun, run_in_float64
from cloformer.model import UsageError, normalize
from cloformer.runtimes.pytorch.threads import torch_threads

from .bound import Bound
from .plan import QuantizationPlan, UnitSensitivity
from .unit_times import measure_units

_BATCH = 16

Score = Callable[[Floats], float]
"""A function that returns how wrong logits are: 1 minus the smallest cosine, or points of accuracy lost."""


def search_plan(
    conversion: Conversion, truth: ReferenceRun, bound: Bound, tell: Callable[[str], None]
) -> QuantizationPlan:
    """Return a plan that keeps ``bound`` with few units in float, found greedily.

    Args:
        conversion: the conversion to plan, with its calibration images.
        truth: the reference images, for a bound on cosines.
        bound: what must be kept.
        tell: is told what is tried.

    Raises:
        UsageError: a bound on accuracy, and calibration images without labels.
    """
    module = DeployModule(rewritten_network(conversion), conversion.preprocessing).eval()
    images, score = _judge(conversion, truth, bound)
    units = unit_names(conversion.model)
    times = measure_units(module, conversion.request.image_size)

    def damage(float_units: Sequence[str]) -> float:
        return score(_run_quantized(module, conversion, float_units, images))

    alone = {}
    for unit in units:
        tell(f"only {unit} in 8 bits")
        alone[unit] = damage([other for other in units if other != unit])
    worst = sorted(units, key=lambda unit: -alone[unit] / max(times.get(unit, 0.0), 1e-3))
    given_up: list[str] = []
    left = damage(given_up)
    while left > _allowed(bound) and worst:
        given_up.append(worst.pop(0))
        tell(f"{len(given_up)} of {len(units)} units in float")
        left = damage(given_up)
    return QuantizationPlan(
        variant=conversion.facts.variant,
        weights_sha256=conversion.facts.weights.sha256,
        target=conversion.request.target.name,
        metric=bound.metric,
        bound=bound.value,
        reached=1 - left if bound.metric == "cosine" else left,
        images=len(images),
        units=tuple(
            UnitSensitivity(unit=unit, damage=alone[unit], milliseconds=times.get(unit, 0.0)) for unit in units
        ),
        float_units=tuple(unit for unit in units if unit in given_up),
    )


def _allowed(bound: Bound) -> float:
    return 1 - bound.value if bound.metric == "cosine" else bound.value


def _judge(conversion: Conversion, truth: ReferenceRun, bound: Bound) -> tuple[Floats, Score]:
    """Return the images to measure on, and how logits for them are scored."""
    if bound.metric == "cosine":
        return truth.images, lambda logits: 1 - smallest_cosine(truth.logits, logits)
    calibration = conversion.calibration
    if calibration is None or calibration.targets is None:
        raise UsageError(
            "a bound on accuracy needs labeled images, and only the demo's training images are",
            "give --search cosine=0.999",
        )
    targets = calibration.targets
    images = calibration.images[: len(targets)]
    reference = run_in_float64(conversion.model, normalize(images, conversion.preprocessing))[0]
    right = float((reference.argmax(1) == targets).mean())
    return images, lambda logits: 100 * (right - float((logits.argmax(1) == targets).mean()))


@torch.no_grad()
def _run_quantized(module: nn.Module, conversion: Conversion, float_units: Sequence[str], images: Floats) -> Floats:
    kernels, calibration = conversion.request.target.int8_kernels, conversion.calibration
    if kernels is None or calibration is None:
        raise ValueError(f"{conversion.request.target.title} has no 8-bit kernels to search a plan for")
    quantized = quantize(module, batches_of(calibration.images, _BATCH), kernels, float_units)
    with torch_threads(1):  # as in quantize
        outputs = [quantized(torch.from_numpy(batch)).numpy() for batch in batches_of(images, _BATCH)]
    return np.concatenate(outputs)[: len(images)]
