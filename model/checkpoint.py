"""Reading a user's weights: safetensors, plain state dicts and the official training checkpoints.

A checkpoint is untrusted. PyTorch files are read with ``weights_only=True``, which builds only tensors and plain
containers and rejects everything else; configuration objects that training scripts store in their checkpoints
are replaced by inert stand-ins.
"""

from __future__ import annotations

import pickle
import pickletools
import re
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .errors import InputFileError

_WEIGHT_KEYS = ("model", "state_dict")
"""The keys under which training scripts store the weights; the official script uses ``model``."""

_WRAPPER_PREFIXES = ("module.", "_orig_mod.")
"""The prefixes that data-parallel training and ``torch.compile`` add to every name."""

_SUFFIXES = ".safetensors, .pth, .pt, .bin"

_ZIP_START = b"PK"
_LEGACY_START = b"\x80\x02\x8a\n"
"""The first bytes of PyTorch's two file formats: a zip archive or, before PyTorch 1.6, a sequence of pickles."""

_LEGACY_PICKLES = 4

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)

_GIVE_CHECKPOINT = f"use a file written by torch.save or safetensors ({_SUFFIXES})"
_COPY_AGAIN = "copy it again, and compare its size and checksum"
_SAVE_STATE_DICT = "save the model's state_dict() and use that file"


class _InertObject:
    """A stand-in for ``argparse.Namespace``."""

    def __setstate__(self, state: object) -> None:
        """Drop the attributes; only the weights are needed."""


_STAND_INS: list[Any] = [
    (OrderedDict, "yacs.config.CfgNode"),  # PyTorch fills only mappings of its own exact types
    (_InertObject, "argparse.Namespace"),
]


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Read the state dict in ``path``, with wrapper prefixes removed and floats converted to float32.

    Raises:
        InputFileError: the file is missing, truncated, not a checkpoint, has no weights, or could only be loaded by
            running code from it.
    """
    try:
        _check_file(path)
        return _clean(path, _find_weights(path, _load(path)))
    except InputFileError:
        raise
    except OSError as error:
        raise InputFileError(
            f"cannot read the checkpoint {path}: {error.strerror or error}", "check the path and its read permissions"
        ) from error
    except SafetensorError as error:
        raise InputFileError(f"{path} is not a readable safetensors file ({error})", _COPY_AGAIN) from error
    except Exception as error:  # the readers parse an untrusted file, so any failure is the file's fault
        raise _unreadable(path) from error


def _check_file(path: Path) -> None:
    if not path.is_file():
        kind = "is a folder, not a file" if path.is_dir() else "is not a file" if path.exists() else "does not exist"
        raise InputFileError(f"the checkpoint {path} {kind}", _GIVE_CHECKPOINT)
    if not path.stat().st_size:
        raise InputFileError(f"the checkpoint {path} is empty", _COPY_AGAIN)


def _load(path: Path) -> object:
    """Read the file according to its first bytes; its name decides only if they are inconclusive."""
    head = _first_bytes(path)
    starts_like_torch = head.startswith((_ZIP_START, _LEGACY_START))
    if head[8:9] == b"{" or (path.suffix == ".safetensors" and not starts_like_torch):
        return load_file(path)
    return _read_torch_file(path)


def _read_torch_file(path: Path) -> object:
    try:
        with (
            path.open("rb") as file,
            torch.serialization.safe_globals(_STAND_INS),
            warnings.catch_warnings(action="ignore"),  # they are about file kinds that are rejected below
        ):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        refused = re.search(r"GLOBAL ([\w.]+)", str(error))
        if refused and not _is_cut(path):
            raise InputFileError(
                f"{path} contains the Python object {refused[1]}, "
                "which cannot be loaded without running code from the file",
                "if you trust the file, load it where it was written and save only the weights: "
                'torch.save(checkpoint["model"], "weights.pth")',
            ) from error
        if not refused and zipfile.is_zipfile(path):
            raise InputFileError(f"{path} is damaged, or contains more than weights", _SAVE_STATE_DICT) from error
        raise
    except RuntimeError as error:
        if "TorchScript" in str(error):
            raise InputFileError(f"{path} is a TorchScript program, not a checkpoint", _SAVE_STATE_DICT) from error
        raise


def _unreadable(path: Path) -> InputFileError:
    """Return an error that says what is wrong with a file that no reader could read."""
    with suppress(Exception), zipfile.ZipFile(path) as archive:
        if not any(name.endswith("data.pkl") for name in archive.namelist()):
            return InputFileError(f"{path} is a zip archive, but not a PyTorch checkpoint", _GIVE_CHECKPOINT)
    if _first_bytes(path).startswith((_ZIP_START, _LEGACY_START)):
        return InputFileError(f"{path} is damaged or truncated", _COPY_AGAIN)
    return InputFileError(f"{path} is neither a safetensors file nor a PyTorch checkpoint", _GIVE_CHECKPOINT)


def _is_cut(path: Path) -> bool:
    """Return whether a file in the legacy format ends inside its pickles, perhaps in the middle of a name."""
    with path.open("rb") as file, suppress(ValueError):
        if file.peek().startswith(_LEGACY_START):
            for _ in range(_LEGACY_PICKLES):
                for _ in pickletools.genops(file):  # reads the instructions without running them
                    pass
        return False
    return True


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(9)


def _find_weights(path: Path, loaded: object) -> Mapping[object, object]:
    if isinstance(loaded, Mapping):
        for candidate in (*map(loaded.get, _WEIGHT_KEYS), loaded):
            if isinstance(candidate, Mapping) and any(isinstance(value, Tensor) for value in candidate.values()):
                return candidate
    raise InputFileError(
        f"{path} contains no weights: neither a state dict nor one under {' or '.join(map(repr, _WEIGHT_KEYS))}",
        _SAVE_STATE_DICT,
    )


def _clean(path: Path, weights: Mapping[object, object]) -> dict[str, Tensor]:
    cleaned: dict[str, Tensor] = {}
    for key, value in weights.items():
        if not isinstance(key, str) or not isinstance(value, Tensor) or not _is_plain(value):
            kind = type(value).__name__ if _is_plain(value) else "special tensor: sparse, quantized, empty or repeated"
            raise InputFileError(f"{path} is not a plain state dict: the entry {key!r} is a {kind}", _SAVE_STATE_DICT)
        name = key
        while name.startswith(_WRAPPER_PREFIXES):
            name = name.split(".", 1)[1]
        if name in cleaned:
            raise InputFileError(f"{path} contains {name} twice, with and without a prefix", _SAVE_STATE_DICT)
        cleaned[name] = value.float() if value.dtype in _FLOATS else value
    return cleaned


def _is_plain(value: object) -> bool:
    """Return whether ``value`` is not a tensor, or a dense tensor with all of its numbers in the file."""
    if not isinstance(value, Tensor):
        return True
    if value.layout != torch.strided or value.is_quantized or value.is_nested or value.is_meta:
        return False
    return value.untyped_storage().nbytes() >= value.nbytes
