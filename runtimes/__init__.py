"""Artifacts to numbers: one session interface over every runtime, and the bundle that artifacts travel in."""

from typing import TYPE_CHECKING

from cloformer.lazy_names import lazy_names

if TYPE_CHECKING:
    from .bundle.bundle import Bundle, open_bundle
    from .opening import open_session
    from .session import Session, SessionInfo

__getattr__ = lazy_names(
    __name__,
    {
        **dict.fromkeys(("Bundle", "open_bundle"), "bundle.bundle"),
        **dict.fromkeys(("Session", "SessionInfo"), "session"),
        "open_session": "opening",
    },
)

__all__ = ["Bundle", "Session", "SessionInfo", "open_bundle", "open_session"]
