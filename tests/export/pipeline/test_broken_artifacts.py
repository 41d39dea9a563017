"""Files that are broken on purpose after they were saved: parity stops each, and names the place.

A target of your own joins with a function that breaks its files in each of the three ways; see ``BREAK``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import pytest
from coremltools.proto import Model_pb2

from cloformer.export.conversion import Conversion
from cloformer.export.pipeline.check_parity import check_parity
from cloformer.export.reference.run import ReferenceRun
from cloformer.export.request.request import make_request
from cloformer.export.stages import Stages
from cloformer.export.targets.executorch import convert as executorch_convert
from cloformer.model import CloFormer, preprocessing_for
from cloformer.runtimes.bundle.bundle import read_manifest
from tests.artifacts import ArtifactStore, run_few
from tests.export.targets.xnnpack_files import exchange_operators

SIZE = (64, 96)
STAGE = 2
BLOCK = f"layers.{STAGE}.blocks.0"

MEAN = np.float32([0.485, 0.456, 0.406])
WRONG_MEAN = np.float32([0.5, 0.5, 0.5])


def weight_of(model: CloFormer) -> np.ndarray:
    """A weight of the block that every target saves as it is."""
    return model.get_parameter(f"{BLOCK}.mlp.fc2.weight").detach().numpy()


def replace_bytes(file: Path, old: bytes, new: bytes) -> None:
    data = file.read_bytes()
    assert data.count(old) == 1
    file.write_bytes(data.replace(old, new))


def change_a_weight(file: Path, model: CloFormer) -> None:
    weight = weight_of(model)
    changed = weight.copy()
    changed.flat[7] += 5
    replace_bytes(file, weight.tobytes(), changed.tobytes())


def change_the_mean(file: Path, _model: CloFormer) -> None:
    replace_bytes(file, MEAN.tobytes(), WRONG_MEAN.tobytes())


def exchange_onnx_operators(file: Path, _model: CloFormer) -> None:
    """Compute the block's sigmoid where its tanh belongs, and the other way round."""
    graph = onnx.load(file)
    tanh, sigmoid = ([node for node in graph.graph.node if node.op_type == kind] for kind in ("Tanh", "Sigmoid"))
    assert len(tanh) == len(sigmoid) == 4  # one in each stage
    tanh[STAGE].op_type, sigmoid[STAGE].op_type = "Sigmoid", "Tanh"
    onnx.save(graph, file)


def core_ml_weights(package: Path) -> Path:
    return package / "Data" / "com.apple.CoreML" / "weights" / "weight.bin"


def edit_ml_program(package: Path, edit: Callable[[list], None]) -> None:
    file = package / "Data" / "com.apple.CoreML" / "model.mlmodel"
    model = Model_pb2.Model.FromString(file.read_bytes())
    function = model.mlProgram.functions["main"]
    edit(list(function.block_specializations[function.opset].operations))
    file.write_bytes(model.SerializeToString())


def exchange_ml_operators(package: Path, _model: CloFormer) -> None:
    def exchange(operations: list) -> None:
        tanh, silu = ([each for each in operations if each.type == kind] for kind in ("tanh", "silu"))
        assert len(tanh) == len(silu) == 4
        tanh[STAGE].type, silu[STAGE].type = "silu", "tanh"

    edit_ml_program(package, exchange)


def change_the_ml_mean(package: Path, _model: CloFormer) -> None:
    def change(operations: list) -> None:
        constants = [each.attributes["val"].immediateValue.tensor for each in operations if each.type == "const"]
        (mean,) = (each.floats.values for each in constants if np.array_equal(np.float32(each.floats.values), MEAN))
        mean[:] = WRONG_MEAN.tolist()

    edit_ml_program(package, change)


def edit_core_ai_program(asset: Path, edit: Callable[[Path], None]) -> None:
    """Edit the file of the program; the hash beside it follows, as the session checks that one first."""
    edit(asset / "main.mlirb")
    (asset / "main.hash").write_bytes(hashlib.sha256((asset / "main.mlirb").read_bytes()).digest())


