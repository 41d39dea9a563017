"""Preprocessing vectors: the same real images and expected crops for Python, Kotlin and Swift.

``python -m tests.preprocessing_vectors FOLDER`` writes them. Nothing of it is committed: the Python contract
(``cloformer.model.preprocess``) is the truth, and a change of it changes the vectors.

``FOLDER/index.json`` has a ``format`` (1), and two lists.

``images``, each with
    ``name``
    ``file``: the image, PNG or JPEG, with its EXIF tag where it has one.
    ``orientation``: what a reader of that tag has to apply, 1 to 8 (1 where the tag is missing or means nothing).
    ``pixels``: ``{file, shape}``, the image as Pillow decodes it, before any turning: raw uint8 RGB, (H, W, 3).
        Decoders of JPEG differ by a few of 255, those of PNG do not: compare crops from these pixels.
    ``expected``: list of ``{resize, crop, file, shape}``: two sizes (height, width) of the contract, and the crop
        that it must give: raw uint8 RGB, (H, W, 3), upright.
``refused``: list of ``{height, width, resize, crop}``: sizes of upright images that are too elongated to be resized.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from cloformer.export.reference.images import reference_images
from cloformer.model import Preprocessing, preprocess, preprocessing_for
from cloformer.model.preprocessing import upright_rgb

FORMAT = 1

SIZES = ((64, 64), (224, 224), (96, 160))
"""Heights and widths of the network's input; their resized sides differ from the crop by odd and by even numbers."""

TOO_ELONGATED = ((1, 100_000), (4_000_000, 1))

_PHOTOGRAPHS = (
    "astronaut",
    "coffee",
    "rocket",
    "retina",
    "hubble_deep_field",
    "tissue",
    "motorcycle",
    "cameraman",  # grayscale
    "china",
    "flower",
    "digit_0",  # 8x8, grayscale
    "digit_3",
    "digit_7",
)

# Name: which part of which photograph, as left, top, right, bottom.
_CUTS: dict[str, tuple[str, tuple[int, int, int, int]]] = {
    "odd_sides": ("chelsea", (11, 7, 412, 286)),
    "prime_sides": ("astronaut", (3, 5, 134, 516 - 4)),
    "already_73": ("coffee", (100, 100, 173, 173)),
    "already_256": ("china", (10, 20, 266, 276)),
    "smaller_than_the_crop": ("flower", (300, 200, 333, 229)),
    "very_wide": ("china", (0, 200, 640, 217)),
    "very_tall": ("rocket", (300, 0, 311, 427)),
    "one_row": ("coffee", (0, 30, 40, 31)),
    "one_column": ("coffee", (30, 0, 31, 40)),
    "two_by_three": ("astronaut", (200, 100, 203, 102)),
    "one_pixel": ("astronaut", (200, 100, 201, 101)),
}


@dataclass(frozen=True)
class _Case:
    name: str
    image: Image.Image
    suffix: str = "png"
    orientation: int = 1
    exif: bytes = b""


def main(folder: Path) -> None:
    """Write the vectors into ``folder``, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    contracts = [preprocessing_for(*size) for size in SIZES]
    index = {
        "format": FORMAT,
        "images": [_write(folder, case, contracts) for case in _cases()],
        "refused": [
            {"height": height, "width": width, "resize": contracts[0].resize, "crop": contracts[0].crop}
            for height, width in TOO_ELONGATED
        ],
    }
    (folder / "index.json").write_text(json.dumps(index, indent=1) + "\n", "utf-8")


def _cases() -> Iterator[_Case]:
    images = reference_images()
    for name in _PHOTOGRAPHS:
        yield _Case(name, images[name])
    yield _Case("photograph_as_jpeg", images["chelsea"], "jpg")
    yield _Case("grayscale_as_jpeg", images["cameraman"].resize((301, 203)), "jpg")
    for name, (source, box) in _CUTS.items():
        yield _Case(name, images[source].crop(box))
    yield _Case("transparent", _with_alpha(images["coffee"].resize((151, 99))))
    yield _Case("palette", images["flower"].resize((203, 131)).quantize(64))
    cat = images["chelsea"].resize((227, 151))
    for orientation in range(1, 9):
        order = "<" if orientation % 2 else ">"  # cameras write both byte orders
        yield _Case(f"jpeg_orientation_{orientation}", cat, "jpg", orientation, _exif(orientation, order))
        yield _Case(f"png_orientation_{orientation}", cat, "png", orientation, _exif(orientation, order))
    yield _Case("orientation_9_means_nothing", cat, "jpg", 1, _exif(9, "<"))


def _with_alpha(image: Image.Image) -> Image.Image:
    """Give an image a transparency that runs from left to right; the contract drops it without blending."""
    image = image.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").rotate(90).resize(image.size))
    return image


def _exif(orientation: int, order: str) -> bytes:
    """Return an EXIF block whose one tag is the orientation, little- or big-endian."""
    mark = {"<": b"II", ">": b"MM"}[order]
    return b"Exif\0\0" + mark + struct.pack(f"{order}HIHHHIHHI", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _write(folder: Path, case: _Case, contracts: list[Preprocessing]) -> dict[str, object]:
    path = folder / f"{case.name}.{case.suffix}"
    case.image.save(path, exif=case.exif, quality=92)
    with Image.open(path) as stored:
        stored.load()
        upright = upright_rgb(stored)
        found = stored.getexif().get(0x0112, 1)
        assert case.orientation == (found if found in range(1, 9) else 1)
        pixels = np.asarray(stored.convert("RGB"))
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(stored).convert("RGB")), np.asarray(upright))
    return {
        "name": case.name,
        "file": path.name,
        "orientation": case.orientation,
        "pixels": _write_pixels(folder / f"{case.name}.rgb", pixels),
        "expected": [
            {"resize": contract.resize, "crop": contract.crop, **_write_pixels(folder / name, _crop(upright, contract))}
            for contract in contracts
            for name in [f"{case.name}.{contract.crop[0]}x{contract.crop[1]}.rgb"]
        ],
    }


def _crop(upright: Image.Image, contract: Preprocessing) -> NDArray[np.uint8]:
    planes = preprocess(upright, contract)
    pixels: NDArray[np.uint8] = np.rint(planes.transpose(1, 2, 0) * 255).astype(np.uint8)
    return pixels


def _write_pixels(path: Path, pixels: NDArray[np.uint8]) -> dict[str, object]:
    path.write_bytes(np.ascontiguousarray(pixels).tobytes())
    return {"file": path.name, "shape": pixels.shape}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
