"""One interface over the runtimes: what each session says of itself, takes, refuses and gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cloformer.export import Artifact, export
from cloformer.model import CloFormer, InputFileError, MissingPackageError, UsageError
from cloformer.runtimes import open_session
from cloformer.runtimes.session import run_in_batches

SIZE = (64, 96)
TARGETS = ["onnx", "coreml", pytest.param("executorch", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def artifacts(shallow: CloFormer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Artifact]:
    folder = tmp_path_factory.mktemp("sessions")
    return {
        target: export(shallow, target, precision="fp32", image_size=SIZE, output=folder, parity=False)
        for target in ("onnx", "coreml", "executorch")
    }


@pytest.fixture
def images() -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, *SIZE))
    return (pixels / 255).astype(np.float32)


@pytest.mark.parametrize("target", TARGETS)
def test_every_runtime_gives_the_reference_logits(
    artifacts: dict[str, Artifact], shallow: CloFormer, images: np.ndarray, target: str
) -> None:
    session = open_session(artifacts[target].path, threads=1)
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    with torch.no_grad():
        expected = shallow((torch.from_numpy(images) - mean) / std).numpy()
    found = run_in_batches(session, images, 1)
    session.close()
    np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))


@pytest.mark.parametrize(
    ("target", "runtime", "is_substitute"),
    [("onnx", "ONNX Runtime", False), ("coreml", "ML Program", True), ("executorch", "ExecuTorch", False)],
)
def test_a_session_says_who_executes(
    artifacts: dict[str, Artifact], target: str, runtime: str, is_substitute: bool
) -> None:
    info = open_session(artifacts[target].path, threads=2).describe()
    assert runtime in info.runtime and info.version
    assert info.threads == 2
    assert (info.substitute is not None) == is_substitute


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [((1, 3, 64, 64), "float32"), ((2, 3, 64, 96), "float32"), ((3, 64, 96), "float32"), ((1, 3, 64, 96), "float64")],
)
def test_a_wrong_batch_is_refused_before_anything_runs(
    artifacts: dict[str, Artifact], target: str, shape: tuple[int, ...], dtype: str
) -> None:
    session = open_session(artifacts[target].path)
    with pytest.raises(UsageError, match=r"1x3x64x96|float32"):
        session.run(np.zeros(shape, dtype=dtype))


def test_a_bundle_opens_its_first_artifact_that_runs_here(artifacts: dict[str, Artifact]) -> None:
    session = open_session(artifacts["onnx"].bundle)
    assert session.facts is not None
    assert session.facts.model.variant == "xxs_shallow"


def test_requests_that_cannot_work_are_refused(artifacts: dict[str, Artifact], tmp_path: Path) -> None:
    onnx = artifacts["onnx"].path
    with pytest.raises(UsageError, match="at least one thread"):
        open_session(onnx, threads=0)
    with pytest.raises(MissingPackageError, match="no execution provider 'cuda'"):
        open_session(onnx, backend="cuda")
    with pytest.raises(InputFileError, match="no artifact or bundle"):
        open_session(tmp_path / "nothing.onnx")
    (tmp_path / "model.tflite").write_bytes(b"TFL3")
    with pytest.raises(UsageError, match=r"nothing here runs a \.tflite"):
        open_session(tmp_path / "model.tflite")


@pytest.mark.parametrize("count", [1, 3, 4, 7])
def test_batches_are_padded_and_cut(count: int) -> None:
    class Doubling:
        facts = None
        sizes: list[int] = []  # noqa: RUF012 - local to one test

        def run(self, batch: np.ndarray) -> np.ndarray:
            self.sizes.append(len(batch))
            return batch * 2

    session = Doubling()
    images = np.arange(count, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(run_in_batches(session, images, 4), images * 2)  # type: ignore[arg-type]
    assert set(session.sizes) == {4}
