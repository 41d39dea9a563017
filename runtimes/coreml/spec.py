"""The declarations of the runtimes for ML Programs: Core ML on a Mac, and the reference executor anywhere."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

COMPUTE_UNITS = ("all", "cpu-ne", "cpu-gpu", "cpu")
"""The values of ``--backend`` on a Mac: the units on which Core ML may place operators."""

EXECUTOR = "executor"
"""The value of ``--backend`` that runs an ML Program in the reference executor even on a Mac."""

SPECS = (
    RuntimeSpec(
        title="Core ML",
        suffixes=(".mlpackage",),
        module="coreml.session",
        session="CoreMLSession",
        package="coremltools",
        systems=("darwin",),
        backends=COMPUTE_UNITS,
        folders=True,
    ),
    RuntimeSpec(
        title="Core ML reference executor",
        suffixes=(".mlpackage",),
        module="coreml.executor_session",
        session="CoreMLExecutorSession",
        package="coremltools",
        backend=EXECUTOR,
        folders=True,
    ),
)
