"""Compiling the native parts: the counting plugin for the host and the runners for AArch64."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cloformer.model import ConversionError

from .host_tools import CROSS_PREFIX

NATIVE = Path(__file__).parent / "native"
PLUGIN = "instruction_counter.so"
OPERATORS = "operators.so"

_WARNINGS = ("-O2", "-Wall", "-Wextra")
_EXECUTORCH = ("", "_backend_xnnpack", "_kernels_optimized", "_threadpool")
"""Name endings of ExecuTorch's libraries: the runtime, the parts that register themselves, and their dependencies."""


def build_plugin(folder: Path) -> None:
    """Compile the plugin that counts instructions."""
    sources = [NATIVE / "instruction_counter.c", NATIVE / "classify.c"]
    _compile("gcc", "-std=c11", *_WARNINGS, "-fPIC", "-shared", *sources, "-o", folder / PLUGIN)


def build_onnxruntime_runner(folder: Path, wheel: Path) -> None:
    """Compile the runner for .onnx and .ort files."""
    (library,) = wheel.glob("onnxruntime/capi/libonnxruntime.so.*")
    soname = folder / "libonnxruntime.so.1"
    soname.symlink_to(library)
    source = NATIVE / "run_onnxruntime.cpp"
    _compile(f"{CROSS_PREFIX}g++", "-std=c++17", *_WARNINGS, source, soname, "-o", folder / "run_onnxruntime")


def build_executorch_runner(folder: Path, wheel: Path) -> None:
    """Compile the runner for .pte files."""
    libraries = [wheel / f"executorch/lib/libexecutorch{ending}.so" for ending in _EXECUTORCH]
    for library in libraries:
        (folder / library.name).symlink_to(library)
    _compile(
        *(f"{CROSS_PREFIX}g++", "-std=c++17", *_WARNINGS, *_executorch_includes(wheel), "-Wl,--no-as-needed"),
        *(NATIVE / "run_executorch.cpp", *libraries, f"-Wl,-rpath-link,{folder}"),
        *("-o", folder / "run_executorch"),
    )


def build_operator_marks(folder: Path, wheel: Path) -> None:
    """Compile the library that is preloaded into a runner to distinguish operators."""
    flags = (*_WARNINGS, "-fPIC")
    clock = folder / "operator_clock.o"
    _compile(f"{CROSS_PREFIX}gcc", *flags, "-c", NATIVE / "operator_clock.c", "-o", clock)
    source = NATIVE / "executorch_operators.cpp"
    cxx = (f"{CROSS_PREFIX}g++", "-std=c++17", *flags, *_executorch_includes(wheel))
    _compile(*cxx, "-shared", source, clock, "-o", folder / OPERATORS)


def _executorch_includes(wheel: Path) -> list[object]:
    headers = wheel / "executorch/include"
    paths = (headers, headers / "executorch/runtime/core/portable_type/c10")
    return ["-DC10_USING_CUSTOM_GENERATED_MACROS", *(word for path in paths for word in ("-isystem", path))]


def _compile(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
        raise ConversionError(f"{command[0]} failed: {errors[0]}", "report it with the compiler's version")
