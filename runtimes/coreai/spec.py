"""The declaration of Core AI and the files it opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(
        title="Core AI",
        suffixes=(".aimodel",),
        module="coreai.session",
        session="CoreAISession",
        package="coreai",
        extra="coreai",
        folders=True,
    ),
)
