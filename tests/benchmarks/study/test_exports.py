"""The study's exports of CloFormer: each is made once, and a failure does not affect the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.study import exports
from cloformer.benchmarks.study.exports import Exported, ExportOrder, bundle_folder, make_bundles, orders
from cloformer.export.request.registry import TARGETS
from cloformer.model import ParityError
from tests.benchmarks.devices.bundles import write_bundle
from tests.targets import FOR_CPUS


@pytest.mark.parametrize(("machine", "form"), [("x86", "onnx-x86"), ("arm64", "onnx-arm64")])
def test_the_form_is_that_of_the_machine_that_is_measured(
    monkeypatch: pytest.MonkeyPatch, machine: str, form: str
) -> None:
    monkeypatch.setattr(exports, "_ARCHITECTURE", machine)
    wanted = {(each.target, each.precision, each.form) for each in orders("xxs", Path("out"))}
    assert {("onnx", "fp32", form), ("onnx", "fp32", "reference")} <= wanted
    assert {("executorch", "fp32", "xnnpack"), ("executorch", "fp32", "reference")} <= wanted


def test_every_order_makes_a_file_of_its_own() -> None:
    names = [each.file_name for each in orders("xxs", Path("out"))]
    assert len(set(names)) == len(names)


def test_int8_is_exported_where_the_target_has_it() -> None:
    targets = {each.target for each in orders("xxs", Path("out")) if each.precision == "int8"}
    assert targets == {name for name in FOR_CPUS if "int8" in TARGETS[name].precisions}


def test_what_is_there_is_not_made_again_and_a_failure_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def run_child(_module: str, order: ExportOrder, _result: type[Exported]) -> Exported:
        asked.append(order.file_name)
        if order.target == "executorch":
            raise ParityError("it differs")
        return Exported(file=order.file_name)

    monkeypatch.setattr(exports, "run_child", run_child)
    bundle = write_bundle(bundle_folder("xxs", tmp_path), "onnx")
    wanted = [each.file_name for each in orders("xxs", tmp_path)]
    (bundle / "model_fp32.onnx").rename(bundle / wanted[0])
    manifest = bundle / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"file":"model_fp32.onnx"', f'"file":"{wanted[0]}"'))
    said: list[str] = []
    assert make_bundles(["xxs", "xs"], tmp_path, said.append) == [bundle]
    assert asked == [*wanted[1:], *wanted]
    assert "  it differs" in said
