"""Formulas, tables and bundled data: what the user gives, turned into a search problem."""

from sr_kernel.formula.datasets import dataset, dataset_names, datasets, load_dataset
from sr_kernel.formula.formula import Formula
from sr_kernel.formula.row_filter import RowFilter
from sr_kernel.formula.table import Table
from sr_kernel.formula.task import Task, problem_of

__all__ = [
    "Formula",
    "RowFilter",
    "Table",
    "Task",
    "dataset",
    "dataset_names",
    "datasets",
    "load_dataset",
    "problem_of",
]
