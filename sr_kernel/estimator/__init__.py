"""The search as a scikit-learn estimator; scikit-learn is imported when Discoverer is asked for."""

from typing import TYPE_CHECKING, Any

from sr_kernel.estimator.config import Config, checked_guide

if TYPE_CHECKING:
    from sr_kernel.estimator.discoverer import Discoverer

__all__ = ["Config", "Discoverer", "checked_guide"]


def __getattr__(name: str) -> Any:
    if name == "Discoverer":
        from sr_kernel.estimator.discoverer import Discoverer

        return Discoverer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
