"""The cases of artifacts and folders, and what is refused or skipped."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from cloformer.benchmarks.host.cases import find_cases
from cloformer.benchmarks.host.peer_folder import PEER_NAME, PeerFacts
from cloformer.benchmarks.records.parts import MeasuredArtifact, MeasuredModel
from cloformer.model import InputFileError, UsageError
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from tests.benchmarks.host.conftest import QUICK
from tests.commands.small_artifacts import onnx_model, write_mlpackage, write_onnx


def test_a_file_alone_says_itself_what_it_is(onnx_file: Path) -> None:
    (case,), _ = find_cases([onnx_file], [1], QUICK, pinned=False)
    assert (case.model.family, case.model.variant, case.model.weights) == ("CloFormer", "xxs", "random")
    assert (case.artifact.precision, case.artifact.sha256) == ("fp32", sha256_of(onnx_file))
    assert (case.runtime.name, case.runtime.backend, case.runtime.threads) == ("ONNX Runtime", "cpu", 1)
    assert case.shape == (1, 3, 32, 32)


def test_a_file_that_says_nothing_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "somebody.onnx"
    onnx.save(onnx_model(with_facts=False), path)
    (case,), _ = find_cases([path], [1], QUICK, pinned=False)
    assert (case.model.family, case.model.variant) == ("unknown", "somebody")


def test_every_thread_count_is_a_case_of_its_own(onnx_file: Path) -> None:
    cases, _ = find_cases([onnx_file, onnx_file], [1, 2], QUICK, pinned=True)
    assert [case.runtime.threads for case in cases] == [1, 2]
    assert len({case.id for case in cases}) == 2


def peer(folder: Path) -> Path:
    """A folder with an artifact that runs here and one that does not."""
    folder.mkdir()
    write_onnx(folder / "model_fp32.onnx")
    write_mlpackage(folder / "model_fp32.mlpackage")
    artifacts = tuple(
        MeasuredArtifact(file=path.name, sha256=sha256_of(path), bytes=size_of(path), target=target, precision="fp32")
        for target in ("onnx", "coreml")
        for path in folder.glob("*.onnx" if target == "onnx" else "*.mlpackage")
    )
    model = MeasuredModel(family="MobileNetV4", variant="conv-small", weights="random", multiply_adds=1)
    facts = PeerFacts(source="a test", image_size=(32, 32), model=model, artifacts=artifacts)
    (folder / PEER_NAME).write_text(facts.model_dump_json())
    return folder


def test_a_folder_is_measured_as_far_as_that_says_something_here(tmp_path: Path) -> None:
    (case,), (skipped,) = find_cases([peer(tmp_path / "peer")], [1], QUICK, pinned=False)
    assert case.model.family == "MobileNetV4"
    assert skipped.path.name == "model_fp32.mlpackage"
    assert "whose times are meaningless" in skipped.reason


def test_a_file_of_a_folder_is_known_by_its_folder(tmp_path: Path) -> None:
    (case,), _ = find_cases([peer(tmp_path / "peer") / "model_fp32.onnx"], [1], QUICK, pinned=False)
    assert case.model.family == "MobileNetV4"


def test_a_substitute_is_not_timed(tmp_path: Path) -> None:
    path = tmp_path / "model.mlpackage"
    write_mlpackage(path)
    with pytest.raises(UsageError, match="whose times are meaningless"):
        find_cases([path], [1], QUICK, pinned=False)


def test_a_changed_artifact_is_refused(tmp_path: Path) -> None:
    folder = peer(tmp_path / "peer")
    with (folder / "model_fp32.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(InputFileError, match=r"model_fp32\.onnx does not match peer\.json"):
        find_cases([folder], [1], QUICK, pinned=False)


def test_a_missing_artifact_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="there is no artifact"):
        find_cases([tmp_path / "none.onnx"], [1], QUICK, pinned=False)
