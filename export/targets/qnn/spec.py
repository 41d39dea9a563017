"""What the target for Qualcomm's NPU declares: options, forms and budgets."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.export.target_options import TargetOptions, flag
from cloformer.export.target_spec import FOLDS, Budget, DefaultForm, TargetSpec
from cloformer.model import UsageError
from cloformer.runtimes.qnn.socs import DEFAULT_SOC, HTP_SOCS, HtpSoc, find_soc

_ALL_BUT_THE_ENDS = Budget(outside={"QuantizeLinear": 1}, outside_each={"DequantizeLinear": 1})
"""The budget of quantized graphs: apps use float32, so the CPU quantizes the image and dequantizes the outputs."""


@dataclass(frozen=True)
class QnnOptions(TargetOptions):
    """The options of the target for Qualcomm's NPU.

    Attributes:
        soc: the Snapdragon to compile for, by model number or product name; another may not load the result.
    """

    soc: str = flag(DEFAULT_SOC, f"Compiles for one of {', '.join(HTP_SOCS)}, or for a product by its name.")

    def __post_init__(self) -> None:
        super().__post_init__()
        find_soc(self.soc)

    @property
    def htp(self) -> HtpSoc:
        """The SoC, with what its HTP can do."""
        return find_soc(self.soc)

    @property
    def backend_name(self) -> str | None:
        """The version of the HTP."""
        return self.htp.backend

    @property
    def soc_name(self) -> str | None:
        """The model number of the SoC."""
        return self.htp.name

    def check_precision(self, precision: str) -> None:
        """Refuse a precision that this SoC's HTP does not have.

        Raises:
            UsageError: names a precision that every HTP has.
        """
        if precision not in self.htp.precisions:
            raise UsageError(
                f"the HTP of {self.htp.title} cannot run this network in {precision}", "choose --precision a16w8"
            )


SPEC = TargetSpec(
    name="qnn",
    title="Qualcomm QNN",
    options=QnnOptions,
    suffix=".qnn.onnx",
    precisions=("a16w8", "int8", "fp16"),  # every HTP has the first two, some the last
    packages=("torch", "onnx", "onnxscript", "onnxsim", "onnxruntime", "onnxruntime_qnn"),
    forms={
        # The HTP has GroupNorm as an operator, but only in float.
        "htp-float": ("fold_batch_norms", "fold_attention_scales", "separate_branches", "attend_in_channels_last"),
        "htp-quantized": (*FOLDS, "separate_branches", "attend_in_channels_last", "flatten_group_norms"),
    },
    default_forms=(DefaultForm("htp-float", precision="fp16"), DefaultForm("htp-quantized")),
    budgets={
        ("htp-quantized", "a16w8"): _ALL_BUT_THE_ENDS,
        ("htp-quantized", "int8"): _ALL_BUT_THE_ENDS,
        ("htp-float", "fp16"): Budget(),
    },
    extra="qnn",
)
