"""Operators that XNNPACK has in 8 bits, but that ExecuTorch's partitioner only delegates in float.

XNNPACK has tables of 256 entries for functions of one value. Where the program says so, 88 of the 204 steps between
8 bits and float in XXS go, and 1.2 % of the instructions on an emulated Cortex-A76 at 64x64.
"""

from __future__ import annotations

from executorch.backends.xnnpack.partition.config import ALL_PARTITIONER_CONFIGS
from executorch.backends.xnnpack.partition.config.generic_node_configs import (
    ConstantPadConfig,
    GeluConfig,
    SigmoidConfig,
    TanhConfig,
)
from executorch.backends.xnnpack.partition.config.xnnpack_config import ConfigPrecisionType, XNNPartitionerConfig

FLOAT_ALONE: tuple[type[XNNPartitionerConfig], ...] = (GeluConfig, SigmoidConfig, TanhConfig, ConstantPadConfig)
"""The operators that the stock partitioner only delegates in float: table lookups and padding."""


def partitioner_configs() -> list[type[XNNPartitionerConfig]]:
    """Return the configurations of every operator, with those of ``FLOAT_ALONE`` delegated in 8 bits too."""
    return [_in_8_bits_too(config) if config in FLOAT_ALONE else config for config in ALL_PARTITIONER_CONFIGS]


def _in_8_bits_too(config: type[XNNPartitionerConfig]) -> type[XNNPartitionerConfig]:
    def supported_precision_types(_self: XNNPartitionerConfig) -> list[ConfigPrecisionType]:
        return [ConfigPrecisionType.FP32, ConfigPrecisionType.STATIC_QUANT]

    return type(config.__name__, (config,), {"supported_precision_types": supported_precision_types})
