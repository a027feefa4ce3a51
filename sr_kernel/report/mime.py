"""The MIME bundle of a result: one form for each place where a notebook is read."""

from typing import Any

from sr_kernel.expr import to_latex
from sr_kernel.report.html import static_html
from sr_kernel.report.laws import Laws
from sr_kernel.report.snapshot import MIME, Json
from sr_kernel.report.table import front_table


def mime_bundle(laws: Laws, shown: Json | None = None) -> dict[str, Any]:
    """Our JSON for the extension, static HTML without it, LaTeX and text elsewhere.

    ``shown`` is the JSON if a session knows more than the laws do.

    There is no widget view in it, which a page without a kernel could not show.
    """
    bundle: dict[str, Any] = {
        MIME: laws.snapshot() if shown is None else shown,
        "text/html": static_html(laws),
        "text/plain": front_table(laws),
    }
    if laws.front:
        bundle["text/latex"] = f"${to_latex(laws.left)} = {to_latex(laws.law().expr)}$"
    return bundle
