"""What the ExecuTorch target declares: options, forms, budgets and 8-bit kernels."""

from __future__ import annotations

from dataclasses import dataclass

from cloformer.export.target_options import TargetOptions, flag
from cloformer.export.target_spec import FOLDS, Budget, DefaultForm, Int8Kernels, TargetSpec
from cloformer.model import UsageError

_XNNPACK = "xnnpack"
_BACKENDS = (_XNNPACK, "coreml", "vulkan")
_CAST = "dim_order_ops__to_dim_order_copy_default"


@dataclass(frozen=True)
class ExecuTorchOptions(TargetOptions):
    """The options of the ExecuTorch target.

    Attributes:
        backend: the delegate to lower to; operators that it does not have run in portable kernels.
    """

    backend: str = flag(_XNNPACK, "The delegate to lower to.", _BACKENDS)

    @classmethod
    def variations(cls, precision: str) -> tuple[TargetOptions, ...]:
        """Return the options for each delegate that has this precision."""
        return (cls(),) if precision == "int8" else tuple(cls(backend) for backend in _BACKENDS)

    @property
    def backend_name(self) -> str | None:
        """The delegate to lower to."""
        return self.backend

    def check_precision(self, precision: str) -> None:
        """Refuse int8 for delegates other than XNNPACK.

        Raises:
            UsageError: names the delegate that has it.
        """
        if precision == "int8" and self.backend != _XNNPACK:
            raise UsageError(f"int8 is made for XNNPACK, not for {self.backend}", f"choose --backend {_XNNPACK}")


_XNNPACK_FORM = (
    *FOLDS,
    "separate_branches",
    "batch_attention",
    "spell_out_swish",
    "convolve_group_norms",
    "split_depthwise_into_bands",
    "upsample_by_convolution",
)

SPEC = TargetSpec(
    name="executorch",
    title="ExecuTorch",
    options=ExecuTorchOptions,
    suffix=".pte",
    precisions=("fp32", "fp16", "int8"),
    packages=("torch", "torchao", "executorch"),
    forms={
        "xnnpack": _XNNPACK_FORM,
        "xnnpack-fp16": (
            *("convolve_group_norms_for_fp16" if name == "convolve_group_norms" else name for name in _XNNPACK_FORM),
            "spell_out_gelu",
        ),
        "vulkan": (*FOLDS, "separate_branches", "batch_attention", "spell_out_swish", "reduce_group_norms"),
    },
    default_forms=(
        DefaultForm("xnnpack-fp16", _XNNPACK, "fp16"),
        DefaultForm("xnnpack", _XNNPACK),
        DefaultForm("neural-engine", "coreml"),
        DefaultForm("vulkan", "vulkan"),
    ),
    cpu_forms={"arm64": "xnnpack", "x86": "xnnpack"},
    budgets={
        ("xnnpack", "fp32"): Budget(),
        ("xnnpack", "int8"): Budget(),
        # ExecuTorch's own kernels cast to and from fp16; the normalization, in float32, is a piece of its own.
        ("xnnpack-fp16", "fp16"): Budget(pieces=2, outside={_CAST: 1}, outside_each={_CAST: 1}),
    },
    int8_kernels=Int8Kernels(
        "int8",
        lookups=frozenset({"aten.gelu.default", "aten.sigmoid.default", "aten.tanh.default"}),
        products=frozenset({"aten.mul.Tensor", "aten.add.Tensor"}),
        same_range=frozenset({"aten.slice.Tensor", "aten.pad.default"}),
        joins_share_range=True,
    ),
    optional_compilers={
        "coreml": "executorch.backends.apple.coreml.partition",
        "vulkan": "executorch.backends.vulkan.partitioner.vulkan_partitioner",
    },
)
