"""What the model predicts, and what it does not."""

from __future__ import annotations

import pytest

from cloformer.benchmarks.latency_model import prediction
from cloformer.benchmarks.latency_model.calibration import DEVICES, DeviceFit, Parameters
from cloformer.benchmarks.latency_model.operators import Operator
from cloformer.benchmarks.latency_model.prediction import LatencyPrediction, predict_latencies
from cloformer.benchmarks.peers.published import GALAXY_S24, IPHONE_13, PIXEL_6

PARAMETERS = Parameters(multiply_adds=1e12, bandwidth=1e11, constant=0, kernel_constant=0)
ONE_MILLISECOND = (Operator("", 1_000_000_000, 0, 0),)


def calibrated(device: str) -> DeviceFit:
    return DeviceFit(
        device=device,
        parameters=PARAMETERS,
        left_out=(),
        median_error=1.5 if device == PIXEL_6 else 0.1,
        by_multiply_adds_error=0.2,
        low=0.5,
        high=1.25,
        worst=3,
    )


@pytest.fixture
def xxs(monkeypatch: pytest.MonkeyPatch) -> dict[str, LatencyPrediction]:
    """The predictions for XXS by device, if every network takes 1 ms on the calibrated devices."""
    monkeypatch.setattr(prediction, "calibrate", calibrated)
    monkeypatch.setattr(prediction, "operators_of_cloformer", lambda _variant, _form: ONE_MILLISECOND)
    return {each.device: each for each in predict_latencies().predictions if each.variant == "xxs"}


def test_the_range_is_that_of_the_models_errors(xxs: dict[str, LatencyPrediction]) -> None:
    for device in (IPHONE_13, GALAXY_S24):
        found = xxs[device]
        assert (found.milliseconds, found.low, found.high) == (1, 0.8, 2)  # published / predicted: 1/1.25 to 1/0.5


def test_a_model_that_errs_too_much_predicts_nothing(xxs: dict[str, LatencyPrediction]) -> None:
    assert xxs[PIXEL_6].milliseconds is None
    assert "median error 150 %" in xxs[PIXEL_6].remark


def test_another_soc_of_the_same_maker_is_scaled_and_marked(xxs: dict[str, LatencyPrediction]) -> None:
    a16 = xxs["Apple A16"]
    assert a16.milliseconds == pytest.approx(15.8 / 17)
    assert (a16.low, a16.high) == (None, None)
    assert a16.remark == "transferred from the Apple A15, not scored"


@pytest.mark.parametrize(("soc", "reason"), [("Snapdragon 8 Gen 2", "is not published"), ("Tensor G3", "to fit to")])
def test_what_is_not_known_is_not_made_up(xxs: dict[str, LatencyPrediction], soc: str, reason: str) -> None:
    assert xxs[soc].milliseconds is None
    assert reason in xxs[soc].remark


def test_calibrated_socs_are_not_predicted_twice(xxs: dict[str, LatencyPrediction]) -> None:
    assert not {model.soc for model in DEVICES.values()} & xxs.keys()
