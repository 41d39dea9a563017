"""The plot is either a complete PNG file or not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cloformer.benchmarks.arm64.counts import CLASSES, InstructionCounts
from cloformer.benchmarks.arm64.plot import check_plot_path, draw_counts
from cloformer.benchmarks.arm64.report import Arm64Report, EmulatedCore, EmulatedInference, HostParity
from cloformer.model import UsageError


def inference(name: str, **counts: int) -> EmulatedInference:
    fields = dict.fromkeys(InstructionCounts.model_fields, 0) | counts
    return EmulatedInference(
        artifact=f"bundle/{name}",
        sha256="0" * 64,
        runtime="ONNX Runtime 1.31.1, aarch64",
        precision="fp32",
        batch=1,
        core=EmulatedCore(name="a76", title="Cortex-A76", qemu_cpu="cortex-a76", midr="0x414fd0b1"),
        instructions=InstructionCounts(**(fields | {"total": sum(fields[each] for each in CLASSES)})),
        operators=None,
        profiled_total=None,
        parity=HostParity(inputs=2, max_abs=1e-6, bound=1e-5, top1_agreement=1, passed=True),
    )


def report(*inferences: EmulatedInference) -> Arm64Report:
    return Arm64Report(emulator="qemu-aarch64 7.2.22", host="a test", inferences=inferences, failures=())


def colors(path: Path) -> set[tuple[int, int, int]]:
    with Image.open(path) as image:
        found = image.convert("RGB").getcolors(maxcolors=1 << 24)
    assert found is not None
    return {color for count, color in found if count > 500}  # type: ignore[misc]


def test_each_class_has_a_color_and_absent_ones_have_none(tmp_path: Path) -> None:
    some = inference("model.onnx", loads=90_000_000, simd_fp=200_000_000)
    draw_counts(report(some), tmp_path / "plot.png")
    blue, green, orange = (0x00, 0x72, 0xB2), (0x00, 0x9E, 0x73), (0xE6, 0x9F, 0x00)
    assert {blue, green} <= colors(tmp_path / "plot.png")
    assert orange not in colors(tmp_path / "plot.png")  # integer instructions


def test_more_bars_make_a_taller_plot(tmp_path: Path) -> None:
    one = inference("model.onnx", loads=1_000_000)
    draw_counts(report(one), tmp_path / "one.png")
    draw_counts(report(*[one] * 6), tmp_path / "six.png")
    with Image.open(tmp_path / "one.png") as small, Image.open(tmp_path / "six.png") as large:
        assert large.height > small.height and large.width == small.width


def test_a_plot_that_cannot_be_drawn_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plot.png"
    path.write_bytes(b"the old one")

    def write_half(figure: object, target: Path, **_: object) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", write_half)
    with pytest.raises(OSError, match="No space"):
        draw_counts(report(inference("model.onnx", loads=1)), path)
    assert path.read_bytes() == b"the old one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "problem"), [("plot.svg", "must be a PNG"), ("plot", "must be a PNG"), ("no/plot.png", "folder")]
)
def test_paths_that_cannot_be_meant(name: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=problem):
        check_plot_path(tmp_path / name)
