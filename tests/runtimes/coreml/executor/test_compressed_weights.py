from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import coremltools as ct
import coremltools.optimize.coreml as cto
import numpy as np
import pytest
import torch
from coremltools.converters.mil import Builder as mb  # noqa: N813 - coremltools' own abbreviation
from coremltools.models import MLModel
from torch import Tensor, nn

from cloformer.runtimes.coreml.executor import CoreMLProgram
from tests.runtimes.coreml.executor.mil_programs import Build, Var, floats, inferred, run

Compress = Callable[..., MLModel]


def _quantize(**options: str | int) -> Compress:
    operator = cto.OpLinearQuantizerConfig(weight_threshold=16, **options)
    return partial(cto.linear_quantize_weights, config=cto.OptimizationConfig(global_config=operator))


def _palettize(**options: str | int) -> Compress:
    operator = cto.OpPalettizerConfig(weight_threshold=16, **options)
    return partial(cto.palettize_weights, config=cto.OptimizationConfig(global_config=operator))


def _prune(**options: float) -> Compress:
    operator = cto.OpMagnitudePrunerConfig(weight_threshold=16, **options)
    return partial(cto.prune_weights, config=cto.OptimizationConfig(global_config=operator))


def _pruned_then(compress: Compress) -> Compress:
    return lambda model: compress(_prune(target_sparsity=0.6)(model), joint_compression=True)


# target, compression, operators that the file must then hold
METHODS: dict[str, tuple[ct.target, Compress, set[str]]] = {
    "int8 per channel": (
        ct.target.iOS16,
        _quantize(mode="linear_symmetric"),
        {"constexpr_affine_dequantize"},
    ),
    "int8 asymmetric": (ct.target.iOS16, _quantize(mode="linear"), {"constexpr_affine_dequantize"}),
    "uint8 per tensor": (
        ct.target.iOS18,
        _quantize(mode="linear", dtype="uint8", granularity="per_tensor"),
        {"constexpr_blockwise_shift_scale"},
    ),
    "int4 per block": (
        ct.target.iOS18,
        _quantize(dtype="int4", granularity="per_block", block_size=8),
        {"constexpr_blockwise_shift_scale"},
    ),
    "4-bit palette": (ct.target.iOS16, _palettize(mode="uniform", nbits=4), {"constexpr_lut_to_dense"}),
    "6-bit palette": (ct.target.iOS16, _palettize(mode="kmeans", nbits=6), {"constexpr_lut_to_dense"}),
    "3-bit palettes by group": (
        ct.target.iOS18,
        _palettize(mode="kmeans", nbits=3, granularity="per_grouped_channel", group_size=8),
        {"constexpr_lut_to_dense"},
    ),
    "palette with scales": (
        ct.target.iOS18,
        _palettize(mode="uniform", nbits=4, enable_per_channel_scale=True),
        {"constexpr_lut_to_dense", "constexpr_blockwise_shift_scale"},
    ),
    "sparse": (ct.target.iOS16, _prune(target_sparsity=0.6), {"constexpr_sparse_to_dense"}),
    "sparse in blocks": (ct.target.iOS18, _prune(target_sparsity=0.6), {"constexpr_sparse_to_dense"}),
    "sparse and quantized": (
        ct.target.iOS18,
        _pruned_then(_quantize(mode="linear_symmetric")),
        {"constexpr_sparse_blockwise_shift_scale", "constexpr_sparse_to_dense"},
    ),
    "sparse and palettized": (
        ct.target.iOS18,
        _pruned_then(_palettize(mode="uniform", nbits=4)),
        {"constexpr_lut_to_sparse", "constexpr_sparse_to_dense"},
    ),
}


