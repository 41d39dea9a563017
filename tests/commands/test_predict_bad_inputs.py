"""What ``cloformer-predict`` says to artifacts, bundles, images and options that it cannot use."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.commands.results import Run, assert_clear_failure, assert_refused_at_once
from tests.commands.small_artifacts import (
    LABELS,
    onnx_model,
    onnx_without_input,
    write_mlpackage,
    write_onnx,
    write_pte,
)
from tests.commands.stand_ins import StandIns

Damage = Callable[[Path], object]

ARTIFACTS: dict[str, Callable[[Path], None]] = {
    "model.onnx": write_onnx,
    "model.pte": write_pte,
    "model.mlpackage": write_mlpackage,
}


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a good artifact of each format is kept, once it was needed."""
    return tmp_path_factory.mktemp("intact")


Place = Callable[[str], Path]


@pytest.fixture
def place(intact: Path, tmp_path: Path) -> Place:
    """Put a copy of a good artifact into the current folder, to be damaged."""

    def place_it(name: str) -> Path:
        if not (intact / name).exists():
            ARTIFACTS[name](intact / name)
        copy = shutil.copytree if (intact / name).is_dir() else shutil.copy
        return Path(copy(intact / name, tmp_path / name))

    return place_it


@pytest.mark.parametrize("name", ARTIFACTS)
def test_the_small_artifacts_themselves_work(name: str, run: Run, place: Place, photo: Path) -> None:
    """So that what fails below fails for the reason that its test gives."""
    place(name)

    result = run("cloformer-predict", name, photo, "--json")

    assert result.code == 0, result.stderr
    assert {entry["label"] for entry in result.document["images"][0]["classes"]} == set(LABELS)


def _cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def _cut_half(path: Path) -> None:
    _cut(path, path.stat().st_size // 2)


def _change_start(path: Path) -> None:
    path.write_bytes(b"\xff" * 64 + path.read_bytes()[64:])


def _garbage_behind_a_good_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8] + b"\xa5" * 4096)


def _become_a_file(path: Path) -> None:
    shutil.rmtree(path)
    path.write_text("not a folder")


def _empty_the_folder(path: Path) -> None:
    shutil.rmtree(path)
    path.mkdir()


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _core_ml(name: str) -> Callable[[Path], Path]:
    return lambda package: package / "Data" / "com.apple.CoreML" / name


_MODEL, _WEIGHTS = _core_ml("model.mlmodel"), _core_ml("weights")

DAMAGE: dict[str, tuple[str, Damage]] = {
    "empty onnx": ("model.onnx", lambda p: _cut(p, 0)),
    "half an onnx": ("model.onnx", _cut_half),
    "text as onnx": ("model.onnx", lambda p: p.write_text("not a model\n" * 9)),
    "overwritten onnx": ("model.onnx", _change_start),
    "empty pte": ("model.pte", lambda p: _cut(p, 0)),
    "a byte of pte": ("model.pte", lambda p: _cut(p, 1)),
    "the header of a pte": ("model.pte", lambda p: _cut(p, 64)),
    "half a pte": ("model.pte", _cut_half),
    "a pte without its last byte": ("model.pte", lambda p: _cut(p, p.stat().st_size - 1)),
    "text as pte": ("model.pte", lambda p: p.write_text("not a program\n" * 9)),
    "garbage behind a pte's header": ("model.pte", _garbage_behind_a_good_header),
    "mlpackage without manifest": ("model.mlpackage", lambda p: (p / "Manifest.json").unlink()),
    "mlpackage without model": ("model.mlpackage", lambda p: _MODEL(p).unlink()),
    "mlpackage with half a model": ("model.mlpackage", lambda p: _cut_half(_MODEL(p))),
    "mlpackage without weights": ("model.mlpackage", lambda p: shutil.rmtree(_WEIGHTS(p))),
    "mlpackage that is a file": ("model.mlpackage", _become_a_file),
    "empty mlpackage": ("model.mlpackage", _empty_the_folder),
}


