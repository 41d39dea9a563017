"""What is in an exported .pte file."""

from __future__ import annotations

from pathlib import Path

import pytest
from executorch.extension.pybindings import portable_lib

from cloformer.export import Artifact, export
from cloformer.export.targets.executorch import ExecuTorchOptions
from cloformer.model import CloFormer
from cloformer.runtimes import open_session
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from tests.artifacts import ArtifactStore


@pytest.fixture(scope="module")
def artifact(shallow: CloFormer, store: ArtifactStore) -> Artifact:
    return store.export(shallow, "executorch", image_size=(64, 96), batch_size=4)


def test_xnnpack_takes_the_whole_network(artifact: Artifact) -> None:
    delegation = artifact.report.delegation
    assert delegation is not None
    assert (delegation.partitions, delegation.undelegated) == (1, {})
    assert artifact.report.parity.passed


def test_the_program_carries_its_own_facts(artifact: Artifact) -> None:
    module = portable_lib._load_for_executorch(str(artifact.path))
    facts = EmbeddedFacts.model_validate_json(module.run_method("cloformer", [])[0])
    assert facts.input.shape == (4, 3, 64, 96)
    assert open_session(artifact.path).facts == facts


@pytest.mark.parametrize(
    ("backend", "precision"),
    [
        ("coreml", "fp16"),
        ("vulkan", "fp32"),
        pytest.param("coreml", "fp32", marks=pytest.mark.nightly),
        pytest.param("vulkan", "fp16", marks=pytest.mark.nightly),
    ],
)
def test_other_delegates_are_lowered_ahead_of_time_and_labeled(
    shallow: CloFormer, tmp_path: Path, backend: str, precision: str
) -> None:
    options = ExecuTorchOptions(backend=backend)
    made = export(shallow, "executorch", precision=precision, image_size=(32, 32), options=options, output=tmp_path)
    assert made.path.name == f"model_{precision}_{backend}.pte"
    assert made.report.parity.passed is None
    assert made.report.parity.not_run == f"not run here: ExecuTorch's {backend} delegate runs only on a phone"
    assert made.report.delegation is not None and made.report.delegation.delegated > 100
    # The delegate's own precision, as the size of its weights shows: 1.3 million parameters.
    parameters = sum(parameter.numel() for parameter in shallow.parameters())
    bytes_per_parameter = made.report.bytes / parameters
    assert bytes_per_parameter == pytest.approx(2 if precision == "fp16" else 4, rel=0.25) or backend == "vulkan"
