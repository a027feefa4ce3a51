"""Results: the front of laws, how it is shown, saved and reported."""

from sr_kernel.report.laws import Laws
from sr_kernel.report.page import report_page, write_report
from sr_kernel.report.question import Question, Rows
from sr_kernel.report.snapshot import MIME, law_entry, status_of, task_snapshot, validate
from sr_kernel.report.table import front_table

__all__ = [
    "MIME",
    "Laws",
    "Question",
    "Rows",
    "front_table",
    "law_entry",
    "report_page",
    "status_of",
    "task_snapshot",
    "validate",
    "write_report",
]
