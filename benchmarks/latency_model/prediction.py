"""CloFormer's predicted latencies, with the error that the model has on other networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from cloformer.runtimes.bundle.manifest import Facts

from .calibration import DEVICES, DeviceFit, Parameters, calibrate, predict_ms
from .networks import operators_of_cloformer
from .socs import SOCS, Soc, find_phone_soc

VARIANTS = ("xxs", "xs", "s")

USELESS_ERROR = 0.5
"""Median error from which on a prediction is not given."""


class LatencyPrediction(Facts):
    """One variant on one device. Not a measurement.

    Attributes:
        milliseconds: null where the model errs too much, or nothing is known of the SoC.
        low: the lower end of where eight tenths of the networks lay that the model was scored on,
        high: and the upper one; null for SoCs to which a model was carried over, where nothing scores it.
        remark: what it rests on, or why there is none.
    """

    variant: str
    device: str
    milliseconds: float | None
    low: float | None
    high: float | None
    remark: str


class PredictionReport(Facts):
    """What ``cloformer-bench latency-model`` writes."""

    schema_version: Literal[1] = 1
    meaning: Literal["predicted by a model, not measured"] = "predicted by a model, not measured"
    calibrations: tuple[DeviceFit, ...]
    predictions: tuple[LatencyPrediction, ...]


def predict_latencies() -> PredictionReport:
    """Calibrate every device, and predict every variant on it and on the SoCs that it can be carried over to.

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
            remark=f"{error}: too much to predict anything" if useless else error,
        )


def _on_soc(soc: Soc, calibrations: Iterable[DeviceFit]) -> Iterable[LatencyPrediction]:
    """Carry the model of the same maker's SoC over by the ratios of compute and of bandwidth."""
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
                remark=f"carried over from the {known.name}, scored on nothing"
                if parameters
                else "nobody publishes the peak of its NPU",
            )
        return
    if all(soc.name != model.soc for model in DEVICES.values()):
        remark = "no published latencies of its maker's NPUs to fit to"
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
