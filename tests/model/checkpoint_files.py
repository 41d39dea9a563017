"""Checkpoints to read and to refuse: small weights, ways of saving, and what a refusal looks like."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor

from cloformer.model import InputFileError
from cloformer.model.checkpoint import read_checkpoint

Weights = dict[str, Tensor]


def small_weights() -> Weights:
    """A state dict that is quick to write and to read, and fits no variant."""
    generator = torch.Generator().manual_seed(0)
    return {
        "norm.weight": torch.randn(4, generator=generator),
        "head.weight": torch.randn(3, 4, generator=generator),
        "norm.num_batches_tracked": torch.tensor(7),
    }


def saved_zip(content: object) -> bytes:
    return _saved(content, in_a_zip=True)


def saved_legacy(content: object) -> bytes:
    """``torch.save``'s format before PyTorch 1.6."""
    return _saved(content, in_a_zip=False)


def saved_safetensors(weights: Weights) -> bytes:
    return safetensors.torch.save(weights)


def _saved(content: object, in_a_zip: bool) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=in_a_zip)
    return file.getvalue()


TORCH_FORMATS: list[Callable[[object], bytes]] = [saved_zip, saved_legacy]

FORMATS: dict[str, Callable[[Weights], bytes]] = {
    ".safetensors": saved_safetensors,
    ".pth": saved_zip,
    ".pt": saved_legacy,
}
"""How state dicts are saved, each with a suffix of its own."""


def safetensors_file(header: object, data: bytes = b"") -> bytes:
    """A safetensors file with any header, true or not; a str is written as it is."""
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + data


def refusal(path: Path, read: Callable[[Path], object] = read_checkpoint) -> InputFileError:
    """What reading ``path`` raises: always this type, with one line about this file and one about what to do."""
    with pytest.raises(InputFileError) as caught:
        read(path)
    error = caught.value
    assert error.exit_code == 4
    assert str(path) in error.problem
    assert error.remedy
    assert "\n" not in error.problem + error.remedy
    return error


def assert_same_weights(loaded: Weights, expected: Weights) -> None:
    assert list(loaded) == list(expected)
    for name, value in expected.items():
        assert loaded[name].dtype == value.dtype, name
        assert torch.equal(loaded[name], value), name
