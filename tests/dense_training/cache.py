"""Trained networks, kept in a folder that git ignores under a hash of all that training depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import torch
from filelock import FileLock
from safetensors.torch import load_file, save_file

from cloformer.model.demo import demo_checkpoint
from cloformer.model.network import Network

_FOLDER = Path(__file__).parents[2] / ".cache" / "dense_training"


def trained_once(task: str, steps: int, build: Callable[[], Network], train: Callable[[Network], None]) -> Network:
    """Train what ``build`` gives, or load what an earlier run made of it with the same sources, start and PyTorch."""
    path = _FOLDER / f"{task}_{_digest(steps)}.safetensors"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    network = build()
    with FileLock(f"{path}.lock"):
        if not path.exists():
            train(network)
            unfinished = path.with_suffix(".unfinished")
            save_file(network.state_dict(), unfinished)
            unfinished.rename(path)
    network.load_state_dict(load_file(path))
    return network.eval()


def _digest(steps: int) -> str:
    """A hash of this folder, of the checkpoint that training begins with, of the model's own code, and of versions."""
    sources = sorted([*Path(__file__).parent.glob("*.py"), *_model_sources()])
    content = b"".join(path.read_bytes() for path in (*sources, Path(demo_checkpoint())))
    return hashlib.sha256(content + f"{steps} {torch.__version__}".encode()).hexdigest()[:16]


def _model_sources() -> list[Path]:
    return list((Path(__file__).parents[2] / "model").glob("*.py"))
