"""Samples, memory and profiles of real artifacts of a small network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from cloformer.benchmarks.peak_memory import MemoryOrder, added_megabytes, peak_memory
from cloformer.benchmarks.rewrites.cases import Case
from cloformer.benchmarks.rewrites.measure import Settings, measure_rewrites
from cloformer.benchmarks.rewrites.operator_times import operator_times
from cloformer.benchmarks.rewrites.sampling import sample
from cloformer.benchmarks.rewrites.table import rewrites_as_markdown
from cloformer.model import CloFormer, ConversionError, InputFileError
from tests.benchmarks.rewrites.conftest import SIZE


def test_every_artifact_is_timed_in_every_round(onnx_files: tuple[list[Case], list[Path]]) -> None:
    _, paths = onnx_files
    samples = sample(paths, SIZE, threads=1, rounds=12)
    assert [len(times) for times in samples.artifacts] == [12] * len(paths)
    assert len(samples.matrix_product) == 12
    assert all(0 < seconds < 10 for times in (*samples.artifacts, samples.matrix_product) for seconds in times)


def test_an_artifact_that_does_not_open_is_an_error_with_its_reason(tmp_path: Path) -> None:
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"no graph")
    with pytest.raises(ConversionError, match=r"timing failed: .*cannot load"):
        sample([damaged], SIZE, threads=1, rounds=10)
    with pytest.raises(InputFileError, match="cannot load"):
        peak_memory(MemoryOrder(artifact=str(damaged), shape=(1, 3, *SIZE)))


def test_memory_holds_at_least_the_weights(onnx_files: tuple[list[Case], list[Path]]) -> None:
    _, paths = onnx_files
    memory = peak_memory(MemoryOrder(artifact=str(paths[0]), shape=(1, 3, *SIZE)))
    assert added_megabytes(memory) > paths[0].stat().st_size / 2**20


def test_the_profile_finds_every_multiply_add(onnx_files: tuple[list[Case], list[Path]], small: CloFormer) -> None:
    _, paths = onnx_files
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        small(torch.zeros(1, 3, *SIZE))
    operators = operator_times(paths[0], SIZE)
    head = small.head.weight.numel()  # a Gemm, whose weights the profile does not show
    counted = sum(each.multiply_adds for each in operators)
    # ONNX Runtime pads channels to its blocks: of 8 with AVX2, which fit here, and of 16 with AVX-512.
    assert 1 <= counted / (counter.get_total_flops() // 2 - head) <= 1.05
    assert sum(each.share for each in operators) == pytest.approx(1)


@pytest.mark.usefixtures("onnx_files")
def test_the_whole_comparison_and_its_page(tmp_path: Path) -> None:
    settings = Settings(("onnx",), "xxs", SIZE, (1,), 10, False, None, tmp_path, "cloformer-bench rewrites")
    report = measure_rewrites(settings, lambda _what: None)
    assert [case.name for case in report.cases] == ["stock", "onnx-arm64", "onnx-x86"]
    stock = report.cases[0]
    assert (stock.speedup.median, stock.speedup.iqr) == (1, 0)
    page = rewrites_as_markdown(report)
    for case in report.cases:
        assert f"| {case.name} | {case.milliseconds.median:.2f} |" in page
    assert "by kind of operator" in page
