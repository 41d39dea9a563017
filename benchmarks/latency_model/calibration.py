"""Fitting the model to a device's published latencies, and scoring it on families that it was not fitted to.

The time of a network is a constant, plus for each kernel another constant and the larger of its compute time and the
time to move its data. A grid search finds the four parameters with the smallest mean |log(predicted / published)|,
which a single outlier cannot dominate.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cloformer.benchmarks.peers.published import GALAXY_S24, IPHONE_13, PIXEL_6
from cloformer.runtimes.bundle.manifest import Facts

from .networks import operators_of_peer
from .observations import OBSERVATIONS, Observation
from .operators import Operator

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class DeviceModel:
    """Assumptions about a device before anything is fitted.

    Attributes:
        soc: name of the SoC in the table of SoCs, or None if it is not used there.
        bytes: bytes per number, in the precision of the published latencies.
        multiply_adds: range of multiply-adds per second in which the fit searches.
        bandwidth: range of bytes per second in which the fit searches; caches are faster than the memory.
        largest_constant: largest constant per network in the search, in seconds.
        largest_kernel_constant: largest constant per kernel in the search, in seconds.
        form: form of CloFormer for this kind of device.
    """

    soc: str | None
    bytes: int
    multiply_adds: tuple[float, float]
    bandwidth: tuple[float, float]
    largest_constant: float
    largest_kernel_constant: float
    form: str


DEVICES: dict[str, DeviceModel] = {
    IPHONE_13: DeviceModel("Apple A15", 2, (2e11, 7.9e12), (1e10, 1e12), 5e-4, 2e-5, "neural-engine"),
    PIXEL_6: DeviceModel(None, 4, (5e9, 1e11), (1e9, 1e11), 5e-3, 2e-4, "xnnpack"),
    GALAXY_S24: DeviceModel("Snapdragon 8 Gen 3", 2, (2e11, 2e13), (5e9, 1e12), 5e-4, 2e-5, "htp-float"),
}
"""Devices by name: the Neural Engine and the NPU in fp16, the CPU in fp32.

