"""The images that a quantizer learns ranges and means from: the user's, the demo's training split, or some of ours."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cloformer.export.reference.run import Floats, reference_inputs
from cloformer.model import InputFileError, Preprocessing, load_image, preprocess
from cloformer.model.demo import is_demo
from cloformer.model.preprocessing import upright_rgb

from .image_files import MOST_IMAGES, WANTED, find_images


@dataclass(frozen=True)
class Calibration:
    """What a quantizer learns from.

    Attributes:
        source: where the images come from, as the report says it.
        images: (N, 3, H, W) in [0, 1], preprocessed, not normalized.
        unreadable: files that were skipped.
        representative: False if the images may not resemble those that the app will see.
        targets: the classes of the first images, if they are known.
    """

    source: str
    images: Floats
    unreadable: tuple[str, ...] = ()
    representative: bool = True
    targets: NDArray[np.int64] | None = None


def batches_of(images: Floats, size: int) -> list[Floats]:
    """Cut ``images`` into batches of exactly ``size``; the last one is filled up with images from the front."""
    count = -(-len(images) // size)
    return list(np.resize(images, (count * size, *images.shape[1:])).reshape(count, size, *images.shape[1:]))


CalibrationLoader = Callable[[Preprocessing], Calibration]
"""A function that reads the images once the size of the input is known."""


def find_calibration(source: Path | None, checkpoint: Path | None, count: int = MOST_IMAGES) -> CalibrationLoader:
    """Decide what to calibrate on, and check that it exists; the images are read later.

    Args:
        source: a folder (its images, in all its folders), one image, a text file with one path a line, or ``demo``.
        checkpoint: decides what is used without a ``source``: the demo's training split, or the reference images.
        count: the most images to use, evenly spaced over the files in the order of their names.

    Raises:
        UsageError: the count is not positive.
        InputFileError: ``source`` does not exist, or contains no image.
    """
    if is_demo(checkpoint if source is None else source):
        return lambda contract: _from_demo(contract, count)
    if source is not None:
        files = find_images(source, count)
        return lambda contract: _from_files(source, files, contract)
    return reference_calibration


def reference_calibration(contract: Preprocessing) -> Calibration:
    """Return the reference images mirrored, so that parity is judged on other images."""
    mirrored = np.ascontiguousarray(reference_inputs(contract)[..., ::-1])
    return Calibration("the reference images, mirrored", mirrored, representative=False)


def _from_demo(contract: Preprocessing, count: int) -> Calibration:
    from cloformer.model.demo.digits import load_splits  # noqa: PLC0415 - a second, and other checkpoints need none

    training = load_splits()[0]
    digits = np.stack([preprocess(upright_rgb(each), contract) for each in training.images()[:count]])
    # The self-tests of the apps replay photographs too, which reach much farther than digits.
    images = np.concatenate([digits, reference_calibration(contract).images])
    return Calibration("the demo's training split, and some photographs", images, targets=training.targets[:count])


def _from_files(source: Path, files: list[Path], contract: Preprocessing) -> Calibration:
    cached = _cache_folder() / f"{_fingerprint(files, contract)}.npz"
    try:
        with np.load(cached) as stored:  # plain arrays: numpy runs no code to read them
            pixels, readable = stored["pixels"], stored["readable"]
    except (OSError, ValueError, KeyError):
        pixels, readable = _read(files, contract)
        if not readable.any():
            raise InputFileError(f"none of the {len(files)} images of {source} can be read", WANTED) from None
        _store(cached, pixels, readable)
    unreadable = tuple(str(path) for path, good in zip(files, readable, strict=True) if not good)
    return Calibration(str(source), pixels.astype(np.float32) / np.float32(255), unreadable)


def _read(files: list[Path], contract: Preprocessing) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    pixels = []
    readable = np.zeros(len(files), dtype=np.bool_)
    for index, path in enumerate(files):
        try:
            image = preprocess(load_image(path), contract)
        except InputFileError:
            continue
        pixels.append(np.rint(image * 255).astype(np.uint8))  # exact: it was 8 bits before
        readable[index] = True
    return np.array(pixels, dtype=np.uint8), readable


def _fingerprint(files: list[Path], contract: Preprocessing) -> str:
    digest = hashlib.sha256(contract.model_dump_json().encode())
    for path in files:
        facts = path.stat()
        digest.update(f"{path.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:32]


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloformer" / "calibration"


def _store(path: Path, pixels: NDArray[np.uint8], readable: NDArray[np.bool_]) -> None:
    """Write the cache completely or not at all; a full disk costs only the cache."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            np.savez(file, pixels=pixels, readable=readable)
        Path(file.name).replace(path)
    except OSError:
        return
