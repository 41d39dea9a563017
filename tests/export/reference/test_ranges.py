"""Weights that overflow fp16 on purpose: the layers are found on the reference and stay fp32, or the export fails."""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from cloformer.export import export
from cloformer.export.pipeline import job
from cloformer.export.reference.ranges import beyond_fp16, layer_names, measure_ranges
from cloformer.export.reference.run import run_reference
from cloformer.export.report import LayerRange, Report
from cloformer.model import CloFormer, ParityError, preprocessing_for

pytestmark = pytest.mark.usefixtures("compare_few")

SIZE = (64, 64)
BLOCK = "layers.1.blocks.0"

NEEDS_CORE_AI = pytest.mark.skipif(find_spec("coreai_torch") is None, reason="Apple publishes Core AI for few systems")
TARGETS = [pytest.param("onnx"), pytest.param("coreml"), pytest.param("coreai", marks=NEEDS_CORE_AI)]


@torch.no_grad()
def residual_stream_of_hundreds(model: CloFormer) -> None:
    """The values fit, and the squares that the normalizations behind them average do not."""
    shortcut = model.layers[0].blocks[0].downsample[2]
    shortcut.weight *= 60
    shortcut.bias *= 60


@torch.no_grad()
def residual_stream_beyond_fp16(model: CloFormer) -> None:
    shortcut = model.layers[0].blocks[0].downsample[2]
    shortcut.weight *= 30_000
    shortcut.bias *= 30_000


@torch.no_grad()
def one_ffn_beyond_fp16(model: CloFormer) -> None:
    """Within one layer alone: what leaves it is as before."""
    ffn = model.get_submodule(f"{BLOCK}.mlp")
    for factor, convolution in ((30_000, ffn.dwconv), (1 / 30_000, ffn.fc2)):
        convolution.weight *= factor
    ffn.dwconv.bias *= 30_000


FAULTS = {
    residual_stream_of_hundreds: {f"{BLOCK}.norm1", f"{BLOCK}.norm2"},
    residual_stream_beyond_fp16: {"layers.0.blocks.0", BLOCK, f"{BLOCK}.norm1", f"{BLOCK}.norm2", "norm"},
    one_ffn_beyond_fp16: {f"{BLOCK}.mlp"},
}
"""What is done to the weights, and layers that must then stay fp32."""


def faulty(model: CloFormer, fault: Callable[[CloFormer], None]) -> CloFormer:
    other = copy.deepcopy(model)
    fault(other)
    return other


def ranges_of(model: CloFormer) -> dict[str, LayerRange]:
    truth = run_reference(model, preprocessing_for(*SIZE))
    return {layer.layer: layer for layer in measure_ranges(model, truth.normalized)}


def test_every_part_of_the_network_is_measured(shallow: CloFormer) -> None:
    ranges = ranges_of(shallow)
    assert list(ranges) == layer_names(shallow)
    assert {f"{BLOCK}.{part}" for part in ("norm1", "attn", "norm2", "downsample", "mlp")} < set(ranges)
    assert all(layer.largest_value > 0 for layer in ranges.values())
    normalizations = {name for name, layer in ranges.items() if layer.largest_normalization_sum > 0}
    assert normalizations == {name for name in ranges if "norm" in name}


def test_a_normalization_is_measured_as_it_computes(shallow: CloFormer) -> None:
    truth = run_reference(shallow, preprocessing_for(*SIZE))
    with torch.no_grad():
        tokens = shallow.patch_embed(torch.from_numpy(truth.normalized)).double().numpy()
    centered = tokens - tokens.mean(axis=(1, 2, 3), keepdims=True)
    norm = ranges_of(shallow)["layers.0.blocks.0.norm1"]
    assert norm.largest_value == pytest.approx((centered**2).max(), rel=1e-4)
    sums = np.maximum(np.abs(tokens), tokens**2).sum(axis=(1, 2, 3))
    assert norm.largest_normalization_sum == pytest.approx(sums.max(), rel=1e-4)


