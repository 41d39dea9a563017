"""Artifacts in emulated aarch64 builds of their runtimes: parity and exact instruction counts.

The counts are for an emulated core. They are not latency, and do not reflect caches, memory or parallel execution.
"""

from .cores import CORES, Core
from .counts import InstructionCounts
from .measure import count_instructions, count_operators
from .operators import OperatorCounts

__all__ = ["CORES", "Core", "InstructionCounts", "OperatorCounts", "count_instructions", "count_operators"]
