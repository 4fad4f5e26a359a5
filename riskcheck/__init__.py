"""Find the posts that could cost you a job offer, before or after you publish them, on your own machine.

Importing this package loads neither spaCy nor scikit-learn; what is named below is imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from riskcheck.assessment import Assessment, Finding, Note, Span
    from riskcheck.checker import RiskChecker, load
    from riskcheck.errors import RiskCheckError
    from riskcheck.model import RiskModel
    from riskcheck.post import Post, Skipped
    from riskcheck.profile import Profile

__all__ = [
    "Assessment",
    "Finding",
    "Note",
    "Post",
    "Profile",
    "RiskCheckError",
    "RiskChecker",
    "RiskModel",
    "Skipped",
    "Span",
    "load",
]

_HOME = {
    "Assessment": "assessment", "Finding": "assessment", "Note": "assessment", "Span": "assessment",
    "Post": "post", "Skipped": "post", "Profile": "profile", "RiskCheckError": "errors",
    "RiskChecker": "checker", "RiskModel": "model", "load": "checker",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'riskcheck' has no attribute {name!r}")
    return getattr(import_module(f"riskcheck.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
