"""Exporting one peer as one artifact in its own process, with CloFormer's exporters and input normalization.

Peers have no mobile form: they are exported as the library builds them, after their training-time branches are folded.
"""

from __future__ import annotations

import re
from pathlib import Path

from torch import nn

from cloformer.benchmarks.child import run_child, serve
from cloformer.benchmarks.multiply_adds import count_multiply_adds
from cloformer.benchmarks.records.parts import DelegationFacts, MeasuredArtifact, MeasuredModel
from cloformer.export.graph.deploy_module import DeployModule
from cloformer.export.report import DelegationReport
from cloformer.export.request.registry import find_target
from cloformer.export.target_module import NetworkConverter, load_target
from cloformer.model import ConversionError, preprocessing_for
from cloformer.model.errors import first_line
from cloformer.runtimes.bundle.checksum import sha256_of, size_of
from cloformer.runtimes.bundle.manifest import Facts
from cloformer.whole_file import written_whole

from .int8 import quantize_all_layers
from .networks import NUM_CLASSES, build_peer, find_peer
from .published import Published

_COLORS = re.compile(r"\x1b\[\d+m")
"""Terminal color codes, which PyTorch's exporter puts into its errors."""


class PeerOrder(Facts):
    """The artifact to make.

    Attributes:
        peer: name of the peer's row in the table of published numbers.
        target: name of a target that exports any network.
        precision: ``fp32`` or ``int8``.
        folder: folder for the artifact.
    """

    peer: str
    target: str
    precision: str
    folder: str


class PeerArtifact(Facts):
    """The artifact that was made, and its network."""

    artifact: MeasuredArtifact
    model: MeasuredModel


def export_peer(order: PeerOrder) -> PeerArtifact:
    """Export a peer in a child process; an incomplete file never gets the final name.

    Raises:
        MissingPackageError: timm is not installed.
        ConversionError: the network cannot be converted.
    """
    return run_child(__name__, order, PeerArtifact)


def artifact_name(target: str, precision: str) -> str:
    """Return the artifact's file name, which follows the naming in bundles."""
    spec = find_target(target)
    parts = ["model", precision, spec.options().backend_name or ""]
    return "_".join(part for part in parts if part) + spec.suffix


def _export(order: PeerOrder) -> PeerArtifact:
    peer = find_peer(order.peer)
    network = build_peer(peer)
    path = Path(order.folder) / artifact_name(order.target, order.precision)
    with written_whole(path) as unfinished:
        delegation = convert_peer(network, peer.size, order.target, order.precision, unfinished)
    artifact = MeasuredArtifact(
        file=path.name,
        sha256=sha256_of(path),
        bytes=size_of(path),
        target=order.target,
        backend=find_target(order.target).options().backend_name,
        precision=order.precision,
        delegation=delegation,
    )
    return PeerArtifact(artifact=artifact, model=_describe(peer, network))


def convert_peer(network: nn.Module, size: int, target: str, precision: str, path: Path) -> DelegationFacts | None:
    """Convert an image classifier with inputs in [0, 1]; return which operators the backend runs, or None if unknown.

    Raises:
        ConversionError: PyTorch, the quantizer or the target's exporter cannot convert it.
    """
    spec, converter = find_target(target), load_target(target)
    if not isinstance(converter, NetworkConverter):
        raise ConversionError(f"{spec.title} only exports CloFormer")
    module: nn.Module = DeployModule(network, preprocessing_for(size, size)).eval()
    try:
        if precision == "int8" and spec.int8_kernels:
            module = quantize_all_layers(module, size, spec.int8_kernels)
        return _delegation(
            converter.convert_network(module, (1, 3, size, size), precision, path), spec.options().backend_name
        )
    except Exception as error:  # exporters raise whatever their libraries do
        what = f"{spec.title} cannot export this network in {precision}"
        raise ConversionError(f"{what}: {_COLORS.sub('', first_line(error))}") from error


def _delegation(report: DelegationReport | None, backend: str | None) -> DelegationFacts | None:
    if report is None:
        return None
    taken, left = report.delegated or 0, sum(report.undelegated.values())
    operators = {backend or report.backend: taken, "the runtime's own kernels": left}
    return DelegationFacts(
        partitions=report.partitions, operators={name: count for name, count in operators.items() if count}
    )


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
