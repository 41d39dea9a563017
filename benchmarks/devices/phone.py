"""A phone on a cable, whatever its system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from cloformer.benchmarks.records.parts import ThermalState
from cloformer.model import CloformerError


class PhoneError(CloformerError):
    """A phone cannot do what it was asked for."""

    exit_code = 5


class PhoneLostError(PhoneError):
    """The phone cannot be reached any more; it may come back."""


@dataclass(frozen=True)
class PhoneState:
    """How a phone is at the moment. None stands for what its system does not tell.

    Attributes:
        thermal: as the system calls it.
        celsius: of the battery.
        fixed_performance: whether the system holds the clock rates that it can hold for long.
    """

    battery_percent: float | None = None
    charging: bool | None = None
    thermal: ThermalState | None = None
    celsius: float | None = None
    screen_on: bool | None = None
    airplane_mode: bool | None = None
    fixed_performance: bool | None = None


class Phone(ABC):
    """One phone with the demo app. Paths are below the app's own folder, with slashes.

    Everything raises ``PhoneLostError`` where the phone cannot be reached, and ``PhoneError`` where it refuses.

    Attributes:
        title: for people.
    """

    title: str

    @abstractmethod
    def state(self) -> PhoneState:
        """Look at it."""

    @abstractmethod
    def free_bytes(self) -> int | None:
        """Return how much the app's folder can take; None where that is not told."""

    @abstractmethod
    def sha256(self, path: str) -> str | None:
        """Return the hash of a file there, or None where there is none."""

    @abstractmethod
    def push(self, local: Path, path: str) -> None:
        """Copy a file to the phone."""

    @abstractmethod
    def pull(self, path: str) -> bytes | None:
        """Return a file's contents, or None where there is none."""

    @abstractmethod
    def begin(self, request: str) -> None:
        """Start the app afresh on the request of this name."""

    @abstractmethod
    def app_is_running(self) -> bool:
        """Whether the app's process lives."""

    @abstractmethod
    def is_connected(self) -> bool:
        """Whether the phone can be reached."""
