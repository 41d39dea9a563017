"""Waiting: for a phone to come back, and for a hot one to cool down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cloformer.benchmarks.records.parts import THROTTLED

from .phone import Phone, PhoneError, PhoneLostError, PhoneState

Result = TypeVar("Result")

_ATTEMPTS = 5
"""At one thing, each after the phone came back."""

_HOTTEST_CELSIUS = 38.0
"""Of the battery, for systems that give no other word of their heat."""

_REST_SECONDS = 60.0

_LOWEST_PERCENT = 15.0
"""Of the battery, below which systems save power."""


@dataclass(frozen=True)
class Patience:
    """How long to wait.

    Attributes:
        seconds: at most, for a phone to come back or to cool down.
        pause: between two looks.
        tell: called with what is being waited for.
    """

    seconds: float
    pause: float
    tell: Callable[[str], None]

    def insist(self, phone: Phone, action: Callable[[], Result]) -> Result:
        """Do ``action``; where the phone is lost meanwhile, wait until it is back and do it again.

        Raises:
            PhoneLostError: it does not come back, or is lost again and again.
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
        """Wait until the phone is neither throttled nor empty, and return how it is then.

        Raises:
            PhoneError: it stays so.
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
        """Let a phone cool down that was throttled and does not tell when it no longer is."""
        seconds = min(self.seconds, _REST_SECONDS)
        self.tell(f"{phone.title} was hot: it rests for {seconds:.0f} s")
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
        return f"is hot ({state.celsius:.0f} degrees)"
    if state.battery_percent is not None and state.battery_percent < _LOWEST_PERCENT and not state.charging:
        return f"is nearly empty ({state.battery_percent:.0f} %)"
    return None
