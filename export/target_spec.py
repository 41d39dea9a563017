"""What a target declares about itself as data, so that a wrong request is refused before any heavy import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .target_options import TargetOptions

CALIBRATED = frozenset({"int8", "a16w8"})
"""The precisions whose ranges are learned from images."""

FOLDS = ("fold_batch_norms", "fold_group_norm_affines", "fold_attention_scales")
"""The rewrites that most forms begin with."""


@dataclass(frozen=True)
class DefaultForm:
    """Which form a target exports by default; None fits every backend, or every precision."""

    form: str
    backend: str | None = None
    precision: str | None = None

    def fits(self, backend: str | None, precision: str) -> bool:
        """Return whether it is meant for an artifact of this backend and precision."""
        return self.backend in (None, backend) and self.precision in (None, precision)


@dataclass(frozen=True)
class Budget:
    """The most pieces that an artifact may break into on its backend.

    Attributes:
        pieces: the number of delegated parts; None if only the phone's system knows.
        outside: how many operators may fall back to the CPU, by name.
        outside_each: how many more may stay outside for each output of the network, by name.
        largest_rank: the largest rank that a tensor may have; None if it does not matter.
    """

    pieces: int | None = 1
    outside: Mapping[str, int] = field(default_factory=dict)
    outside_each: Mapping[str, int] = field(default_factory=dict)
    largest_rank: int | None = None


@dataclass(frozen=True)
class Int8Kernels:
    """What a runtime computes in 8 bits besides convolutions and linear layers with their ReLU.

    Everything else stays float. Operators are named as PyTorch names them in a traced graph.

    Attributes:
        dtype: the type of activations.
        lookups: functions of one value, which are tables of 256 entries in 8 bits.
        products: elementwise products and sums, which become 8-bit if both operands are.
        same_range: operators that move values without changing them; their output has their input's scale.
        joins_share_range: whether a concatenation needs one scale for its inputs and its output.
        symmetric: whether zero must be step 0.
    """

    dtype: Literal["int8", "uint8"]
    lookups: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    same_range: frozenset[str] = frozenset()
    joins_share_range: bool = False
    symmetric: bool = False


@dataclass(frozen=True)
class TargetSpec:
    """One format to export to.

    Attributes:
        name: what ``--target`` calls it, which is also the name of its folder.
        title: its name in tables.
        options: the class of its options.
        suffix: the suffix of its artifacts.
        precisions: the precisions that it has; the first is the default.
        packages: the packages that must be importable.
        forms: the forms of the network that were made for it: the names of their rewrites in order.
        default_forms: which form is exported by default; the first that fits.
        cpu_forms: the form for CPUs, by architecture (``arm64`` for phones, ``x86``); empty if it is not for CPUs.
        budgets: the most that a default form may break into, by form and precision; others are reported, not judged.
        int8_kernels: what becomes 8-bit in ``int8``; None if the target has a quantizer of its own, or no int8.
        extra: the pip extra that brings its packages; None for targets of the base installation.
        optional_compilers: the module of each backend's compiler that a build of the packages may lack.
        notes: what people who ship an artifact must know, by precision.
    """

    name: str
    title: str
    options: type[TargetOptions]
    suffix: str
    precisions: tuple[str, ...]
    packages: tuple[str, ...]
    default_forms: tuple[DefaultForm, ...]
    forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cpu_forms: Mapping[str, str] = field(default_factory=dict)
    budgets: Mapping[tuple[str, str], Budget] = field(default_factory=dict)
    int8_kernels: Int8Kernels | None = None
    extra: str | None = None
    optional_compilers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def form_for(self, backend: str | None, precision: str) -> str:
        """Return the form of the network that is exported by default for ``backend`` in ``precision``."""
        return next(each.form for each in self.default_forms if each.fits(backend, precision))
