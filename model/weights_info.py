"""The facts that are recorded about a model's weights."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class WeightsInfo(BaseModel):
    """The origin of a model's weights.

    Attributes:
        name: a short name for folder names: ``random``, or the checkpoint's file name and a hash of its weights.
        source: ``random`` (seeded, untrained), ``checkpoint`` (a file), or ``module`` (the caller's own weights).
        sha256: the hash of every parameter's name, shape and value, independent of the file format.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    source: Literal["random", "checkpoint", "module"]
    sha256: str
