"""Parsing the output of Android's system services."""

from __future__ import annotations

import re

from cloformer.benchmarks.records.parts import ThermalState

_THERMAL: tuple[ThermalState, ...] = ("none", "light", "moderate", "severe", "critical", "emergency", "shutdown")
"""Thermal states, indexed by PowerManager's numbers."""


def parse_battery(text: str) -> tuple[float | None, bool | None, float | None]:
    """Return the level in percent, whether the phone is on power, and degrees Celsius, from ``dumpsys battery``."""
    level, scale, tenths = (_number(text, name) for name in ("level", "scale", "temperature"))
    powered = re.findall(r"^\s*(?:AC|USB|Wireless|Dock) powered: (true|false)", text, re.MULTILINE)
    percent = 100 * level / (scale or 100) if level is not None else None
    return percent, "true" in powered if powered else None, tenths / 10 if tenths is not None else None


def parse_thermal_status(text: str) -> ThermalState | None:
    """Return the thermal state from ``dumpsys thermalservice``, or None before Android 10."""
    number = _number(text, "Thermal Status")
    return _THERMAL[int(number)] if number is not None and 0 <= number < len(_THERMAL) else None


def parse_screen_on(text: str) -> bool | None:
    """Return whether the screen is on, from ``dumpsys power``."""
    found = re.search(r"^\s*mWakefulness=(\w+)", text, re.MULTILINE)
    return found[1] == "Awake" if found else None


def parse_free_bytes(text: str) -> int | None:
    """Return the free bytes of a file system from ``df -k PATH``: the fourth column of its last line."""
    fields = text.strip().splitlines()[-1].split() if text.strip() else []
    return int(fields[3]) * 1024 if len(fields) >= 4 and fields[3].isdigit() else None


def _number(text: str, name: str) -> float | None:
    found = re.search(rf"^\s*{re.escape(name)}: (-?\d+)", text, re.MULTILINE)
    return float(found[1]) if found else None
