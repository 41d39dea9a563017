"""Predicting CloFormer's latencies, with the model's error on other networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cloformer.runtimes.bundle.manifest import Facts

from .calibration import DEVICES, DeviceFit, Parameters, calibrate, predict_ms
from .networks import operators_of_cloformer
from .socs import SOCS, Soc, find_phone_soc

VARIANTS = ("xxs", "xs", "s")

USELESS_ERROR = 0.5
"""Median error above which no prediction is given."""


class LatencyPrediction(Facts):
    """The predicted latency of one variant on one device. Not a measurement.

    Attributes:
        milliseconds: predicted latency; null if the model's error is too large, or too little is known about the SoC.
        low: lower end of the range, derived from the errors of eight tenths of the networks used for scoring.
        high: upper end of the range; both ends are null for SoCs to which a model was transferred, without scores.
        remark: basis of the prediction, or why there is none.
    """

    variant: str
    device: str
    milliseconds: float | None
    low: float | None
    high: float | None
    remark: str


class PredictionReport(Facts):
    """The report that ``cloformer-bench latency-model`` writes."""

    schema_version: Literal[1] = 1
    meaning: Literal["predicted by a model, not measured"] = "predicted by a model, not measured"
    calibrations: tuple[DeviceFit, ...]
    predictions: tuple[LatencyPrediction, ...]


def predict_latencies() -> PredictionReport:
    """Calibrate every device, and predict every variant on it and on the SoCs to which its model can be transferred.

    Raises:
        MissingPackageError: timm is not installed.
    """
    calibrations = tuple(calibrate(device) for device in DEVICES)
    return PredictionReport(
        calibrations=calibrations,
        predictions=(
            *(each for calibration in calibrations for each in _on_device(calibration)),
            *(each for soc in SOCS for each in _on_soc(soc, calibrations)),
        ),
    )


def _on_device(calibration: DeviceFit) -> Iterable[LatencyPrediction]:
    model = DEVICES[calibration.device]
    useless = calibration.median_error > USELESS_ERROR
    error = f"median error {100 * calibration.median_error:.0f} % on families it was not fitted to"
    for variant in VARIANTS:
        operators = operators_of_cloformer(variant, model.form)
        value = predict_ms(operators, calibration.parameters, model.bytes)
        yield LatencyPrediction(
            variant=variant,
            device=calibration.device,
            milliseconds=None if useless else value,
            low=None if useless else value / calibration.high,
            high=None if useless else value / calibration.low,
            remark=f"{error}: too large to predict anything" if useless else error,
        )


def _on_soc(soc: Soc, calibrations: Iterable[DeviceFit]) -> Iterable[LatencyPrediction]:
    """Transfer the model of an SoC by the same maker, by the ratios of compute and of bandwidth."""
    for calibration in calibrations:
        model = DEVICES[calibration.device]
        known = find_phone_soc(model.soc) if model.soc else None
        if known is None or known.maker != soc.maker or known == soc:
            continue
        parameters = _scaled(calibration.parameters, known, soc)
        for variant in VARIANTS:
            operators = operators_of_cloformer(variant, model.form)
            yield LatencyPrediction(
                variant=variant,
                device=soc.name,
                milliseconds=predict_ms(operators, parameters, model.bytes) if parameters else None,
                low=None,
                high=None,
                remark=f"transferred from the {known.name}, not scored"
                if parameters
                else "the peak performance of its NPU is not published",
            )
        return
    if all(soc.name != model.soc for model in DEVICES.values()):
        remark = "there are no published latencies on its maker's NPUs to fit to"
        for variant in VARIANTS:
            yield LatencyPrediction(
                variant=variant, device=soc.name, milliseconds=None, low=None, high=None, remark=remark
            )


def _scaled(parameters: Parameters, known: Soc, soc: Soc) -> Parameters | None:
    if not (known.bandwidth and known.npu_tops and soc.bandwidth and soc.npu_tops):
        return None
    return parameters.model_copy(
        update={
            "multiply_adds": parameters.multiply_adds * soc.npu_tops / known.npu_tops,
            "bandwidth": parameters.bandwidth * soc.bandwidth / known.bandwidth,
        }
    )
