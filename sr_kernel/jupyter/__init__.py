"""The notebook door: ``%load_ext sr_kernel`` registers ``%%discover`` and the live results."""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext sr_kernel``; loading twice does no harm."""
    from sr_kernel.equality.cache import use_cache
    from sr_kernel.jupyter import completion
    from sr_kernel.jupyter.magic import DiscoverMagics
    from sr_kernel.jupyter.transformer import AwaitTransformer

    for name, function in DiscoverMagics(shell).functions().items():
        shell.register_magic_function(function, "line_cell", name)
    transformers = shell.input_transformers_post
    if not any(isinstance(known, AwaitTransformer) for known in transformers):
        transformers.append(AwaitTransformer(shell))
    completion.register(shell)
    use_cache(True)
    if hasattr(shell, "kernel"):
        from sr_kernel.jupyter.sessions import register_target

        register_target()


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext sr_kernel``: takes back all of the above."""
    from sr_kernel.equality.cache import use_cache
    from sr_kernel.jupyter import completion
    from sr_kernel.jupyter.transformer import AWAITED_MAGIC, MAGIC, AwaitTransformer

    use_cache(None)
    for kind in shell.magics_manager.magics.values():
        for name in (MAGIC, AWAITED_MAGIC):
            kind.pop(name, None)
    transformers = shell.input_transformers_post
    transformers[:] = [known for known in transformers if not isinstance(known, AwaitTransformer)]
    completion.unregister(shell)
    if hasattr(shell, "kernel"):
        from sr_kernel.jupyter.sessions import unregister_target

        unregister_target()
