"""A result on the screen once more."""

import sys
from typing import Any

from sr_kernel.report.laws import Laws
from sr_kernel.report.mime import mime_bundle
from sr_kernel.report.table import front_table


def show(laws: Laws) -> None:
    """Put `laws` below the running cell, or print its table where there is no kernel."""
    shell = _notebook()
    if shell is None:
        print(front_table(laws))
        return
    # Under the id of the search's own output, so that both are updated when a formula is edited.
    transient = {} if laws.session is None else {"display_id": laws.session}
    shell.display_pub.publish(data=mime_bundle(laws), transient=transient)


def _notebook() -> Any:
    """The shell of a kernel; None elsewhere.  A kernel has imported IPython itself."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if hasattr(shell, "kernel") else None
