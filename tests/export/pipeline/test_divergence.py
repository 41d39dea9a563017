"""A fault on purpose in one block is caught by parity, and that block is named."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cloformer.export import export
from cloformer.export.conversion import Conversion
from cloformer.export.report import Report
from cloformer.export.target_module import load_target
from cloformer.export.targets.executorch import convert as executorch_convert
from cloformer.model import CloFormer, ParityError
from cloformer.model.network import Network
from cloformer.runtimes.bundle.bundle import read_manifest

pytestmark = pytest.mark.usefixtures("compare_few")

BLOCK = "layers.2.blocks.0"


def damaged(model: Network, parameter: str) -> Network:
    """A copy with one weight of the block changed."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.get_parameter(f"{BLOCK}.{parameter}").view(-1)[0] += 5.0
    return other


def export_with_fault(shallow: CloFormer, target: str, folder: Path) -> tuple[ParityError, Path]:
    with pytest.raises(ParityError) as caught:
        export(shallow, target, precision="fp32", image_size=(64, 64), output=folder)
    (bundle,) = folder.glob("cloformer_*")
    return caught.value, bundle


@pytest.mark.parametrize(
    "target",
    [
        "onnx",
        pytest.param("coreml", marks=pytest.mark.nightly),
        pytest.param("coreai", marks=pytest.mark.nightly),
    ],
)
def test_a_damaged_conversion_is_traced_to_its_block(
    shallow: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    faulty = damaged(shallow, "mlp.fc2.bias")
    module = load_target(target)
    convert = module.convert

    def convert_damaged(conversion: Conversion, stages: object) -> object:
        return convert(replace(conversion, model=faulty), stages)

    monkeypatch.setattr(module, "convert", convert_damaged)
    error, bundle = export_with_fault(shallow, target, tmp_path)
    check_failed_bundle(error, bundle)


@pytest.mark.nightly  # XNNPACK hides its blocks: to name one, the network is lowered again and again
def test_a_wrong_rewrite_is_traced_to_its_block(
    shallow: CloFormer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite = executorch_convert.rewritten_network

    def rewrite_wrongly(conversion: Conversion) -> Network:
        return rewrite(replace(conversion, model=damaged(conversion.model, "attn.proj.bias")))

    monkeypatch.setattr(executorch_convert, "rewritten_network", rewrite_wrongly)
    error, bundle = export_with_fault(shallow, "executorch", tmp_path)
    check_failed_bundle(error, bundle)


def check_failed_bundle(error: ParityError, bundle: Path) -> None:
    assert error.exit_code == 6
    assert f"the first output that diverges is that of {BLOCK}" in error.problem
    (failed,) = bundle.glob("model_*")
    assert failed.name.endswith(".failed")
    assert read_manifest(bundle / "manifest.json").artifacts == ()
    (entry,) = Report.model_validate_json((bundle / "report.json").read_text()).root
    assert (entry.file, entry.parity.passed, entry.parity.first_divergence) == (failed.name, False, BLOCK)
