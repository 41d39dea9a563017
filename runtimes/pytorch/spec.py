"""The declaration of the PyTorch runtime and the checkpoints it opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(
        title="PyTorch",
        suffixes=(".safetensors", ".pth", ".pt", ".bin"),
        module="pytorch.session",
        session="open_checkpoint",
        package="torch",
        exported=False,
    ),
)
