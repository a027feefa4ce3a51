"""The guide: what a search learns beforehand about where to look.  Only training needs torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sr_kernel.errors import OptionError

if TYPE_CHECKING:
    from sr_kernel.search.beliefs import Guide


def guide_of(option: str) -> Guide | None:
    """The guide that ``option`` names: "off" is none, "auto" and "on" the one that comes with the
    package, which "auto" heeds only where that pays; anything else is a path of weights.

    Raises :class:`OptionError` for a path of none.
    """
    if option == "off":
        return None
    from sr_kernel.guide.neural import NeuralGuide
    from sr_kernel.guide.weights import load

    if option in ("auto", "on"):
        return NeuralGuide(always=option == "on")
    path = _path(option)
    if path is None:
        raise OptionError(
            f"guide {option[:200]!r} is no file: choose auto, on or off, or give a path of weights"
        )
    load(path)
    return NeuralGuide(path, always=True)


def _path(option: str) -> Path | None:
    """The file that ``option`` names; None where there is none."""
    try:
        path = Path(option).expanduser()
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # no name of a file, no such user
        return None
