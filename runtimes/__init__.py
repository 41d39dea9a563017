"""Running artifacts: one session interface for every runtime, and the bundle that artifacts are shipped in."""

from cloformer.runtimes.bundle.bundle import Bundle, open_bundle

from .open_session import open_session
from .session import Session, SessionInfo

__all__ = ["Bundle", "Session", "SessionInfo", "open_bundle", "open_session"]
