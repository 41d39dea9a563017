"""What is recorded of a model's weights."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class WeightsInfo(BaseModel):
    """Where a model's weights come from.

    Attributes:
        name: short name, used in folder names: ``random``, or the checkpoint's file name and content.
        source: ``random`` (seeded, untrained), ``checkpoint`` (a file), or ``module`` (the caller's own weights).
        sha256: over every parameter's name, shape and value, whatever file they came in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: Literal["random", "checkpoint", "module"]
    sha256: str
