"""What is suggested where nothing in a bundle runs."""

from __future__ import annotations

from cloformer.runtimes import opening


def test_only_what_can_be_exported_is_suggested() -> None:
    suggested = opening._suffixes_here()
    assert ".onnx" in suggested and ".pte" in suggested
    assert ".safetensors" not in suggested  # a checkpoint is not exported
