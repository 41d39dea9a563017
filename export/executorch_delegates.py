"""ExecuTorch's delegates: how each is asked for a precision.

XNNPACK computes in the type of the tensors that it is given, so its fp16 programs are traced in float16. The Core ML
and Vulkan compilers choose the type themselves and are told which; their programs are traced in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from executorch.exir.backend.utils import WhyNoPartition

from .fast_lowering import replaced

_COREML_MINIMUM = "iOS17"


def _xnnpack(_precision: str) -> Any:  # noqa: ANN401 - executorch ships no types
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner  # noqa: PLC0415

    return XnnpackPartitioner()


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
def eight_bit_lookups() -> Iterator[None]:
    """Let, while the context is open, XNNPACK take its functions of one value and its padding in 8 bits too.

    The library computes them there, by a table of 256 entries; ExecuTorch 1.5's partitioner allows them in float alone.
    """
    from executorch.backends.xnnpack.partition.config import generic_node_configs as configs  # noqa: PLC0415
    from executorch.backends.xnnpack.partition.config.xnnpack_config import ConfigPrecisionType  # noqa: PLC0415

    def both(_self: object) -> list[ConfigPrecisionType]:
        return [ConfigPrecisionType.FP32, ConfigPrecisionType.STATIC_QUANT]

    with ExitStack() as stack:
        for config in (configs.GeluConfig, configs.SigmoidConfig, configs.TanhConfig, configs.ConstantPadConfig):
            stack.enter_context(replaced(config, "supported_precision_types", both))
        yield


@contextmanager
def refusals() -> Iterator[dict[str, str]]:
    """Collect, while the context is open, why partitioners refuse operators: by operator, the last reason given."""
    reasons: dict[str, str] = {}

    def note(_self: WhyNoPartition, node: torch.fx.Node, reason: str) -> None:
        name = getattr(node.target, "__name__", str(node.target))
        reasons[name.replace(".", "_")] = reason.rstrip(".")

    with replaced(WhyNoPartition, "__call__", note):
        yield reasons


def module_dtype(backend: str | None, precision: str) -> torch.dtype:
    """Return the type in which the network is traced for ``backend`` in ``precision``."""
    return torch.float16 if backend == "xnnpack" and precision == "fp16" else torch.float32
