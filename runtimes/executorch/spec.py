"""The declaration of ExecuTorch and the files it opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(
        title="ExecuTorch",
        suffixes=(".pte",),
        module="executorch.session",
        session="ExecuTorchSession",
        package="executorch",
        phone_backends=("coreml", "vulkan"),
    ),
)
