"""The demo's held-out digits on every target and scheme, on the saved file, in its runtime or the named substitute.

The bounds are in points of accuracy, against the reference: none for fp32 and fp16, a half for 8 bits, two for 4.
By default two artifacts read every eighth digit. Of 45 digits one is 2.2 points, so that none may be lost; and where
none is, the true loss lies below 6.4 points with 95 % confidence. Nightly, every artifact reads all 360: below 0.8.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from cloformer.benchmarks.accuracy.journal import Classes, Journal
from cloformer.benchmarks.accuracy.labeled_images import LabeledImage, find_labeled_images
from cloformer.benchmarks.accuracy.measure import predict_all, summarize
from cloformer.model import CloFormer, create_model
from cloformer.model.demo import DEMO, DEMO_LABELS
from cloformer.runtimes import Session, open_session
from tests.artifacts import ArtifactStore, export_demo

LOSES = {"fp32": 0.0, "fp16": 0.0, "int8": 0.5, "a16w8": 0.5, "w8": 0.5, "w6": 0.5, "w4": 2.0}
"""Points of accuracy."""

SMALLER = {"int8": 0.30, "w8": 0.30, "w4": 0.20}
"""Of the weights in fp32: the most that a file may take."""

CASES = (
    *(("onnx", precision) for precision in ("fp32", "fp16", "int8")),
    *(("executorch", precision) for precision in ("fp32", "int8")),
    *(("coreml", precision) for precision in ("fp16", "int8", "w8", "w6", "w4")),
    *(("coreai", precision) for precision in ("fp16", "w4")),
    ("qnn", "a16w8"),
    ("qnn", "int8"),
)
QUICK = (("onnx", "int8"), ("coreml", "w4"))
"""What the default tier reads digits with: the exports that take least, in 8 bits and in the fewest."""

EVERY = 8
"""Of so many digits one, by default."""

STEP = {"coreai": 4, "qnn": 4}
"""Nightly the same: an interpreter and a simulator take minutes for all, as docs/accuracy.md has them."""

Judge = Callable[[str, str, list[LabeledImage]], None]

EXTRAS = {"coreai": "coreai_opt", "qnn": "onnxruntime_qnn"}


@pytest.fixture(scope="module")
def model() -> CloFormer:
    return create_model("xxs", checkpoint=DEMO)


@pytest.fixture(scope="module")
def digits() -> list[LabeledImage]:
    return find_labeled_images(Path(DEMO), DEMO_LABELS)


def predictions_of(session: Session, digits: list[LabeledImage], folder: Path) -> dict[str, Classes]:
    journal = Journal(folder / "predictions.jsonl")
    predict_all(session, digits, journal, lambda _: None)
    return journal.predictions


def top1(digits: list[LabeledImage], predictions: dict[str, Classes]) -> float:
    return summarize(digits, predictions, None).top1


@pytest.fixture(scope="module")
def reference(digits: list[LabeledImage], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Classes]:
    with open_session(DEMO) as session:
        return predictions_of(session, digits, tmp_path_factory.mktemp("reference"))


def test_the_demo_reads_digits(reference: dict[str, Classes], digits: list[LabeledImage]) -> None:
    assert len(digits) == 360
    assert top1(digits, reference) >= 0.98


@pytest.fixture
def judge(model: CloFormer, reference: dict[str, Classes], store: ArtifactStore, tmp_path: Path) -> Judge:
    """Export, read the digits, and compare the points and the bytes with their bounds."""

    def judge_it(target: str, precision: str, judged: list[LabeledImage]) -> None:
        if target in EXTRAS and importlib.util.find_spec(EXTRAS[target]) is None:
            pytest.skip(f"the extra {target} is not installed")
        artifact = export_demo(store, target, precision)
        with open_session(artifact.path) as session:
            found = predictions_of(session, judged, tmp_path)

        assert 100 * (top1(judged, reference) - top1(judged, found)) <= LOSES[precision]
        if target != "qnn":  # a compiled graph holds more than weights
            as_fp32 = 4 * sum(each.numel() for each in model.parameters())
            assert artifact.facts.bytes <= SMALLER.get(precision, 1.1) * as_fp32

    return judge_it


@pytest.mark.nightly
@pytest.mark.parametrize(("target", "precision"), CASES)
def test_accuracy_on_held_out_digits(target: str, precision: str, judge: Judge, digits: list[LabeledImage]) -> None:
    judge(target, precision, digits[:: STEP.get(target, 1)])


@pytest.mark.parametrize(("target", "precision"), QUICK)
def test_accuracy_on_every_eighth_digit(target: str, precision: str, judge: Judge, digits: list[LabeledImage]) -> None:
    judge(target, precision, digits[::EVERY])