@pytest.mark.parametrize(("name", "damage"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_artifact(name: str, damage: Damage, run: Run, place: Place, photo: Path) -> None:
    damage(place(name))

    assert_refused_at_once(run("cloformer-predict", name, photo), 4, name, "export it again")


def test_an_onnx_of_another_network(run: Run, tmp_path: Path, photo: Path) -> None:
    onnx.save(onnx_model(with_facts=False), tmp_path / "other.onnx")

    result = run("cloformer-predict", "other.onnx", photo)

    assert_refused_at_once(result, 4, "other.onnx does not say how to prepare its input", "export it again")


def test_an_onnx_with_metadata_that_is_not_ours(run: Run, tmp_path: Path, photo: Path) -> None:
    model = onnx_model(with_facts=False)
    onnx.helper.set_model_props(model, {"cloformer": '{"schema_version": 99}'})
    onnx.save(model, tmp_path / "later.onnx")

    assert_refused_at_once(run("cloformer-predict", "later.onnx", photo), 4, "later.onnx does not say")


def test_an_onnx_that_takes_nothing(run: Run, tmp_path: Path, photo: Path) -> None:
    onnx.save(onnx_without_input(), tmp_path / "constant.onnx")

    assert_refused_at_once(run("cloformer-predict", "constant.onnx", photo), 4, "it takes no input")


@pytest.mark.parametrize(
    ("name", "code", "fragment"),
    [
        ("gone.onnx", 4, "no artifact or bundle at gone.onnx"),
        ("gone", 4, "no artifact or bundle at gone"),
        ("photo.png", 2, "no runtime here opens a .png"),
        ("README", 2, "no runtime here opens a file without suffix"),
        ("folder", 4, "folder is not a bundle: cannot read its manifest.json"),
        ("folder.onnx", 4, "folder.onnx is not a bundle"),
    ],
)
def test_what_is_no_artifact(name: str, code: int, fragment: str, run: Run, tmp_path: Path, photo: Path) -> None:
    (tmp_path / "README").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.onnx").mkdir()

    assert_refused_at_once(run("cloformer-predict", name, photo), code, fragment)


def _break_manifest(bundle: Path) -> None:
    _cut(bundle / "manifest.json", 900)


def _other_schema(bundle: Path) -> None:
    manifest = bundle / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"schema_version": 1', '"schema_version": 2'), "utf-8")


DAMAGED_BUNDLES: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "half a manifest": (_break_manifest, ("manifest.json does not follow manifest schema 1",)),
    "a manifest of a later schema": (_other_schema, ("manifest schema 1: schema_version",)),
    "no manifest": (lambda b: (b / "manifest.json").unlink(), ("is not a bundle",)),
    "no artifact": (
        lambda b: (b / "model_fp32.onnx").unlink(),
        ("is missing from its bundle", "model_fp32.onnx", "export the bundle again"),
    ),
    "another artifact": (
        lambda b: (b / "model_fp32.onnx").write_bytes(onnx_model().SerializeToString()),
        ("model_fp32.onnx", "sha256 differs", "export the bundle again"),
    ),
    "no labels": (lambda b: (b / "labels.txt").unlink(), ("is missing from its bundle", "labels.txt")),
    "other labels": (lambda b: (b / "labels.txt").write_text("cat\ndog\n"), ("labels.txt", "sha256 differs")),
}


def test_a_changed_artifact_is_also_noticed_when_it_is_named_itself(
    run: Run, export: Run, bundle: Path, photo: Path
) -> None:
    assert export("onnx").code == 0
    write_onnx(bundle / "model_fp32.onnx")

    assert_refused_at_once(run("cloformer-predict", bundle / "model_fp32.onnx", photo), 4, "sha256 differs")


@pytest.mark.parametrize(("damage", "fragments"), DAMAGED_BUNDLES.values(), ids=DAMAGED_BUNDLES)
def test_a_damaged_bundle(
    damage: Damage, fragments: tuple[str, ...], run: Run, export: Run, bundle: Path, photo: Path
) -> None:
    assert export("onnx").code == 0
    damage(bundle)

    assert_refused_at_once(run("cloformer-predict", bundle, photo), 4, *fragments)


def test_a_bundle_whose_parity_failed(run: Run, export: Run, stand_ins: StandIns, bundle: Path, photo: Path) -> None:
    stand_ins.error = 1e3
    assert export("onnx").code == 6

    result = run("cloformer-predict", bundle, photo)

    assert_refused_at_once(result, 4, "no artifact of", "it contains nothing", "export one")


BAD_IMAGES: dict[str, tuple[Damage, str]] = {
    "missing": (lambda p: p.unlink(), "photo.png does not exist"),
    "empty": (lambda p: _cut(p, 0), "photo.png cannot be read as an image"),
    "truncated": (_cut_half, "photo.png cannot be read as an image"),
    "text": (lambda p: p.write_text("a photo\n"), "photo.png cannot be read as an image (unknown format)"),
    "a folder": (_become_a_folder, "photo.png is a folder"),
}


@pytest.mark.parametrize(("damage", "fragment"), BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_a_bad_image(damage: Damage, fragment: str, run: Run, place: Place, photo: Path, tmp_path: Path) -> None:
    """Also as the second of two, nothing is printed for the first."""
    place("model.onnx")
    good = Path(shutil.copy(photo, tmp_path / "good.png"))
    damage(photo)

    assert_refused_at_once(run("cloformer-predict", "model.onnx", good, photo), 4, fragment)


def test_a_bad_image_with_json(run: Run, place: Place) -> None:
    place("model.onnx")

    result = run("cloformer-predict", "model.onnx", "gone.jpg", "--json")

    assert result.code == 4
    assert result.stderr == ""
    assert "gone.jpg does not exist" in result.document["errors"][0]["problem"]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ("", "artifact"),
        ("model.onnx", "images"),
        ("model.onnx photo.png --top 0", "--top must be at least 1, not 0"),
        ("model.onnx photo.png --top -3", "--top must be at least 1, not -3"),
        ("model.onnx photo.png --top many", "--top"),
        ("model.onnx photo.png --threads 0", "at least one thread, not 0"),
        ("model.onnx photo.png --threads -1", "at least one thread, not -1"),
        ("model.onnx photo.png --threads 1.5", "--threads"),
        ("model.onnx photo.png --device cuda", "No such option: --device"),
    ],
)
def test_wrong_usage(arguments: str, fragment: str, run: Run, place: Place, photo: Path) -> None:
    place("model.onnx")

    assert_refused_at_once(run("cloformer-predict", *arguments.split()), 2, fragment)