def exchange_core_ai_operators(path: Path, _model: CloFormer) -> None:
    from coreai._compiler.ir import InsertionPoint, Operation  # noqa: PLC0415 - published for few systems
    from coreai.authoring.asset import AIModelAsset  # noqa: PLC0415

    asset = AIModelAsset.load(path)
    program, metadata = asset.program, asset.metadata
    operations = list(program._get_graph("main").bodyRegion.blocks[0].operations)
    tanh, silu = ([each for each in operations if each.name == f"coreai.{kind}"] for kind in ("tanh", "silu"))
    assert len(tanh) == len(silu) == 4
    for old, kind in ((tanh[STAGE], "coreai.silu"), (silu[STAGE], "coreai.tanh")):
        with old.location, InsertionPoint(old):
            new = Operation.create(kind, results=[old.results[0].type], operands=list(old.operands))
        old.results[0].replace_all_uses_with(new.results[0])
        old.operation.erase()
    program.save_asset(path, metadata=metadata)


Break = Callable[[Path, CloFormer], None]

BREAK: dict[str, tuple[Break, Break, Break]] = {
    "onnx": (change_a_weight, exchange_onnx_operators, change_the_mean),
    "coreml": (
        lambda package, model: change_a_weight(core_ml_weights(package), model),
        exchange_ml_operators,
        change_the_ml_mean,
    ),
    "executorch": (
        change_a_weight,
        lambda file, _model: exchange_operators(file, STAGE, "XNNTanh", "XNNSigmoid"),
        change_the_mean,
    ),
    "coreai": (
        lambda asset, model: edit_core_ai_program(asset, lambda file: change_a_weight(file, model)),
        exchange_core_ai_operators,
        lambda asset, model: edit_core_ai_program(asset, lambda file: change_the_mean(file, model)),
    ),
}
"""Target -> how to change one weight, exchange two operators, and change a normalization constant in its file."""

PLACES = (BLOCK, BLOCK, "normalization")

NIGHTLY = {"executorch-operators", "executorch-normalization"}
"""XNNPACK's file hides its blocks: to name one, the network is lowered again."""

MARKS = {
    "coreai": [pytest.mark.skipif(find_spec("coreai_torch") is None, reason="for few systems")],
}

CASES = [
    pytest.param(
        target,
        how,
        place,
        id=(case := f"{target}-{name}"),
        marks=[*MARKS.get(target, []), *([pytest.mark.nightly] if case in NIGHTLY else [])],
    )
    for target, ways in BREAK.items()
    for name, how, place in zip(("weight", "operators", "normalization"), ways, PLACES, strict=True)
]


@pytest.fixture(scope="module")
def truth(shallow: CloFormer) -> ReferenceRun:
    return run_few(shallow, preprocessing_for(*SIZE))


def intact(store: ArtifactStore, model: CloFormer, target: str) -> Path:
    """A good artifact."""
    return store.export(model, target, precision="fp32", image_size=SIZE).path


def conversion_of(model: CloFormer, target: str, artifact: Path, path: Path) -> Conversion:
    facts = read_manifest(artifact.parent / "manifest.json").model
    request = make_request(target, precision="fp32", image_size=SIZE)
    return Conversion(model, facts, preprocessing_for(*SIZE), (), request, path)


@pytest.mark.parametrize(("target", "how", "place"), CASES)
def test_parity_stops_a_broken_file_and_names_the_place(
    target: str,
    how: Break,
    place: str,
    store: ArtifactStore,
    shallow: CloFormer,
    truth: ReferenceRun,
    tmp_path: Path,
) -> None:
    artifact = intact(store, shallow, target)
    copy = shutil.copytree if artifact.is_dir() else shutil.copy
    broken = Path(copy(artifact, tmp_path / artifact.name))
    how(broken, shallow)
    report = check_parity(conversion_of(shallow, target, artifact, broken), broken, truth, Stages())
    assert report.passed is False
    assert report.first_divergence == place


@pytest.mark.nightly
def test_an_intact_executorch_file_shows_no_damage(store: ArtifactStore, shallow: CloFormer) -> None:
    artifact = intact(store, shallow, "executorch")
    conversion = conversion_of(shallow, "executorch", artifact, artifact)
    assert executorch_convert.damaged_block(conversion, artifact) is None
