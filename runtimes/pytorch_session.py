"""The reference itself behind the sessions' interface: checkpoints, and models that are already in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from cloformer.model import CloFormer, UsageError, WeightsInfo, describe_weights, normalize, preprocessing_for
from cloformer.model.create import describe_own_weights, model_from_checkpoint
from cloformer.model.demo import DEMO_IMAGE_SIZE, is_demo
from cloformer.model.labels import default_labels

from .manifest import EmbeddedFacts, InputFacts, ModelFacts, OutputFacts
from .session import Floats, Session, SessionInfo
from .torch_threads import torch_threads

CPU = "cpu"

DEFAULT_SIZE = (224, 224)
"""A checkpoint does not say for which images it was trained; this is the paper's size."""


class PyTorchSession(Session):
    """A CloFormer in PyTorch; like an artifact it takes pixels in [0, 1] and normalises them, in batches of any size.

    Args:
        model: in evaluation mode; it is not changed.
        image_size: height and width of the images.
        threads: by default PyTorch's own choice.
        weights: how they are named; by default by their content.
        labels: class names; by default ImageNet's where there are 1,000 classes.
    """

    def __init__(
        self,
        model: CloFormer,
        image_size: tuple[int, int] = DEFAULT_SIZE,
        threads: int | None = None,
        weights: WeightsInfo | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        self._model = model
        self._threads = threads or torch.get_num_threads()
        self._contract = preprocessing_for(*image_size)
        shape = (None, 3, *image_size)
        facts = EmbeddedFacts(
            model=ModelFacts(
                variant=model.variant.name,
                num_classes=model.num_classes,
                parameters=sum(parameter.numel() for parameter in model.parameters()),
                weights=weights or describe_own_weights(model),
            ),
            target="pytorch",
            backend=None,
            precision="fp32",
            input=InputFacts(
                kind="tensor", shape=shape, dtype="float32", value_range=(0.0, 1.0), normalization_in_graph=True
            ),
            preprocessing=self._contract,
            outputs=(OutputFacts(shape=(None, model.num_classes)),),
            labels=tuple(labels if labels is not None else default_labels(model.num_classes)),
        )
        super().__init__(facts, shape)

    def describe(self) -> SessionInfo:
        """Say who executes."""
        return SessionInfo("PyTorch", torch.__version__, CPU, self._threads)

    def _run(self, batch: Floats) -> Floats:
        with torch.inference_mode(), torch_threads(self._threads):
            logits: Floats = self._model(torch.from_numpy(normalize(batch, self._contract))).numpy()
        return logits

    def _free(self) -> None:
        del self._model


def open_checkpoint(path: Path, backend: str | None, threads: int | None) -> PyTorchSession:
    """Open the weights in ``path``; the variant is the one that their shapes fit.

    Raises:
        UsageError: another backend than the CPU.
        InputFileError: the file cannot be read, or fits no variant.
    """
    if backend not in (None, CPU):
        raise UsageError(f"the reference runs on the CPU alone, not on {backend!r}", "omit the backend")
    model = model_from_checkpoint(path)
    size = (DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE) if is_demo(path) else DEFAULT_SIZE
    labels = default_labels(model.num_classes, path)
    return PyTorchSession(model, size, threads, describe_weights(model, path), labels)
