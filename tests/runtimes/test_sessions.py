"""One interface over the runtimes: what each session says of itself, takes, refuses and gives."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from cloformer.model import CloFormer, InputFileError, MissingPackageError, UsageError
from cloformer.runtimes import open_session
from cloformer.runtimes.registry import find_runtime
from cloformer.runtimes.session import run_in_batches

NEEDS_CORE_AI = pytest.mark.skipif(find_spec("coreai_torch") is None, reason="Apple publishes Core AI for few systems")
TARGETS = [
    "onnx",
    "coreml",
    "executorch",
    pytest.param("coreai", marks=NEEDS_CORE_AI),
]


@pytest.mark.parametrize("target", TARGETS)
def test_every_runtime_gives_the_reference_logits(
    artifacts: dict[str, Path], shallow: CloFormer, images: np.ndarray, target: str
) -> None:
    session = open_session(artifacts[target], threads=1)
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    with torch.no_grad():
        expected = shallow((torch.from_numpy(images) - mean) / std).numpy()
    found = run_in_batches(session, images, 1)
    session.close()
    np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize(
    ("target", "runtime", "is_substitute"),
    [
        ("onnx", "ONNX Runtime", False),
        ("coreml", "ML Program", True),
        ("executorch", "ExecuTorch", False),
        pytest.param("coreai", "Core AI", True, marks=NEEDS_CORE_AI),
    ],
)
def test_a_session_says_who_executes(
    artifacts: dict[str, Path], target: str, runtime: str, is_substitute: bool
) -> None:
    with open_session(artifacts[target], threads=2) as session:
        info = session.describe()
    assert runtime in info.runtime and info.version and info.backend
    assert info.threads == 2
    assert platform.machine() in info.device
    assert (info.substitute is not None) == is_substitute


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((1, 64, 96, 3), "float32"), ((2, 3, 64, 96), "float32"), ((3, 64, 96), "float32"), ((1, 3, 64, 96), "float64")],
)
def test_a_wrong_batch_is_refused_before_anything_runs(
    artifacts: dict[str, Path], target: str, shape: tuple[int, ...], dtype: str
) -> None:
    with open_session(artifacts[target]) as session, pytest.raises(UsageError, match=r"1x3x64x96|float32"):
        session.run(np.zeros(shape, dtype=dtype))


@pytest.mark.parametrize("target", TARGETS)
def test_where_the_numbers_lie_in_memory_does_not_matter(
    artifacts: dict[str, Path], images: np.ndarray, target: str
) -> None:
    mirrored = np.ascontiguousarray(images[:1, :, :, ::-1])
    channels_last = np.ascontiguousarray(mirrored.transpose(0, 2, 3, 1))
    frozen = mirrored.copy()
    frozen.flags.writeable = False
    with open_session(artifacts[target]) as session:
        expected = session.run(mirrored)
        for same in (images[:1, :, :, ::-1], channels_last.transpose(0, 3, 1, 2), frozen):
            np.testing.assert_array_equal(session.run(same), expected)


@pytest.mark.parametrize("target", TARGETS)
def test_a_closed_session_refuses_to_run(artifacts: dict[str, Path], images: np.ndarray, target: str) -> None:
    with open_session(artifacts[target]) as session:
        logits = session.run(images[:1])
        kept = logits.copy()
    session.close()
    with pytest.raises(UsageError, match="closed"):
        session.run(images[:1])
    np.testing.assert_array_equal(logits, kept)  # results outlive the session


def test_a_bundle_opens_its_first_artifact_that_runs_here(artifacts: dict[str, Path]) -> None:
    session = open_session(artifacts["onnx"].parent)
    assert session.facts is not None
    assert session.facts.model.variant == "xxs_shallow"


def test_requests_that_cannot_work_are_refused(artifacts: dict[str, Path], tmp_path: Path) -> None:
    onnx = artifacts["onnx"]
    with pytest.raises(UsageError, match="at least one thread"):
        open_session(onnx, threads=0)
    with pytest.raises(MissingPackageError, match="no execution provider 'cuda'"):
        open_session(onnx, backend="cuda")
    with pytest.raises(InputFileError, match="no artifact or bundle"):
        open_session(tmp_path / "nothing.onnx")
    (tmp_path / "model.tflite").write_bytes(b"TFL3")
    with pytest.raises(UsageError, match=r"no runtime here opens a \.tflite"):
        open_session(tmp_path / "model.tflite")


def test_a_changed_file_of_a_bundle_is_refused(artifacts: dict[str, Path], tmp_path: Path) -> None:
    for target, artifact in artifacts.items():
        inner = Path(shutil.copytree(artifact.parent, tmp_path / target)) / artifact.name
        files = [path for path in inner.rglob("*") if path.is_file()] if inner.is_dir() else [inner]
        file = max(files, key=lambda path: path.stat().st_size)
        changed = bytearray(file.read_bytes())
        changed[-100] ^= 1  # a weight, somewhere: the file still loads
        file.write_bytes(changed)
        with pytest.raises(InputFileError, match="sha256 differs"):
            open_session(inner)


def test_an_ml_program_runs_in_core_ml_on_a_mac_and_in_the_executor_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    package = Path("model.mlpackage")
    assert find_runtime(package).session == "CoreMLExecutorSession"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert find_runtime(package).session == find_runtime(package, "cpu-ne").session == "CoreMLSession"
    assert find_runtime(package, "executor").session == "CoreMLExecutorSession"


@pytest.mark.parametrize("count", [1, 3, 4, 7])
def test_batches_are_padded_and_cut(count: int) -> None:
    class Doubling:
        facts = None
        concurrency = 1
        output_names = ("logits",)
        sizes: list[int] = []  # noqa: RUF012 - local to one test

        def run_all(self, batch: np.ndarray) -> dict[str, np.ndarray]:
            self.sizes.append(len(batch))
            return {"logits": batch * 2}

    session = Doubling()
    images = np.arange(count, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(run_in_batches(session, images, 4), images * 2)  # type: ignore[arg-type]
    assert set(session.sizes) == {4}