The A15's 15.8 TOPS are 7.9e12 multiply-adds per second.
"""

_STEPS = 16
_CONSTANTS = 6
_KERNEL_CONSTANTS = 12


class Parameters(Facts):
    """The fitted parameters of a device.

    Attributes:
        multiply_adds: multiply-adds per second.
        bandwidth: bytes per second.
        constant: seconds added for every network.
        kernel_constant: seconds added for every kernel.
    """

    multiply_adds: float
    bandwidth: float
    constant: float
    kernel_constant: float


class LeftOut(Facts):
    """The prediction for one network by the model that was fitted without its family.

    Attributes:
        by_multiply_adds_ms: prediction of a straight line over multiply-adds that was fitted in the same way.
    """

    family: str
    network: str
    published_ms: float
    predicted_ms: float
    by_multiply_adds_ms: float


class DeviceFit(Facts):
    """The fitted model of one device and its scores.

    Attributes:
        parameters: parameters fitted to all observations.
        left_out: predictions for each network by the model that was fitted without its family.
        median_error: median relative error of the predictions in ``left_out``.
        by_multiply_adds_error: median relative error of the straight line over multiply-adds.
        low: lower bound of the ratio of predicted to published; a tenth of the predictions are below it.
        high: upper bound of the ratio of predicted to published; a tenth of the predictions are above it.
        worst: largest factor between predicted and published latency, in either direction.
    """

    device: str
    parameters: Parameters
    left_out: tuple[LeftOut, ...]
    median_error: float
    by_multiply_adds_error: float
    low: float
    high: float
    worst: float


def predict_ms(operators: Sequence[Operator], parameters: Parameters, bytes_: int) -> float:
    """Predict the milliseconds of a network."""
    computed, moved = _costs(operators)
    kernels = np.maximum(computed / parameters.multiply_adds, moved * bytes_ / parameters.bandwidth)
    return float(1e3 * (parameters.constant + kernels.sum() + parameters.kernel_constant * len(operators)))


def calibrate(device: str, observations: Sequence[Observation] | None = None) -> DeviceFit:
    """Fit and score the model of ``device``.

    Raises:
        MissingPackageError: timm is not installed.
    """
    model = DEVICES[device]
    rows = OBSERVATIONS[device] if observations is None else observations
    networks = [operators_of_peer(row.network, row.size) for row in rows]
    published = np.array([row.milliseconds for row in rows])
    grid = list(_grid(model))
    predictions = np.array([_over_grid(network, model) for network in networks])
    lines = _over_lines(np.array([_costs(network)[0].sum() for network in networks]), published)
    left_out = []
    for index, row in enumerate(rows):
        others = np.array([other.family != row.family for other in rows])
        left_out.append(
            LeftOut(
                family=row.family,
                network=row.network,
                published_ms=row.milliseconds,
                predicted_ms=float(predictions[index, _best(predictions[others], published[others])]),
                by_multiply_adds_ms=float(lines[index, _best(lines[others], published[others])]),
            )
        )
    ratios = np.array([each.predicted_ms / each.published_ms for each in left_out])
    line_ratios = np.array([each.by_multiply_adds_ms / each.published_ms for each in left_out])
    low, high = np.quantile(ratios, [0.1, 0.9])
    return DeviceFit(
        device=device,
        parameters=grid[_best(predictions, published)],
        left_out=tuple(left_out),
        median_error=float(np.median(abs(ratios - 1))),
        by_multiply_adds_error=float(np.median(abs(line_ratios - 1))),
        low=float(low),
        high=float(high),
        worst=float(np.exp(abs(np.log(ratios)).max())),
    )


def _costs(operators: Sequence[Operator]) -> tuple[Doubles, Doubles]:
    """Return the multiply-adds and the moved elements of each kernel."""
    computed = np.array([each.multiply_adds for each in operators], dtype=np.float64)
    return computed, np.array([each.elements for each in operators], dtype=np.float64)


def _axes(model: DeviceModel) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    kernel = np.geomspace(model.largest_kernel_constant / 100, model.largest_kernel_constant, _KERNEL_CONSTANTS)
    return (
        np.geomspace(*model.multiply_adds, _STEPS),
        np.geomspace(*model.bandwidth, _STEPS),
        np.linspace(0, model.largest_constant, _CONSTANTS),
        np.concatenate([[0.0], kernel]),
    )


def _grid(model: DeviceModel) -> list[Parameters]:
    return [
        Parameters(multiply_adds=rate, bandwidth=bandwidth, constant=constant, kernel_constant=kernel)
        for rate, bandwidth, constant, kernel in itertools.product(*(axis.tolist() for axis in _axes(model)))
    ]


def _over_grid(operators: Sequence[Operator], model: DeviceModel) -> Doubles:
    """Predict the milliseconds of a network for every choice of parameters, in the order of ``_grid``."""
    rates, bandwidths, constants, kernels = _axes(model)
    computed, moved = _costs(operators)
    roof = np.maximum(computed / rates[:, None, None], moved * model.bytes / bandwidths[None, :, None]).sum(2)
    added = constants[:, None] + kernels[None, :] * len(operators)
    milliseconds: Doubles = (1e3 * (roof[:, :, None, None] + added)).ravel()
    return milliseconds


def _over_lines(multiply_adds: Doubles, published: Doubles) -> Doubles:
    """Predict the milliseconds of each network with many straight lines over multiply-adds."""
    constants = np.concatenate([[0.0], np.geomspace(published.min() / 30, published.max(), 40)])
    slopes = np.geomspace(1e-2, 1e2, 80) * published.mean() / multiply_adds.mean()
    lines = constants[None, :, None] + slopes[None, None, :] * multiply_adds[:, None, None]
    flat: Doubles = lines.reshape(len(multiply_adds), -1)
    return flat


def _best(predictions: Doubles, published: Doubles) -> int:
    return int(np.abs(np.log(predictions / published[:, None])).mean(axis=0).argmin())
