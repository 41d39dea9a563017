"""Drawing boxes and masks over the image that the network saw."""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw

from cloformer.model import InputFileError
from cloformer.runtimes.bundle.manifest import EmbeddedFacts
from cloformer.runtimes.session import Floats

from .findings import Finding, Outputs
from .masks import read_mask

_GOLDEN_RATIO = 0.618034
"""The step between class hues, which keeps the hues of different classes apart; both apps use the same colors."""
_SATURATION, _VALUE = 0.65, 0.95
_OPACITY = 0.5


def class_color(target: int) -> tuple[int, int, int]:
    """Return the RGB color of a class, with values from 0 to 255."""
    red, green, blue = colorsys.hsv_to_rgb(target * _GOLDEN_RATIO % 1, _SATURATION, _VALUE)
    return round(255 * red), round(255 * green), round(255 * blue)


def draw(pixels: Floats, outputs: Outputs, findings: tuple[Finding, ...], facts: EmbeddedFacts) -> Image.Image:
    """Draw the findings over the network's input.

    Args:
        pixels: the network's input (3, H, W) in [0, 1].
        outputs: the outputs for this image.
        findings: the findings that ``READINGS`` extracted from the outputs.
        facts: the facts of the artifact.

    Raises:
        InputFileError: there is nothing to draw for the artifact's task.
    """
    image = Image.fromarray(np.rint(pixels.transpose(1, 2, 0) * 255).astype(np.uint8))
    match facts.model.task:
        case "detection":
            return _draw_boxes(image, findings, facts)
        case "segmentation":
            return _draw_mask(image, outputs["class_map"])
        case task:
            raise InputFileError(f"{task} has nothing to draw", "omit --draw")


def _draw_boxes(image: Image.Image, findings: tuple[Finding, ...], facts: EmbeddedFacts) -> Image.Image:
    pen = ImageDraw.Draw(image)
    for found in reversed(findings):  # the highest score on top
        assert found.corners is not None and found.share is not None
        color = class_color(facts.labels.index(found.label))
        pen.rectangle(found.corners, outline=color, width=2)
        text = f"{found.label} {found.share:.2f}"
        left, top = found.corners[0] + 2, found.corners[1] + 1
        pen.rectangle(pen.textbbox((left, top), text), fill=color)
        pen.text((left, top), text, fill="black")
    return image


def _draw_mask(image: Image.Image, class_map: Floats) -> Image.Image:
    colors = np.array([class_color(target) for target in range(len(class_map))], dtype=np.uint8)
    mask = Image.fromarray(colors[read_mask(class_map)]).resize(image.size, Image.Resampling.NEAREST)
    return Image.blend(image, mask, _OPACITY)
