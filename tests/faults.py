"""Faults made by hand, each of a kind that a change could bring, with the tests that should notice it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One change.

    Attributes:
        name: what is wrong then.
        file: from the root of the repository.
        old: what the file has once.
        new: what stands there instead.
        tests: files or single tests.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "a rewrite scales one weight by a thousandth too much",
        "export/forms/fold_scales.py",
        "convolution.weight.mul_(attention.scale)",
        "convolution.weight.mul_(attention.scale * 1.001)",
        ("tests/export/forms/test_forms.py",),
    ),
    Fault(
        "the parity bound of fp32 is a hundred times looser",
        "export/parity/verdict.py",
        "_FP32_RELATIVE = 1e-4",
        "_FP32_RELATIVE = 1e-2",
        ("tests/export/parity/test_verdict.py", "tests/export/pipeline/test_divergence.py"),
    ),
    Fault(
        "a bundle's hashes are not checked",
        "runtimes/bundle/bundle.py",
        "if sha256_of(path) != sha256:",
        "if False:",
        ("tests/export/bundle/test_bundle.py", "tests/runtimes/test_sessions.py"),
    ),
    Fault(
        "artifacts with other labels may join a bundle",
        "export/bundle/writer.py",
        ', "labels_sha256": "labels"}',
        "}",
        ("tests/export/bundle/test_bundle.py",),
    ),
    Fault(
        "the quantizer forgets XNNPACK's lookups",
        "export/quantization/annotate.py",
        "elif str(node.target) in self._kernels.lookups:",
        "elif False:",
        ("tests/export/quantization/test_quantize.py",),
    ),
    Fault(
        "the manifest forgets the oldest system that runs an artifact",
        "export/pipeline/artifact_facts.py",
        "minimum_os=converted.minimum_os,",
        "minimum_os=None,",
        ("tests/export/targets/test_coreml.py", "tests/export/targets/test_coreai.py"),
    ),
    Fault(
        "the crop is rounded down",
        "model/preprocessing.py",
        "top, left = round((height - crop_height) / 2), round((width - crop_width) / 2)",
        "top, left = (height - crop_height) // 2, (width - crop_width) // 2",
        ("tests/model/test_preprocessing.py",),
    ),
    Fault(
        "two exports may change a bundle at once",
        "export/bundle/writer.py",
        "with FileLock(bundle / _LOCK_NAME), _uninterrupted():",
        "with _uninterrupted():",
        ("tests/export/bundle/test_lock.py", "tests/commands/test_interrupted_bundle.py"),
    ),
    Fault(
        "a graph in more pieces than its budget is kept",
        "export/pipeline/budgets.py",
        "    if overruns:",
        "    if False:",
        ("tests/export/pipeline/test_budgets.py",),
    ),
    Fault(
        "the Core ML executor ignores its thread count",
        "runtimes/coreml/executor_session.py",
        "with torch_threads(self._threads):",
        "with torch_threads(1):",
        ("tests/runtimes/test_thread_counts.py",),
    ),
    Fault(
        "a dead graph passes parity",
        "export/parity/verdict.py",
        "_SENSITIVITY_FACTOR = 10.0",
        "_SENSITIVITY_FACTOR = 0.0",
        ("tests/export/parity/test_verdict.py",),
    ),
    Fault(
        "fp16 keeps nothing in float32 where the reference overflows",
        "export/pipeline/job.py",
        "        return job.ranges\n",
        "        return ()\n",
        ("tests/export/reference/test_ranges.py",),
    ),
    Fault(
        "int8 weights stay signed where a CPU's products saturate",
        "runtimes/onnxruntime/int8.py",
        "    make_weights_unsigned(model)\n",
        "",
        ("tests/runtimes/onnxruntime/test_int8.py",),
    ),
)
