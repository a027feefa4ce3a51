"""Symbolic regression in the notebook: laws as functions, not spellings.

Everything is imported when first asked for, so ``import sr_kernel`` takes milliseconds and needs
neither torch nor Jupyter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Imported here, not on demand: the function has to win over the subpackage of the same name.
from sr_kernel.simplify import simplify, simplify_all

if TYPE_CHECKING:
    from sr_kernel.equality import canonical_hash, compare, equivalent
    from sr_kernel.estimator import Config, Discoverer
    from sr_kernel.formula import load_dataset
    from sr_kernel.report import Laws
    from sr_kernel.simplify import explain

__version__ = "0.1.0"

__all__ = [
    "Config",
    "Discoverer",
    "Laws",
    "__version__",
    "canonical_hash",
    "compare",
    "equivalent",
    "explain",
    "load_dataset",
    "simplify",
    "simplify_all",
]

_ON_DEMAND = {
    "Config": "sr_kernel.estimator",
    "Discoverer": "sr_kernel.estimator",
    "Laws": "sr_kernel.report",
    "canonical_hash": "sr_kernel.equality",
    "compare": "sr_kernel.equality",
    "equivalent": "sr_kernel.equality",
    "explain": "sr_kernel.simplify",
    "load_dataset": "sr_kernel.formula",
}


def __getattr__(name: str) -> Any:
    module = _ON_DEMAND.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND})


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext sr_kernel``."""
    from sr_kernel.jupyter import load_ipython_extension as load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext sr_kernel``."""
    from sr_kernel.jupyter import unload_ipython_extension as unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where an editable install finds the built front end."""
    return [{"src": "labextension", "dest": "sr-kernel"}]
