"""The contract's numbers, against the official evaluation written out here in plain Pillow."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from pydantic import ValidationError

from cloformer.export.reference.images import reference_images
from cloformer.model import Preprocessing, UsageError, normalize, preprocess, preprocessing_for
from cloformer.model.preprocessing import resized_shape, upright_rgb

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "retina", "motorcycle", "cameraman", "china", "flower")

sides = st.integers(1, 3000)


@cache
def photograph(name: str) -> Image.Image:
    return reference_images()[name].convert("RGB")


def official_evaluation(image: Image.Image) -> NDArray[np.float32]:
    """Resize(256, bicubic), CenterCrop(224), ToTensor, Normalize: torchvision's steps, image by image."""
    short, long = sorted(image.size)
    resized_long = int(256 * long / short)
    width, height = (256, resized_long) if image.width <= image.height else (resized_long, 256)
    resized = image.resize((width, height), Image.Resampling.BICUBIC)
    top, left = (int(round((side - 224) / 2.0)) for side in (height, width))  # noqa: RUF046 - as torchvision has it
    pixels = torch.from_numpy(np.array(resized.crop((left, top, left + 224, top + 224))))
    tensor = pixels.permute(2, 0, 1).float().div(255)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    return tensor.sub(mean[:, None, None]).div(std[:, None, None]).numpy()


def noise(height: int, width: int) -> Image.Image:
    pixels = np.random.default_rng(height * 10_000 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize("cut", [(0, 0), (1, 0), (0, 1), (37, 150), (151, 2)])
def test_224_is_the_official_evaluation_bit_for_bit(name: str, cut: tuple[int, int]) -> None:
    whole = photograph(name)
    image = whole.crop((0, 0, whole.width - cut[0], whole.height - cut[1]))
    contract = preprocessing_for(224, 224)
    ours = normalize(preprocess(image, contract)[None], contract)[0]
    assert ours.dtype == np.float32
    assert np.array_equal(ours, official_evaluation(image))


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 1), (8, 8), (1, 9), (900, 40), (40, 900), (255, 257)])
def test_small_and_long_images_too(height: int, width: int) -> None:
    contract, image = preprocessing_for(224, 224), noise(height, width)
    ours = normalize(preprocess(image, contract)[None], contract)[0]
    assert np.array_equal(ours, official_evaluation(image))


@pytest.mark.parametrize(
    ("height", "width", "resize"),
    [(224, 224, (256, 256)), (448, 224, (512, 256)), (32, 64, (36, 73)), (384, 384, (438, 438)), (96, 160, (109, 182))],
)
def test_other_sizes_are_resized_in_the_same_proportion(height: int, width: int, resize: tuple[int, int]) -> None:
    contract = preprocessing_for(height, width)
    assert contract.crop == (height, width)
    assert contract.resize == resize  # 256 / 224 of the crop, rounded down
    for source in ((300, 500), (500, 300), (7, 5)):
        pixels = preprocess(noise(*source), contract)
        assert pixels.shape == (3, height, width)
        assert pixels.dtype == np.float32
        assert pixels.flags.c_contiguous
        assert 0 <= float(pixels.min()) < float(pixels.max()) <= 1


@pytest.mark.parametrize(("height", "width"), [(0, 224), (224, 100), (-32, 32)])
def test_sizes_that_the_network_cannot_take_are_refused(height: int, width: int) -> None:
    with pytest.raises(UsageError):
        preprocessing_for(height, width)


@given(height=sides, width=sides, cover=st.tuples(sides, sides))
def test_resized_shape_is_the_smallest_that_covers(height: int, width: int, cover: tuple[int, int]) -> None:
    resized = resized_shape(height, width, cover)
    assert resized[0] >= cover[0]
    assert resized[1] >= cover[1]
    assert resized[0] == cover[0] or resized[1] == cover[1]
    exact = max(Fraction(cover[0], height), Fraction(cover[1], width))  # the scale that just covers
    assert resized == (math.floor(height * exact), math.floor(width * exact))


