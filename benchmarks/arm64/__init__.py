"""Artifacts in the aarch64 builds of their runtimes, under user-mode emulation: parity and exact instruction counts.

Counts are those of an emulated core. They are no latency, and say nothing of caches, memory or parallel execution.
"""

from .cores import CORES, Core
from .counts import InstructionCounts
from .measure import count_instructions, count_operators
from .operators import OperatorCounts

__all__ = ["CORES", "Core", "InstructionCounts", "OperatorCounts", "count_instructions", "count_operators"]
