"""Reading the system's thermal state; on computers, only macOS has one that needs no privileges."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable

from cloformer.benchmarks.records.parts import ThermalState

_STATES: tuple[ThermalState, ...] = ("nominal", "fair", "serious", "critical")
"""States in the order of NSProcessInfoThermalState."""


def thermal_reader() -> Callable[[], ThermalState] | None:
    """Return a function that reads the state in about a microsecond, or None if the system does not report it."""
    return _macos_reader() if sys.platform == "darwin" else None


def _macos_reader() -> Callable[[], ThermalState]:
    """Ask NSProcessInfo through the Objective-C runtime. Not yet run on a Mac."""
    ctypes.CDLL(ctypes.util.find_library("Foundation"))
    runtime = ctypes.CDLL(ctypes.util.find_library("objc"))
    for name in ("objc_getClass", "sel_registerName"):
        getattr(runtime, name).restype = ctypes.c_void_p
        getattr(runtime, name).argtypes = [ctypes.c_char_p]
    pointers = [ctypes.c_void_p, ctypes.c_void_p]
    send_for_object = ctypes.CFUNCTYPE(ctypes.c_void_p, *pointers)(("objc_msgSend", runtime))
    send_for_number = ctypes.CFUNCTYPE(ctypes.c_long, *pointers)(("objc_msgSend", runtime))
    process = send_for_object(runtime.objc_getClass(b"NSProcessInfo"), runtime.sel_registerName(b"processInfo"))
    selector = runtime.sel_registerName(b"thermalState")
    return lambda: _STATES[send_for_number(process, selector)]
