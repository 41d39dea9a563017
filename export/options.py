"""The options that only one target has; each refuses values that it cannot have."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.model import UsageError
from cloformer.runtimes.htp_socs import DEFAULT_SOC, HtpSoc, find_soc

IOS_VERSIONS = (15, 16, 17, 18)
"""What ``--minimum-ios`` takes: ML Programs start at iOS 15."""

_SUPPRESSION = 17
"""The iOS whose ML Programs suppress boxes in the form that ``coreml_boxes`` writes."""

COMPUTE_UNITS = ("all", "cpu-ne", "cpu-gpu", "cpu")
"""What ``--compute-units`` takes."""

EXECUTORCH_BACKENDS = ("xnnpack", "coreml", "vulkan")
"""What ``--backend`` takes."""


@dataclass(frozen=True)
class OnnxOptions:
    """Options of the ONNX target.

    Attributes:
        dynamic_batch: leave the batch size open.
        ort_format: also write ONNX Runtime's own format, and the operator list for a reduced mobile build.
        nms: detection: also decode and suppress boxes in the graph.
    """

    dynamic_batch: bool = False
    ort_format: bool = False
    nms: bool = False


@dataclass(frozen=True)
class CoreMLOptions:
    """Options of the Core ML target.

    Attributes:
        minimum_ios: oldest iOS that has to load the model.
        compute_units: what the apps should ask Core ML for; recorded in the manifest.
        nms: detection: also decode and suppress boxes in the program.
    """

    minimum_ios: int = 17
    compute_units: str = "all"
    nms: bool = False

    def __post_init__(self) -> None:
        _check_choice("--minimum-ios", self.minimum_ios, IOS_VERSIONS)
        _check_choice("--compute-units", self.compute_units, COMPUTE_UNITS)
        if self.nms and self.minimum_ios < _SUPPRESSION:
            raise UsageError(
                f"--nms for Core ML uses an operator of iOS {_SUPPRESSION}, and --minimum-ios is {self.minimum_ios}",
                f"give --minimum-ios {_SUPPRESSION}, or read the boxes in the app",
            )


@dataclass(frozen=True)
class ExecuTorchOptions:
    """Options of the ExecuTorch target.

    Attributes:
        backend: the delegate to lower to; operators that it does not take run in portable kernels.
    """

    backend: str = "xnnpack"

    def __post_init__(self) -> None:
        _check_choice("--backend", self.backend, EXECUTORCH_BACKENDS)


@dataclass(frozen=True)
class CoreAIOptions:
    """Core AI has no options: there is one system version that an asset can be for, and it chooses its own devices."""


@dataclass(frozen=True)
class QnnOptions:
    """Options of the target for Qualcomm's NPU.

    Attributes:
        soc: which Snapdragon to compile for, by model number or product name; another one may not load the result.
    """

    soc: str = DEFAULT_SOC

    def __post_init__(self) -> None:
        find_soc(self.soc)

    @property
    def htp(self) -> HtpSoc:
        """The SoC."""
        return find_soc(self.soc)


Options = OnnxOptions | CoreMLOptions | ExecuTorchOptions | CoreAIOptions | QnnOptions


def _check_choice(flag: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise UsageError(f"{flag} cannot be {value}", f"choose one of {', '.join(map(str, choices))}")
