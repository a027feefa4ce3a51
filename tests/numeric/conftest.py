"""Makes the random terms of the expression layer importable here."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in (Path(__file__).parent, Path(__file__).parent.parent / "expr"):
    sys.path.insert(0, str(folder))
