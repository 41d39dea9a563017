"""Reading a user's weights: safetensors, plain state dicts and the official training checkpoints.

A checkpoint is untrusted. PyTorch files are read with ``weights_only=True``, which builds tensors and plain
containers and refuses everything else; the configuration objects that training scripts leave in their checkpoints
become inert stand-ins.
"""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .errors import InputFileError

_WEIGHT_KEYS = ("model", "state_dict")
"""Where training scripts keep the weights; the official one uses ``model``."""

_WRAPPER_PREFIXES = ("module.", "_orig_mod.")
"""What data-parallel training and ``torch.compile`` put before every name."""

_SUFFIXES = ".safetensors, .pth, .pt, .bin"


class _InertDict(dict[str, Any]):
    """Stands for a yacs ``CfgNode``: keeps its items, runs nothing."""

    def __setstate__(self, state: object) -> None:
        """Drop the attributes; only the weights are wanted."""


class _InertObject:
    """Stands for an ``argparse.Namespace``."""

    def __setstate__(self, state: object) -> None:
        """Drop the attributes; only the weights are wanted."""


_STAND_INS: list[Any] = [
    (_InertDict, "yacs.config.CfgNode"),
    (_InertObject, "argparse.Namespace"),
]


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Read the state dict in ``path``, without wrapper prefixes and in float32.

    Raises:
        InputFileError: the file is missing, truncated, of another kind, without weights, or would need code to load.
    """
    if not path.is_file():
        kind = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise InputFileError(f"the checkpoint {path} {kind}", f"give a file ({_SUFFIXES})")
    try:
        loaded = load_file(path) if path.suffix == ".safetensors" else _read_torch_file(path)
    except OSError as error:
        raise InputFileError(f"cannot read the checkpoint {path}: {error.strerror}") from error
    except SafetensorError as error:
        raise InputFileError(
            f"{path} is not a readable safetensors file ({error})", "copy it again; it may be truncated"
        ) from error
    return _clean(path, _find_weights(path, loaded))


def _read_torch_file(path: Path) -> object:
    try:
        with torch.serialization.safe_globals(_STAND_INS):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        message = str(error)
        if "Unsupported global" in message or "Unsupported class" in message:
            found = re.search(r"(?:GLOBAL|class) ([\w.]+)", message)
            name = found[1] if found else "of an unknown type"
            raise InputFileError(
                f"{path} carries the Python object {name}, which only running code from the file could load",
                'keep the weights alone: torch.save(checkpoint["model"], "weights.pth")',
            ) from error
        raise InputFileError(
            f"{path} is not a PyTorch checkpoint",
            f"give a file written by torch.save or safetensors ({_SUFFIXES})",
        ) from error
    except (EOFError, RuntimeError, ValueError, KeyError, AttributeError, TypeError, IndexError) as error:
        broken = "is damaged or truncated" if _looks_like_torch_file(path) else "is not a PyTorch checkpoint"
        raise InputFileError(f"{path} {broken}", "copy it again, and compare its size and checksum") from error


def _looks_like_torch_file(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(4)
    return head[:2] == b"PK" or head[:1] == b"\x80" or zipfile.is_zipfile(path)


def _find_weights(path: Path, loaded: object) -> Mapping[object, object]:
    if isinstance(loaded, Mapping):
        for key in _WEIGHT_KEYS:
            inner = loaded.get(key)
            if isinstance(inner, Mapping):
                return inner
        if any(isinstance(value, Tensor) for value in loaded.values()):
            return loaded
    raise InputFileError(
        f"{path} holds no weights: neither a state dict nor one under {' or '.join(map(repr, _WEIGHT_KEYS))}",
        "save the model's state_dict() and give that file",
    )


def _clean(path: Path, weights: Mapping[object, object]) -> dict[str, Tensor]:
    cleaned: dict[str, Tensor] = {}
    for key, value in weights.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise InputFileError(
                f"{path} holds no plain state dict: the entry {key!r} is a {type(value).__name__}",
                "save the model's state_dict() and give that file",
            )
        name = key
        while name.startswith(_WRAPPER_PREFIXES):
            name = name.split(".", 1)[1]
        cleaned[name] = value.float() if value.is_floating_point() else value
    return cleaned