@given(height=st.integers(1, 10**6), width=st.integers(1, 10**6))
def test_resized_shape_rounds_as_torchvision_does(height: int, width: int) -> None:
    short, long = sorted((height, width))
    assert sorted(resized_shape(height, width, (256, 256))) == [256, int(256 * long / short)]


@given(height=sides, width=sides)
def test_resized_shape_turns_with_the_image(height: int, width: int) -> None:
    assert resized_shape(height, width, (73, 146)) == resized_shape(width, height, (146, 73))[::-1]


@settings(deadline=None)
@given(
    height=st.integers(1, 90),
    width=st.integers(1, 90),
    crop=st.tuples(st.sampled_from([32, 64, 96]), st.sampled_from([32, 64, 96])),
)
def test_crop_is_the_center(height: int, width: int, crop: tuple[int, int]) -> None:
    contract = preprocessing_for(*crop)
    tall, wide = resized_shape(height, width, contract.resize)
    top, left = round((tall - crop[0]) / 2), round((wide - crop[1]) / 2)
    resized = np.asarray(noise(height, width).resize((wide, tall), Image.Resampling.BICUBIC))
    center = resized[top : top + crop[0], left : left + crop[1]]
    assert center.shape == (*crop, 3)
    assert np.array_equal(np.rint(preprocess(noise(height, width), contract) * 255), center.transpose(2, 0, 1))
    assert abs(top - (tall - crop[0] - top)) <= 1
    assert abs(left - (wide - crop[1] - left)) <= 1


def test_channels_are_red_green_blue() -> None:
    pixels = preprocess(Image.new("RGB", (64, 64), (255, 51, 0)), preprocessing_for(32, 32))
    np.testing.assert_allclose(pixels[:, 5, 7], [1.0, 0.2, 0.0], rtol=1e-6)


def test_normalization_is_per_channel_and_keeps_the_batch() -> None:
    contract = Preprocessing(resize=(36, 36), crop=(32, 32), mean=(0.0, 0.5, 1.0), std=(1.0, 0.5, 0.25))
    batch = np.ones((2, 3, 4, 5), dtype=np.float32)
    batch[1] = 0.5
    normalized = normalize(batch, contract)
    assert normalized.dtype == np.float32
    np.testing.assert_array_equal(normalized[:, :, 0, 0], [[1.0, 1.0, 0.0], [0.5, 0.0, -2.0]])
    assert normalized.shape == batch.shape


def test_sixteen_bits_keep_their_high_byte() -> None:
    values = np.array([[0, 255, 256, 32768, 65535]], dtype=np.uint16)
    rgb = np.asarray(upright_rgb(Image.fromarray(values)))
    assert rgb[0, :, 0].tolist() == [0, 0, 1, 128, 255]
    assert np.array_equal(rgb[..., 0], rgb[..., 2])


@pytest.mark.parametrize("contract", [preprocessing_for(224, 224), preprocessing_for(96, 320)])
def test_contract_survives_json(contract: Preprocessing) -> None:
    assert Preprocessing.model_validate_json(contract.model_dump_json()) == contract


@pytest.mark.parametrize(
    "change",
    [
        {"rotate": 90},
        {"interpolation": "bilinear"},
        {"antialias": False},
        {"color_order": "BGR"},
        {"mean": [0.5, 0.5]},
        {"crop": [224]},
        {"resize": "256"},
    ],
)
def test_contract_refuses_what_it_does_not_know(change: dict[str, object]) -> None:
    content = json.loads(preprocessing_for(224, 224).model_dump_json()) | change
    with pytest.raises(ValidationError):
        Preprocessing.model_validate_json(json.dumps(content))


def test_contract_cannot_be_changed() -> None:
    contract = preprocessing_for(224, 224)
    with pytest.raises(ValidationError):
        contract.crop = (32, 32)
