"""What the Core ML target declares: options, forms, budgets and 8-bit kernels."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.export.target_options import TargetOptions, flag
from cloformer.export.target_spec import FOLDS, Budget, DefaultForm, Int8Kernels, TargetSpec
from cloformer.model import UsageError
from cloformer.runtimes.coreml.spec import COMPUTE_UNITS

IOS_VERSIONS = (15, 16, 17, 18)
"""The systems that ``--minimum-ios`` accepts; ML Programs exist from iOS 15 on."""

_SUPPRESSION = 17
"""The first iOS with the operator for suppressing boxes that ``boxes`` uses."""

_RANK_4 = Budget(pieces=None, largest_rank=4)
"""The budget of Core ML, which moves tensors of a larger rank away from the Neural Engine."""


@dataclass(frozen=True)
class CoreMLOptions(TargetOptions):
    """The options of the Core ML target.

    Attributes:
        minimum_ios: the oldest iOS that has to load the model.
        compute_units: what the apps should ask Core ML for; recorded in the manifest.
        nms: detection: also decode and suppress boxes in the program.
    """

    minimum_ios: int = flag(17, "The oldest iOS that has to load it.", IOS_VERSIONS)
    compute_units: str = flag(COMPUTE_UNITS[0], "Recorded for the apps.", COMPUTE_UNITS)
    nms: bool = flag(False, "Detection: boxes, decoded and suppressed, from the graph.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nms and self.minimum_ios < _SUPPRESSION:
            raise UsageError(
                f"--nms for Core ML uses an operator of iOS {_SUPPRESSION}, and --minimum-ios is {self.minimum_ios}",
                f"give --minimum-ios {_SUPPRESSION}, or read the boxes in the app",
            )

    @property
    def decodes_boxes(self) -> bool:
        """Whether a detector's boxes are decoded and suppressed inside the artifact."""
        return self.nms

    @property
    def compute_units_wanted(self) -> str | None:
        """The compute units that an app should ask for."""
        return self.compute_units


SPEC = TargetSpec(
    name="coreml",
    title="Core ML",
    options=CoreMLOptions,
    suffix=".mlpackage",
    # fp16 is what the Neural Engine and iPhone GPUs compute in; w8, w6 and w4 only compress the weights.
    precisions=("fp16", "fp32", "int8", "w8", "w6", "w4"),
    packages=("torch", "torchao", "coremltools"),
    forms={"neural-engine": (*FOLDS, "separate_branches", "attend_down_columns", "reduce_group_norms")},
    default_forms=(DefaultForm("neural-engine"),),
    budgets={("neural-engine", "fp32"): _RANK_4, ("neural-engine", "fp16"): _RANK_4},
    # What the Neural Engine multiplies in 8 bits (A17 Pro, M4 and later): convolutions and linear layers.
    int8_kernels=Int8Kernels("int8", same_range=frozenset({"aten.slice.Tensor"}), symmetric=True),
)
