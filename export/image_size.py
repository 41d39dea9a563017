"""Reading ``--image-size``: ``224`` or ``256x320`` (height x width)."""

from __future__ import annotations

import re

from cloformer.model import UsageError


def parse_image_size(text: str) -> tuple[int, int]:
    """Return (height, width).

    Raises:
        UsageError: the text is neither ``N`` nor ``HxW``.
    """
    match = re.fullmatch(r"([0-9]{1,9})(?:[xX]([0-9]{1,9}))?", text.strip())
    if match is None:
        raise UsageError(f"--image-size cannot be {text!r}", "give a side, such as 224, or HxW, such as 256x320")
    height = int(match[1])
    return height, int(match[2]) if match[2] else height
