"""Turning an image file into the network's input, by one contract for every command, every bundle and both apps.

It follows the official evaluation (data/build.py): resize the shorter side to 256 (bicubic), crop the central 224,
normalize with ImageNet's mean and standard deviation; generalized to other sizes. Every manifest contains the numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict

from .errors import InputFileError
from .tasks import CLASSIFICATION, TASKS
from .variants import check_image_size

Triple = tuple[float, float, float]

_MOST_PIXELS = 1 << 28
"""The maximum number of pixels of a resized image: 0.8 GB in RGB."""


class Preprocessing(BaseModel):
    """The steps that turn an image into the network's input, in this order.

    1. Rotate the image upright according to its EXIF orientation, and convert it to 8-bit RGB.
    2. Resize, keeping the aspect ratio, to the smallest size that covers ``resize`` (height, width).
    3. Cut ``crop`` (height, width) out of the center.
    4. Divide by 255, to [0, 1].
    5. Subtract ``mean`` and divide by ``std``, per channel. Skip this step if the artifact normalizes its own input.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    resize: tuple[int, int]
    crop: tuple[int, int]
    interpolation: Literal["bicubic"] = "bicubic"
    antialias: Literal[True] = True
    color_order: Literal["RGB"] = "RGB"
    mean: Triple = (0.485, 0.456, 0.406)
    std: Triple = (0.229, 0.224, 0.225)


def preprocessing_for(height: int, width: int, task: str = CLASSIFICATION) -> Preprocessing:
    """Return the contract for inputs of ``height`` x ``width``: resize to 256/224 of that size, then crop.

    A dense task sees the whole image, except for what must be cropped to match the input's aspect ratio.

    Raises:
        UsageError: a side is not a multiple of 32.
    """
    check_image_size(height, width)
    if not TASKS[task].crops:
        return Preprocessing(resize=(height, width), crop=(height, width))
    return Preprocessing(resize=(height * 256 // 224, width * 256 // 224), crop=(height, width))


def load_image(path: Path) -> Image.Image:
    """Read an image file and return it upright and in RGB (step 1).

    Raises:
        InputFileError: the file is missing, truncated, or not an image.
    """
    try:
        with Image.open(path) as image:
            image.load()
            return upright_rgb(image)
    except FileNotFoundError as error:
        raise InputFileError(f"the image {path} does not exist") from error
    # Pillow's decoders raise all of these on damaged files; RuntimeError is the AVIF decoder's.
    except (OSError, SyntaxError, ValueError, RuntimeError, Image.DecompressionBombError) as error:
        reason = "is a folder" if path.is_dir() else f"cannot be read as an image ({_reason(error)})"
        raise InputFileError(f"{path} {reason}", "use JPEG, PNG, WebP or another format that Pillow reads") from error


def upright_rgb(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation and convert to 8-bit RGB; 16-bit grayscale keeps its high byte."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode == "I":
        upright = Image.fromarray((np.asarray(upright).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8))
    return upright.convert("RGB")


def resized_shape(height: int, width: int, cover: tuple[int, int]) -> tuple[int, int]:
    """Return the smallest (height, width) of the same aspect ratio that covers ``cover``, rounded down.

    The rounding is torchvision's, so that a square input gets the same pixels as in the official evaluation.
    """
    cover_height, cover_width = cover
    if cover_height * width >= cover_width * height:
        return cover_height, max(cover_width, cover_height * width // height)
    return max(cover_height, cover_width * height // width), cover_width


def preprocess(image: Image.Image, contract: Preprocessing) -> NDArray[np.float32]:
    """Apply steps 2 to 4: turn an upright RGB image into float32 (3, H, W) in [0, 1].

    Raises:
        InputFileError: the image is so elongated that it would not fit in memory after resizing.
    """
    height, width = resized_shape(image.height, image.width, contract.resize)
    if height * width > _MOST_PIXELS:
        raise InputFileError(
            f"an image of {image.width}x{image.height} is too elongated: resized to cover the crop it would have "
            f"{height * width / 1e6:.0f} million pixels",
            "cut out the part that matters first",
        )
    resized = image.resize((width, height), Image.Resampling.BICUBIC)
    crop_height, crop_width = contract.crop
    top, left = round((height - crop_height) / 2), round((width - crop_width) / 2)
    cropped = resized.crop((left, top, left + crop_width, top + crop_height))
    pixels = np.asarray(cropped, dtype=np.float32) / np.float32(255)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def normalize(batch: NDArray[np.float32], contract: Preprocessing) -> NDArray[np.float32]:
    """Apply step 5: normalize (N, 3, H, W) in [0, 1] for the reference network."""
    mean = np.array(contract.mean, dtype=np.float32).reshape(1, 3, 1, 1)
    std = np.array(contract.std, dtype=np.float32).reshape(1, 3, 1, 1)
    return (batch - mean) / std


def _reason(error: Exception) -> str:
    return "unknown format" if isinstance(error, UnidentifiedImageError) else str(error)
