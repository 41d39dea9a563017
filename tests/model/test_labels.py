from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.model import InputFileError
from cloformer.model.labels import default_labels, read_labels

# Well-known positions in the order of sorted WordNet ids.
KNOWN = {
    0: "tench",
    1: "goldfish",
    207: "golden retriever",
    281: "tabby",
    285: "Egyptian cat",
    388: "giant panda",
    817: "sports car",
    999: "toilet tissue",
}


def test_imagenet_has_a_thousand_different_names() -> None:
    labels = default_labels(1000)
    assert len(labels) == len(set(labels)) == 1000
    assert all(label and label == label.strip() for label in labels)


@pytest.mark.parametrize(("position", "name"), KNOWN.items())
def test_imagenet_names_are_in_the_usual_order(position: int, name: str) -> None:
    assert default_labels(1000)[position] == name


@pytest.mark.parametrize("num_classes", [1, 10, 999, 1001])
def test_other_class_counts_have_numbers(num_classes: int) -> None:
    labels = default_labels(num_classes)
    assert len(labels) == num_classes
    assert labels[0] == "class 0"
    assert labels[-1] == f"class {num_classes - 1}"


@pytest.mark.parametrize(
    ("task", "count", "known"),
    [
        ("segmentation", 150, {0: "wall", 12: "person", 20: "car", 149: "flag"}),
        ("detection", 80, {0: "person", 2: "car", 15: "cat", 79: "toothbrush"}),
    ],
)
def test_dense_tasks_have_the_names_of_their_data_sets(task: str, count: int, known: dict[int, str]) -> None:
    labels = default_labels(count, task=task)
    assert len(labels) == len(set(labels)) == count
    assert {index: labels[index] for index in known} == known
    assert default_labels(count - 1, task=task)[0] == "class 0"


def test_coco_names_are_torchvisions() -> None:
    detection = pytest.importorskip("torchvision.models.detection")
    categories = detection.RetinaNet_ResNet50_FPN_Weights.COCO_V1.meta["categories"]
    named = [category for category in categories if category not in ("__background__", "N/A")]
    assert default_labels(80, task="detection") == named


def test_a_thousand_classes_have_imagenets_names() -> None:
    assert default_labels(1000)[207] == "golden retriever"


@pytest.mark.parametrize("text", ["cat\nkočka\nred panda", "cat\nkočka\nred panda\n", "cat\r\nkočka\r\nred panda\r\n"])
def test_labels_are_read_line_by_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(text.encode())
    assert read_labels(path, 3) == ["cat", "kočka", "red panda"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"cat\ndog\n", "names 2 classes; the model has 3"),
        (b"cat\ndog\nowl\nfox\n", "names 4 classes; the model has 3"),
        (b"", "names 0 classes; the model has 3"),
        (b"cat\n \ndog\n", "line 2"),
        (b"cat\ndog\nowl\n\n", "line 4"),
        (b"cat\ndog\n\xff\xfe\n", "UTF-8"),
    ],
)
def test_wrong_labels_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(InputFileError) as caught:
        read_labels(path, 3)
    assert says in caught.value.problem
    assert str(path) in caught.value.problem
    assert caught.value.remedy


def test_missing_labels_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.txt", tmp_path):
        with pytest.raises(InputFileError, match="cannot read the labels"):
            read_labels(path, 3)


def test_a_byte_order_mark_is_not_part_of_the_first_label(tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_text("cat\ndog\n", "utf-8-sig")
    assert read_labels(path, 2) == ["cat", "dog"]
