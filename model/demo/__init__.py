"""The demo checkpoint: CloFormer-XXS trained on scikit-learn's handwritten digits, shipped with the package.

``--checkpoint demo`` selects this file. It was made with ``python -m cloformer.model.demo``.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

DEMO = "demo"
"""The word that selects the demo checkpoint wherever a checkpoint is expected."""

DEMO_VARIANT = "xxs"
DEMO_IMAGE_SIZE = 64
DEMO_LABELS = tuple(str(digit) for digit in range(10))


def is_demo(checkpoint: str | Path | None) -> bool:
    """Return whether ``checkpoint`` is the demo checkpoint, given as the word ``demo`` or by its path."""
    return checkpoint is not None and (str(checkpoint) == DEMO or Path(checkpoint) == demo_checkpoint())


def demo_checkpoint() -> Path:
    """Return the path of the demo checkpoint, a safetensors file in float16."""
    return Path(str(resources.files(__name__).joinpath("digits_xxs.safetensors")))
