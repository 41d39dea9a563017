"""Int8 files in ONNX Runtime are exact on every x86 CPU: here, and on emulated ones that lack this machine's kernels.

The emulated CPUs are QEMU's Haswell, which has AVX2 and no VNNI, so that its products saturate, and Nehalem, which has
SSE4.2 alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto

from cloformer.export.targets.onnx.ort_format import write_ort_format
from cloformer.model import CloFormer, MissingPackageError
from cloformer.runtimes import open_bundle, open_session
from cloformer.runtimes.int8_instructions import int8_instructions
from cloformer.runtimes.onnxruntime import int8, session
from cloformer.runtimes.onnxruntime.int8 import loadable_model, make_weights_unsigned, products_saturate
from tests.artifacts import ArtifactStore, export_demo
from tests.networks import shallow_network

FEW = 3
"""Images; an emulated CPU takes a second for each."""

RUN = """
import sys
import numpy as np
from cloformer.runtimes import open_session
from cloformer.runtimes.onnxruntime.int8 import products_saturate
artifact, images, found = sys.argv[1:]
with open_session(artifact, threads=1) as session:
    logits = np.concatenate([session.run(image[np.newaxis]) for image in np.load(images)])
    np.savez(found, logits=logits, saturates=products_saturate(), kernels=session.describe().int8_kernels)
"""


@pytest.fixture(scope="module")
def demo(store: ArtifactStore) -> Path:
    """The demo in int8: trained weights show what saturates."""
    return export_demo(store, "onnx", "int8").path


@pytest.fixture(scope="module")
def images(demo: Path) -> np.ndarray:
    inputs, _ = open_bundle(demo.parent).golden()
    return inputs[:FEW]


@pytest.fixture
def saturating_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this CPU for one whose products saturate."""
    for module in (int8, session):
        monkeypatch.setattr(module, "products_saturate", lambda: True)


def run_all(source: str | bytes, images: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"image": image[np.newaxis]})[0] for image in images])


def test_unsigned_weights_give_the_very_same_logits(demo: Path, images: np.ndarray, saturating_cpu: None) -> None:
    repaired = loadable_model(demo)
    assert isinstance(repaired.source, bytes)
    assert repaired.int8_kernels == f"{int8_instructions()}, weights made unsigned"
    if not products_saturate():
        np.testing.assert_array_equal(run_all(repaired.source, images), run_all(str(demo), images))


def test_every_signed_weight_becomes_unsigned_and_means_the_same(demo: Path) -> None:
    signed, unsigned = onnx.load(demo), onnx.load(demo)
    make_weights_unsigned(unsigned)
    onnx.checker.check_model(unsigned, full_check=True)
    before, after = ({each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
                     for model in (signed, unsigned))  # fmt: skip
    weights = [
        (old.input, new.input)
        for old, new in zip(signed.graph.node, unsigned.graph.node, strict=True)
        if old.op_type == "DequantizeLinear" and old.input[0] in before and before[old.input[0]].dtype == np.int8
    ]
    assert len(weights) > 100
    for (old, scale, old_zero), (new, new_scale, new_zero) in weights:
        assert new_scale == scale
        assert after[new].dtype == after[new_zero].dtype == np.uint8
        np.testing.assert_array_equal(after[new].astype(int) - 128, before[old])
        np.testing.assert_array_equal(after[new_zero].astype(int) - 128, before[old_zero])
    assert TensorProto.INT8 not in {each.data_type for each in unsigned.graph.initializer}


def test_a_float_file_is_loaded_as_it_is(shallow: CloFormer, store: ArtifactStore, saturating_cpu: None) -> None:
    path = store.export(shallow, "onnx", image_size=(64, 64)).path
    assert loadable_model(path) == int8.LoadableModel(str(path), None)


def test_an_ort_file_that_cannot_be_repaired_is_refused(demo: Path, tmp_path: Path, saturating_cpu: None) -> None:
    copy = Path(shutil.copy(demo, tmp_path))
    with pytest.raises(MissingPackageError, match=r"8-bit products saturate, so model_int8\.ort would give wrong"):
        open_session(write_ort_format(copy)["ort"])


def test_the_report_names_the_kernels(shallow: CloFormer, store: ArtifactStore) -> None:
    report = store.export(shallow_network("detection"), "onnx", precision="int8", image_size=(64, 96)).report
    assert report.parity.int8_kernels is not None and int8_instructions() in report.parity.int8_kernels
    assert store.export(shallow, "onnx", image_size=(64, 64)).report.parity.int8_kernels is None


@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="needs qemu-x86_64: apt-get install qemu-user")
@pytest.mark.parametrize(
    ("cpu", "saturates", "kernels"),
    [("Haswell", True, "AVX2, weights made unsigned"), ("Nehalem", False, "SSE4.1")],
)
def test_an_emulated_cpu_without_vnni_gives_the_same_logits(
    cpu: str, saturates: bool, kernels: str, demo: Path, images: np.ndarray, tmp_path: Path
) -> None:
    given, found = tmp_path / "images.npy", tmp_path / "found.npz"
    np.save(given, images)
    command = ["qemu-x86_64", "-cpu", cpu, sys.executable, "-c", RUN, str(demo), str(given), str(found)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    with np.load(found) as emulated, open_session(demo, threads=1) as session:
        assert (bool(emulated["saturates"]), str(emulated["kernels"])) == (saturates, kernels)
        expected = np.concatenate([session.run(image[np.newaxis]) for image in images])
        np.testing.assert_array_equal(emulated["logits"], expected)