def test_more_classes_than_there_are(run: Run, place: Place, photo: Path) -> None:
    place("model.onnx")

    result = run("cloformer-predict", "model.onnx", photo, "--top", 99, "--json")

    assert result.code == 0
    assert len(result.document["images"][0]["classes"]) == len(LABELS)


def test_an_image_whose_name_looks_like_markup(run: Run, place: Place, photo: Path, tmp_path: Path) -> None:
    place("model.onnx")
    shutil.copy(photo, tmp_path / "[bold]x[.png")

    result = run("cloformer-predict", "model.onnx", "[bold]x[.png")

    assert result.code == 0
    assert "[bold]x[.png" in result.stderr


def test_an_onnx_that_gives_no_logits(run: Run, tmp_path: Path, photo: Path) -> None:
    model = onnx_model()
    model.graph.output[0].name = model.graph.node[0].output[0] = "scores"
    onnx.save(model, tmp_path / "model.onnx")

    assert_refused_at_once(run("cloformer-predict", "model.onnx", photo), 4, "not a CloFormer model", "returns scores")


def test_a_runtime_that_fails_while_it_runs(run: Run, tmp_path: Path, photo: Path) -> None:
    model = onnx_model()
    model.graph.node.insert(0, onnx.helper.make_node("Gather", ["image", "row"], ["rows"], axis=2))
    model.graph.node[1].input[0] = "rows"
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([99]), "row"))  # of 32
    onnx.save(model, tmp_path / "model.onnx")

    result = run("cloformer-predict", "model.onnx", photo)

    assert_clear_failure(result, 5, "ONNX Runtime failed while running", "Gather")


@pytest.mark.parametrize(
    ("name", "backend", "code", "fragment"),
    [
        ("model.onnx", "cuda", 3, "no execution provider 'cuda'"),
        ("model.onnx", "azure", 3, "AzureExecutionProvider cannot run any node of this graph"),
        ("model.pte", "vulkan", 3, "cannot run 'vulkan'"),
        ("model.mlpackage", "cpu-ne", 2, "no compute units 'cpu-ne'"),
    ],
)
def test_a_backend_that_is_not_here(
    name: str, backend: str, code: int, fragment: str, run: Run, place: Place, photo: Path
) -> None:
    place(name)

    assert_refused_at_once(run("cloformer-predict", name, photo, "--backend", backend), code, fragment)
