"""What the ONNX target declares: options, forms, budgets and 8-bit kernels."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.export.target_options import TargetOptions, flag
from cloformer.export.target_spec import FOLDS, Budget, DefaultForm, Int8Kernels, TargetSpec


@dataclass(frozen=True)
class OnnxOptions(TargetOptions):
    """The options of the ONNX target.

    Attributes:
        dynamic_batch: leave the batch size open.
        ort_format: also write ONNX Runtime's own format, and the operator list for a reduced mobile build.
        nms: detection: also decode and suppress boxes in the graph.
    """

    dynamic_batch: bool = flag(False, "Takes any batch size.")
    ort_format: bool = flag(False, "Also writes an .ort file and its operator list.")
    nms: bool = flag(False, "Detection: boxes, decoded and suppressed, from the graph.")

    @property
    def open_batch(self) -> bool:
        """Whether the artifact takes batches of any size."""
        return self.dynamic_batch

    @property
    def decodes_boxes(self) -> bool:
        """Whether a detector's boxes are decoded and suppressed inside the artifact."""
        return self.nms


SPEC = TargetSpec(
    name="onnx",
    title="ONNX",
    options=OnnxOptions,
    suffix=".onnx",
    precisions=("fp32", "fp16", "int8"),
    packages=("torch", "torchao", "onnx", "onnxscript", "onnxsim", "onnxruntime"),
    forms={
        "onnx-arm64": (*FOLDS, "separate_branches", "strip_group_norms", "split_depthwise_into_blocks"),
        "onnx-x86": (*FOLDS, "separate_branches", "separate_local_convolutions", "strip_group_norms"),
        # For ONNX Runtime's Core ML, NNAPI and QNN providers, whose devices have their own depthwise convolutions.
        "onnx-provider": (*FOLDS, "separate_branches", "strip_group_norms"),
    },
    # Phones are ARM64. In 8 bits ONNX Runtime has depthwise kernels of every size, and needs no blocks.
    default_forms=(DefaultForm("onnx-provider", precision="int8"), DefaultForm("onnx-arm64")),
    cpu_forms={"arm64": "onnx-arm64", "x86": "onnx-x86"},
    budgets={("onnx-provider", "fp32"): Budget(), ("onnx-provider", "fp16"): Budget()},
    # uint8: ONNX Runtime has fast kernels for it on ARM64 and on x86, but for int8 only on ARM64. It has no table for
    # GELU, and does not use its tables for sigmoid and tanh.
    int8_kernels=Int8Kernels(
        "uint8", products=frozenset({"aten.mul.Tensor"}), same_range=frozenset({"aten.slice.Tensor"})
    ),
    notes={
        "int8": "made for ARM64. On x86 without VNNI, ONNX Runtime's 8-bit products saturate; "
        "cloformer-predict repairs that as it loads the file, other apps must (docs/quantization.md)"
    },
)
