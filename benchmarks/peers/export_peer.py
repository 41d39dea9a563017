"""One peer as one artifact, in a process of its own: the same translators, with the same normalisation in front.

A network that is not CloFormer has no form of its own here: it is exported as its authors' library builds it, once its
training-time branches are folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import onnx
from torch import nn

from cloformer.benchmarks.child import run_child, serve
from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.benchmarks.records.parts import DelegationFacts, MeasuredArtifact, MeasuredModel
from cloformer.export.deploy_module import DeployModule
from cloformer.export.executorch_lowering import Lowering, lower, trace
from cloformer.export.onnx_graph import simplify, translate
from cloformer.export.onnx_target import OPSET
from cloformer.export.quantization.kernels import KERNELS
from cloformer.export.registry import TARGETS
from cloformer.model import ConversionError, preprocessing_for
from cloformer.model.errors import first_line
from cloformer.runtimes.checksum import sha256_of, size_of
from cloformer.runtimes.manifest import Facts

from .int8 import quantise_whole
from .networks import NUM_CLASSES, build_peer, find_peer
from .published import Published

_XNNPACK = "xnnpack"
_COLOURS = re.compile(r"\x1b\[\d+m")
"""Of a terminal, which PyTorch's exporter puts into its errors."""


class PeerOrder(Facts):
    """What to make.

    Attributes:
        peer: its published row's name.
        target: ``onnx`` or ``executorch``.
        precision: ``fp32`` or ``int8``.
        folder: where the artifact goes.
    """

    peer: str
    target: str
    precision: str
    folder: str


class PeerArtifact(Facts):
    """What came of it."""

    artifact: MeasuredArtifact
    model: MeasuredModel


def export_peer(order: PeerOrder) -> PeerArtifact:
    """Export in a child process; nothing half-written stays under its final name.

    Raises:
        MissingPackageError: timm is not installed.
        ConversionError: the network cannot be converted.
    """
    return run_child(__name__, order, PeerArtifact)


def artifact_name(target: str, precision: str) -> str:
    """Return the artifact's name, as one of a bundle would be called."""
    backend = f"_{_XNNPACK}" if target == "executorch" else ""
    return f"model_{precision}{backend}{TARGETS[target].suffix}"


def _export(order: PeerOrder) -> PeerArtifact:
    peer = find_peer(order.peer)
    network = build_peer(peer)
    path = Path(order.folder) / artifact_name(order.target, order.precision)
    unfinished = path.with_name(f"unfinished_{path.name}")
    try:
        delegation = convert_network(network, peer.size, order.target, order.precision, unfinished)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    artifact = MeasuredArtifact(
        file=path.name,
        sha256=sha256_of(path),
        bytes=size_of(path),
        target=order.target,
        backend=_XNNPACK if order.target == "executorch" else None,
        precision=order.precision,
        delegation=delegation,
    )
    return PeerArtifact(artifact=artifact, model=_describe(peer, network))


def convert_network(network: nn.Module, size: int, target: str, precision: str, path: Path) -> DelegationFacts | None:
    """Write an image classifier that takes [0, 1] as ``target``; returns what the backend takes, where that is known.

    Raises:
        ConversionError: PyTorch, the quantiser or the target's exporter cannot convert it.
    """
    module: nn.Module = DeployModule(network, preprocessing_for(size, size)).eval()
    try:
        if precision == "int8":
            module = quantise_whole(module, size, KERNELS[target])
        return _CONVERTERS[target](module, (1, 3, size, size), precision, path)
    except Exception as error:  # exporters raise whatever their libraries do
        what = f"{TARGETS[target].title} cannot take this network in {precision}"
        raise ConversionError(f"{what}: {_COLOURS.sub('', first_line(error))}") from error


def _to_onnx(module: nn.Module, shape: tuple[int, ...], _precision: str, path: Path) -> None:
    onnx.save(simplify(translate(module, shape, OPSET)), path)


def _to_executorch(module: nn.Module, shape: tuple[int, ...], precision: str, path: Path) -> DelegationFacts:
    lowered = lower(trace(module, shape), Lowering(_XNNPACK, precision))
    with path.open("wb") as file:
        lowered.edge.to_executorch().write_to_file(file)
    taken, left = lowered.delegation.delegated or 0, sum(lowered.delegation.undelegated.values())
    operators = {_XNNPACK: taken, "the runtime's own kernels": left}
    return DelegationFacts(
        partitions=lowered.delegation.partitions,
        operators={name: count for name, count in operators.items() if count},
    )


_Converter = Callable[[nn.Module, tuple[int, ...], str, Path], DelegationFacts | None]

_CONVERTERS: Mapping[str, _Converter] = MappingProxyType({"onnx": _to_onnx, "executorch": _to_executorch})


def _describe(peer: Published, network: nn.Module) -> MeasuredModel:
    return MeasuredModel(
        family=peer.family,
        variant=peer.variant,
        num_classes=NUM_CLASSES,
        weights="random",
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        multiply_adds=count_multiply_adds(network, (peer.size, peer.size)),
    )


if __name__ == "__main__":
    serve(_export, PeerOrder)
