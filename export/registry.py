"""The targets as data, so that a request which cannot work is refused before anything heavy is imported.

Adding a target takes its own module, its options and one entry here.
"""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field

from cloformer.model import MissingPackageError, UsageError
from cloformer.runtimes.install_command import install_command

from .options import CoreAIOptions, CoreMLOptions, ExecuTorchOptions, OnnxOptions, Options, QnnOptions

QUANTISED = frozenset({"int8", "a16w8"})
"""The precisions that a quantiser learns from images."""


@dataclass(frozen=True)
class Target:
    """One format to export to.

    Attributes:
        name: what ``--target`` calls it.
        title: its name in tables.
        module: the module of this package with its ``convert`` function.
        options: its options.
        suffix: of the artifact.
        precisions: the first is the default.
        packages: what must be importable.
        forms: the form of the network by backend, precision or both, where they matter; None stands for all others.
        extra: the pip extra that brings them; None for targets of the base installation.
        notes: what whoever ships an artifact must know, by precision.
    """

    name: str
    title: str
    module: str
    options: type[Options]
    suffix: str
    precisions: tuple[str, ...]
    packages: tuple[str, ...]
    forms: Mapping[str | None, str]
    extra: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def form_for(self, backend: str | None, precision: str) -> str:
        """Return the form of the network that is made for ``backend`` and ``precision``."""
        keys = (f"{backend} {precision}", backend or precision, precision, None)
        return next(self.forms[key] for key in keys if key in self.forms)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="onnx",
            title="ONNX",
            module="onnx_target",
            options=OnnxOptions,
            suffix=".onnx",
            precisions=("fp32", "fp16", "int8"),
            packages=("torch", "torchao", "onnx", "onnxscript", "onnxsim", "onnxruntime"),
            # Phones are ARM64. In 8 bits ONNX Runtime has depthwise kernels of every size, and needs no blocks.
            forms={None: "onnx-arm64", "int8": "onnx-provider"},
            notes={
                "int8": "made for ARM64. On x86 without VNNI, ONNX Runtime's 8-bit products saturate; "
                "cloformer-predict repairs that as it loads the file, other apps must (docs/quantization.md)"
            },
        ),
        Target(
            name="coreml",
            title="Core ML",
            module="coreml_target",
            options=CoreMLOptions,
            suffix=".mlpackage",
            # fp16 is what the Neural Engine and iPhone GPUs compute in; w8, w6 and w4 are of weights alone
            precisions=("fp16", "fp32", "int8", "w8", "w6", "w4"),
            packages=("torch", "torchao", "coremltools"),
            forms={None: "neural-engine"},
        ),
        Target(
            name="executorch",
            title="ExecuTorch",
            module="executorch_target",
            options=ExecuTorchOptions,
            suffix=".pte",
            precisions=("fp32", "fp16", "int8"),
            packages=("torch", "torchao", "executorch"),
            forms={"xnnpack": "xnnpack", "xnnpack fp16": "xnnpack-fp16", "coreml": "neural-engine", "vulkan": "vulkan"},
        ),
        Target(
            name="coreai",
            title="Core AI",
            module="coreai_target",
            options=CoreAIOptions,
            suffix=".aimodel",
            precisions=("fp16", "fp32", "w8", "w6", "w4"),  # as for Core ML
            packages=("torch", "coreai_torch", "coreai_opt"),
            forms={None: "core-ai"},
            extra="coreai",
        ),
        Target(
            name="qnn",
            title="Qualcomm QNN",
            module="qnn_target",
            options=QnnOptions,
            suffix=".qnn.onnx",
            precisions=("a16w8", "int8", "fp16"),  # every HTP has the first two, some the last: htp_socs.py
            packages=("torch", "onnx", "onnxscript", "onnxsim", "onnxruntime", "onnxruntime_qnn"),
            forms={"fp16": "htp-float", None: "htp-quantised"},
            extra="qnn",
        ),
    )
}
"""Every target by name, in the order of ``--target all``."""


def find_target(name: str) -> Target:
    """Return the target called ``name``.

    Raises:
        UsageError: there is none; suggests the nearest name.
    """
    if name in TARGETS:
        return TARGETS[name]
    near = difflib.get_close_matches(name.lower(), TARGETS, n=1, cutoff=0.6)
    remedy = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no target {name!r}", f"{remedy}choose from {', '.join(TARGETS)} or all")


def missing_packages(target: Target) -> list[str]:
    """Return the packages of ``target`` that are not installed; imports none of them."""
    return [package for package in target.packages if importlib.util.find_spec(package) is None]


def check_packages(target: Target) -> None:
    """Refuse a target whose packages are not installed.

    Raises:
        MissingPackageError: names them and the command that installs them.
    """
    missing = missing_packages(target)
    if missing:
        remedy = install_command(missing, target.extra)
        raise MissingPackageError(f"{target.title} export needs {', '.join(missing)}", remedy)
