"""How the records appear in the table."""

from __future__ import annotations

from cloformer.benchmarks.parity.measure import CellRecord
from cloformer.benchmarks.parity.table import parity_as_markdown
from cloformer.export.report import BoxAgreement, DelegationReport, ParityReport


def record(parity: ParityReport, runtime: str = "ONNX Runtime", **facts: object) -> CellRecord:
    network = {"variant": "xxs", "task": "classification"}
    given = {**network, "target": "onnx", "delegate": None, "precision": "fp32", "cloformer": "1", **facts}
    return CellRecord.model_validate({**given, "runtime": runtime, "parity": parity})


COMMAND = "cloformer-bench parity --variants xxs"

EQUAL = ParityReport(
    samples=16, decided=15, max_abs=7.4e-6, cosine=0.99999998, psnr_db=130.46, top1_agreement=1.0, passed=True
)


def rows(*records: CellRecord) -> list[str]:
    text = parity_as_markdown(records, (224, 224), {"torch": "2"}, COMMAND)
    assert f"Made by `{COMMAND}`; do not edit." in text
    return [line for line in text.splitlines() if line.startswith("| xxs")]


def test_a_measured_cell_has_all_its_numbers() -> None:
    (row,) = rows(record(EQUAL, megabytes=16.84, device="a CPU"))
    assert row == "| xxs | onnx | fp32 | ONNX Runtime | 16.8 | 7.4e-06 | 1.0000000 | 130.5 | 100 % of 15 | equal |"


def test_a_dense_tasks_cell_also_says_what_its_outputs_mean_and_what_stays_outside() -> None:
    boxes = BoxAgreement(boxes=40, smallest_iou=0.99931, largest_score_error=2e-5)
    pieces = DelegationReport(backend="XNNPACK", partitions=2, delegated=900, undelegated={"upsample": 1})
    detector, segmenter, _ = rows(
        record(EQUAL.model_copy(update={"boxes": boxes}), task="detection", delegation=pieces),
        record(EQUAL.model_copy(update={"mask_miou": 0.9876}), task="segmentation"),
        record(ParityReport(not_run="needs macOS"), task="segmentation"),
    )
    assert detector.startswith("| xxs detection | onnx |")
    assert "| 40 boxes: IoU >= 0.9993, scores within 2.0e-05 | 2, 1 upsample | equal |" in detector
    assert "| mIoU 98.76 % |  | equal |" in segmenter


def test_a_cell_without_numbers_has_a_reason_and_a_failed_one_stands_out() -> None:
    missing, differs, infinite = rows(
        record(ParityReport(not_run="needs macOS"), runtime="Core ML"),
        record(EQUAL.model_copy(update={"passed": False})),
        record(ParityReport(samples=16, passed=False)),
    )
    assert missing.endswith("|  |  |  |  |  | not run: needs macOS |")
    assert "**differs**" in differs
    assert "not finite" in infinite


def test_identical_logits_have_no_noise() -> None:
    (row,) = rows(record(EQUAL.model_copy(update={"psnr_db": None})))
    assert "| identical |" in row


def test_a_substitute_is_named_below_the_table() -> None:
    text = parity_as_markdown(
        [record(EQUAL.model_copy(update={"substitute": "a simulator"}), runtime="QNN")],
        (64, 96),
        {"torch": "2"},
        COMMAND,
    )
    assert "| QNN (1) |" in text
    assert text.endswith("\n(1) a simulator.\n")
    assert "at 64x96" in text
