"""Joining a runtime's own profile with the marks that its readings of the clock made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloformer.benchmarks.arm64.counts import CLASSES, Mark
from cloformer.benchmarks.arm64.operators import read_operator_counts
from cloformer.model import ConversionError


def inference(numbers: range) -> list[Mark]:
    """Return the marks of an inference; up to mark n, n squared loads were executed."""
    others = dict.fromkeys(
        [*CLASSES[1:], "load_bytes", "store_bytes", "fp32_fma_lanes", "fp16_fma_lanes", "dot", "mmla"], 0
    )
    bounds = [Mark(0, {"loads": number**2, **others}) for number in (numbers.start, numbers.stop - 1)]
    return [bounds[0], *(Mark(number, {"loads": number**2, **others}) for number in numbers), bounds[1]]


def node(name: str, operator: str, start: int, duration: int) -> dict[str, object]:
    arguments = {"op_name": operator, "input_type_shape": [{"float": [1, 3, 8, 8]}, {"float": [4, 3, 1, 1]}]}
    return {"cat": "Node", "name": f"{name}_kernel_time", "ts": start, "dur": duration, "args": arguments}


def test_onnxruntimes_profile(tmp_path: Path) -> None:
    events = [
        {"cat": "Session", "name": "model_run", "ts": 1, "dur": 3, "args": {}},
        node("first", "Conv", 2, 1),  # of the first inference
        {"cat": "Session", "name": "model_run", "ts": 9, "dur": 9, "args": {}},
        node("first", "Conv", 10, 1),
        node("second", "Softmax", 12, 3),
    ]
    (tmp_path / "operators_1970.json").write_text(json.dumps(events))
    conv, softmax = read_operator_counts(inference(range(9, 20)), tmp_path / "operators")
    assert (conv.kind, conv.node, conv.shapes) == ("Conv", "first", ((1, 3, 8, 8), (4, 3, 1, 1)))
    assert (conv.instructions.loads, conv.instructions.total) == (11**2 - 10**2, 11**2 - 10**2)
    assert (softmax.kind, softmax.instructions.loads) == ("Softmax", 15**2 - 12**2)


def test_executorchs_profile(tmp_path: Path) -> None:
    lines = ["2 3 Transpose (ND, X32)", "10 11 Convolution (NHWC, F32) IGEMM", "11 13 Softmax (NC, F32)"]
    (tmp_path / "operators").write_text("".join(f"{line}\n" for line in lines))
    convolution, softmax = read_operator_counts(inference(range(9, 20)), tmp_path / "operators")
    assert (convolution.kind, convolution.node, convolution.shapes) == ("Convolution (NHWC, F32) IGEMM", None, None)
    assert softmax.instructions.loads == 13**2 - 11**2


def test_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match="wrote no profile"):
        read_operator_counts(inference(range(9, 20)), tmp_path / "operators")


@pytest.mark.parametrize("text", ["", "2 3 Softmax\n", "10 90 Softmax\n"], ids=["empty", "another's", "beyond the end"])
def test_a_profile_that_does_not_fit_the_marks(text: str, tmp_path: Path) -> None:
    (tmp_path / "operators").write_text(text)
    with pytest.raises(ConversionError, match="does not match"):
        read_operator_counts(inference(range(9, 20)), tmp_path / "operators")