class _Network(nn.Module):
    """A few thousand weights of each shape that compression meets."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Conv2d(16, 32, 3, padding=1)
        self.depthwise = nn.Conv2d(32, 32, 5, groups=32)
        self.head = nn.Linear(32, 24)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.depthwise(torch.relu(self.dense(x))).mean((2, 3)))
        return out


@cache
def _converted(target: ct.target, precision: str) -> MLModel:
    torch.manual_seed(0)
    example = (torch.zeros(1, 16, 8, 8),)
    return ct.convert(
        torch.export.export(_Network().eval(), example).run_decompositions({}),
        inputs=[ct.TensorType(name="x", shape=(1, 16, 8, 8), dtype=np.float32)],
        outputs=[ct.TensorType(dtype=np.float32)],
        minimum_deployment_target=target,
        compute_precision=ct.precision[precision],
        skip_model_load=True,
    )


def _operators(model: MLModel) -> set[str]:
    function = model.get_spec().mlProgram.functions["main"]
    return {operation.type for operation in function.block_specializations[function.opset].operations}


@pytest.mark.parametrize("precision", ["FLOAT32", "FLOAT16"])
@pytest.mark.parametrize("name", METHODS)
def test_a_compressed_file_computes_what_its_decompressed_twin_does(name: str, precision: str, tmp_path: Path) -> None:
    target, compress, expected_operators = METHODS[name]
    model = compress(_converted(target, precision))
    assert expected_operators <= _operators(model)
    model.save(str(tmp_path / "compressed.mlpackage"))
    cto.decompress_weights(model).save(str(tmp_path / "plain.mlpackage"))
    compressed, plain = (
        CoreMLProgram(tmp_path / f"{kind}.mlpackage").run({"x": floats(1, 16, 8, 8)})
        for kind in ("compressed", "plain")
    )
    assert compressed.keys() == plain.keys()
    for output, value in compressed.items():
        # Between fp16 roundings of a dequantized weight lies one unit in the last place.
        tolerance = 1e-5 if precision == "FLOAT32" else 2e-3
        np.testing.assert_allclose(value, plain[output], rtol=tolerance, atol=tolerance)


def test_the_examples_of_the_documentation_decompress_as_it_says() -> None:
    indices = np.array([2, 3, 3, 0, 1, 0, 3, 0, 2, 1, 0, 3]).reshape(6, 2)
    lut = np.array([1, 5, 9, 13, 2, 10, 18, 26], np.float32).reshape(2, 1, 4, 1)
    uint2 = ct.converters.mil.mil.types.np_uint2_dtype

    def build(x: Var) -> Var:
        weight = mb.constexpr_lut_to_dense(indices=indices.astype(np.uint8).astype(uint2), lut=lut)
        return mb.add(x=x, y=weight)

    expected = [[9, 13], [13, 1], [5, 1], [26, 2], [18, 10], [2, 26]]
    np.testing.assert_array_equal(run(build, np.zeros((6, 2), np.float32))[0], expected)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_vectors_of_a_palette_lie_along_their_axis(axis: int) -> None:
    uint1 = ct.converters.mil.mil.types.np_uint1_dtype
    indices = np.array([[[0, 0], [1, 0]], [[1, 1], [0, 0]]], np.uint8)
    lut = np.array([[1, 2, 3], [10, 20, 30]], np.float32)
    shape = [2, 2, 2]
    shape[axis] *= 3

    def build(x: Var) -> Var:
        weight = mb.constexpr_lut_to_dense(
            indices=indices.astype(uint1), lut=lut.reshape(1, 1, 1, 2, 3), vector_axis=axis
        )
        return mb.add(x=x, y=weight)

    expected = np.concatenate([np.take(lut[:, part], indices) for part in range(3)], axis=axis)
    # Joined part by part; in the result the parts of one vector are neighbors.
    order = np.arange(6).reshape(3, 2).T.flatten()
    result = run(build, np.zeros(shape, np.float32))[0]
    np.testing.assert_array_equal(result, np.take(expected, order, axis=axis))


ACTIVATIONS: dict[str, Build] = {
    "quantize": lambda x: mb.quantize(input=x, scale=0.013, output_dtype="int8"),
    "quantize with zero point": lambda x: mb.quantize(
        input=x, scale=0.013, zero_point=np.uint8(100), output_dtype="uint8"
    ),
    "quantize by channel": lambda x: mb.quantize(
        input=x, scale=np.array([0.01, 0.02, 0.03], np.float32), axis=1, output_dtype="int8"
    ),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_quantizing_activations_is_what_coremltools_infers(name: str) -> None:
    x = floats(2, 3, 4)
    result, expected = run(ACTIVATIONS[name], x)[0], inferred(ACTIVATIONS[name], x)[0]
    assert result.dtype == expected.dtype
    np.testing.assert_array_equal(result, expected)


def test_dequantizing_undoes_quantizing_up_to_half_a_step() -> None:
    x, scale = floats(2, 3, 4, low=-1, high=1), np.array([0.01, 0.02, 0.03], np.float32)
    zero_point = np.array([0, 5, -7], np.int8)

    def build(x: Var) -> Var:
        levels = mb.quantize(input=x, scale=scale, zero_point=zero_point, axis=1, output_dtype="int8")
        return mb.dequantize(input=levels, scale=scale, zero_point=zero_point, axis=1)

    lowest, highest = ((limit - zero_point.astype(np.int32)) * scale for limit in (-128, 127))
    clipped = np.clip(x, lowest[:, None], highest[:, None])
    assert np.all(np.abs(run(build, x)[0] - clipped) <= scale[:, None] / 2 + 1e-6)
