"""Compiling the native parts: the counting plugin for the host, stand-ins and runners for AArch64."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

from cloformer.model import ConversionError, MissingPackageError
from cloformer.runtimes.install_command import install_command

from .host_tools import CROSS_PREFIX, SYSROOT_LIBRARIES
from .stand_ins import defined_in_object, find_needs, write_stand_ins

NATIVE = Path(__file__).parent / "native"
PLUGIN = "instruction_counter.so"
OPERATORS = "operators.so"

_WARNINGS = ("-O2", "-Wall", "-Wextra")
_STAND_IN = "libtorch_cpu.so"
_STAND_IN_NAMES = (_STAND_IN, "libtorch.so", "libtorch_python.so", "libc10.so")
"""Under which names ExecuTorch's extension asks for PyTorch's libraries."""


def build_plugin(folder: Path) -> None:
    """Compile the plugin that counts."""
    sources = [NATIVE / "instruction_counter.c", NATIVE / "classify.c"]
    _compile("gcc", "-std=c11", *_WARNINGS, "-fPIC", "-shared", *sources, "-o", folder / PLUGIN)


def build_onnxruntime_runner(folder: Path, wheel: Path) -> None:
    """Compile the runner of .onnx and .ort files."""
    (library,) = wheel.glob("onnxruntime/capi/libonnxruntime.so.*")
    soname = folder / "libonnxruntime.so.1"
    soname.symlink_to(library)
    source = NATIVE / "run_onnxruntime.cpp"
    _compile(f"{CROSS_PREFIX}g++", "-std=c++17", *_WARNINGS, source, soname, "-o", folder / "run_onnxruntime")


def build_executorch_runner(folder: Path, wheel: Path) -> None:
    """Compile what stands in for PyTorch, and the runner of .pte files."""
    (library,) = wheel.glob("executorch/extension/pybindings/_portable_lib.*.so")
    linked = folder / library.name
    linked.symlink_to(library)
    _build_stand_ins(folder, library)
    _compile(
        *(f"{CROSS_PREFIX}g++", "-std=c++17", *_WARNINGS, *_executorch_includes(wheel)),
        *(NATIVE / "run_executorch.cpp", linked, folder / _STAND_IN, f"-Wl,-rpath-link,{folder}"),
        *("-o", folder / "run_executorch"),
    )


def build_operator_marks(folder: Path, wheel: Path) -> None:
    """Compile what is preloaded into a runner to tell operators apart."""
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


def _build_stand_ins(folder: Path, extension: Path) -> None:
    torch, libstdcxx, generated = (folder / name for name in ("torch.o", "libstdcxx.o", "generated.o"))
    cc, cxx = f"{CROSS_PREFIX}gcc", f"{CROSS_PREFIX}g++"
    position_independent = (*_WARNINGS, "-fPIC", "-c")
    _compile(cc, *position_independent, "-isystem", _torch_headers(), NATIVE / "torch_stand_in.c", "-o", torch)
    _compile(cxx, *position_independent, NATIVE / "libstdcxx_13.cpp", "-o", libstdcxx)
    names = ("libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "ld-linux-aarch64.so.1")
    needs = find_needs(extension, [SYSROOT_LIBRARIES / name for name in names])
    by_hand = defined_in_object(torch) | defined_in_object(libstdcxx)
    source = folder / "generated.c"
    source.write_text(write_stand_ins(needs, by_hand))
    # Stand-ins bear names that the compiler knows with other types.
    _compile(cc, *position_independent, "-fno-builtin", source, "-o", generated)
    _compile(cxx, "-shared", f"-Wl,-soname,{_STAND_IN}", torch, libstdcxx, generated, "-o", folder / _STAND_IN)
    for name in _STAND_IN_NAMES[1:]:
        (folder / name).symlink_to(_STAND_IN)


def _torch_headers() -> Path:
    """Return where the installed PyTorch has cpuinfo's and pthreadpool's headers; it is not imported."""
    spec = importlib.util.find_spec("torch")
    for root in (spec.submodule_search_locations or []) if spec else []:
        if (Path(root) / "include/cpuinfo.h").exists():
            return Path(root) / "include"
    raise MissingPackageError("PyTorch's headers are not installed", install_command(["torch"]))


def _compile(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if "error" in line] or ["no message"]
        raise ConversionError(f"{command[0]} failed: {errors[0]}", "report it with the compiler's version")
