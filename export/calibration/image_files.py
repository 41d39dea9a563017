"""Finding the image files to calibrate on, so that a wrong ``--calibration`` is refused before anything is loaded."""

from __future__ import annotations

from pathlib import Path

from cloformer.model import InputFileError, UsageError

MOST_IMAGES = 64
"""How many images are used by default: ranges depend on the largest values, and settle after a few dozen images."""

WANTED = "give a folder of photographs, an image, or a text file that names one image a line"


def find_images(source: Path, count: int) -> list[Path]:
    """Return at most ``count`` image files, evenly spaced over all in the order of their names.

    Args:
        source: a folder (the images in it and in all its folders), one image, or a text file with one path a line.
        count: the most files to return.

    Raises:
        UsageError: the count is not positive.
        InputFileError: ``source`` does not exist, or contains no image.
    """
    if count < 1:
        raise UsageError(f"a calibration needs at least one image, not {count}")
    return _evenly(_image_files(source), count)


def _image_files(source: Path) -> list[Path]:
    from PIL import Image  # noqa: PLC0415 - the command line imports this module for its default

    suffixes = frozenset(Image.registered_extensions())
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.suffix.lower() in suffixes and path.is_file())
    elif source.suffix.lower() in suffixes:
        files = [source]
    else:
        files = _listed_files(source)
    missing = [path for path in files if not path.is_file()]
    if missing or not files:
        what = f"{missing[0]} does not exist" if missing else f"{source} contains no image"
        raise InputFileError(f"cannot calibrate: {what}", WANTED)
    return files


def _listed_files(source: Path) -> list[Path]:
    try:
        lines = source.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputFileError(
            f"cannot calibrate on {source}: it is not a folder, an image, or a readable text file", WANTED
        ) from error
    return [source.parent / line.strip() for line in lines if line.strip()]


def _evenly(files: list[Path], count: int) -> list[Path]:
    gaps = max(1, min(count, len(files)) - 1)
    return [files[round(index * (len(files) - 1) / gaps)] for index in range(min(count, len(files)))]
