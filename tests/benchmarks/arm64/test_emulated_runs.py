"""A shallow network in the real aarch64 runtimes, on emulated cores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from torch.utils.flop_counter import FlopCounterMode

from cloformer.benchmarks.arm64 import CORES, count_instructions, count_operators
from cloformer.benchmarks.arm64.emulation import run_emulated
from cloformer.benchmarks.arm64.installation import Installation
from cloformer.benchmarks.arm64.measure import run_on_host
from cloformer.benchmarks.arm64.parity import compare_with_host
from cloformer.export.targets.onnx import OnnxOptions
from cloformer.model import CloFormer
from tests.artifacts import ArtifactStore
from tests.benchmarks.arm64.conftest import SIZE
from tests.targets import FOR_CPUS

REPEATS_WITHIN = {"onnx": 5e-4, "executorch": 0.0}
"""Relative tolerance: ONNX Runtime's allocations depend on addresses, which differ from run to run."""


PRODUCTS = ("Conv", "Gemm", "GEMM", "MatMul")
"""Words in the names of kernels that mainly multiply and add."""


@pytest.mark.parametrize(
    "core", [pytest.param(core, marks=() if core == "a76" else pytest.mark.nightly) for core in CORES]
)
@pytest.mark.parametrize("target", FOR_CPUS)
def test_logits_equal_this_machines(
    target: str, core: str, artifacts: dict[str, Path], installation: Installation
) -> None:
    host = run_on_host(artifacts[target], inputs=3)
    emulated = run_emulated(installation, core, artifacts[target], host.batches)
    assert emulated.outputs.shape == host.logits.shape == (3, 1, 10)
    report = compare_with_host(host.logits, emulated.outputs, host.precision)
    assert report.passed, report
    assert report.top1_agreement == 1
    assert np.ptp(host.logits, axis=0).max() > 100 * report.bound  # the three inputs give different logits


@pytest.mark.nightly
@pytest.mark.parametrize("target", FOR_CPUS)
def test_counts_repeat(target: str, artifacts: dict[str, Path], installation: Installation) -> None:
    first, second = (count_instructions(artifacts[target], installation=installation) for _ in range(2))
    assert first.total == pytest.approx(second.total, rel=REPEATS_WITHIN[target], abs=0)
    assert first.fp32_fma_lanes == second.fp32_fma_lanes


@pytest.mark.parametrize("target", FOR_CPUS)
def test_multiply_adds_are_at_least_the_networks(
    target: str, artifacts: dict[str, Path], installation: Installation, shallow: CloFormer
) -> None:
    """The lanes are those of the convolutions, including padding; a runtime may replace a few small ones."""
    counts = count_instructions(artifacts[target], installation=installation)
    needed = _convolution_macs(shallow)
    assert needed < counts.fp32_fma_lanes < 1.5 * needed
    assert counts.fp32_fma_lanes / 4 < counts.simd_fp < counts.total
    assert counts.dot == counts.mmla == counts.sve == counts.sme == 0


def _convolution_macs(model: CloFormer) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, *SIZE))
    return counter.get_total_flops() // 2


@pytest.mark.parametrize(
    ("target", "convolution", "softmax"),
    [("onnx", "Conv", "Softmax"), ("executorch", "Convolution (NHWC, F32)", "Softmax (NC, F32)")],
)
def test_operators_account_for_the_instructions(
    target: str, convolution: str, softmax: str, artifacts: dict[str, Path], installation: Installation
) -> None:
    host = run_on_host(artifacts[target])
    run = run_emulated(installation, "a76", artifacts[target], host.batches, by_operator=True)
    operators, profiled = run.operators, run.counts[-1]
    assert compare_with_host(host.logits, run.outputs, host.precision).passed
    assert len([each for each in operators if each.kind == softmax]) == 4  # one block a stage
    assert any(convolution in each.kind for each in operators)
    accounted = sum(each.instructions.total for each in operators)
    assert 0.9 * profiled.total < accounted < profiled.total
    lanes = sum(each.instructions.fp32_fma_lanes for each in operators)
    undisturbed = count_instructions(artifacts[target], installation=installation)
    assert lanes <= profiled.fp32_fma_lanes == undisturbed.fp32_fma_lanes
    assert lanes > 0.99 * undisturbed.fp32_fma_lanes
    products = [each for each in operators if any(word in each.kind for word in PRODUCTS)]
    assert sum(each.instructions.fp32_fma_lanes for each in products) > 0.85 * lanes


class Undelegated(torch.nn.Module):
    """A network whose convolution runs in XNNPACK, which has no cumulative sum."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = torch.nn.Conv2d(3, 4, 3)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return torch.cumsum(self.convolution(image), 1).mean((2, 3))


def test_kernels_outside_the_delegate_are_named(tmp_path: Path, installation: Installation) -> None:
    exported = torch.export.export(Undelegated().eval(), (torch.zeros(1, 3, 32, 32),))
    program = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()]).to_executorch()
    path = tmp_path / "plain.pte"
    path.write_bytes(program.buffer)
    kinds = [each.kind for each in count_operators(path, installation=installation)]
    assert "aten::cumsum.out" in kinds
    assert any(kind.startswith("Convolution") for kind in kinds)


@pytest.fixture(scope="module")
def batched(shallow: CloFormer, store: ArtifactStore, installation: Installation) -> Path:
    """An .onnx file with a batch of four images; its .ort file is next to it."""
    options = OnnxOptions(ort_format=True)
    return store.export(shallow, "onnx", image_size=(32, 64), batch_size=4, options=options).path


@pytest.mark.nightly
@pytest.mark.parametrize("suffix", [".onnx", ".ort"])
def test_batches_and_ort_files(suffix: str, batched: Path, installation: Installation) -> None:
    artifact = batched.with_suffix(suffix)
    host = run_on_host(artifact)
    emulated = run_emulated(installation, "a76", artifact, host.batches)
    assert emulated.outputs.shape == (2, 4, 10)
    assert compare_with_host(host.logits, emulated.outputs, host.precision).passed
