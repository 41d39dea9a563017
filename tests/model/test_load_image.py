from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from cloformer.model import InputFileError, load_image, preprocess, preprocessing_for

Pixels = NDArray[np.uint8]

EXIF_ORIENTATION = 0x0112

# How the stored pixels must be turned, by the EXIF standard: 6 is a phone held upright, and so on.
UPRIGHT: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, k=-1),
    7: lambda stored: stored[::-1, ::-1].transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, k=1),
}

LOSSLESS: dict[str, dict[str, bool]] = {"PNG": {}, "TIFF": {}, "BMP": {}, "WEBP": {"lossless": True}, "PPM": {}}
PHOTO_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")

BLACK, WHITE, RED, CYAN = (0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 255)


def pixels(height: int = 5, width: int = 7) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def loaded(path: Path) -> Pixels:
    image = load_image(path)
    assert image.mode == "RGB"
    return np.asarray(image)


def refusal(path: Path) -> InputFileError:
    with pytest.raises(InputFileError) as caught:
        load_image(path)
    assert str(path) in caught.value.problem
    assert "\n" not in caught.value.problem
    return caught.value


@pytest.mark.parametrize("kind", LOSSLESS)
def test_lossless_formats_give_their_pixels(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "image"  # the content decides, not the name
    path.write_bytes(saved(Image.fromarray(pixels()), kind, **LOSSLESS[kind]))
    assert np.array_equal(loaded(path), pixels())


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, kind: str) -> None:
    path = tmp_path / "image"
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    path.write_bytes(saved(Image.fromarray(pixels()), kind, exif=exif))
    assert np.array_equal(loaded(path), UPRIGHT[orientation](pixels()))


def test_unknown_orientation_is_no_orientation(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 9
    path.write_bytes(saved(Image.fromarray(pixels()), "PNG", exif=exif))
    assert np.array_equal(loaded(path), pixels())


def palette_image() -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *CYAN])
    image.putdata([1, 0])
    return image


@pytest.mark.parametrize(
    ("image", "kind", "expected"),
    [
        (Image.fromarray(np.array([[0, 9, 255]], dtype=np.uint8)), "PNG", [BLACK, (9, 9, 9), WHITE]),
        (Image.fromarray(np.array([[0, 511, 65535]], dtype=np.uint16)), "PNG", [BLACK, (1, 1, 1), WHITE]),
        (Image.fromarray(np.array([[0, 511, 65535]], dtype=np.uint16)), "TIFF", [BLACK, (1, 1, 1), WHITE]),
        (Image.fromarray(np.array([[False, True]])), "PNG", [BLACK, WHITE]),
        (palette_image(), "PNG", [CYAN, RED]),
        (palette_image(), "GIF", [CYAN, RED]),
        (Image.new("RGBA", (1, 1), (*RED, 0)), "PNG", [RED]),
        (Image.new("LA", (1, 1), (7, 99)), "PNG", [(7, 7, 7)]),
        (Image.new("CMYK", (1, 1), (255, 0, 0, 0)), "TIFF", [CYAN]),
        (Image.new("CMYK", (1, 1), (0, 0, 0, 255)), "TIFF", [BLACK]),
    ],
    ids=["gray", "gray16", "gray16 tiff", "bilevel", "palette", "gif", "rgba", "gray+alpha", "cmyk", "cmyk black"],
)
def test_every_color_mode_becomes_rgb(
    tmp_path: Path, image: Image.Image, kind: str, expected: list[tuple[int, int, int]]
) -> None:
    path = tmp_path / "image"
    path.write_bytes(saved(image, kind))
    assert [tuple(pixel) for pixel in loaded(path)[0].tolist()] == expected


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2000, 10)])
def test_any_shape_reaches_the_network(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "image.png"
    Image.new("RGB", size, RED).save(path)
    prepared = preprocess(load_image(path), preprocessing_for(32, 64))
    assert prepared.shape == (3, 32, 64)
    assert np.array_equal(prepared[0], np.ones((32, 64)))
    assert not prepared[1:].any()


def test_no_image(tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("no image", encoding="utf-8")
    empty = tmp_path / "empty.png"
    empty.touch()
    assert "does not exist" in refusal(tmp_path / "missing.jpg").problem
    assert "is a folder" in refusal(tmp_path).problem
    assert "unknown format" in refusal(text).problem
    assert "unknown format" in refusal(empty).problem
    assert "JPEG, PNG" in refusal(text).remedy


@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Tag data larger")
@pytest.mark.parametrize("kind", PHOTO_FORMATS)
def test_truncated_images_are_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "image"
    whole = saved(Image.fromarray(pixels(31, 23)), kind)
    for length in (1, 2, 10, len(whole) // 4, len(whole) // 2, 3 * len(whole) // 4):
        path.write_bytes(whole[:length])
        refusal(path)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the metadata
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(PHOTO_FORMATS), data=st.data())
def test_changed_bytes_load_or_are_refused(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    content = bytearray(saved(Image.fromarray(pixels(9, 8)), kind))
    places = st.integers(0, min(len(content), 120) - 1)  # where headers are
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)):
        content[place] = byte
    path = tmp_path / "image"
    path.write_bytes(content)
    try:
        assert load_image(path).mode == "RGB"
    except InputFileError as error:
        assert str(path) in error.problem
        assert error.remedy


def test_an_image_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(InputFileError, match="1x60000 is too elongated"):
        preprocess(Image.new("RGB", (1, 60_000)), preprocessing_for(224, 224))
