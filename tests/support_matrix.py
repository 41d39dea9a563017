"""What each target supports, and the test that holds it: ``python -m tests.support_matrix`` writes the document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from cloformer.export.request.registry import TARGETS
from tests.export.targets import dense_pairs
from tests.support_cells import Absent, Cell, Row, Unvalidated, Validated
from tests.targets import EXACT as _EXACT

DOCUMENT = Path(__file__).parent.parent / "docs" / "support-matrix.md"


_COMMANDS = "tests/commands/test_export_matrix.py::"
_ONNX = "tests/export/targets/test_onnx.py::"
_CORE_ML = "tests/export/targets/test_coreml.py::"
_EXECUTORCH = "tests/export/targets/test_executorch.py::"
_CORE_AI = "tests/export/targets/test_coreai.py::"
_QNN = "tests/export/targets/test_qnn.py::"

_DENSE = "tests/export/targets/test_dense_targets.py::"
_BROKEN = "tests/export/pipeline/test_broken_artifacts.py::"
_ABLATIONS = "tests/export/targets/test_ablations.py::"

_ONE_FORM = Absent("its shapes are fixed when it is converted")
_IN_THE_TABLE = Unvalidated("measured in [the parity table](parity-table.md); too slow for CI")
_TOO_SLOW = Unvalidated("too slow for CI in Apple's interpreter; its coarser palettes are tested")
_UNTESTED = Unvalidated("no test asks for it")
_OPAQUE = Unvalidated("a compiled graph cannot be edited, nor compared: compiling is not repeatable; hashes guard it")
_ON_THE_HTP = "tests/export/targets/test_qnn.py::test_the_htp_takes_the_whole_network"
_NO_DEVICE = Unvalidated("no phone or Mac has run it")


def _each(pattern: str, *targets: str, nightly: Collection[str] = (), **others: Cell) -> Row:
    """The same test for several targets, whose name stands for ``{}``; ``nightly``: those whose test is."""
    cells = {target: Validated(pattern.format(target), nightly=target in nightly) for target in targets}
    return {**cells, **others}


def _matrix(variant: str, precision: str) -> Row:
    test = _COMMANDS + f"test_all_targets_are_equal_to_the_reference[{variant}-{precision}]"
    nightly = () if (variant, precision) == ("xxs", "fp32") else _EXACT
    core_ai = Validated(_COMMANDS + f"test_core_ai_is_equal_to_the_reference[{variant}-{precision}]", nightly=True)
    qnn = _IN_THE_TABLE if precision == "fp16" else Absent("the HTP computes in integers and fp16")
    row = _each(test, "onnx", "coreml", "executorch", nightly=nightly)
    return {**row, "coreai": core_ai if variant == "xxs" else _IN_THE_TABLE, "qnn": qnn}


def _quantized(cell: Cell) -> Row:
    return {**dict.fromkeys(_EXACT, Absent("only for the HTP")), "qnn": cell}


def _on_digits(precision: str, *quick: str, nightly: Sequence[str] = ()) -> Row:
    """``quick``: on every eighth digit with each change, and on all of them each night."""
    path = "tests/export/targets/test_demo_accuracy.py::"
    return {
        **dict.fromkeys(TARGETS, Absent("not made")),
        **_each(path + "test_accuracy_on_every_eighth_digit[{}-" + f"{precision}]", *quick),
        **_each(path + "test_accuracy_on_held_out_digits[{}-" + f"{precision}]", *nightly, nightly=nightly),
    }


def _dense(task: str, precision: str) -> Row:
    test = _DENSE + f"test_dense_outputs_are_the_references[{task}-{{}}-{precision}]"
    qnn = _UNTESTED if precision == "fp16" else Absent("the HTP computes in integers and fp16")
    nightly = [target for target in _EXACT if (task, target, precision) not in dense_pairs.BY_DEFAULT]
    return _each(test, *_EXACT, nightly=nightly, qnn=qnn)


_TWO_STAGES = Absent("as many patches as there are proposals: [dense-tasks.md](dense-tasks.md)")


def _broken(how: str) -> Row:
    test = _BROKEN + f"test_parity_stops_a_broken_file_and_names_the_place[{{}}-{how}]"
    return _each(test, *_EXACT, nightly=() if how == "weight" else ("executorch",), qnn=_OPAQUE)


def _ablation(variant: str) -> Row:
    test = _ABLATIONS + f"test_a_network_of_one_branch_is_equal_to_the_reference[{variant}-{{}}]"
    nightly = {"xxs_global": ("executorch", "coreai"), "xxs_local": ("coreml",)}[variant]
    return _each(test, *_EXACT, nightly=nightly, qnn=_UNTESTED)


_SESSION = "tests/runtimes/test_sessions.py::test_every_runtime_gives_the_reference_logits[{}]"
_THREADS = "tests/runtimes/test_thread_counts.py::test_a_runtime_starts_the_threads_that_it_was_asked_for[{}]"
_SET_UP = "after `cloformer-bench arm64 --setup`"
_EMULATED = "tests/benchmarks/arm64/test_emulated_runs.py::test_logits_equal_this_machines[{}-a76]"

MATRIX: dict[str, dict[str, Row]] = {
    "Variants and precisions, 224x224": {
        "XXS, fp32": _matrix("xxs", "fp32"),
        "XXS, fp16": _matrix("xxs", "fp16"),
        "XS, fp32": _matrix("xs", "fp32"),
        "XS, fp16": _matrix("xs", "fp16"),
        "S, fp32": _matrix("s", "fp32"),
        "S, fp16": _matrix("s", "fp16"),
        "XXS, A16W8": _quantized(_IN_THE_TABLE),
        "XS, A16W8": _quantized(_IN_THE_TABLE),
        "S, A16W8": _quantized(_IN_THE_TABLE),
        "XXS without local branch": _ablation("xxs_global"),
        "XXS without global branch": _ablation("xxs_local"),
    },
    "8 bits and fewer: the demo's held-out digits, 64x64": {
        "int8: weights and activations": _on_digits("int8", "onnx", nightly=["coreml", "executorch", "qnn"]),
        "A16W8": _on_digits("a16w8", nightly=["qnn"]),
        "w8: weights": {**_on_digits("w8", nightly=["coreml"]), "coreai": _TOO_SLOW},
        "w6: palettes of 64 values": {**_on_digits("w6", nightly=["coreml"]), "coreai": _TOO_SLOW},
        "w4: palettes of 16 values": _on_digits("w4", "coreml", nightly=["coreai"]),
    },
    "Tasks, with a shallow body at 64x96": {
        **{
            f"{task}, {precision}": _dense(task, precision)
            for task in ("features", "segmentation", "detection")
            for precision in ("fp32", "fp16")
        },
        "segmentation, A16W8": _quantized(Validated(_DENSE + "test_the_htp_takes_a_segmenter_whole", nightly=True)),
        "features and detection, A16W8": _quantized(
            Absent("with random weights 8 bits of weights leave maps a cosine of 0.9991 of the 0.9995 that logits keep")
        ),
        "boxes decoded and suppressed in the graph (`--nms`)": {
            "onnx": Validated(
                "tests/export/targets/test_boxes_in_graphs.py::test_an_exported_detector_gives_both[onnx-fp32]"
            ),
            "coreml": Validated(
                "tests/export/targets/test_boxes_in_graphs.py::test_an_exported_detector_gives_both[coreml-fp16]"
            ),
            **dict.fromkeys(("executorch", "coreai", "qnn"), Absent("the app reads them")),
        },
        "instances (Mask R-CNN)": dict.fromkeys(TARGETS, _TWO_STAGES),
    },
    "Shapes and inputs": {
        "another size (64x96)": _each(
            _SESSION,
            "onnx",
            "coreml",
            "executorch",
            "coreai",
            qnn=Validated(_QNN + "test_the_htp_takes_the_whole_network"),
        ),
        "a batch of several": {
            "onnx": Validated(_ONNX + "test_normalized_input_leaves_the_normalization_to_the_caller"),
            "coreml": Validated(_CORE_ML + "test_a_batch_is_a_tensor_of_float32"),
            "executorch": Validated(_EXECUTORCH + "test_xnnpack_takes_the_whole_network"),
            "coreai": Validated(_CORE_AI + "test_a_batch_of_images_that_the_caller_normalized"),
            "qnn": _UNTESTED,
        },
        "any batch size (`--dynamic-batch`)": {
            "onnx": Validated(_ONNX + "test_a_dynamic_batch_takes_any_size[3]"),
            **dict.fromkeys(("coreml", "executorch", "coreai", "qnn"), _ONE_FORM),
        },
        "normalization left out (`--input normalized`)": {
            "onnx": Validated(_ONNX + "test_normalized_input_leaves_the_normalization_to_the_caller"),
            **_each(
                "tests/export/targets/test_input_kinds.py::test_the_caller_may_normalize[{}]",
                "coreml",
                "executorch",
                nightly=["executorch"],
            ),
            "coreai": Validated(_CORE_AI + "test_a_batch_of_images_that_the_caller_normalized"),
            "qnn": _UNTESTED,
        },
        "8-bit images and class labels in the model": {
            "coreml": Validated(_CORE_ML + "test_label_and_probabilities_belong_to_the_logits"),
            **dict.fromkeys(("onnx", "executorch", "coreai", "qnn"), Absent("the format has tensors alone")),
        },
    },
    "Formats": {
        "facts embedded in the artifact": {
            "onnx": Validated(_ONNX + "test_opset_producer_and_metadata_are_recorded"),
            "coreml": Validated(_CORE_ML + "test_the_manifest_says_what_apps_must_know"),
            "executorch": Validated(_EXECUTORCH + "test_the_program_carries_its_own_facts"),
            "coreai": Validated(_CORE_AI + "test_the_asset_carries_its_own_facts"),
            "qnn": Validated(_QNN + "test_the_file_carries_its_own_facts_and_runs_again"),
        },
        "the delegate takes the whole network": {
            "executorch": Validated(_EXECUTORCH + "test_xnnpack_takes_the_whole_network"),
            "qnn": Validated(_ON_THE_HTP),
            **dict.fromkeys(("onnx", "coreml", "coreai"), Absent("no delegates")),
        },
    },
    "A file that was broken after it was saved is stopped, and the place is named": {
        "one weight": _broken("weight"),
        "two operators exchanged": _broken("operators"),
        "the mean of the normalization": _broken("normalization"),
    },
    "Running": {
        "session on Linux x86-64": _each(
            _SESSION,
            "onnx",
            "coreml",
            "executorch",
            "coreai",
            qnn=Validated(_QNN + "test_the_file_carries_its_own_facts_and_runs_again"),
        ),
        "thread count honored": _each(
            _THREADS,
            "onnx",
            "coreml",
            "executorch",
            coreai=Validated(
                "tests/runtimes/coreai/test_session.py::test_it_gives_the_reference_logits_however_many_run_at_once"
            ),
            qnn=Absent("the HTP has no threads to choose"),
        ),
        "emulated ARM64 core": {
            "onnx": Validated(_EMULATED.format("onnx"), _SET_UP),
            "executorch": Validated(_EMULATED.format("executorch"), _SET_UP),
            "coreml": Absent("Apple's systems alone"),
            "coreai": Absent("Apple's systems alone"),
            "qnn": Absent("needs a Snapdragon or its simulator"),
        },
        "macOS": {
            "onnx": _NO_DEVICE,
            "coreml": _NO_DEVICE,
            "executorch": _NO_DEVICE,
            "coreai": _NO_DEVICE,
            "qnn": Absent("Android and Windows on Snapdragon alone"),
        },
        "iPhone": {
            **dict.fromkeys(("onnx", "coreml", "executorch", "coreai"), _NO_DEVICE),
            "qnn": Absent("Android and Windows on Snapdragon alone"),
        },
        "Android phone": {
            "onnx": _NO_DEVICE,
            "executorch": _NO_DEVICE,
            "qnn": _NO_DEVICE,
            **dict.fromkeys(("coreml", "coreai"), Absent("Apple's systems alone")),
        },
    },
}
"""Section -> feature -> target -> cell."""


def named_tests() -> dict[str, bool]:
    """Every test that the matrix names, once, and whether it is nightly there."""
    cells = (cell for rows in MATRIX.values() for row in rows.values() for cell in row.values())
    return {cell.test: cell.nightly for cell in cells if isinstance(cell, Validated)}


def document() -> str:
    """The matrix as Markdown: numbers in the tables, and what they stand for below."""
    numbers = {test: number for number, test in enumerate(named_tests(), start=1)}
    lines = [
        "# What is supported, and which test holds it",
        "",
        "Made by `python -m tests.support_matrix`; do not edit. A number stands for a test, listed below, that runs",
        "with every change, or where that is said each night: [testing.md](testing.md).",
        "*made* means that it is exported and that no test shows it to work; *no* that it does not exist.",
    ]
    for section, rows in MATRIX.items():
        lines += ["", f"## {section}", "", _line(["", *(target.title for target in TARGETS.values())])]
        lines.append(_line(["---"] * (1 + len(TARGETS))))
        lines += [
            _line([feature, *(_text(row.get(target, _UNTESTED), numbers) for target in TARGETS)])
            for feature, row in rows.items()
        ]
    lines += ["", "## The tests", "", *(f"{number}. `{test}`" for test, number in numbers.items())]
    return "\n".join(lines) + "\n"


def _text(cell: Cell, numbers: dict[str, int]) -> str:
    match cell:
        case Validated(test, where, nightly):
            words = "validated nightly" if nightly else "validated"
            return f"{words} [{numbers[test]}]" + (f", {where}" if where else "")
        case Unvalidated(why):
            return f"*made*: {why}"
        case Absent(why):
            return f"no: {why}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
