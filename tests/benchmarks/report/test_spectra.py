"""Spectra of maps whose frequencies are known, and of a network's branches."""

from __future__ import annotations

import math

import pytest
import torch

from cloformer.benchmarks.report.spectra import branch_spectra, demo_spectra, log_amplitudes
from cloformer.model import CloFormer
from cloformer.model.demo import demo_checkpoint

SIDE = 16


def diagonal_wave(steps: int) -> torch.Tensor:
    """Return a diagonal wave around a mean of 1, with ``steps`` periods in each direction of the map."""
    place = torch.arange(SIDE, dtype=torch.float64) * (2 * math.pi * steps / SIDE)
    return (1 + torch.cos(place[:, None] + place[None, :]))[None, None]


@pytest.mark.parametrize("steps", [1, 3, 7])
def test_a_wave_shows_at_its_frequency(steps: int) -> None:
    found = log_amplitudes(diagonal_wave(steps))
    assert len(found) == SIDE // 2 + 1
    assert found[0] == 0
    assert found[steps] == pytest.approx(math.log(0.5), abs=1e-6)  # half its amplitude lies at the negative frequency
    assert all(value < -20 for index, value in enumerate(found) if index not in (0, steps))


def test_images_and_channels_are_averaged_in_the_logarithm() -> None:
    one, other = diagonal_wave(2), 1 + 0.25 * (diagonal_wave(2) - 1)
    both = log_amplitudes(torch.cat([one, other]))
    assert both[2] == pytest.approx((math.log(0.5) + math.log(0.125)) / 2, abs=1e-6)


def test_every_block_whose_maps_are_large_enough_is_seen(shallow: CloFormer) -> None:
    spectra = branch_spectra(shallow, torch.rand(2, 3, 64, 64))  # maps of 16, 8, 4 and 2
    assert [(each.stage, each.block) for each in spectra] == [(1, 1), (2, 1), (3, 1)]
    assert [len(each.frequency) for each in spectra] == [9, 5, 3]
    assert all(each.local != each.pooled for each in spectra)


def test_the_network_is_left_as_it_was(shallow: CloFormer) -> None:
    image = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        before = shallow(image)
        branch_spectra(shallow, image)
        assert torch.equal(shallow(image), before)
    assert not any(module._forward_pre_hooks for module in shallow.modules())


def test_the_demo_checkpoints_spectra_are_of_its_blocks() -> None:
    if not demo_checkpoint().exists():
        assert demo_spectra() is None
        pytest.skip("there is no trained demo checkpoint yet")
    spectra = demo_spectra()
    assert spectra
    assert {each.stage for each in spectra} == {1, 2, 3}
