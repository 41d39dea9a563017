"""Folders of labeled images: how folders become classes, and which ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cloformer.benchmarks.accuracy.labeled_images import find_labeled_images
from cloformer.model import InputFileError
from cloformer.model.demo import DEMO_LABELS


def tree(root: Path, *folders: str) -> Path:
    for folder in folders:
        (root / folder).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(root / folder / "image.png")
    return root


def targets(root: Path, labels: tuple[str, ...]) -> dict[str, int]:
    return {image.name: image.target for image in find_labeled_images(root, labels)}


def test_folders_with_the_names_of_labels(tmp_path: Path) -> None:
    """Not every class needs a folder; the labels define the order of classes."""
    assert targets(tree(tmp_path, "cat", "ant"), ("dog", "cat", "ant")) == {"ant/image.png": 2, "cat/image.png": 1}


def test_imagenets_folders_are_in_the_order_of_their_ids(tmp_path: Path) -> None:
    root = tree(tmp_path, "n01443537", "n01440764")

    assert targets(root, ("tench", "goldfish")) == {"n01440764/image.png": 0, "n01443537/image.png": 1}


def test_images_in_deeper_folders_belong_to_the_class(tmp_path: Path) -> None:
    assert targets(tree(tmp_path, "cat/indoors"), ("cat",)) == {"cat/indoors/image.png": 0}


def test_other_classes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="2 folders for 3 classes, and 'bird' is not one of its labels"):
        find_labeled_images(tree(tmp_path, "bird", "cat"), ("dog", "cat", "ant"))


@pytest.mark.parametrize("make", ["missing", "a file", "no folders", "no images"])
def test_what_is_no_tree_is_refused(tmp_path: Path, make: str) -> None:
    root = tmp_path / "images"
    if make == "a file":
        root.write_text("cat")
    elif make != "missing":
        (root / "cat" if make == "no images" else root).mkdir(parents=True)

    with pytest.raises(InputFileError) as refused:
        find_labeled_images(root, ("cat",))

    assert "folder" in refused.value.problem + refused.value.remedy


def test_the_demos_held_out_digits() -> None:
    images = find_labeled_images(Path("demo"), DEMO_LABELS)

    assert len(images) == 360
    assert {image.target for image in images} == set(range(10))
    assert images[0].load().size == (8, 8)


def test_the_demos_digits_need_ten_classes() -> None:
    with pytest.raises(InputFileError, match="ten digits"):
        find_labeled_images(Path("demo"), ("cat",))
