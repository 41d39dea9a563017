"""The tables of export times, and the ratio."""

from __future__ import annotations

from cloformer.benchmarks.export_time.report import CommandCost, ExportTimeReport, OwnExport, PlainExport
from cloformer.benchmarks.export_time.table import export_times_as_markdown

REPORT = ExportTimeReport(
    machine="a computer, 2 cores",
    versions={"torch": "2.13.0"},
    variant="xxs",
    image_size=(224, 224),
    precision=None,
    jobs=2,
    plain=(
        PlainExport(target="onnx", cost=CommandCost(seconds=30.0, peak_mb=900)),
        PlainExport(target="coreml", cost=CommandCost(seconds=10.0, peak_mb=1200)),
    ),
    own=(
        OwnExport(target="onnx", seconds=12.0, peak_mb=1000, stages={"trace": 9.0, "run and compare": 3.0}),
        OwnExport(target="coreml", seconds=8.0, peak_mb=1500, stages={"trace": 8.0}),
    ),
    cost=CommandCost(seconds=16.0, peak_mb=2400),
    command="cloformer-bench export-time",
)


def test_the_ratio_is_that_of_the_whole_command_to_the_sum_of_the_plain_exports() -> None:
    assert REPORT.ratio == 0.4
    assert "to the libraries alone: 0.40." in export_times_as_markdown(REPORT)


def test_without_plain_exports_there_is_no_ratio() -> None:
    report = REPORT.model_copy(update={"plain": ()})
    assert report.ratio is None
    assert "Ratio" not in export_times_as_markdown(report)


def test_every_target_and_stage_has_a_row() -> None:
    page = export_times_as_markdown(REPORT)
    assert "| onnx | 30.0 | 900 | 12.0 | 1000 |" in page
    assert "| **whole command**, 2 at once | 40.0 | 1200 | 16.0 | 2400 |" in page
    assert "| coreml | trace | 8.0 |" in page
