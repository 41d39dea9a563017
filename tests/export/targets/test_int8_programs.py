"""What a saved int8 program for XNNPACK computes in 8 bits, read back from the file."""

from __future__ import annotations

import pytest
from executorch.backends.xnnpack.partition.config.xnnpack_config import ConfigPrecisionType, XNNPartitionerConfig

from cloformer.export.targets.executorch.xnnpack_configs import FLOAT_ALONE
from tests.artifacts import ArtifactStore
from tests.export.targets.xnnpack_files import output_types
from tests.networks import shallow_network

IN_8_BITS = (
    "XNNDepthwiseConv2d",
    "XNNConcatenate2",
    "XNNStaticSlice",
    "XNNGelu",
    "XNNSigmoid",
    "XNNTanh",
    "XNNStaticConstantPad",
)
IN_FLOAT = ("XNNBatchMatrixMultiply", "XNNSoftmax", "XNNReciprocalSquareRoot", "XNNSubtract", "XNNGlobalAvgPooling2d")


def test_branches_are_in_8_bits_and_attention_and_normalizations_in_float(store: ArtifactStore) -> None:
    network = shallow_network("features")
    types = output_types(store.export(network, "executorch", precision="int8", image_size=(64, 96)).path)
    assert {name: types[name] for name in IN_8_BITS} == {name: {"qint8"} for name in IN_8_BITS}
    assert {name: types[name] for name in IN_FLOAT} == {name: {"fp32"} for name in IN_FLOAT}
    assert types["XNNConv2d"] == {"qint8", "fp32"}  # the means over channels in normalizations are float convolutions


@pytest.mark.parametrize("config", FLOAT_ALONE)
def test_the_stock_partitioner_still_takes_it_in_float_alone(config: type[XNNPartitionerConfig]) -> None:
    """When this fails, ``xnnpack_configs`` has nothing left to do for that operator."""
    assert config().supported_precision_types() == [ConfigPrecisionType.FP32]
