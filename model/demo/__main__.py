"""The command ``python -m cloformer.model.demo``, which trains the demo checkpoint from scratch."""

from __future__ import annotations

import json
import platform
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.console import Console
from rich.progress import Progress
from safetensors.torch import save_file

from ..cloformer import CloFormer
from . import DEMO_IMAGE_SIZE, DEMO_LABELS, DEMO_VARIANT
from .digits import load_splits
from .training import Epoch, Recipe, accuracy, new_model, train


def train_demo(
    output: Annotated[Path, typer.Argument(help="The .safetensors file to write; the log is written next to it.")],
    epochs: Annotated[int, typer.Option(help="Number of passes over the training split.")] = Recipe.epochs,
    device: Annotated[str, typer.Option(help="Device to train on: cpu, or cuda for a GPU.")] = "cpu",
) -> None:
    """Train CloFormer-XXS on scikit-learn's digits and write its weights in float16.

    The held-out images are evaluated only once, at the end, with the weights as written to the file.
    """
    recipe, where = Recipe(epochs=epochs), torch.device(device)
    training, held_out = load_splits()
    log: list[Epoch] = []
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("training", total=epochs)
        model = new_model(recipe).to(where)
        for epoch in train(model, training, recipe):
            log.append(epoch)
            progress.update(task, advance=1, description=f"loss {epoch.loss:.3f}")
    rounded = _rounded_to_half(model)
    right = accuracy(rounded, held_out, where)
    _write(output, rounded, recipe, log, right)
    typer.echo(f"{output}: {100 * right:.2f} % of {len(held_out.targets)} held-out digits")


def _rounded_to_half(model: CloFormer) -> CloFormer:
    model.load_state_dict(
        {
            name: value.half().to(value.dtype) if value.is_floating_point() else value
            for name, value in model.state_dict().items()
        }
    )
    return model.eval()


def _write(output: Path, model: CloFormer, recipe: Recipe, log: list[Epoch], right: float) -> None:
    """Write the weights and the log completely, or not at all."""
    weights = {
        name: (value.half() if value.is_floating_point() else value).cpu().contiguous()
        for name, value in model.state_dict().items()
    }
    facts = {"variant": DEMO_VARIANT, "image_size": str(DEMO_IMAGE_SIZE), "labels": "\n".join(DEMO_LABELS)}
    record = {
        "recipe": asdict(recipe),
        "held_out_accuracy": right,
        "torch": torch.__version__,
        "machine": platform.machine(),
        "epochs": [asdict(epoch) for epoch in log],
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as folder:
        staged = Path(folder) / output.name
        save_file(weights, staged, metadata=facts)
        staged_log = staged.with_suffix(".json")
        staged_log.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        staged_log.replace(output.with_suffix(".json"))
        staged.replace(output)


if __name__ == "__main__":
    typer.run(train_demo)
