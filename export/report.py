"""``report.json``: what each export did, as typed data with a published JSON Schema."""

from __future__ import annotations

from pydantic import Field, RootModel

from cloformer.runtimes.bundle.manifest import Facts


class ParityBounds(Facts):
    """The bounds that an artifact must keep; null if its precision has no such bound.

    Attributes:
        max_abs: the largest difference of any logit; for fp16 it only decides which inputs' top-1 counts.
        cosine: the smallest cosine over the inputs.
        psnr_db: the smallest peak signal-to-noise ratio.
        top1_agreement: the smallest share of inputs with the reference's top-1.
        sensitivity: how far each input's logits must be from some other input's.
    """

    max_abs: float
    cosine: float | None
    psnr_db: float | None
    top1_agreement: float
    sensitivity: float


class BoxAgreement(Facts):
    """How well the artifact's boxes agree with those that the reference finds, at the same anchors.

    Attributes:
        boxes: how many objects the reference finds.
        smallest_iou: the smallest overlap of one's box with the artifact's.
        largest_score_error: the largest error of one's score.
    """

    boxes: int
    smallest_iou: float
    largest_score_error: float


class ParityReport(Facts):
    """How an artifact compares with the reference on the same inputs.

    With several outputs, the numbers are those of the first that fails, or else of the one that is closest to failing.

    Attributes:
        not_run: why nothing was compared; null if it was.
        runtime: the runtime that ran the artifact, with its version.
        substitute: what stood in for the phone's own runtime; null if that runtime itself ran.
        int8_kernels: what multiplied 8-bit integers on the exporting machine; null for float artifacts.
        output: the output that the numbers are of.
        samples: how many inputs were compared.
        decided: for how many of them the reference's first two classes are further apart than the max-abs bound.
        max_abs: the largest difference of any logit.
        cosine: the smallest cosine over the inputs.
        psnr_db: the peak signal-to-noise ratio against the largest logit; null if the outputs are identical.
        top1_agreement: the share of the decided inputs with the reference's top-1.
        sensitivity: the smallest distance from any input's logits to the farthest other input's.
        bounds: the bounds that these numbers had to keep.
        passed: the verdict; null if nothing was compared.
        first_divergence: after a failure, the first block whose output differs; null if that is not known.
        boxes: for detectors, how well the boxes agree.
        mask_miou: for segmenters, the mean intersection over union of the artifact's masks with the reference's.
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
    """Which operators the backend runs, and in how many pieces.

    Attributes:
        backend: the backend that runs them.
        partitions: the number of delegated pieces; null if only the phone's system decides.
        delegated: the number of operators inside them; null if only the phone's system decides.
        undelegated: how many operators the runtime's own kernels execute, by name.
        reasons: why the backend does not run each of those, if it says so.
        largest_rank: the largest rank of any tensor, for backends that depend on it; null for others.
    """

    backend: str
    partitions: int | None
    delegated: int | None
    undelegated: dict[str, int]
    reasons: dict[str, str] = Field(default_factory=dict)
    largest_rank: int | None = None


class LayerRange(Facts):
    """How far one layer of the reference reaches on the reference images; the largest fp16 number is 65,504.

    Attributes:
        layer: the layer's name in the reference; a block's own name stands for its additions.
        largest_value: the largest input or output or, in a normalization, the largest square that it averages.
        largest_sum: the largest sum in its convolutions, pools and attention products, in whatever order they add.
        largest_normalization_sum: the largest sum in a normalization, of values or of their squares.
    """

    layer: str
    largest_value: float
    largest_sum: float
    largest_normalization_sum: float


class Fp16Report(Facts):
    """What was measured and done so that an fp16 artifact does not overflow.

    Attributes:
        kept_fp32: layers that the artifact computes in fp32 because of what was measured.
        beyond: layers that should be among them, but that the format cannot keep in fp32.
        layers: the range of every layer.
    """

    kept_fp32: tuple[str, ...]
    beyond: tuple[str, ...]
    layers: tuple[LayerRange, ...]


class QuantizationReport(Facts):
    """How an artifact of 8 bits or fewer was made.

    Attributes:
        calibration: where the images come from that ranges were learned on.
        images: how many images that were.
        unreadable: the files among them that could not be read.
        float_units: the parts of the network that stay float.
    """

    calibration: str
    images: int
    unreadable: tuple[str, ...]
    float_units: tuple[str, ...]


class ReportEntry(Facts):
    """What one export did.

    Attributes:
        form: the form of the network, which names the rewrites that were applied.
        file: the artifact's name within the bundle; it ends in ``.failed`` if parity failed.
        bytes: the size of the artifact.
        seconds: the time of the whole export.
        stages: the seconds of each stage.
        peak_rss_mb: the largest resident memory of the process meanwhile, in MiB.
        parity: the comparison with the reference.
        delegation: what the backend runs; null for targets whose runtime decides on the phone.
        fp16: how overflow was avoided; null for other precisions.
        quantization: how it was quantized; null for float precisions.
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
    """The content of ``report.json``: one entry an artifact, in the order of their names."""
