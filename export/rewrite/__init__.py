"""Exact changes of the reference for deployment: the same function, in operators that a phone's backend takes whole.

Every rewrite returns a changed copy and keeps the names of stages and blocks, so that a difference to the
reference can be traced to the block it comes from.
"""

from .mobile_form import mobile_form

__all__ = ["mobile_form"]
