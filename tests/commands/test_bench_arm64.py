"""The command ``cloformer-bench arm64``: it refuses impossible requests at once, and reports as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from cloformer.benchmarks.arm64 import command, installation, parity
from cloformer.benchmarks.arm64.installation import HOME_VARIABLE, find_installation
from cloformer.model import CloFormer, MissingPackageError
from tests.artifacts import ArtifactStore
from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once
from tests.schemas import SCHEMAS


@pytest.fixture
def emulation() -> None:
    """A request to skip the test if the emulation is not set up."""
    try:
        find_installation()
    except MissingPackageError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")


@pytest.fixture(scope="module")
def exported(shallow: CloFormer, store: ArtifactStore) -> Path:
    """A bundle that contains an .onnx file."""
    return store.export(shallow, "onnx", image_size=(32, 32)).bundle


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        ((), ("nothing to run", "--setup")),
        (("model.onnx", "--inputs", "1"), ("--inputs must be at least 2",)),
        (("model.onnx", "--plot", "plot.svg"), ("a plot must be a PNG", "plot.png")),
        (("model.onnx", "--cores", "a53"), ("--cores", "--help")),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], fragments: tuple[str, ...], run: Run) -> None:
    assert_refused_at_once(run("cloformer-bench", "arm64", *arguments), 2, *fragments)


def test_an_unknown_sub_command(run: Run) -> None:
    assert_refused_at_once(run("cloformer-bench", "arm32"), 2, "arm32", "--help")


def test_it_is_not_set_up(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, emulation: None) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "nothing here"))
    result = run("cloformer-bench", "arm64", "model.onnx")
    assert_refused_at_once(result, 3, "not set up", "cloformer-bench arm64 --setup")


def test_a_missing_tool_is_named_with_the_command_that_installs_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise MissingPackageError("not installed: qemu-aarch64", "as root: apt-get install -y qemu-user")

    monkeypatch.setattr(installation, "find_host_tools", fail)
    assert_refused_at_once(run("cloformer-bench", "arm64", "model.onnx"), 3, "not installed: qemu-aarch64", "apt-get")


def test_an_interrupted_set_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(say: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "set_up", interrupt)
    assert_clear_failure(run("cloformer-bench", "arm64", "--setup"), 130, "interrupted")


@pytest.mark.parametrize(
    ("name", "content", "code", "fragment"),
    [
        ("missing.onnx", None, 4, "there is no artifact"),
        ("garbage.onnx", b"no protobuf at all", 4, "cannot load"),
        ("empty.pte", b"", 4, "ExecuTorch program"),
        ("model.mlpackage", None, 2, "no runtime is emulated"),
    ],
)
def test_files_that_cannot_be_used(
    name: str, content: bytes | None, code: int, fragment: str, run: Run, tmp_path: Path, emulation: None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert_clear_failure(run("cloformer-bench", "arm64", name), code, fragment)


def test_an_unknown_core_stops_before_anything_runs(run: Run, exported: Path, emulation: None) -> None:
    assert_refused_at_once(run("cloformer-bench", "arm64", exported, "--core", "m4"), 2, "'m4'", "a53, a76, i8mm")


def test_a_bundle_as_json_and_as_a_plot(run: Run, exported: Path, emulation: None, tmp_path: Path) -> None:
    plot = tmp_path / "plot.png"
    cores = ("--core", "a53", "--core", "a76")
    result = run("cloformer-bench", "arm64", exported, *cores, "--by-operator", "--plot", plot, "--json")
    assert result.code == 0, result.stderr
    jsonschema.validate(result.document, json.loads((SCHEMAS / "arm64.schema.json").read_text()))
    assert "not a latency" in result.document["meaning"]
    assert [each["core"]["name"] for each in result.document["inferences"]] == ["a53", "a76"]
    for each in result.document["inferences"]:
        assert each["parity"]["passed"] and each["instructions"]["fp32_fma_lanes"] > 0
        assert {operator["kind"] for operator in each["operators"]} >= {"Conv", "Gelu"}
    with Image.open(plot) as image:
        assert image.format == "PNG"


def test_a_table_for_people(run: Run, exported: Path, emulation: None) -> None:
    result = run("cloformer-bench", "arm64", exported / "model_fp32.onnx", "--by-operator")
    assert result.code == 0 and result.stdout == ""
    words = " ".join(result.stderr.split())
    for text in ("not a latency", "instructions", "fp32 multiply-adds", "equal", "Gelu", "The profile itself adds"):
        assert text in words


def test_one_core_that_takes_too_long_does_not_hide_the_reason(run: Run, exported: Path, emulation: None) -> None:
    result = run("cloformer-bench", "arm64", exported, "--timeout", "0.1", "--json")
    assert result.code == 5
    (failure,) = result.document["failures"]
    assert failure["core"] == "a76" and "did not end" in failure["problem"]
    assert result.document["inferences"] == []


def test_a_difference_from_this_machine_is_exit_code_6(
    run: Run, exported: Path, emulation: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(parity.RELATIVE_BOUNDS, "fp32", 0.0)
    result = run("cloformer-bench", "arm64", exported)
    assert result.code == 6
    assert "differs" in result.stderr
