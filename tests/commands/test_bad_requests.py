"""Requests that cannot work are refused before any work, in one or two lines that say what would work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cloformer.export import TARGETS
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once


@dataclass(frozen=True)
class Case:
    """Arguments of ``cloformer-export``, and what the refusal must name."""

    name: str
    arguments: str
    fragments: tuple[str, ...]


def _case(name: str, arguments: str, *fragments: str) -> Case:
    return Case(name, arguments, fragments)


SIZE_TEXT = "give a side, such as 224, or HxW, such as 256x320"

BAD_REQUESTS = [
    _case("no target", "", "--target"),
    _case("empty target", "--target=", "--target names nothing", "coreml, executorch, onnx"),
    _case("only commas", "--target=,,", "--target names nothing"),
    _case("unknown target", "--target tensorrt", "no target 'tensorrt'", f"{', '.join(TARGETS)} or all"),
    _case("misspelt target", "--target onx", "no target 'onx'", "did you mean onnx?"),
    _case("target in capitals", "--target CoreML", "no target 'CoreML'", "did you mean coreml?"),
    _case("one bad name of two", "--target onnx,cormel", "no target 'cormel'", "did you mean coreml?"),
    _case("all and another", "--target all,onnx", "--target all", "cannot be combined"),
    _case("target without value", "--target", "--target"),
    _case("unknown variant", "--target onnx --variant xl", "no variant 'xl'", "xxs, xs, s"),
    _case("empty variant", "--target onnx --variant=", "no variant ''"),
    _case("unknown task", "--target onnx --task pose", "no task 'pose'", "features, segmentation, detection"),
    _case("instances", "--target onnx --task instances", "Mask R-CNN", "--task detection"),
    _case("unknown stage", "--target onnx --task features --out-indices 0,4", "no stages '0,4'", "0, 1, 2, 3"),
    _case("empty stages", "--target onnx --task features --out-indices=", "no stages ''"),
    _case("boxes of a classifier", "--target onnx --nms", "--nms is for detection"),
    _case("boxes of a batch", "--target onnx --task detection --nms --batch-size 2", "one image"),
    _case("boxes elsewhere", "--target executorch --task detection --nms", "--nms is only for Core ML and ONNX"),
    _case("boxes of iOS 16", "--target coreml --task detection --nms --minimum-ios 16", "iOS 17", "minimum-ios 17"),
    _case(
        "search of a segmenter", "--target onnx --task segmentation --precision int8 --search cosine=0.9", "--search"
    ),
    _case("unknown precision", "--target onnx --precision fp8", "ONNX has no precision 'fp8'", "fp32, fp16"),
    _case("precision in capitals", "--target onnx --precision FP16", "no precision 'FP16'", "fp32, fp16"),
    _case("precision that one lacks", "--target coreml --precision fp64", "Core ML has no precision 'fp64'"),
    _case("size 0", "--target onnx --image-size 0", "0x0", "multiples of 32", "nearest size is 32x32"),
    _case("size -1", "--target onnx --image-size=-1", "--image-size cannot be '-1'", SIZE_TEXT),
    _case("size 225", "--target onnx --image-size 225", "225x225", "multiples of 32", "nearest size is 224x224"),
    _case("size 224x225", "--target onnx --image-size 224x225", "224x225", "nearest size is 224x224"),
    _case("size 250x310", "--target onnx --image-size 250x310", "250x310", "nearest size is 256x320"),
    _case("size 224x", "--target onnx --image-size 224x", "'224x'", SIZE_TEXT),
    _case("size x224", "--target onnx --image-size x224", "'x224'", SIZE_TEXT),
    _case("size 224x224x3", "--target onnx --image-size 224x224x3", "'224x224x3'", SIZE_TEXT),
    _case("size abc", "--target onnx --image-size abc", "'abc'", SIZE_TEXT),
    _case("size 1e3", "--target onnx --image-size 1e3", "'1e3'", SIZE_TEXT),
    _case("size 224.0", "--target onnx --image-size 224.0", "'224.0'", SIZE_TEXT),
    _case("empty size", "--target onnx --image-size=", "''", SIZE_TEXT),
    _case("side too large", "--target onnx --image-size 100000x32", "100000x32", "at most 1024", "is 1024x32"),
    _case("size of many digits", f"--target onnx --image-size {'9' * 5000}", "--image-size cannot be", SIZE_TEXT),
    _case("batch 0", "--target onnx --batch-size 0", "at least one image, not 0"),
    _case("batch -1", "--target onnx --batch-size=-1", "at least one image, not -1"),
    _case("batch 1.5", "--target onnx --batch-size 1.5", "--batch-size", "integer", "--help"),
    _case("batch abc", "--target onnx --batch-size abc", "--batch-size", "integer"),
    _case("dynamic and 4", "--target onnx --dynamic-batch --batch-size 4", "dynamic batch", "--batch-size"),
    _case("unknown backend", "--target executorch --backend qnn", "--backend cannot be qnn", "xnnpack, coreml, vulkan"),
    _case(
        "unknown compute units",
        "--target coreml --compute-units npu",
        "--compute-units cannot be npu",
        "all, cpu-ne, cpu-gpu, cpu",
    ),
    _case("iOS 14", "--target coreml --minimum-ios 14", "--minimum-ios cannot be 14", "15, 16, 17, 18"),
    _case("iOS 99", "--target coreml --minimum-ios 99", "--minimum-ios cannot be 99", "15, 16, 17, 18"),
    _case("iOS abc", "--target coreml --minimum-ios abc", "--minimum-ios", "integer"),
    _case("unknown input", "--target onnx --input bgr", "no input kind 'bgr'", "pixels or normalized"),
    _case("backend without ExecuTorch", "--target onnx --backend vulkan", "--backend", "ExecuTorch", "executorch"),
    _case("wrong backend without ExecuTorch", "--target onnx --backend qnn", "--backend", "ExecuTorch"),
    _case("dynamic batch without ONNX", "--target coreml --dynamic-batch", "--dynamic-batch", "ONNX"),
    _case("ORT format without ONNX", "--target executorch --ort-format", "--ort-format", "ONNX"),
    _case("iOS without Core ML", "--target onnx --minimum-ios 16", "--minimum-ios", "Core ML"),
    _case("unknown flag", "--target onnx --fast", "No such option: --fast", "--help"),
    _case("misspelt flag", "--target onnx --precison fp16", "--precison", "--precision"),
    _case("a flag twice as short", "--target onnx -p fp16", "-p"),
    _case("a loose word", "--target onnx coreml", "coreml"),
    _case("a checkpoint without a name", "--target onnx --checkpoint", "--checkpoint"),
]


@pytest.mark.parametrize("case", BAD_REQUESTS, ids=lambda case: case.name)
def test_a_request_that_cannot_work_is_refused_at_once(case: Case, run: Run, tmp_path: Path) -> None:
    result = run("cloformer-export", *case.arguments.split())

    assert_refused_at_once(result, 2, *case.fragments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", BAD_REQUESTS, ids=lambda case: case.name)
def test_with_json_the_refusal_is_one_document(case: Case, run: Run) -> None:
    result = run("cloformer-export", "--json", *case.arguments.split())

    assert result.code == 2
    assert result.stderr == ""
    (error,) = result.document["errors"]
    assert error["exit_code"] == 2
    assert all(fragment in f"{error['problem']} {error['remedy']}" for fragment in case.fragments)


@pytest.mark.parametrize("output", ["notes.txt", "notes.txt/below", "notes.txt/far/below"])
def test_an_output_that_is_a_file_is_refused_at_once(output: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")

    result = run("cloformer-export", "--target", "onnx", "--output", output)

    assert_refused_at_once(result, 2, f"--output cannot be {output}", "notes.txt is a file")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_verbose_adds_the_traceback(run: Run) -> None:
    result = run("cloformer-export", "--target", "onx", "--verbose")

    assert result.code == 2
    assert "Traceback" in result.stderr
    assert result.messages[0] == "error: there is no target 'onx'"


def test_verbose_leaves_standard_output_to_the_document(run: Run) -> None:
    result = run("cloformer-export", "--target", "onx", "--verbose", "--json")

    assert "Traceback" in result.stderr
    assert result.document["errors"][0]["exit_code"] == 2


def test_a_failed_call_does_not_change_how_the_next_one_talks(run: Run) -> None:
    run("cloformer-export", "--target", "onx", "--verbose", "--json")

    assert_clear_failure(run("cloformer-export", "--target", "onx"), 2, "did you mean onnx?")


@pytest.mark.parametrize("command", ["cloformer-export", "cloformer-predict", "cloformer-doctor"])
def test_help_ends_with_0(command: str, run: Run) -> None:
    result = run(command, "--help")

    assert result.code == 0
    assert "--json" in result.stdout
