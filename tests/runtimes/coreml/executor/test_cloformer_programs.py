"""CloFormer itself, from PyTorch to a saved .mlpackage and back to numbers."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import coremltools as ct
import numpy as np
import pytest
import torch
from torch import nn
from torch.export import ExportedProgram

from cloformer.model import VARIANTS, CloFormer, create_model
from cloformer.runtimes.coreml.executor import CoreMLProgram
from tests.runtimes.coreml.executor.mil_programs import floats


def _exported(network: nn.Module, size: int) -> ExportedProgram:
    return torch.export.export(network, (torch.zeros(1, 3, size, size),)).run_decompositions({})


def _save(exported: ExportedProgram, precision: str, target: str, path: Path) -> Path:
    ct.convert(
        exported,
        inputs=[ct.TensorType(name="image", dtype=np.float32)],
        outputs=[ct.TensorType(name="logits", dtype=np.float32)],
        compute_precision=ct.precision[precision],
        minimum_deployment_target=ct.target[target],
        skip_model_load=True,
    ).save(str(path))
    return path


def _logits(network: nn.Module, x: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return np.asarray(network(torch.from_numpy(x)).numpy())


@pytest.fixture(scope="module")
def shallow() -> tuple[nn.Module, ExportedProgram]:
    """One block a stage: every operator of CloFormer, converted in a third of the time."""
    torch.manual_seed(0)
    stages = tuple(replace(stage, depth=1) for stage in VARIANTS["xxs"].stages)
    network = CloFormer(replace(VARIANTS["xxs"], stages=stages), 10).eval()
    return network, _exported(network, 64)


@pytest.mark.parametrize(("precision", "target", "psnr_db"), [("FLOAT32", "iOS15", 100), ("FLOAT16", "iOS18", 40)])
def test_a_shallow_cloformer_gives_pytorchs_logits(
    precision: str, target: str, psnr_db: float, shallow: tuple[nn.Module, ExportedProgram], tmp_path: Path
) -> None:
    network, exported = shallow
    path = _save(exported, precision, target, tmp_path / "shallow.mlpackage")
    x = floats(1, 3, 64, 64)
    expected = _logits(network, x)
    error = np.asarray(CoreMLProgram(path).run({"image": x})["logits"]) - expected
    assert 20 * np.log10(np.abs(expected).max() / np.sqrt(np.mean(error**2))) > psnr_db


@pytest.mark.nightly
def test_xxs_at_224_gives_pytorchs_logits_in_both_precisions(tmp_path: Path) -> None:
    network = create_model("xxs")
    exported = _exported(network, 224)
    x = floats(1, 3, 224, 224)
    expected = _logits(network, x)
    fp32 = CoreMLProgram(_save(exported, "FLOAT32", "iOS16", tmp_path / "fp32.mlpackage"))
    logits = np.asarray(fp32.run({"image": x})["logits"])
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-4 * max(1.0, np.abs(expected).max()))
    fp16 = CoreMLProgram(_save(exported, "FLOAT16", "iOS16", tmp_path / "fp16.mlpackage"))
    error = np.asarray(fp16.run({"image": x})["logits"]) - expected
    assert 20 * np.log10(np.abs(expected).max() / np.sqrt(np.mean(error**2))) > 40
    assert min(_cpu_seconds(fp16, x) for _ in range(3)) < 1  # on one thread: on any machine that is not overloaded


def _cpu_seconds(program: CoreMLProgram, x: np.ndarray) -> float:
    start = time.process_time()
    program.run({"image": x})
    return time.process_time() - start
