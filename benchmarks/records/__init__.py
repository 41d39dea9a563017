"""Measurements as typed data: the record that every tool and app writes, and the JSON Lines files that store them."""

from .join import join_lines
from .journal import append_line, read_records, replace_records
from .record import Measurement
from .summary import Summary, summarize_samples

__all__ = [
    "Measurement",
    "Summary",
    "append_line",
    "join_lines",
    "read_records",
    "replace_records",
    "summarize_samples",
]
