"""The guide: what a search learns beforehand about where to look.  Its corpus needs no torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sr_kernel.errors import OptionError

if TYPE_CHECKING:
    from sr_kernel.search.beliefs import Guide


def guide_of(option: str) -> Guide | None:
    """The guide that ``option`` names: "off" is none, "auto" and "on" the one that comes with the
    package, which "auto" does without if there is none; anything else is a path of weights.

    Raises :class:`OptionError` if there is no such guide.
    """
    if option in ("auto", "off"):
        return None
    if option == "on":
        raise OptionError("guide 'on' needs weights and the package has none: use 'auto'")
    if not Path(option).expanduser().is_file():
        raise OptionError(
            f"guide {option[:200]!r} is no file: choose auto, on or off, or give a path of weights"
        )
    raise OptionError(f"guide {option[:200]!r} holds no weights that this version can read")
