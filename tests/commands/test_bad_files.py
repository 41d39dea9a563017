"""Files that cannot be used end an export with exit code 4, before the long part of the work."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from cloformer.model import create_model
from cloformer.model.labels import default_labels
from tests.commands.results import Run, assert_clear_failure, tree
from tests.commands.stand_ins import StandIns

StateDict = dict[str, Tensor]


@pytest.fixture(scope="module")
def weights() -> StateDict:
    return dict(create_model("xxs", num_classes=10).state_dict())


class Bomb:
    """What unpickles as a call of ``os.mkdir``."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("exploded",)


def _truncated(weights: StateDict, path: Path) -> None:
    torch.save(weights, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _truncated_safetensors(weights: StateDict, path: Path) -> None:
    save_file(weights, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _not_a_number(weights: StateDict, path: Path) -> None:
    broken = {**weights, "head.weight": weights["head.weight"].clone()}
    broken["head.weight"][3, 5] = torch.nan
    torch.save(broken, path)


def _without_head(weights: StateDict, path: Path) -> None:
    torch.save({name: value for name, value in weights.items() if not name.startswith("head.")}, path)


Write = Callable[[StateDict, Path], object]

BAD_CHECKPOINTS: dict[str, tuple[str, Write, tuple[str, ...]]] = {
    "missing": ("gone.pth", lambda w, p: None, ("gone.pth does not exist",)),
    "a folder": ("folder", lambda w, p: p.mkdir(), ("folder is a folder",)),
    "empty": ("empty.pth", lambda w, p: p.touch(), ("empty.pth",)),
    "empty safetensors": ("empty.safetensors", lambda w, p: p.touch(), ("empty.safetensors",)),
    "truncated": ("half.pth", _truncated, ("half.pth is damaged or truncated", "copy it again")),
    "truncated safetensors": ("half.safetensors", _truncated_safetensors, ("half.safetensors", "copy it again")),
    "text": ("notes.pth", lambda w, p: p.write_text("weights\n" * 20), ("notes.pth",)),
    "with code": (
        "code.pth",
        lambda w, p: torch.save({"model": w, "epoch": Bomb()}, p),
        ("mkdir", "running code", "torch.save"),
    ),
    "a bare pickle": ("bare.pth", lambda w, p: p.write_bytes(pickle.dumps(Bomb())), ("bare.pth",)),
    "of another variant": (
        "xs.pth",
        lambda w, p: torch.save(create_model("xs", num_classes=10).state_dict(), p),
        ("does not fit CloFormer-xxs", "--variant xs"),
    ),
    "without a head": ("backbone.pth", _without_head, ("missing head.weight, head.bias",)),
    "not a number": ("nan.pth", _not_a_number, ("not finite", "head.weight")),
    "a list": ("list.pth", lambda w, p: torch.save([1, 2, 3], p), ("contains no weights", "state_dict")),
    "no tensors": ("config.pth", lambda w, p: torch.save({"model": {"dim": 32}}, p), ("config.pth",)),
}


@pytest.mark.parametrize(("name", "write", "fragments"), BAD_CHECKPOINTS.values(), ids=BAD_CHECKPOINTS)
def test_bad_checkpoint(
    name: str, write: Write, fragments: tuple[str, ...], weights: StateDict, export: Run, tmp_path: Path
) -> None:
    write(weights, tmp_path / name)
    before = tree(tmp_path)

    result = export("onnx", "--checkpoint", name)

    assert_clear_failure(result, 4, *fragments)
    assert tree(tmp_path) == before


BAD_LABELS: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "labels.txt: No such file"),
    "too few": ("\n".join(default_labels(1000)[:999]).encode(), "names 999 classes; the model has 1000"),
    "too many": ("\n".join([*default_labels(1000), "one more"]).encode(), "names 1001 classes; the model has 1000"),
    "none": (b"", "names 0 classes"),
    "an empty line": (
        "\n".join([*default_labels(1000)[:41], " ", *default_labels(1000)[42:]]).encode(),
        "line 42 of labels.txt is empty",
    ),
    "UTF-16": ("\n".join(default_labels(1000)).encode("utf-16"), "labels.txt are not UTF-8"),
    "an image": (b"\x89PNG\r\n\x1a\n\x00\xff", "labels.txt are not UTF-8"),
}


@pytest.mark.parametrize(("content", "fragment"), BAD_LABELS.values(), ids=BAD_LABELS)
def test_bad_labels(content: bytes | None, fragment: str, export: Run, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "labels.txt").write_bytes(content)
    before = tree(tmp_path)

    result = export("onnx", "--labels", "labels.txt")

    assert_clear_failure(result, 4, fragment, "one class name per line")
    assert tree(tmp_path) == before


