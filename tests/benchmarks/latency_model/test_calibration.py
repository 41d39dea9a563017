"""The fit, with fake networks whose latencies are known."""

from __future__ import annotations

import numpy as np
import pytest

from cloformer.benchmarks.latency_model import calibration
from cloformer.benchmarks.latency_model.calibration import (
    DEVICES,
    Parameters,
    _grid,
    _over_grid,
    calibrate,
    predict_ms,
)
from cloformer.benchmarks.latency_model.observations import OBSERVATIONS, Observation
from cloformer.benchmarks.latency_model.operators import Operator
from cloformer.benchmarks.peers.published import IPHONE_13

TRUTH = Parameters(multiply_adds=2e12, bandwidth=6e10, constant=2e-4, kernel_constant=1e-6)


def network(seed: int) -> tuple[Operator, ...]:
    """Return a few dozen kernels, some bound by compute and some by memory."""
    random = np.random.default_rng(seed)
    count = int(random.integers(30, 120))
    multiply_adds = np.exp(random.uniform(np.log(1e5), np.log(3e7), count)) * random.integers(0, 2, count)
    elements = np.exp(random.uniform(np.log(2e4), np.log(6e5), count))
    return tuple(Operator("a kernel", int(m), int(e), 0) for m, e in zip(multiply_adds, elements, strict=True))


NETWORKS = {f"net{seed}": network(seed) for seed in range(18)}


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "operators_of_peer", lambda name, _size: NETWORKS[name])


def observe(scale: dict[str, float] | None = None) -> list[Observation]:
    """Return the latencies of a device with the parameters ``TRUTH``, for three networks per family."""
    return [
        Observation(f"family {index // 3}", name, 224, predict_ms(operators, TRUTH, 2) * (scale or {}).get(name, 1.0))
        for index, (name, operators) in enumerate(NETWORKS.items())
    ]


def test_a_kernel_takes_the_larger_of_both_times() -> None:
    bound_by_compute, bound_by_memory = Operator("", 2_000_000, 10, 0), Operator("", 10, 6_000, 0)
    found = predict_ms([bound_by_compute, bound_by_memory], TRUTH, 2)
    assert found == pytest.approx(0.2 + 0.001 + 0.0002 + 2 * 0.001)


def test_the_grid_and_the_prediction_agree() -> None:
    model = DEVICES[IPHONE_13]
    milliseconds = _over_grid(NETWORKS["net3"], model)
    for index, parameters in list(enumerate(_grid(model)))[::777]:
        assert milliseconds[index] == pytest.approx(predict_ms(NETWORKS["net3"], parameters, model.bytes))


def test_a_device_that_the_model_describes_is_found_again() -> None:
    found = calibrate(IPHONE_13, observe())
    assert found.median_error < 0.05
    assert found.median_error < found.by_multiply_adds_error
    assert found.parameters.bandwidth == pytest.approx(TRUTH.bandwidth, rel=0.4)


def test_a_family_is_scored_by_a_model_that_has_not_seen_it() -> None:
    slow = {"net0": 20.0, "net1": 20.0, "net2": 20.0}
    found = calibrate(IPHONE_13, observe(slow))
    outlier = found.left_out[0]
    assert outlier.predicted_ms == pytest.approx(outlier.published_ms / 20, rel=0.1)
    assert found.worst == pytest.approx(20, rel=0.1)
    assert found.median_error < 0.05  # no single family decides


def test_observations_are_named_once_a_device() -> None:
    for rows in OBSERVATIONS.values():
        assert len({(row.network, row.size) for row in rows}) == len(rows)
        assert len({row.family for row in rows}) >= 5
