"""What opens ML Programs: Core ML on a Mac, and the reference executor anywhere."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

COMPUTE_UNITS = ("all", "cpu-ne", "cpu-gpu", "cpu")
"""What ``--backend`` takes on a Mac: where Core ML may place operators."""

EXECUTOR = "executor"
"""What ``--backend`` calls the reference executor, to run an ML Program there on a Mac too."""

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
