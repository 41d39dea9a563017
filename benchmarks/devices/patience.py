"""Waiting for a disconnected phone to come back and for a hot one to cool down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cloformer.benchmarks.records.parts import THROTTLED

from .phone import Phone, PhoneError, PhoneLostError, PhoneState

Result = TypeVar("Result")

_ATTEMPTS = 5
"""Maximum attempts at one action; between two, the phone was disconnected and came back."""

_HOTTEST_CELSIUS = 38.0
"""Maximum battery temperature, for systems that report no thermal state."""

_REST_SECONDS = 60.0

_LOWEST_PERCENT = 15.0
"""Battery level below which systems save power."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for a phone.

    Attributes:
        seconds: maximum time to wait for a phone to come back or to cool down.
        pause: seconds between two checks.
        tell: called with a message that says what is being waited for.
    """

    seconds: float
    pause: float
    tell: Callable[[str], None]

    def insist(self, phone: Phone, action: Callable[[], Result]) -> Result:
        """Run ``action``; if the phone disconnects meanwhile, wait until it is back and run the action again.

        Raises:
            PhoneLostError: the phone does not come back, or keeps disconnecting.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return action()
            except PhoneLostError as error:
                if attempt == _ATTEMPTS:
                    raise
                self.tell(f"{error.problem}: waiting until it is back")
                self._await(phone.is_connected, error)
        raise AssertionError("every attempt returned or raised")

    def cool_down(self, phone: Phone) -> PhoneState:
        """Wait until the phone is neither throttled nor low on battery, and return its state.

        Raises:
            PhoneError: the phone stays hot, or its battery stays low.
        """
        state = self.insist(phone, phone.state)
        waited_for = _why_not_yet(state)
        if waited_for:
            self.tell(f"{phone.title} {waited_for}: waiting")
            problem = PhoneError(f"{phone.title} {waited_for}, for {self.seconds:.0f} s", "let it rest, then --resume")
            self._await(lambda: _why_not_yet(self.insist(phone, phone.state)) is None, problem)
            state = self.insist(phone, phone.state)
        return state

    def rest(self, phone: Phone) -> None:
        """Pause after throttling on a phone that does not report when the throttling ends."""
        seconds = min(self.seconds, _REST_SECONDS)
        self.tell(f"{phone.title} was hot: pausing for {seconds:.0f} s")
        time.sleep(seconds)

    def _await(self, condition: Callable[[], bool], problem: PhoneError) -> None:
        end = time.monotonic() + self.seconds
        while not condition():
            if time.monotonic() > end:
                raise problem
            time.sleep(self.pause)


def _why_not_yet(state: PhoneState) -> str | None:
    if state.thermal in THROTTLED:
        return f"is hot (its thermal status is {state.thermal})"
    if state.thermal is None and state.celsius is not None and state.celsius > _HOTTEST_CELSIUS:
        return f"is hot ({state.celsius:.0f} °C)"
    if state.battery_percent is not None and state.battery_percent < _LOWEST_PERCENT and not state.charging:
        return f"is low on battery ({state.battery_percent:.0f} %)"
    return None
