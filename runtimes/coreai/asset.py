"""Loading a Core AI asset, after checking that it is intact, and calling its function from synchronous code."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from coreai.authoring.asset import AIModelAsset
from coreai.runtime import InferenceFunction, NDArray

from cloformer.model import InputFileError
from cloformer.runtimes.session import Floats

IMAGE = "image"
"""The name of every artifact's input."""

_PROGRAM, _PROGRAM_HASH = "main.mlirb", "main.hash"

Result = TypeVar("Result")

# The runtime's Swift threads release their Python objects a moment after a call has returned. If that happens while the
# interpreter shuts down, the process aborts: in 7 of 30 runs of a small asset, and in none of 100 with this pause.
atexit.register(time.sleep, 0.1)


def load_asset(path: Path) -> AIModelAsset:
    """Open the asset ``path`` after checking its program against the hash stored next to it.

    Without this check a damaged program would abort the process instead of raising an error.

    Raises:
        InputFileError: the path is not an asset, or the asset is damaged.
    """
    try:
        whole = hashlib.sha256((path / _PROGRAM).read_bytes()).digest() == (path / _PROGRAM_HASH).read_bytes()
    except OSError as error:
        raise InputFileError(f"{path} is not a Core AI asset: {error.strerror}", "export it again") from error
    if not whole:
        raise InputFileError(f"{path} is damaged: {_PROGRAM} does not match {_PROGRAM_HASH}", "export it again")
    try:
        return AIModelAsset.load(path)
    except RuntimeError as error:
        raise InputFileError(f"Core AI cannot load {path}: {error}", "export it again") from error


def metadata_of(asset: AIModelAsset) -> dict[str, str]:
    """Return the custom metadata of an asset."""
    entries: dict[str, str] = asset.metadata.creator_defined_metadata  # type: ignore[attr-defined]  # not in its stub
    return entries


class MainFunction:
    """The main function of an asset, compiled for this machine.

    Attributes:
        input_shape: the shape N, 3, H, W of its input; empty if its input is not an image.
        output_names: the names of its outputs.
    """

    def __init__(self, asset: AIModelAsset) -> None:
        self._function = _finish(_load_main, asset)
        description = self._function.desc
        has_image = description.input_names == [IMAGE]
        self.input_shape = tuple(description.input_descriptor(IMAGE).shape) if has_image else ()
        self.output_names = tuple(description.output_names)

    def __call__(self, image: Floats) -> dict[str, Floats]:
        """Run a batch and return each output in float32; several threads may call this at once."""
        return _finish(_call, self._function, image)


async def _load_main(asset: AIModelAsset) -> InferenceFunction:
    async with asset.executable() as model:
        return model.load_function("main")


async def _call(function: InferenceFunction, image: Floats) -> dict[str, Floats]:
    outputs = await function({IMAGE: NDArray(image)})
    arrays = {name: output for name, output in outputs.items() if isinstance(output, NDArray)}  # no output is an image
    return {name: np.array(array.numpy(), dtype=np.float32) for name, array in arrays.items()}


def _finish(function: Callable[..., Coroutine[Any, Any, Result]], *arguments: object) -> Result:
    """Await in a separate thread, because the caller's may already run an event loop, as in a notebook."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(function(*arguments))).result()
