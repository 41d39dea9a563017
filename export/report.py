"""``report.json``: what each export did, as typed data with a published JSON Schema."""

from __future__ import annotations

from pydantic import Field, RootModel

from cloformer.runtimes.bundle.manifest import Facts


class ParityBounds(Facts):
    """What an artifact must keep to; null means that this precision has no such bound.

    Attributes:
        max_abs: largest difference of any logit; for fp16 only what decides which inputs' top-1 counts.
        sensitivity: how far each input's logits must be from some other input's.
    """

    max_abs: float
    cosine: float | None
    psnr_db: float | None
    top1_agreement: float
    sensitivity: float


class BoxAgreement(Facts):
    """The objects that the reference finds, and what the artifact says at the same anchors.

    Attributes:
        boxes: how many.
        smallest_iou: of a box with the artifact's.
        largest_score_error: of one's score.
    """

    boxes: int
    smallest_iou: float
    largest_score_error: float


class ParityReport(Facts):
    """An artifact against the reference on the same inputs.

    Of several outputs, the numbers are those of the one that fails or, where none does, comes nearest to it.

    Attributes:
        not_run: why nothing was compared; null where it was.
        runtime: who ran the artifact, with its version.
        substitute: what stood in for the phone's own runtime; null where that runtime itself ran.
        int8_kernels: what multiplied 8-bit integers on the exporting machine; null for float artifacts.
        samples: how many inputs.
        output: whose numbers these are.
        decided: on how many of them the reference's first two classes are further apart than the max-abs bound.
        cosine: the smallest over the inputs.
        psnr_db: over all logits, against the largest; null where they are identical.
        top1_agreement: share of the decided inputs with the reference's top-1.
        sensitivity: how far each input's logits are from the farthest other input's; the smallest.
        passed: null where nothing was compared.
        first_divergence: after a failure, the first block whose output differs; null where that is not known.
        boxes: for detectors.
        mask_miou: for segmenters: mean intersection over union of the artifact's masks with the reference's.
    """

    not_run: str | None = None
    runtime: str | None = None
    substitute: str | None = None
    int8_kernels: str | None = None
    output: str | None = None
    samples: int = 0
    decided: int = 0
    max_abs: float | None = None
    cosine: float | None = None
    psnr_db: float | None = None
    top1_agreement: float | None = None
    sensitivity: float | None = None
    bounds: ParityBounds | None = None
    passed: bool | None = None
    first_divergence: str | None = None
    boxes: BoxAgreement | None = None
    mask_miou: float | None = None


class DelegationReport(Facts):
    """Which operators the backend takes, and in how many pieces.

    Attributes:
        backend: who takes them.
        partitions: delegated pieces; null where only the phone's system decides.
        delegated: operators inside them; null likewise.
        undelegated: operators that the runtime's own kernels execute, by name.
        reasons: why each of those stays outside, where the backend says so.
        largest_rank: of any tensor, for backends that mind it; null for others.
    """

    backend: str
    partitions: int | None
    delegated: int | None
    undelegated: dict[str, int]
    reasons: dict[str, str] = Field(default_factory=dict)
    largest_rank: int | None = None


class LayerRange(Facts):
    """How far one layer of the reference reaches on the reference images; fp16 ends at 65,504.

    Attributes:
        layer: its name in the reference; a block's own name stands for its additions.
        largest_value: of its inputs and outputs and, in a normalization, of the squares that it averages.
        largest_sum: that its convolutions, pools and attention products can add up, in whatever order.
        largest_normalization_sum: the same for a normalization, of values or of their squares.
    """

    layer: str
    largest_value: float
    largest_sum: float
    largest_normalization_sum: float


class Fp16Report(Facts):
    """What was measured and done so that an fp16 artifact does not overflow.

    Attributes:
        kept_fp32: layers that the artifact computes in fp32 because of what was measured.
        beyond: layers that should be among them, but that the format cannot keep apart.
        layers: every layer's range.
    """

    kept_fp32: tuple[str, ...]
    beyond: tuple[str, ...]
    layers: tuple[LayerRange, ...]


class QuantizationReport(Facts):
    """How an artifact of 8 bits or fewer was made.

    Attributes:
        calibration: where the images come from that ranges were learned on.
        images: how many.
        unreadable: files among them that could not be read.
        float_units: parts of the network that stay float.
    """

    calibration: str
    images: int
    unreadable: tuple[str, ...]
    float_units: tuple[str, ...]


class ReportEntry(Facts):
    """One export.

    Attributes:
        form: of the network: which rewrites made the graph that was converted.
        file: name within the bundle; it ends in ``.failed`` where parity failed.
        seconds: for the whole export.
        stages: seconds of each of its stages.
        peak_rss_mb: largest resident memory of the process meanwhile, in MiB.
        delegation: null for targets whose runtime decides on the phone.
        fp16: null for other precisions.
        quantization: null for float precisions.
    """

    target: str
    backend: str | None
    precision: str
    form: str
    file: str
    bytes: int
    seconds: float
    stages: dict[str, float]
    peak_rss_mb: float
    parity: ParityReport
    delegation: DelegationReport | None
    fp16: Fp16Report | None = None
    quantization: QuantizationReport | None = None


class Report(RootModel[tuple[ReportEntry, ...]]):
    """``report.json``: one entry an artifact, in the order of their names."""
