"""Core AI on this machine: damage is found before the runtime, which would end the process, sees it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from cloformer.install_command import install_command
from cloformer.model import CloFormer, InputFileError, MissingPackageError, UsageError
from cloformer.runtimes import open_session
from cloformer.runtimes.session import Floats, run_in_batches

coreai_torch = pytest.importorskip("coreai_torch", reason="Apple publishes Core AI for few systems")


@pytest.fixture
def asset(artifacts: dict[str, Path], tmp_path: Path) -> Path:
    """A copy outside its bundle, whose hashes would tell of any damage."""
    return Path(shutil.copytree(artifacts["coreai"], tmp_path / "model.aimodel"))


def test_it_gives_the_reference_logits_however_many_run_at_once(
    asset: Path, shallow: CloFormer, images: Floats
) -> None:
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
    with torch.no_grad():
        expected = shallow((torch.from_numpy(images) - mean) / std).numpy()
    for threads in (1, 3):
        with open_session(asset, threads=threads) as session:
            assert (session.concurrency, session.describe().threads) == (threads, threads)
            np.testing.assert_allclose(run_in_batches(session, images, 1), expected, atol=1e-4)


def test_it_says_that_it_is_no_phone(asset: Path) -> None:
    info = open_session(asset).describe()
    assert (info.runtime, info.version) == ("Core AI", "1.0.0b3")
    assert info.substitute is not None and "interpreter" in info.substitute


def test_it_runs_where_an_event_loop_already_does(asset: Path, images: Floats) -> None:
    async def notebook() -> Floats:
        with open_session(asset) as session:
            return session.run(images[:1])

    with open_session(asset) as session:
        np.testing.assert_array_equal(asyncio.run(notebook()), session.run(images[:1]))


@pytest.mark.parametrize(
    ("damage", "fragment"),
    [
        (lambda asset: (asset / "main.mlirb").write_bytes(b"garbage"), "is damaged: main.mlirb does not match"),
        (lambda asset: (asset / "main.mlirb").write_bytes(b""), "is damaged"),
        (lambda asset: (asset / "main.hash").write_bytes(b""), "is damaged"),
        (lambda asset: (asset / "main.mlirb").unlink(), "is not a Core AI asset: No such file"),
        (lambda asset: (asset / "main.hash").unlink(), "is not a Core AI asset"),
        (lambda asset: (asset / "metadata.json").write_text("{"), "cannot load"),
        (shutil.rmtree, "no artifact or bundle"),
    ],
)
def test_a_damaged_asset_is_refused(asset: Path, damage: Callable[[Path], object], fragment: str) -> None:
    damage(asset)
    with pytest.raises(InputFileError, match=fragment):
        open_session(asset)


def test_one_flipped_bit_is_enough(asset: Path) -> None:
    program = bytearray((asset / "main.mlirb").read_bytes())
    program[-1000] ^= 1
    (asset / "main.mlirb").write_bytes(program)
    with pytest.raises(InputFileError, match="is damaged"):
        open_session(asset)


def test_an_asset_without_facts_still_runs(asset: Path, images: Floats) -> None:
    (asset / "metadata.json").write_text('{"assetVersion": "2.0"}')
    with open_session(asset) as session:
        assert session.facts is None
        assert session.run(images[:1]).shape == (1, 10)


def test_a_program_that_takes_no_image_is_refused(tmp_path: Path) -> None:
    exported = torch.export.export(torch.nn.ReLU(), (torch.zeros(3),))
    converter = coreai_torch.TorchConverter().add_exported_program(exported.run_decompositions({}))
    converter.to_coreai().save_asset(tmp_path / "other.aimodel")
    with pytest.raises(InputFileError, match="is not a CloFormer model"):
        open_session(tmp_path / "other.aimodel")


def test_what_it_cannot_do_is_refused(asset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no backend 'gpu'"):
        open_session(asset, backend="gpu")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingPackageError, match="cannot run") as caught:
        open_session(asset)
    assert caught.value.remedy == install_command(["coreai"], "coreai")


def test_the_process_ends_well(asset: Path) -> None:
    """Apple's runtime aborts some processes that end right after a call; see ``coreai_asset``."""
    program = (
        "import numpy, sys; from cloformer.runtimes import open_session; session = open_session(sys.argv[1]);"
        "session.run(numpy.zeros(session.shape, numpy.float32))"
    )
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", program, str(asset)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