def test_a_sum_is_bounded_whatever_its_order(shallow: CloFormer) -> None:
    truth = run_reference(shallow, preprocessing_for(*SIZE))
    with torch.no_grad():
        pooled = shallow.avgpool(shallow.norm(_last_map(shallow, truth.normalized))).flatten(1).abs()
    sums = pooled @ shallow.head.weight.detach().abs().T + shallow.head.bias.detach().abs()
    assert ranges_of(shallow)["head"].largest_sum == pytest.approx(float(sums.max()), rel=1e-5)


def _last_map(model: CloFormer, images: np.ndarray) -> torch.Tensor:
    x = model.patch_embed(torch.from_numpy(images))
    for stage in model.layers:
        x, _ = stage(x)
    return x


@pytest.mark.parametrize(("fault", "layers"), FAULTS.items())
def test_what_overflows_is_found(shallow: CloFormer, fault: Callable[[CloFormer], None], layers: set[str]) -> None:
    assert beyond_fp16(tuple(ranges_of(shallow).values())) == ()
    assert layers <= set(beyond_fp16(tuple(ranges_of(faulty(shallow, fault)).values())))


def test_only_sums_in_the_type_of_the_values_count_for_normalizations() -> None:
    norm = LayerRange(layer="norm", largest_value=10, largest_sum=0, largest_normalization_sum=70_000)
    assert beyond_fp16((norm,)) == ()
    assert beyond_fp16((norm,), normalization_sums=True) == ("norm",)


CASES = [
    pytest.param(*target.values, *fault, marks=(*target.marks, *(() if row == column else (pytest.mark.nightly,))))
    for column, target in enumerate(TARGETS)
    for row, fault in enumerate(FAULTS.items())
]
"""Each fault on one target; nightly, on every one."""


@pytest.mark.parametrize(("target", "fault", "layers"), CASES)
def test_the_exporter_keeps_those_layers_in_fp32(
    shallow: CloFormer, tmp_path: Path, target: str, fault: Callable[[CloFormer], None], layers: set[str]
) -> None:
    made = export(faulty(shallow, fault), target, precision="fp16", image_size=SIZE, output=tmp_path)
    assert made.report.parity.passed
    assert made.report.fp16 is not None and made.report.fp16.beyond == ()
    assert layers <= set(made.report.fp16.kept_fp32)


@pytest.mark.parametrize(
    "target",
    [
        "onnx",
        pytest.param("coreml", marks=pytest.mark.nightly),
        pytest.param("coreai", marks=[NEEDS_CORE_AI, pytest.mark.nightly]),
    ],
)
def test_without_them_parity_would_fail(
    shallow: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    monkeypatch.setattr(job, "measure_ranges", lambda *_arguments: ())
    with pytest.raises(ParityError, match=r"not finite; the first output .* is that of layers\.0\.blocks\.0"):
        export(faulty(shallow, residual_stream_beyond_fp16), target, precision="fp16", image_size=SIZE, output=tmp_path)


@pytest.mark.nightly
def test_a_format_that_keeps_none_apart_fails_and_says_why(shallow: CloFormer, tmp_path: Path) -> None:
    model = faulty(shallow, residual_stream_beyond_fp16)
    with pytest.raises(ParityError, match=r"exceeds the range of fp16, first at layers\.0\.blocks\.0"):
        export(model, "executorch", precision="fp16", image_size=SIZE, output=tmp_path)
    (report,) = tmp_path.rglob("report.json")
    (entry,) = Report.model_validate_json(report.read_text()).root
    assert entry.fp16 is not None
    assert entry.fp16.kept_fp32 == () and BLOCK in entry.fp16.beyond


def test_fp32_needs_no_measuring(shallow: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "measure_ranges", lambda *_arguments: pytest.fail("measured for fp32"))
    made = export(shallow, "onnx", precision="fp32", image_size=SIZE, output=tmp_path, parity=False)
    assert made.report.fp16 is None
