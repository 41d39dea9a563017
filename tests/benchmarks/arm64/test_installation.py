"""Setting up the emulation once, and continuing an interrupted setup. The steps themselves are doubles here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cloformer.benchmarks.arm64 import installation
from cloformer.benchmarks.arm64.cores import CORES
from cloformer.benchmarks.arm64.host_tools import HostTools
from cloformer.benchmarks.arm64.installation import HOME_VARIABLE, find_installation, set_up
from cloformer.model import MissingPackageError

WHEELS = ["wheel of onnxruntime", "wheel of executorch"]
BUILDS = ["build_plugin", "build_onnxruntime_runner", "build_executorch_runner", "build_operator_marks"]


class Steps:
    """The steps that were done, in order; the step named ``fails_at`` raises after writing half of its files."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails_at: tuple[str, BaseException] | None = None

    def run(self, name: str, folder: Path) -> None:
        (folder / f"{name} half").touch()
        if self.fails_at and self.fails_at[0] == name:
            raise self.fails_at[1]
        (folder / f"{name} whole").touch()
        self.done.append(name)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Steps:
    recorded = Steps()

    def build(name: str) -> Callable[..., None]:
        return lambda folder, *wheel: recorded.run(name, folder)

    for name in BUILDS:
        monkeypatch.setattr(installation, name, build(name))
    monkeypatch.setattr(
        installation, "unpack_wheel", lambda wheel, version, folder: recorded.run(f"wheel of {wheel.package}", folder)
    )
    monkeypatch.setattr(installation, "install_host_tools", lambda: None)
    monkeypatch.setattr(installation, "find_host_tools", lambda: HostTools("7.2.22", "g++ 12.2.0"))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return recorded


def quiet(message: str) -> None:
    """Ignore the message."""


def test_before_it_is_set_up_the_error_names_the_command(steps: Steps) -> None:
    with pytest.raises(MissingPackageError, match="not set up") as failure:
        find_installation()
    assert failure.value.remedy == "cloformer-bench arm64 --setup"
    assert failure.value.exit_code == 3


def test_it_is_made_once(steps: Steps) -> None:
    said: list[str] = []
    made = set_up(said.append)
    assert steps.done == [*WHEELS, *BUILDS]
    assert len(said) == 4  # two wheels, the build, the system files
    assert set_up(said.append) == made == find_installation()
    assert len(steps.done) == len(WHEELS) + len(BUILDS) and len(said) == 4


def test_each_core_has_a_root_with_the_cross_compilers_libraries(steps: Steps) -> None:
    made = set_up(quiet)
    assert {root.name for root in made.roots.iterdir()} == set(CORES)
    for root in made.roots.iterdir():
        assert (root / "lib").readlink() == Path("/usr/aarch64-linux-gnu/lib")
        assert (root / "proc/cpuinfo").is_file()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("disk full"), MissingPackageError("no network")])
@pytest.mark.parametrize("step", [*WHEELS, *BUILDS])
def test_an_interrupted_set_up_goes_on_where_it_was(step: str, error: BaseException, steps: Steps) -> None:
    steps.fails_at = (step, error)
    with pytest.raises(type(error)):
        set_up(quiet)
    with pytest.raises(MissingPackageError, match="not set up"):
        find_installation()
    finished = list(steps.done)

    steps.fails_at = None
    made = set_up(quiet)

    wheels_again = [name for name in WHEELS if steps.done.count(name) > 1]
    assert wheels_again == [] and set(finished) <= set(steps.done)
    assert {f"{name} whole" for name in BUILDS} <= {path.name for path in made.build.iterdir()}
    assert not list(made.build.parent.glob("partial-*"))


def test_another_version_of_a_runtime_asks_for_a_new_set_up(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(quiet)
    monkeypatch.setattr(installation.metadata, "version", lambda package: "9.9.9")
    with pytest.raises(MissingPackageError, match="for these versions"):
        find_installation()
    steps.done.clear()
    set_up(quiet)
    assert steps.done == [*WHEELS, *BUILDS]


def test_another_emulator_is_built_for_without_downloading_again(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(quiet)
    steps.done.clear()
    monkeypatch.setattr(installation, "find_host_tools", lambda: HostTools("8.2.2", "g++ 13.2.0"))
    set_up(quiet)
    assert steps.done == BUILDS


def test_without_the_variable_it_is_in_the_users_cache(
    steps: Steps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(HOME_VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert set_up(quiet).build.parent == tmp_path / "cache/cloformer/arm64"
