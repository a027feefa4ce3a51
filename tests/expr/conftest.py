"""Makes ``strategies`` importable for the tests of this folder and of the layers above."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
