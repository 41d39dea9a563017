"""The reference itself as a session: checkpoints, and models that are already in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from cloformer.model import UsageError, WeightsInfo, describe_weights, normalize, preprocessing_for
from cloformer.model.anchors import coding_for
from cloformer.model.create import describe_own_weights, model_from_checkpoint
from cloformer.model.demo import DEMO_IMAGE_SIZE, is_demo
from cloformer.model.labels import default_labels
from cloformer.model.network import Network, outputs_of
from cloformer.model.tasks import TASKS
from cloformer.runtimes.bundle.manifest import EmbeddedFacts, InputFacts
from cloformer.runtimes.session import Floats, Session, SessionInfo

from .network_facts import model_facts, output_facts
from .threads import torch_threads

CPU = "cpu"


class PyTorchSession(Session):
    """A CloFormer in PyTorch; like an artifact it accepts pixels in [0, 1] and normalizes them, in batches of any size.

    Args:
        model: the network, in evaluation mode; it is not changed.
        image_size: the height and width of the images; by default the paper's for the task.
        threads: the number of CPU threads; by default PyTorch's own choice.
        weights: the facts about the weights; by default named by their content.
        labels: the class names; by default those of the task's data set if the class count matches.
    """

    def __init__(
        self,
        model: Network,
        image_size: tuple[int, int] | None = None,
        threads: int | None = None,
        weights: WeightsInfo | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        self._model = model
        self._threads = threads or torch.get_num_threads()
        task = TASKS[model.config.task]
        height, width = image_size or (task.image_size, task.image_size)
        self._contract = preprocessing_for(height, width, task.name)
        shape = (None, 3, height, width)
        facts = EmbeddedFacts(
            model=model_facts(model, weights or describe_own_weights(model)),
            target="pytorch",
            backend=None,
            precision="fp32",
            input=InputFacts(
                kind="tensor", shape=shape, dtype="float32", value_range=(0.0, 1.0), normalization_in_graph=True
            ),
            preprocessing=self._contract,
            outputs=output_facts(model, None, (height, width)),
            boxes=coding_for(task.name),
            labels=tuple(labels if labels is not None else default_labels(model.num_classes, task=task.name)),
        )
        super().__init__(facts, shape)

    def describe(self) -> SessionInfo:
        """Return what executes the network: PyTorch on the CPU."""
        return SessionInfo("PyTorch", torch.__version__, CPU, self._threads)

    def _run(self, batch: Floats) -> list[Floats]:
        with torch.inference_mode(), torch_threads(self._threads):
            outputs = self._model(torch.from_numpy(normalize(batch, self._contract)))
        return [output.numpy() for output in outputs_of(outputs)]

    def _free(self) -> None:
        del self._model


def open_checkpoint(path: Path, backend: str | None, threads: int | None) -> PyTorchSession:
    """Open the checkpoint ``path``; its shapes determine the variant.

    Raises:
        UsageError: the backend is not the CPU.
        InputFileError: the file cannot be read, or fits no variant.
    """
    if backend not in (None, CPU):
        raise UsageError(f"the reference runs only on the CPU, not on {backend!r}", "omit the backend")
    model = model_from_checkpoint(path)
    size = (DEMO_IMAGE_SIZE, DEMO_IMAGE_SIZE) if is_demo(path) else None
    labels = default_labels(model.num_classes, path, model.config.task)
    return PyTorchSession(model, size, threads, describe_weights(model, path), labels)
