"""The reference behind the sessions' interface: it finds its variant, normalizes, and takes any number of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from cloformer.model import (
    CloFormer,
    InputFileError,
    UsageError,
    create_model,
    load_image,
    normalize,
    preprocess,
    preprocessing_for,
)
from cloformer.runtimes import open_session
from cloformer.runtimes.command.predict import predict
from cloformer.runtimes.pytorch.session import PyTorchSession


@pytest.mark.parametrize(("variant", "suffix"), [("xxs", ".safetensors"), ("xs", ".pth"), ("xxs_global", ".pt")])
def test_a_checkpoint_finds_its_variant_by_its_shapes(variant: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"best{suffix}"
    weights = create_model(variant, 7).state_dict()
    save_file(weights, path) if suffix == ".safetensors" else torch.save({"model": weights}, path)
    with open_session(path) as session:
        assert session.facts is not None
        assert (session.facts.model.variant, session.facts.model.num_classes) == (variant, 7)
        assert session.facts.model.weights.source == "checkpoint"
        assert session.shape == (None, 3, 224, 224)
        assert session.describe().substitute is None


def test_it_gives_the_models_own_logits(shallow: CloFormer, images: np.ndarray) -> None:
    session = PyTorchSession(shallow, image_size=(64, 96))
    with torch.no_grad():
        expected = shallow(torch.from_numpy(normalize(images, preprocessing_for(64, 96)))).numpy()
    np.testing.assert_allclose(session.run(images), expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    with pytest.raises(UsageError, match="expects Nx3x64x96"):
        session.run(images[:, :, :, :64])


def test_a_run_leaves_pytorchs_thread_count_alone(shallow: CloFormer, images: np.ndarray) -> None:
    before = torch.get_num_threads()
    session = PyTorchSession(shallow, image_size=(64, 96), threads=before + 1)
    session.run(images)
    assert session.describe().threads == before + 1
    assert torch.get_num_threads() == before


def test_weights_that_fit_no_variant_and_other_backends_are_refused(tmp_path: Path) -> None:
    save_file({"head.weight": torch.zeros(3, 8)}, tmp_path / "other.safetensors")
    with pytest.raises(InputFileError, match="does not fit CloFormer-xxs: missing"):
        open_session(tmp_path / "other.safetensors")
    with pytest.raises(UsageError, match="not on 'cuda'"):
        open_session(tmp_path / "other.safetensors", backend="cuda")


def test_a_checkpoint_classifies_images(tmp_path: Path) -> None:
    model = create_model("xxs", 5)
    torch.save(model.state_dict(), tmp_path / "best.pth")
    photo = tmp_path / "photo.png"
    pixels = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(photo)
    contract = preprocessing_for(224, 224)
    with torch.no_grad():
        logits = model(torch.from_numpy(normalize(preprocess(load_image(photo), contract)[None], contract)))
    found = predict(tmp_path / "best.pth", [photo], top=1, threads=1)
    assert found.trained
    assert found.images[0].found[0].label == f"class {int(logits.argmax())}"
