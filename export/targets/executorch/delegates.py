"""ExecuTorch's delegates, and how each is told the precision.

XNNPACK computes in the type of the tensors that it is given, so its fp16 programs are traced in float16. The Core ML
and Vulkan compilers choose the type themselves and are told which; their programs are traced in float32.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from executorch.exir.backend.utils import WhyNoPartition

_COREML_MINIMUM = "iOS17"


def _xnnpack(_precision: str) -> Any:  # noqa: ANN401 - executorch ships no types
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner  # noqa: PLC0415

    from .xnnpack_configs import partitioner_configs  # noqa: PLC0415

    return XnnpackPartitioner(configs=partitioner_configs())


def _coreml(precision: str) -> Any:  # noqa: ANN401
    import coremltools as ct  # noqa: PLC0415
    from executorch.backends.apple.coreml.compiler import CoreMLBackend  # noqa: PLC0415
    from executorch.backends.apple.coreml.partition import CoreMLPartitioner  # noqa: PLC0415

    specs = CoreMLBackend.generate_compile_specs(
        compute_precision=ct.precision.FLOAT16 if precision == "fp16" else ct.precision.FLOAT32,
        minimum_deployment_target=getattr(ct.target, _COREML_MINIMUM),
    )
    return CoreMLPartitioner(compile_specs=specs)


def _vulkan(precision: str) -> Any:  # noqa: ANN401
    from executorch.backends.vulkan.partitioner.vulkan_partitioner import VulkanPartitioner  # noqa: PLC0415

    return VulkanPartitioner({"force_fp16": precision == "fp16"})


# Imported only when asked for: the Core ML and Vulkan compilers are optional parts of the executorch package.
_PARTITIONERS: dict[str | None, Callable[[str], Any]] = {"xnnpack": _xnnpack, "coreml": _coreml, "vulkan": _vulkan}


def make_partitioner(backend: str | None, precision: str) -> Any:  # noqa: ANN401
    """Return the partitioner that lowers to ``backend`` in ``precision``."""
    return _PARTITIONERS[backend](precision)


@contextmanager
def refusals() -> Iterator[dict[str, str]]:
    """Collect, while the context is open, the last reason that a partitioner gave for refusing each operator."""
    collector = _Refusals()
    logger = logging.getLogger("executorch.backends")
    level, propagates = logger.level, logger.propagate
    logger.addHandler(collector)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False  # the root logger's handlers would print every reason
    try:
        yield collector.reasons
    finally:
        logger.removeHandler(collector)
        logger.setLevel(level)
        logger.propagate = propagates


class _Refusals(logging.Handler):
    """Keeps the reasons that ``WhyNoPartition`` logs, by operator."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.reasons: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        why = record.msg
        if isinstance(why, WhyNoPartition) and why.node is not None:
            name = getattr(why.node.target, "__name__", str(why.node.target))
            self.reasons[name.replace(".", "_")] = why.reason.rstrip(".")


def module_dtype(backend: str | None, precision: str) -> torch.dtype:
    """Return the type in which the network is traced for ``backend`` in ``precision``."""
    return torch.float16 if backend == "xnnpack" and precision == "fp16" else torch.float32
