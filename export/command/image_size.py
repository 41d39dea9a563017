"""Reading ``--image-size``: ``224`` or ``256x320`` (height x width)."""

from __future__ import annotations

import re
from pathlib import Path

from cloformer.model import UsageError
from cloformer.model.demo import DEMO_IMAGE_SIZE, is_demo
from cloformer.model.tasks import find_task


def default_size(task: str, checkpoint: Path | None) -> tuple[int, int]:
    """Return the default (height, width): the size that the weights were trained at."""
    side = DEMO_IMAGE_SIZE if is_demo(checkpoint) else find_task(task).image_size
    return side, side


def parse_image_size(text: str) -> tuple[int, int]:
    """Return the (height, width) that ``text`` names.

    Raises:
        UsageError: the text is neither ``N`` nor ``HxW``.
    """
    match = re.fullmatch(r"([0-9]{1,9})(?:[xX]([0-9]{1,9}))?", text.strip())
    if match is None:
        raise UsageError(f"--image-size cannot be {text!r}", "give a side, such as 224, or HxW, such as 256x320")
    height = int(match[1])
    return height, int(match[2]) if match[2] else height
