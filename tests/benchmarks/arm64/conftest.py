"""The real emulation, if this machine has it, and a shallow network that is exported for it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloformer.benchmarks.arm64.host_tools import HostTools, find_host_tools
from cloformer.benchmarks.arm64.installation import Installation, find_installation
from cloformer.model import CloFormer, MissingPackageError
from tests.artifacts import ArtifactStore
from tests.targets import FOR_CPUS

SIZE = (64, 96)


@pytest.fixture(scope="session")
def host_tools() -> HostTools:
    """The emulator and the cross compiler of this machine."""
    try:
        return find_host_tools()
    except MissingPackageError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")


@pytest.fixture(scope="session")
def installation() -> Installation:
    """The installation made by ``cloformer-bench arm64 --setup``."""
    try:
        return find_installation()
    except MissingPackageError as error:
        pytest.skip(f"{error.problem}; {error.remedy}")


@pytest.fixture(scope="session")
def artifacts(shallow: CloFormer, store: ArtifactStore, installation: Installation) -> dict[str, Path]:
    """The fp32 artifacts by target; they are only made if the emulation can run them."""
    return {target: store.export(shallow, target, precision="fp32", image_size=SIZE).path for target in FOR_CPUS}
