"""Calibration images: from folders, lists and single files, odd and broken ones among them; cached; refused early."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cloformer.export.calibration import calibration
from cloformer.export.calibration.calibration import find_calibration
from cloformer.export.calibration.image_files import find_images
from cloformer.model import InputFileError, UsageError, preprocessing_for

CONTRACT = preprocessing_for(32, 32)


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def photograph(path: Path, mode: str = "RGB", orientation: int = 1, size: tuple[int, int] = (50, 40)) -> Path:
    """A ramp from dark to light."""
    ramp = np.linspace(0, 255, size[0] * size[1]).reshape(size[1], size[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    if mode == "I;16":
        Image.fromarray((ramp * 257).astype(np.uint16)).save(path)
        return path
    image = Image.fromarray(ramp.astype(np.uint8)).convert(mode)
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(path, exif=exif)
    return path


def load(source: Path, count: int = 128) -> calibration.Calibration:
    return find_calibration(source, None, count)(CONTRACT)


@pytest.mark.parametrize(
    ("name", "mode", "orientation"),
    [("a.jpg", "RGB", 1), ("a.jpg", "L", 1), ("a.jpg", "CMYK", 1), ("a.png", "I;16", 1), ("a.jpg", "RGB", 6)],
    ids=["rgb", "grayscale", "cmyk", "16-bit", "exif-rotated"],
)
def test_one_image_of_any_kind(name: str, mode: str, orientation: int, tmp_path: Path) -> None:
    found = load(photograph(tmp_path / name, mode, orientation))

    assert found.images.shape == (1, 3, 32, 32)
    assert found.images.dtype == np.float32
    assert 0 <= found.images.min() < 0.3
    assert 0.7 < found.images.max() <= 1
    # The ramp's dark end: at the top, or after a quarter turn clockwise at the right.
    darkest = found.images[0, 0].mean(axis=0 if orientation == 6 else 1)
    assert darkest.argmin() == (31 if orientation == 6 else 0)


def test_a_folder_with_folders_in_it(tmp_path: Path) -> None:
    for name in ("a.jpg", "inside/b.png", "inside/deeper/c.webp"):
        photograph(tmp_path / "images" / name)
    (tmp_path / "images" / "notes.txt").write_text("not an image")

    assert len(load(tmp_path / "images").images) == 3


def test_a_list_of_images(tmp_path: Path) -> None:
    photograph(tmp_path / "one.jpg")
    photograph(tmp_path / "two.jpg")
    (tmp_path / "list.txt").write_text("two.jpg\n\none.jpg\n")

    assert [path.name for path in find_images(tmp_path / "list.txt", 128)] == ["two.jpg", "one.jpg"]


def test_a_thousand_images_are_taken_evenly(tmp_path: Path) -> None:
    for index in range(1000):
        (tmp_path / f"{index:04}.jpg").touch()

    names = [path.stem for path in find_images(tmp_path, 5)]

    assert names == ["0000", "0250", "0500", "0749", "0999"]
    assert len(find_images(tmp_path, 5000)) == 1000


def test_broken_files_are_passed_over_and_named(tmp_path: Path) -> None:
    whole = photograph(tmp_path / "b.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(b"no image at all")
    (tmp_path / "c.jpg").write_bytes(whole[: len(whole) // 2])

    for _ in ("read", "from the cache"):
        found = load(tmp_path)
        assert len(found.images) == 1
        assert [Path(name).name for name in found.unreadable] == ["a.jpg", "c.jpg"]


def test_only_broken_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no image at all")

    with pytest.raises(InputFileError, match="none of the 1 images"):
        load(tmp_path)


@pytest.mark.parametrize("make", ["missing", "empty folder", "list of nothing", "list of what is not there", "binary"])
def test_what_holds_no_images_is_refused_before_anything_is_read(make: str, tmp_path: Path) -> None:
    source = tmp_path / "source"
    if make == "empty folder":
        source.mkdir()
    elif make == "binary":
        source.write_bytes(b"\xff\xfe\x00")
    elif make != "missing":
        source.write_text("\n" if make == "list of nothing" else "gone.jpg\n")

    with pytest.raises(InputFileError, match="cannot calibrate"):
        find_calibration(source, None)


def test_a_count_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least one image"):
        find_calibration(photograph(tmp_path / "a.jpg"), None, 0)


def test_the_cache_is_used_until_an_image_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photograph(tmp_path / "images" / "a.png")
    first = load(path.parent)
    reads: list[object] = []
    real = calibration.load_image
    monkeypatch.setattr(calibration, "load_image", lambda file: reads.append(file) or real(file))

    second = load(path.parent)
    assert reads == []
    assert np.array_equal(first.images, second.images)

    photograph(path, size=(60, 40))
    load(path.parent)
    assert reads == [path]


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    path = photograph(tmp_path / "a.png")
    first = load(path)
    (cached,) = (tmp_path / "cache" / "cloformer" / "calibration").iterdir()
    cached.write_bytes(b"damaged")

    assert np.array_equal(load(path).images, first.images)


def test_without_images_of_the_users_own() -> None:
    demo = find_calibration(None, Path("demo"), 40)(CONTRACT)
    others = find_calibration(None, Path("weights.pth"))(CONTRACT)

    assert demo.source == "the demo's training split, and some photographs"
    assert (demo.representative, len(demo.images)) == (True, 40 + 16)
    assert demo.targets is not None and len(demo.targets) == 40
    assert (others.representative, len(others.images)) == (False, 16)
