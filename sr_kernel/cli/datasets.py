"""sr-kernel datasets: the bundled tables with units and citations."""

import argparse
from typing import Any

from sr_kernel.cli.terminal import print_json
from sr_kernel.formula.datasets import Dataset, datasets


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    known = datasets().values()
    if arguments.json:
        print_json([_entry(dataset) for dataset in known])
    else:
        print("\n\n".join(_text(dataset) for dataset in known))
    return 0


def _entry(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "title": dataset.title,
        "rows": dataset.table().rows,
        "columns": [
            {"name": c.name, "meaning": c.meaning, "unit": c.unit} for c in dataset.columns
        ],
        "citation": dataset.citation,
    }


def _text(dataset: Dataset) -> str:
    lines = [f"{dataset.name}: {dataset.title}, {dataset.table().rows} rows"]
    width = max(len(column.name) for column in dataset.columns)
    for column in dataset.columns:
        unit = f" ({column.unit})" if column.unit else ""
        lines.append(f"    {column.name.ljust(width)}  {column.meaning}{unit}")
    lines.append(f"    source: {dataset.citation}")
    return "\n".join(lines)
