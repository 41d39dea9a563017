"""Running int8 .onnx files on CPUs whose 8-bit products saturate in ONNX Runtime.

The exporter writes unsigned activations and signed weights, which ARM64 and x86 with VNNI multiply exactly. On x86 with
only AVX2, ONNX Runtime adds two such products in 16 bits, where 2 x 255 x 127 does not fit
(github.com/microsoft/onnxruntime/issues/14642). With unsigned weights it uses other, exact instructions. Its own option
for that, ``session.x64quantprecision``, fails on graphs whose layers share a zero point, so the weights are made
unsigned here, in memory: 128 is added to each weight and to its zero point, which cancels in every product.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from cloformer.runtimes.int8_instructions import int8_instructions

if TYPE_CHECKING:
    import onnx

_QUANTIZED = b"DequantizeLinear"
_X86 = ("x86_64", "AMD64", "i386", "i686")
_SUFFIX = "_unsigned"
_WEIGHT, _ZERO_POINT = 0, 2
"""The indices of two inputs of DequantizeLinear."""


@dataclass(frozen=True)
class LoadableModel:
    """A model that ONNX Runtime can load and run exactly on this CPU.

    Attributes:
        source: the file's path, or an equivalent model in memory whose products do not saturate.
        int8_kernels: the instructions that multiply 8-bit integers; None for a float file.
    """

    source: str | bytes
    int8_kernels: str | None = None


def loadable_model(path: Path) -> LoadableModel:
    """Return a model that computes the file at ``path`` exactly on this CPU."""
    if _QUANTIZED not in path.read_bytes():
        return LoadableModel(str(path))
    if path.suffix == ".ort" or not products_saturate():
        return LoadableModel(str(path), int8_instructions())
    import onnx  # noqa: PLC0415 - takes half a second, and few CPUs need it

    model = onnx.load(path)
    make_weights_unsigned(model)
    return LoadableModel(model.SerializeToString(), f"{int8_instructions()}, weights made unsigned")


@cache
def products_saturate() -> bool:
    """Return whether ONNX Runtime's products of unsigned activations and signed weights saturate on this CPU.

    This is tested, not looked up, because the affected CPUs depend on ONNX Runtime's release.
    """
    if platform.machine() not in _X86:
        return False
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    count, most, largest = 64, 255, 127
    weights = numpy_helper.from_array(np.full((count, 16), largest, dtype=np.int8), "weights")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["activations", "weights"], ["sums"])],
        "largest products",
        [helper.make_tensor_value_info("activations", TensorProto.UINT8, (1, count))],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, (1, 16))],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (sums,) = session.run(None, {"activations": np.full((1, count), most, dtype=np.uint8)})
    return bool((sums != count * most * largest).any())


def make_weights_unsigned(model: onnx.ModelProto) -> None:
    """Turn int8 weights and their zero points into uint8, in place, without changing what ``model`` computes."""
    import onnx  # noqa: PLC0415

    graph = model.graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        weight = constants.get(node.input[_WEIGHT]) if node.op_type == "DequantizeLinear" else None
        if weight is None or weight.data_type != onnx.TensorProto.INT8 or len(node.input) <= _ZERO_POINT:
            continue
        for place in (_WEIGHT, _ZERO_POINT):
            name = node.input[place] + _SUFFIX
            if name not in constants:
                signed = onnx.numpy_helper.to_array(constants[node.input[place]])
                constants[name] = onnx.numpy_helper.from_array((signed.astype(np.int16) + 128).astype(np.uint8), name)
            node.input[place] = name
    used = {name for node in graph.node for name in node.input} | {value.name for value in graph.output}
    del graph.initializer[:]
    graph.initializer.extend(tensor for name, tensor in constants.items() if name in used)
