"""Quantizing a float graph in QDQ form, for Qualcomm's HTP.

Weights have 8 bits and a scale for each output channel; activations have 16 (A16W8), or 8 where that costs little.
Quantize and dequantize stand around every operator, and the HTP's compiler merges them into it.

Which activations can have 8 bits was measured in the HTP simulator: XXS at 224x224 with random weights, two images, the
normalizations spelled out in products and means.

| 8 bits for the outputs of | cosine |
|---|---|
| everything | 0.9924 |
| all but the normalizations | 0.9933 |
| all but those and the residual stream | 0.9949 |
| all but those and ConvFFN | 0.9963 |
| all but those, attention and the head | 0.9978 |

The last is what ``int8`` is; with the normalizations as one operator each it is 0.9980 on four images, and 0.9998 for
the demo checkpoint at 64x64 on sixteen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantType, create_calibrator, quantize_static
from onnxruntime.quantization.calibrate import TensorData, TensorsData
from onnxruntime.quantization.execution_providers.qnn import get_qnn_qdq_config
from onnxruntime.quantization.quantize import save_tensors_data

from cloformer.export.graph.onnx_graph import IMAGE
from cloformer.export.reference.run import Floats

_HEADROOM = np.float32(1.25)
"""The factor by which ranges exceed those of the calibration images; values beyond are cut off.

Without it XXS with random weights falls from cosine 0.9996 to 0.9989 on images that it has not seen. Much more would
cost: the wider a range, the coarser the HTP's convolutions (v68 and v69) and its products of two maps (all).
"""


class _Batches(CalibrationDataReader):  # type: ignore[misc] # onnxruntime ships no types
    """Feeds batches to ONNX Runtime's calibration, one after the other."""

    def __init__(self, batches: list[Floats]) -> None:
        self._remaining: Iterator[Floats] = iter(batches)

    def get_next(self) -> dict[str, Floats] | None:
        batch = next(self._remaining, None)
        return None if batch is None else {IMAGE: batch}


def quantize(
    graph: onnx.ModelProto, batches: list[Floats], folder: Path, eight_bit: Collection[str]
) -> onnx.ModelProto:
    """Return ``graph`` quantized, with ranges that are calibrated on ``batches``.

    Args:
        graph: the float graph.
        batches: calibration images as the graph takes them.
        folder: a folder for temporary files.
        eight_bit: nodes whose outputs have 8 bits; all others have 16.
    """
    narrow = {output for node in graph.graph.node if node.name in eight_bit for output in node.output}
    overrides = {name: [{"quant_type": QuantType.QUInt16}] for name in sorted(_outputs(graph) - narrow) if narrow}
    # The HTP only normalizes with unsigned scales.
    scales = {node.input[1] for node in graph.graph.node if node.op_type == "LayerNormalization"}
    overrides |= {name: [{"quant_type": QuantType.QUInt8}] for name in sorted(scales)}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        source, ranges, result = (Path(scratch) / name for name in ("float.onnx", "ranges.json", "quantized.onnx"))
        onnx.save(graph, source)
        config = get_qnn_qdq_config(
            source,
            _Batches(batches),
            activation_type=QuantType.QUInt8 if narrow else QuantType.QUInt16,
            weight_type=QuantType.QInt8,
            per_channel=True,
            init_overrides=overrides,
            add_qtype_converts=bool(narrow),
        )
        calibrator = create_calibrator(source, config.op_types_to_quantize, Path(scratch) / "augmented.onnx")
        calibrator.collect_data(config.calibration_data_reader)
        save_tensors_data(_widened(calibrator.compute_data(), narrow), ranges)
        quantize_static(
            source,
            result,
            None,
            calibration_cache_path=ranges,
            op_types_to_quantize=config.op_types_to_quantize,
            activation_type=config.activation_type,
            weight_type=config.weight_type,
            per_channel=config.per_channel,
            extra_options=config.extra_options,
        )
        return onnx.load(result)


def _outputs(graph: onnx.ModelProto) -> set[str]:
    return {output for node in graph.graph.node for output in node.output}


def _widened(ranges: TensorsData, narrow: set[str]) -> TensorsData:
    """Widen the ranges of 16-bit values; 8-bit values cannot spare the resolution."""
    return TensorsData(
        ranges.calibration_method,
        {
            name: data
            if name in narrow
            else TensorData(lowest=data.lowest * _HEADROOM, highest=data.highest * _HEADROOM)
            for name, data in ranges.items()
        },
    )
