"""The interface to a phone on a cable, on any system."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from cloformer.benchmarks.records.parts import ThermalState
from cloformer.model import CloformerError


class PhoneError(CloformerError):
    """The phone cannot do what was asked."""

    exit_code = 5


class PhoneLostError(PhoneError):
    """The phone can no longer be reached; it may come back."""


@dataclass(frozen=True)
class PhoneState:
    """Current state of a phone. None means that its system does not report the value.

    Attributes:
        thermal: thermal state, under the system's own name.
        celsius: temperature of the battery.
        fixed_performance: whether the system keeps to clock rates that it can sustain.
    """

    battery_percent: float | None = None
    charging: bool | None = None
    thermal: ThermalState | None = None
    celsius: float | None = None
    screen_on: bool | None = None
    airplane_mode: bool | None = None
    fixed_performance: bool | None = None


class Phone(ABC):
    """One phone with the demo app. Paths are relative to the app's own folder and use slashes.

    Every method raises ``PhoneLostError`` if the phone cannot be reached, and ``PhoneError`` if the phone refuses.

    Attributes:
        title: name shown to users.
    """

    title: str

    @abstractmethod
    def state(self) -> PhoneState:
        """Return the current state of the phone."""

    @abstractmethod
    def free_bytes(self) -> int | None:
        """Return the free space for the app's folder, or None if the system does not report it."""

    @abstractmethod
    def sha256(self, path: str) -> str | None:
        """Return the hash of a file on the phone, or None if there is no such file."""

    @abstractmethod
    def push(self, local: Path, path: str) -> None:
        """Copy a file to the phone."""

    @abstractmethod
    def pull(self, path: str) -> bytes | None:
        """Return the contents of a file, or None if there is no such file."""

    @abstractmethod
    def begin(self, request: str) -> None:
        """Restart the app with the request of this name."""

    @abstractmethod
    def app_is_running(self) -> bool:
        """Whether the app's process is running."""

    @abstractmethod
    def is_connected(self) -> bool:
        """Whether the phone can be reached."""
