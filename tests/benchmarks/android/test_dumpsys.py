"""Output of Android's services on phones with several versions."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.android.dumpsys import (
    parse_battery,
    parse_free_bytes,
    parse_screen_on,
    parse_thermal_status,
)

BATTERY = """Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  Dock powered: false
  Max charging current: 500000
  status: 2
  present: true
  level: 43
  scale: 50
  voltage: 4213
  temperature: 312
"""


def test_battery() -> None:
    assert parse_battery(BATTERY) == (86.0, True, 31.2)
    assert parse_battery(BATTERY.replace("USB powered: true", "USB powered: false"))[1] is False


def test_a_device_without_a_battery() -> None:
    assert parse_battery("Can't find service: battery") == (None, None, None)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("IsStatusOverride: false\nThermalEventListeners:\nThermal Status: 0\n", "none"),
        ("Thermal Status: 3\nCached temperatures:\n", "severe"),
        ("Thermal Status: 9\n", None),
        ("Can't find service: thermalservice", None),
    ],
)
def test_thermal_status(text: str, state: str | None) -> None:
    assert parse_thermal_status(text) == state


@pytest.mark.parametrize(("word", "on"), [("Awake", True), ("Asleep", False), ("Dozing", False)])
def test_screen(word: str, on: bool) -> None:
    assert parse_screen_on(f"Power Manager State:\n  mDirty=0x0\n  mWakefulness={word}\n") == on
    assert parse_screen_on("") is None


def test_free_space() -> None:
    table = (
        "Filesystem      1K-blocks     Used Available Use% Mounted on\n/dev/fuse 115249236 60000000 55118164  53% /x\n"
    )
    assert parse_free_bytes(table) == 55118164 * 1024
    assert parse_free_bytes("df: /sdcard: Permission denied") is None
