"""What a request becomes: file names, defaults, and sizes as people write them."""

from __future__ import annotations

import pytest

from cloformer.export.command.image_size import parse_image_size
from cloformer.export.request.request import make_request
from cloformer.export.target_options import TargetOptions
from cloformer.export.targets.executorch import ExecuTorchOptions
from cloformer.export.targets.onnx import OnnxOptions
from cloformer.export.targets.qnn import QnnOptions
from cloformer.model import UsageError


@pytest.mark.parametrize(
    ("target", "precision", "batch", "kind", "options", "name"),
    [
        ("onnx", None, 1, "pixels", None, "model_fp32.onnx"),
        ("onnx", "fp16", 4, "pixels", None, "model_fp16_batch4.onnx"),
        ("onnx", None, 1, "normalized", OnnxOptions(dynamic_batch=True), "model_fp32_dynamic_normalized.onnx"),
        ("coreml", None, 1, "pixels", None, "model_fp16.mlpackage"),
        ("coreml", "w4", 1, "pixels", None, "model_w4.mlpackage"),
        ("executorch", "int8", 1, "pixels", None, "model_int8_xnnpack.pte"),
        ("executorch", None, 1, "pixels", None, "model_fp32_xnnpack.pte"),
        ("executorch", "fp16", 1, "pixels", ExecuTorchOptions("vulkan"), "model_fp16_vulkan.pte"),
    ],
)
def test_artifacts_are_named_by_what_differs(
    target: str, precision: str | None, batch: int, kind: str, options: TargetOptions | None, name: str
) -> None:
    request = make_request(target, precision=precision, batch_size=batch, input_kind=kind, options=options)
    assert request.file_name == name


@pytest.mark.parametrize(("text", "size"), [("224", (224, 224)), ("256x320", (256, 320)), (" 64X32 ", (64, 32))])
def test_sizes_are_height_by_width(text: str, size: tuple[int, int]) -> None:
    assert parse_image_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "224x", "x224", "2.24", "-224", "224x224x3", "1e3", "٢٢٤x"])
def test_other_sizes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--image-size"):
        parse_image_size(text)


def test_options_of_another_target_are_refused() -> None:
    with pytest.raises(UsageError, match="OnnxOptions are not the options of Core ML"):
        make_request("coreml", options=OnnxOptions())


@pytest.mark.parametrize(
    ("target", "options", "remedy"),
    [
        ("executorch", ExecuTorchOptions("vulkan"), "--backend xnnpack"),
        ("onnx", OnnxOptions(dynamic_batch=True), "omit --dynamic-batch"),
        ("qnn", QnnOptions("sm8350"), "--precision a16w8"),  # its HTP, v68, compiles no graph of two widths
    ],
)
def test_int8_that_cannot_work_is_refused(target: str, options: TargetOptions, remedy: str) -> None:
    with pytest.raises(UsageError, match="int8") as refused:
        make_request(target, precision="int8", options=options)
    assert remedy in refused.value.remedy


def test_eight_bit_files_have_a_form_of_their_own() -> None:
    assert make_request("onnx", precision="int8").form == "onnx-provider"
    assert make_request("onnx").form == "onnx-arm64"
