"""Each dense task on each phone's target: equal to the reference, and taken whole by XNNPACK."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cloformer.export import Artifact
from cloformer.export.reference.run import reference_inputs
from cloformer.model import preprocessing_for
from cloformer.model.tasks import TASKS, TaskName
from cloformer.runtimes import open_bundle, open_session
from tests.artifacts import ArtifactStore
from tests.export.targets.dense_pairs import BY_DEFAULT
from tests.networks import shallow_network
from tests.targets import EXACT, INT8

SIZE = (64, 96)
DENSE: list[TaskName] = [task.name for task in TASKS.values() if task.name != "classification"]


INT8_PAIRS = {("features", "executorch"), ("segmentation", "coreml"), ("detection", "onnx")}


def exported(store: ArtifactStore, task: TaskName, target: str, precision: str) -> Artifact:
    return store.export(shallow_network(task), target, precision=precision, image_size=SIZE)


@pytest.mark.parametrize(
    ("task", "target", "precision"),
    [
        pytest.param(*case, marks=() if case in BY_DEFAULT else pytest.mark.nightly)
        for case in product(DENSE, EXACT, ("fp32", "fp16"))
    ],
)
def test_dense_outputs_are_the_references(task: TaskName, target: str, precision: str, store: ArtifactStore) -> None:
    if target == "coreai":
        pytest.importorskip("coreai_torch")
    made = exported(store, task, target, precision)
    assert made.report.parity.passed
    assert [output.name for output in made.facts.outputs] == list(shallow_network(task).output_kinds())
    if target == "executorch":
        delegation = made.report.delegation
        assert delegation is not None
        casts = 0 if precision == "fp32" else 1 + len(made.facts.outputs)
        pieces = 1 if precision == "fp32" else 2  # the normalization stays in float32
        assert (delegation.partitions, sum(delegation.undelegated.values())) == (pieces, casts)


@pytest.mark.nightly
def test_the_htp_takes_a_segmenter_whole(store: ArtifactStore) -> None:
    pytest.importorskip("onnxruntime_qnn")
    report = exported(store, "segmentation", "qnn", "a16w8").report
    assert report.parity.passed
    assert report.delegation is not None and report.delegation.partitions == 1


@pytest.mark.parametrize("task", DENSE)
def test_a_bundle_says_all_that_an_app_needs(task: TaskName, store: ArtifactStore) -> None:
    made = exported(store, task, "onnx", "fp32")
    bundle = open_bundle(made.bundle)
    assert bundle.manifest.model.task == task
    assert made.bundle.name.startswith(f"cloformer_xxs_shallow_{task}_")
    assert (bundle.manifest.boxes is not None) == (task == "detection")
    assert len(bundle.labels) == bundle.manifest.model.num_classes == (0 if task == "features" else 10)
    inputs, outputs = bundle.golden()
    with open_session(made.path) as session:
        found = session.run_all(inputs)
    assert list(found) == list(outputs)
    for name, values in outputs.items():
        np.testing.assert_allclose(found[name], values, atol=1e-4 * max(1, float(np.abs(values).max())))


def test_a_dense_task_sees_the_whole_image() -> None:
    contract = preprocessing_for(64, 64, "segmentation")
    assert contract.resize == contract.crop == (64, 64)
    assert reference_inputs(contract).shape[1:] == (3, 64, 64)
    assert preprocessing_for(64, 64, "features").resize == (73, 73)


@pytest.mark.parametrize(
    ("task", "target"),
    [pytest.param(*case, marks=() if case in INT8_PAIRS else pytest.mark.nightly) for case in product(DENSE, INT8)],
)
def test_dense_networks_export_in_8_bits(task: TaskName, target: str, store: ArtifactStore) -> None:
    assert exported(store, task, target, "int8").report.parity.passed