def test_labels_that_are_a_folder(export: Run, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()

    assert_clear_failure(export("onnx", "--labels", "labels"), 4, "cannot read the labels labels: Is a directory")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def _change_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


Damage = Callable[[Path], object]

DAMAGED_BUNDLES: dict[str, tuple[Damage, str]] = {
    "truncated manifest": (
        lambda b: (b / "manifest.json").write_bytes((b / "manifest.json").read_bytes()[:700]),
        "manifest.json",
    ),
    "empty manifest": (lambda b: (b / "manifest.json").write_text(""), "manifest.json"),
    "binary manifest": (lambda b: (b / "manifest.json").write_bytes(b"\xff\xfe\x00"), "manifest.json"),
    "manifest of a later schema": (
        lambda b: _replace(b / "manifest.json", '"schema_version": 1', '"schema_version": 2'),
        "schema_version",
    ),
    "extra field": (lambda b: _replace(b / "manifest.json", '"model": {', '"license": 1, "model": {'), "license"),
    "no labels": (lambda b: (b / "labels.txt").unlink(), "labels.txt"),
    "changed labels": (lambda b: _change_byte(b / "labels.txt"), "labels.txt"),
    "no golden inputs": (lambda b: (b / "golden" / "inputs.f32").unlink(), "inputs.f32"),
    "changed golden outputs": (lambda b: _change_byte(b / "golden" / "logits.f32"), "logits.f32"),
    "truncated report": (lambda b: (b / "report.json").write_text('[{"target": "on'), "report.json"),
    "binary report": (lambda b: (b / "report.json").write_bytes(b"\xff\xfe\x00"), "report.json"),
    "report that is a folder": (lambda b: _become_a_folder(b / "report.json"), "report.json"),
}


@pytest.mark.parametrize(("damage", "fragment"), DAMAGED_BUNDLES.values(), ids=DAMAGED_BUNDLES)
def test_nothing_is_added_to_a_damaged_bundle(
    damage: Damage, fragment: str, export: Run, stand_ins: StandIns, bundle: Path
) -> None:
    export("onnx")
    damage(bundle)
    before = tree(bundle.parent)
    stand_ins.content = b"another" * 512

    for target in ("onnx", "executorch"):
        result = export(target)

        assert_clear_failure(result, 4, "damaged bundle", fragment, "choose another --output, or remove that bundle")
        assert tree(bundle.parent) == before


def test_after_removing_the_damaged_bundle_the_export_works(export: Run, bundle: Path) -> None:
    export("onnx")
    (bundle / "manifest.json").write_text("{")

    assert export("onnx").code == 4
    shutil.rmtree(bundle)
    assert export("onnx").code == 0


def test_a_bundle_of_other_weights_is_left_alone(export: Run, bundle: Path) -> None:
    export("onnx")
    manifest = bundle / "manifest.json"
    sha256 = manifest.read_text("utf-8").split('"source": "random",\n      "sha256": "')[1][:64]
    _replace(manifest, sha256, "0" * 64)
    before = tree(bundle.parent)

    result = export("executorch")

    assert_clear_failure(result, 2, "already contains a bundle with other weights", "choose another --output")
    assert tree(bundle.parent) == before


def test_a_bundle_with_other_labels_is_left_alone(export: Run, bundle: Path, tmp_path: Path) -> None:
    export("onnx")
    before = tree(bundle.parent)
    (tmp_path / "labels.txt").write_text("".join(f"class number {index}\n" for index in range(1000)))

    result = export("executorch", "--labels", "labels.txt")

    assert_clear_failure(result, 2, "already contains a bundle with other labels", "choose another --output")
    assert tree(bundle.parent) == before


def test_a_file_with_the_name_of_the_bundle(export: Run, bundle: Path) -> None:
    bundle.parent.mkdir()
    bundle.write_text("mine")

    result = export("onnx")

    assert_clear_failure(result, 2, f"{bundle} is a file", "choose another --output")
    assert bundle.read_text() == "mine"
    assert len(tree(bundle.parent)) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="no permission stops the root user")
def test_a_folder_that_may_not_be_written(export: Run, bundle: Path) -> None:
    bundle.parent.mkdir(mode=0o500)

    assert_clear_failure(export("onnx"), 5, "cannot write under", "Permission denied", "choose another --output")
    assert list(bundle.parent.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that nobody may write to exists on Linux alone")
def test_a_folder_that_nobody_may_write(run: Run, stand_ins: StandIns) -> None:
    result = run("cloformer-export", "--target", "onnx", "--output", "/proc/cloformer")

    assert_clear_failure(result, 5, "cannot write under /proc/cloformer", "choose another --output")
