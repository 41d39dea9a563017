"""Comparing two files of records case by case, and refusing comparisons that would be meaningless."""

from .comparison import Comparison, Verdict, compare_records
from .pairing import Pairing, pair_records, why_incomparable

__all__ = ["Comparison", "Pairing", "Verdict", "compare_records", "pair_records", "why_incomparable"]
