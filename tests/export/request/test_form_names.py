"""Forms by name, without PyTorch."""

from __future__ import annotations

import pytest

from cloformer.export.request.form_names import FORMS, MOBILE, check_form
from cloformer.export.request.registry import TARGETS
from cloformer.export.request.request import make_request
from cloformer.model import UsageError


def test_every_target_has_a_form_for_each_of_its_precisions() -> None:
    for target in TARGETS.values():
        for precision in target.precisions:
            request = make_request(target.name, precision=precision)
            assert request.form in FORMS and request.form != "reference"


def test_an_unknown_form_is_refused_with_the_nearest_name() -> None:
    check_form(MOBILE)
    with pytest.raises(UsageError) as refused:
        check_form("xnnpak")
    assert "did you mean xnnpack?" in refused.value.remedy


def test_only_another_form_than_the_targets_own_shows_in_the_file_name() -> None:
    assert make_request("onnx").file_name == "model_fp32.onnx"
    assert make_request("onnx", form="onnx-arm64").file_name == "model_fp32.onnx"
    assert make_request("onnx", form="reference").file_name == "model_fp32_reference.onnx"
    assert make_request("executorch", form="reference").file_name == "model_fp32_xnnpack_reference.pte"
