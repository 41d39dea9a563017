"""Reading which of a Mac's processors Core ML plans to use for each operator. Not yet run on a Mac."""

from __future__ import annotations

import shutil
from collections import Counter
from itertools import groupby
from pathlib import Path

import coremltools
from coremltools.models.compute_device import MLCPUComputeDevice, MLGPUComputeDevice, MLNeuralEngineComputeDevice
from coremltools.models.compute_plan import MLComputePlan

from cloformer.benchmarks.records.parts import DelegationFacts

_UNITS = {"all": "ALL", "cpu": "CPU_ONLY", "cpu-gpu": "CPU_AND_GPU", "cpu-ne": "CPU_AND_NE"}
_DEVICES = {MLCPUComputeDevice: "cpu", MLGPUComputeDevice: "gpu", MLNeuralEngineComputeDevice: "neural engine"}
_MAIN = "main"


def read_compute_plan(package: Path, units: str) -> DelegationFacts:
    """Return how Core ML divides the ML Program in ``package`` among the compute units ``units``."""
    compiled = coremltools.models.utils.compile_model(str(package))
    try:
        return count_devices(MLComputePlan.load_from_path(compiled, coremltools.ComputeUnit[_UNITS[units]]))
    finally:
        shutil.rmtree(compiled)


def count_devices(plan: MLComputePlan) -> DelegationFacts:
    """Count operators by device, and the consecutive runs on one device; constants do not run."""
    operations = plan.model_structure.program.functions[_MAIN].block.operations
    usages = map(plan.get_compute_device_usage_for_mlprogram_operation, operations)
    devices = [_DEVICES[type(usage.preferred_compute_device)] for usage in usages if usage is not None]
    return DelegationFacts(partitions=sum(1 for _ in groupby(devices)), operators=dict(Counter(devices)))
